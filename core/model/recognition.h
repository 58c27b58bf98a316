// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"

namespace lamscope {

/// What the weights of a file turned out to be.
struct Recognition {
    std::unique_ptr<Network> network;        ///< of any size; null when no known network fits exactly
    std::vector<std::string> parameterKeys;  ///< names of network->parameters() in the checkpoint, in their order
    std::optional<double> defaultRange;
    std::optional<KeyDifference> nearest;  ///< then: what comes closest
};

/// Builds the native network whose keys and shapes match exactly, and writes what is known about it to `card`, whose
/// `file` must be set: a scale that no shape tells is taken from the file's name, else from a probe, else assumed.
/// Throws Error(InvalidArgument) on settings that do not fit: an unknown architecture, an assumption that the network
/// does not make.
[[nodiscard]] Recognition recognise(const Checkpoint& checkpoint, const ModelSettings& settings, ModelCard& card);

/// The scale that a file's name states ("net_x3", "4x-net"), among `scales`; nullopt when it states none or several.
[[nodiscard]] std::optional<int> scaleInName(const std::string& stem, const std::vector<int>& scales);

}  // namespace lamscope
