// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/workspace_states.h"

#include "base/error.h"

namespace lamscope::ui {

WorkspaceStates workspacesOf(const Experiment& experiment) {
    WorkspaceStates states;
    if (experiment.workspaces.is_null()) {
        return states;
    }
    try {
        states.open = experiment.workspaces.at("open").get<std::string>();
        for (const auto& [name, kept] : experiment.workspaces.at("kept").items()) {
            states.kept[name] = kept;
        }
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::InvalidArgument, "the window's workspaces are not described");
    }
    return states;
}

void setWorkspaces(Experiment& experiment, const WorkspaceStates& states) {
    auto kept = nlohmann::ordered_json::object();
    for (const auto& [name, json] : states.kept) {
        kept[name] = json;
    }
    experiment.workspaces = {{"open", states.open}, {"kept", std::move(kept)}};
}

}  // namespace lamscope::ui
