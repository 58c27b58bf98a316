// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "workspaces/workspace.h"

class QAction;

namespace lamscope::ui {

/// The commands of the features' workspace, with their keys, in their places in the menus.
struct FeaturesActions {
    explicit FeaturesActions(WorkspaceMenus& menus);

    QAction* exportJson;
    QAction* exportCsv;
    QAction* exportFigure;
    QAction* exportCurve;
    QAction* exportScores;
    QAction* exportArrays;

    QAction* generalization;
    QAction* representations;

    QAction* run;
    QAction* sample;
    QAction* clear;
};

}  // namespace lamscope::ui
