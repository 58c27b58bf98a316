// SPDX-License-Identifier: GPL-3.0-or-later
// What the loaders of exported networks (TorchScript, .pt2) have in common: the card, and trials at a few sizes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "model/exported/exported_card.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"
#include "model/size_guards.h"

namespace lamscope {

using LrSize = std::pair<int, int>;  // width, height

/// "64x48"
[[nodiscard]] std::string inWords(const LrSize& size);

/// How much a network enlarges a size, or why that cannot be said.
struct SizeTrial {
    std::optional<int> scale = std::nullopt;
    std::string failure = {};
};

/// A side on which networks of any size are tried first.
constexpr int usualTrialSide = 48;

/// Evaluates a grey image of this size on the CPU. Throws what the network throws as Error, and out-of-memory errors.
[[nodiscard]] SizeTrial tryAt(const Network& network, const LrSize& size);

/// Which sizes an exported network takes, and how much it enlarges them.
struct SizeBehaviour {
    int scale = 0;
    int sizeMultiple = 1;
    int minimumSide = 1;
    std::optional<LrSize> fixedSize = std::nullopt;
    SizeGuards guards = {};
    std::string remark = {};  ///< what the user should know about it
};

/// A behaviour, or why there is none.
struct SizeFinding {
    std::optional<SizeBehaviour> behaviour = std::nullopt;
    std::string failure = {};
};

/// A trial at the one size that the network takes. `remark` is the behaviour's.
[[nodiscard]] SizeFinding tryFixedSize(const Network& network, const LrSize& size, const std::string& remark);

/// Trials at two sizes that obey the rule of `multiple` and `minimumSide`; `failure` where either fails, or where they
/// are enlarged differently.
[[nodiscard]] SizeFinding tryUsualSizes(const Network& network, int multiple, int minimumSide);

/// An exported network, and the value range that its card states.
struct ExportedModel {
    std::unique_ptr<Network> network;  ///< padded to the card's size multiple
    std::optional<double> range;
    std::string rangeEvidence;
};

/// Writes what is stated and found to `card` (name, scale, mean, size rules, warnings) and pads the network.
/// @param kind  the network in words, "TorchScript network".
[[nodiscard]] ExportedModel describeExported(std::unique_ptr<Network> network, const SizeBehaviour& behaviour,
                                             const ExportedCard& stated, const ModelSettings& settings,
                                             std::string_view kind, ModelCard& card);

}  // namespace lamscope
