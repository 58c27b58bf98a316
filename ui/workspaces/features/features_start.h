// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace lamscope::ui {

/// What the features' workspace shows before anything was computed: what the view answers, and ways to begin. GUI
/// thread only.
class FeaturesStart final : public QWidget {
    Q_OBJECT

public:
    explicit FeaturesStart(QWidget* parent = nullptr);

    void ask(bool generalization);

signals:
    void sampleRequested();

private:
    QLabel* question_;
    QLabel* answer_;
    QPushButton* sample_;
};

}  // namespace lamscope::ui
