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
    std::unique_ptr<Network> network;  ///< of any size; null when no known network fits exactly
    std::string family;                ///< as in the setting arch=
    std::optional<double> defaultRange;
    std::vector<std::string> leftOut;      ///< tensors of the checkpoint that are no weights: counters, copies…
    std::optional<KeyDifference> nearest;  ///< then: what comes closest
};

/// Builds the native network whose keys and shapes match exactly, and writes what is known about it to `card`, whose
/// `file` must be set: a scale that no shape tells is taken from a probe, else from the file's name, else assumed.
/// Beside the weights the checkpoint may hold what areBookkeeping() knows. Throws Error(InvalidArgument) on settings
/// that do not fit: an unknown architecture, an assumption that the network does not make.
[[nodiscard]] Recognition recognise(const Checkpoint& checkpoint, const ModelSettings& settings, ModelCard& card);

/// Whether a known network, of the family in the settings if there is one, has tensors of such names.
[[nodiscard]] bool looksLikeANetwork(const Checkpoint& checkpoint, const ModelSettings& settings);

/// The scale that a file's name states ("net_x3", "4x-net"), among `scales`; nullopt when it states none or several.
[[nodiscard]] std::optional<int> scaleInName(const std::string& stem, const std::vector<int>& scales);

}  // namespace lamscope
