// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/model_spec.h"
#include "scene/scene.h"

namespace lamscope {

/// A network as an experiment names it.
struct ExperimentNetwork {
    ModelSpec spec;
    std::string sha256{};  ///< of its file, lower-case hex; empty while it has not been loaded
    bool shown = true;     ///< a hidden one stays with the experiment and is not computed

    friend bool operator==(const ExperimentNetwork&, const ExperimentNetwork&) = default;
};

/// What is looked at, by which networks, how, and how it is shown: all that a run needs and a result has to state, but
/// for the machine. Command-line flags make one, session files and figures hold one, *Copy as command* prints it. Plain
/// data: no file that it names has been touched.
///
/// `options`, `view`, `figure` and `workspaces` are JSON whose meaning belongs to rooms above this one: a method's
/// folder reads and writes its own options (method/lam/lam_experiment.h), the window its view, its figure and its
/// workspaces (session/view_settings.h, session/figure_layout.h, session/workspace_states.h). So one more method or
/// view changes nothing here, and this room lies below all of them. What is missing in them has its default; whoever
/// reads them says what is wrong with them.
struct Experiment {
    std::vector<Scene> scenes{};      ///< a window opens the first; figures of several images show them all
    std::optional<int> gridStride{};  ///< SR pixels; also the DI of every patch of a grid, as large as the first box
    std::vector<ExperimentNetwork> networks{};
    std::optional<std::size_t> reference{};  ///< index among `networks`: the others are compared with it
    std::optional<std::size_t> selected{};   ///< index among `networks`

    std::string method = "lam";
    nlohmann::ordered_json options = nlohmann::ordered_json::object();
    nlohmann::ordered_json view = nlohmann::ordered_json::object();
    nlohmann::ordered_json figure{};      ///< layout of the paper figure; null before one was made
    nlohmann::ordered_json workspaces{};  ///< of session files alone; null: none was saved

    friend bool operator==(const Experiment&, const Experiment&) = default;
};

/// The networks that are not hidden.
[[nodiscard]] std::vector<ModelSpec> shownNetworks(const Experiment& experiment);

/// The same without the tokens of its networks' addresses, for what others may read.
[[nodiscard]] Experiment withoutTokens(Experiment experiment);

/// Notes the hashes of the files of these networks as they were found, in the order of shownNetworks().
void noteNetworkHashes(Experiment& experiment, const std::vector<std::string>& sha256);

/// The images, ranges of rain and networks that it names, the parts of sharded networks included: for
/// checkOutputFiles().
[[nodiscard]] std::vector<std::filesystem::path> filesOf(const Experiment& experiment);

}  // namespace lamscope
