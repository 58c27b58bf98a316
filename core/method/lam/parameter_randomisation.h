// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

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

}  // namespace lamscope
