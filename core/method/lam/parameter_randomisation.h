// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "method/lam/lam.h"
#include "method/lam/signed_map.h"
#include "model/sr_model.h"

namespace lamscope {

/// Which layers lose what they have learnt. A layer is a weight tensor with its bias, in the order of the network.
enum class RandomisedLayers { Last, Half, All };

/// In the order of a check: from little to everything.
inline constexpr std::array everyRandomisation{RandomisedLayers::Last, RandomisedLayers::Half, RandomisedLayers::All};

[[nodiscard]] std::string_view toString(RandomisedLayers layers);

/// What withRandomParameters() is told.
struct Randomisation {
    RandomisedLayers layers = RandomisedLayers::All;
    std::uint64_t seed = 20210619;  ///< fixed, so that a check gives the same numbers each time
};

/// Signed attributions that depend on the weights correlate less than this with those of the trained network.
inline constexpr double acceptedCorrelation = 0.5;

/// @param correlation of signed attributions with those of the trained network, -1...1.
[[nodiscard]] constexpr bool dependsOnWeights(double correlation) {
    return correlation < acceptedCorrelation;
}

/// The model with normal noise of each tensor's own mean and standard deviation in place of the weights of these layers
/// (of the last half, of the very last). A map that explains the network must change with it (Adebayo et al., "Sanity
/// Checks for Saliency Maps", NeurIPS 2018). The same seed gives the same weights. Throws Error(InvalidArgument) where
/// there are none, as with bicubic enlargement.
[[nodiscard]] SrModel withRandomParameters(SrModel model, const Randomisation& randomisation);

/// What random weights make of one map.
struct RandomisationEffect {
    std::optional<MapCorrelation> correlation;  ///< with the trained network's map, see correlationOf()
    std::optional<double> completenessError;    ///< of the map under random weights, see LamResult
    std::string message;                        ///< why there is no correlation; empty if all is well
    std::vector<std::string> warnings;          ///< of the map under random weights, see LamResult
};

/// Computes a network's maps of one or more patches. Nullopt when stopped.
using ComputeMaps = std::function<std::optional<std::vector<LamResult>>(const SrModel& model)>;

/// One step of the parameter-randomisation check: randomises a network, computes its maps and compares them with those
/// of the trained network.
/// @param model   as it was loaded.
/// @param trained what `compute` gave for the trained network.
/// @return one effect for each of `trained`, in their order; nullopt when stopped. Throws as withRandomParameters(),
/// `compute` and correlationOf().
[[nodiscard]] std::optional<std::vector<RandomisationEffect>> effectsOfRandomising(SrModel model,
                                                                                   const Randomisation& randomisation,
                                                                                   std::span<const LamResult> trained,
                                                                                   const ComputeMaps& compute);

}  // namespace lamscope
