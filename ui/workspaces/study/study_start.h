// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace lamscope::ui {

/// What the study workspace shows while no study is open: what it answers, and ways to begin. GUI thread only.
class StudyStart final : public QWidget {
    Q_OBJECT

public:
    explicit StudyStart(QWidget* parent = nullptr);

signals:
    void sampleRequested();
    void openRequested();
};

}  // namespace lamscope::ui
