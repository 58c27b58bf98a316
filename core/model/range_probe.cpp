// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/range_probe.h"

#include <cmath>
#include <limits>
#include <numbers>

#include <torch/torch.h>

#include "model/bicubic_network.h"

namespace lamscope {

namespace {

constexpr std::int64_t side = 48;
constexpr std::int64_t border = 6;  // where padding, not the range, decides

torch::Tensor smoothPicture() {
    auto picture = torch::empty({1, 3, side, side});
    auto values = picture.accessor<float, 4>();
    for (std::int64_t c = 0; c < 3; ++c) {
        for (std::int64_t y = 0; y < side; ++y) {
            for (std::int64_t x = 0; x < side; ++x) {
                const double wave =
                    std::sin(2.0 * std::numbers::pi * static_cast<double>(y) / 32.0 + static_cast<double>(c))
                    * std::cos(2.0 * std::numbers::pi * static_cast<double>(x) / 40.0);
                values[0][c][y][x] = static_cast<float>(0.5 + 0.35 * wave);
            }
        }
    }
    return picture;
}

torch::Tensor withoutBorder(const torch::Tensor& x, std::int64_t width) {
    return x.slice(2, width, x.size(2) - width).slice(3, width, x.size(3) - width);
}

double residual(const Network& network, int scale, double range) {
    const auto picture = smoothPicture();
    try {
        const torch::NoGradGuard noGradients;
        const auto sr = network.forward(picture * range) / range;
        const auto averaged = at::avg_pool2d(sr, {scale, scale});
        const auto difference = withoutBorder(averaged - picture, border);
        const auto rmse = difference.to(torch::kFloat64).square().mean().sqrt().item<double>();
        return std::isfinite(rmse) ? rmse : std::numeric_limits<double>::infinity();
    } catch (const std::exception&) {
        return std::numeric_limits<double>::infinity();
    }
}

}  // namespace

RangeProbe probeRange(const Network& network, int scale) {
    return {residual(network, scale, 1.0), residual(network, scale, 255.0)};
}

double agreementWithBicubic(const Network& network, int scale, double range) {
    const torch::NoGradGuard noGradients;
    const auto picture = smoothPicture();
    const auto sr = network.forward(picture * range) / range;
    const auto reference = makeBicubicNetwork(scale)->forward(picture);
    const auto difference = withoutBorder(sr - reference, border * scale).to(torch::kFloat64);
    return -10.0 * std::log10(difference.square().mean().item<double>());
}

}  // namespace lamscope
