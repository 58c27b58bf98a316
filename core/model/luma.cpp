// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/luma.h"

#include "model/bicubic_network.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Studio swing: 219 of 255 levels between black and white.
constexpr double swing = 219.0 / 255.0;

}  // namespace

torch::Tensor lumaOf(const torch::Tensor& rgb) {
    const auto weights = torch::tensor({65.481, 128.553, 24.966}, torch::kFloat64).div(255.0).to(rgb.options());
    return at::conv2d(rgb, weights.view({1, 3, 1, 1})) + 16.0 / 255.0;
}

torch::Tensor withColoursOf(const torch::Tensor& lr, const torch::Tensor& luma, int scale) {
    const auto bicubic = makeBicubicNetwork(scale);
    bicubic->to(lr.device(), lr.scalar_type());
    const auto enlarged = bicubic->forward(lr);
    // With Cb and Cr kept, a change of Y moves R, G and B alike.
    return enlarged + (luma - lumaOf(enlarged)) / swing;
}

}  // namespace lamscope
