// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGroupBox>
#include <QStringList>

class QListWidget;
class QPushButton;

namespace lamscope::ui {

/// The images that a figure shows beside the open one. It holds none of them: the owner answers its signals with
/// setNames().
class FigureScenes final : public QGroupBox {
    Q_OBJECT

public:
    explicit FigureScenes(QWidget* parent = nullptr);

    void setNames(const QStringList& names);

signals:
    void keepRequested();  ///< the open image shall stay in the figure
    void removeRequested(int index);

private:
    QStringList names_;
    QListWidget* list_;
    QPushButton* remove_;
};

}  // namespace lamscope::ui
