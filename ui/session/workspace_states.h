// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "scene/experiment.h"

namespace lamscope::ui {

/// Which workspace is in front, and what each of them keeps in session files. Names are those of the workspaces; a
/// workspace of another version keeps its place here.
struct WorkspaceStates {
    std::string open;                                    ///< empty: the first
    std::map<std::string, nlohmann::ordered_json> kept;  ///< by name; without those that keep nothing

    friend bool operator==(const WorkspaceStates&, const WorkspaceStates&) = default;
};

/// Those of an experiment. Throws Error(InvalidArgument) for what setWorkspaces() cannot have written.
[[nodiscard]] WorkspaceStates workspacesOf(const Experiment& experiment);

void setWorkspaces(Experiment& experiment, const WorkspaceStates& states);

}  // namespace lamscope::ui
