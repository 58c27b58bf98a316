// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "session/study_controller.h"

class QAction;
class QLabel;
class QProgressBar;
class QPushButton;

namespace lamscope::ui {

class MutedLabel;
class ReportView;

/// How far a study has come, what is at work, and what has failed and why. The arguments must outlive it.
class StudyProgress final : public QWidget {
    Q_OBJECT

public:
    /// @param run  begins and pauses.
    StudyProgress(StudyController& study, QAction& run, QWidget* parent = nullptr);

private:
    void follow();
    void followFailures();
    [[nodiscard]] QString stateText() const;

    StudyController& study_;
    QProgressBar* bar_;
    QLabel* state_;
    MutedLabel* atWork_;
    QPushButton* retry_;
    MutedLabel* noFailures_;
    ReportView* failures_;
};

}  // namespace lamscope::ui
