// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "session/session.h"
#include "workspaces/workspace.h"

namespace lamscope::ui {

/// The commands of the probe in the window's menus, with their keys. Those that only change the session are connected
/// here; the probe connects the others. GUI thread only.
class ProbeActions {
public:
    ProbeActions(Session& session, WorkspaceMenus& menus);

    QAction* exportFigure = nullptr;
    QAction* exportMaps = nullptr;
    QAction* exportArrays = nullptr;
    QAction* exportDiMaps = nullptr;
    QAction* exportCsv = nullptr;
    QAction* exportJson = nullptr;
    QAction* exportLatex = nullptr;
    QAction* exportCurvesPdf = nullptr;
    QAction* exportCurvesPng = nullptr;

    QAction* fit = nullptr;
    QAction* actualSize = nullptr;
    QAction* zoomIn = nullptr;
    QAction* zoomOut = nullptr;
    QAction* maximise = nullptr;

    QAction* degradation = nullptr;
    QAction* diMap = nullptr;
    QAction* sanity = nullptr;

private:
    void addExports(MenuSection& menu);
    void addView(MenuSection& menu);
    void addLayers(QMenu& menu);
    void addTools(MenuSection& menu);
    void changeView(const std::function<void(ViewSettings&)>& change);

    Session& session_;
};

}  // namespace lamscope::ui
