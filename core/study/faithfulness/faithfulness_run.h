// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "method/lam/evaluation_window.h"
#include "scene/experiment.h"
#include "study/faithfulness/faithfulness_document.h"

namespace lamscope {

/// What a run needs beside its experiment: the machine and the files that are written.
struct FaithfulnessRunSettings {
    std::string device = "cpu";                    ///< as returned by resolveDevice()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
    EvaluationOptions evaluation{};                ///< as of LamRunSettings
};

/// Where a run stands.
struct FaithfulnessRunProgress {
    std::string step;    ///< what is being done, for people
    double share = 0.0;  ///< of that step, 0…1; negative where it is not known
};

using FaithfulnessRunCallback = std::function<void(const FaithfulnessRunProgress&)>;

/// Computes an experiment of the method faithfulness, which has one scene: the map of each network that is not hidden
/// and each patch, or that of the attribution file, and how faithful it is.
///
/// @param progress called on the calling thread; must not throw; may be empty.
/// @return nullopt when stopped. Throws Error(InvalidArgument) for an experiment of another number of scenes, and for
/// an attribution file with several patches; as faithfulnessOptionsOf(), LamRun, readAttribution(), and
/// FaithfulnessMeasurement, naming the network.
[[nodiscard]] std::optional<FaithfulnessDocument> runFaithfulness(const Experiment& experiment,
                                                                  const FaithfulnessRunSettings& settings = {},
                                                                  const std::stop_token& stop = {},
                                                                  const FaithfulnessRunCallback& progress = {});

}  // namespace lamscope
