// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>

#include "workspaces/features/features_workspace.h"
#include "workspaces/filters/filters_workspace.h"
#include "workspaces/probe/probe_workspace.h"
#include "workspaces/study/study_workspace.h"
#include "workspaces/workspace.h"

namespace lamscope::ui {

namespace {

template <typename Made>
WorkspaceRow listed(const char* name, const char* title, const char* icon) {
    return {name, QCoreApplication::translate("Workspace", title), QString::fromLatin1(icon),
            [](const WorkspaceHost& host, WorkspaceMenus& menus) { return std::make_unique<Made>(host, menus); }};
}

}  // namespace

std::vector<WorkspaceRow> allWorkspaces() {
    return {listed<ProbeWorkspace>("probe", "Probe", "probe"), listed<StudyWorkspace>("study", "Study", "study"),
            listed<FiltersWorkspace>("filters", "Filters", "filters"),
            listed<FeaturesWorkspace>("features", "Features", "features")};
}

}  // namespace lamscope::ui
