// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/checkpoint.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"

namespace lamscope {

/// The result of matching the weights of a file with the known networks.
struct Recognition {
    std::unique_ptr<Network> network;  ///< takes LR sides of any length; null if no known network fits exactly
    std::string family;                ///< the family's name, as in the setting arch=
    std::optional<double> defaultRange;
    std::vector<std::string> leftOut;  ///< tensors of the checkpoint that are not weights: counters, copies…
    /// The family that comes closest when `network` is null: the one with the largest share of tensors in common.
    /// nullopt if none has a tensor of these names.
    std::optional<KeyDifference> nearest;
};

/// Builds the native network whose keys and shapes match the checkpoint exactly, and writes to `card` what is known
/// about the network. `card.file` must be set: a scale that no shape tells is taken from a probe, else from the file's
/// name, else assumed. Where published networks of the same keys and shapes are wired differently, a probe decides, and
/// the card says so; an assumption in the settings insists on a wiring. The checkpoint may also hold the tensors that
/// areBookkeeping() accepts. Throws Error(InvalidArgument) on settings that do not fit: an unknown architecture, an
/// assumption that the network does not make.
[[nodiscard]] Recognition recognise(const Checkpoint& checkpoint, const ModelSettings& settings, ModelCard& card);

/// Another family whose files have the same keys and shapes as those of `family`. It is taken where the settings name
/// it alone. nullopt where there is none.
[[nodiscard]] std::optional<std::string_view> twinOf(std::string_view family);

/// True if the checkpoint's tensor names look like those of a known network, or of the family in the settings if they
/// name one. Throws Error(InvalidArgument) on an unknown architecture.
[[nodiscard]] bool looksLikeANetwork(const Checkpoint& checkpoint, const ModelSettings& settings);

/// The scale that a file's name states ("net_x3", "4x-net"), if it is one of `scales`; nullopt if the name states none
/// or several.
[[nodiscard]] std::optional<int> scaleInName(const std::string& stem, const std::vector<int>& scales);

}  // namespace lamscope
