// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "model/arch/layer_builder.h"
#include "model/model_card.h"

namespace lamscope {

/// The standard deviation of the noise that a network is to remove, which it reads beside the image: the setting
/// sigma=, in levels of 0 to 255. Its value is NaN where the user gives none: recognise() refuses such a network.
/// Throws Error(InvalidArgument) on a number outside 0…255.
/// @param trainedTo  the largest value that published networks were trained for
[[nodiscard]] SideInput noiseLevel(LayerBuilder& layers, int trainedTo);

/// [n, colours, h, w] of the range [0, 1] with a plane of the noise level after the colours. An input that brings a
/// plane of its own, of one channel more, stays as it is.
/// @param sigma  in levels of 0 to 255
[[nodiscard]] torch::Tensor withNoisePlane(const torch::Tensor& x, std::int64_t colours, double sigma);

}  // namespace lamscope
