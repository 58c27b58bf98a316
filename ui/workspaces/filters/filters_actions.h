// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "workspaces/workspace.h"

class QAction;

namespace lamscope::ui {

/// The commands of the filters' workspace, with their keys, in their places in the menus.
struct FiltersActions {
    explicit FiltersActions(WorkspaceMenus& menus);

    QAction* exportJson;
    QAction* exportCsv;
    QAction* exportMasking;
    QAction* exportOrder;
    QAction* exportFigure;
    QAction* exportCurve;
    QAction* exportArrays;

    QAction* fit;

    QAction* run;
    QAction* saveNetwork;
    QAction* sample;
    QAction* clear;
};

}  // namespace lamscope::ui
