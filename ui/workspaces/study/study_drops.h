// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>

#include "session/study_controller.h"
#include "workspaces/workspace.h"

namespace lamscope::ui {

/// Gives files to a study: images and folders, networks, which are added, stores and descriptions, which are opened.
/// The rest is the window's.
void giveFiles(const QStringList& files, StudyController& study, const WorkspaceHost& host);

/// Files that are dropped on a widget are given to a study. The arguments must outlive it.
class StudyDrops final : public QObject {
    Q_OBJECT

public:
    StudyDrops(const WorkspaceHost& host, StudyController& study, QObject* parent = nullptr);

    void acceptOn(QWidget& widget);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    const WorkspaceHost& host_;
    StudyController& study_;
};

}  // namespace lamscope::ui
