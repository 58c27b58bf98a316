// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "workspaces/workspace.h"

class QAction;

namespace lamscope::ui {

/// The commands of the study workspace, with their keys, in their places in the menus.
struct StudyActions {
    explicit StudyActions(WorkspaceMenus& menus);

    QAction* exportReport;
    QAction* exportCsv;
    QAction* exportLatex;

    QAction* run;
    QAction* retry;
    QAction* open;
    QAction* saveAs;
    QAction* begin;
};

}  // namespace lamscope::ui
