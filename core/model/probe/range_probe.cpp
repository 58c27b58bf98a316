// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/probe/range_probe.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "model/bicubic_network.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr std::int64_t border = 6;  // where padding, not the range, decides

torch::Tensor smoothPicture(int channels, std::pair<int, int> size) {
    const auto [width, height] = size;
    auto picture = torch::empty({1, channels, height, width});
    auto values = picture.accessor<float, 4>();
    for (std::int64_t c = 0; c < channels; ++c) {
        for (std::int64_t y = 0; y < height; ++y) {
            for (std::int64_t x = 0; x < width; ++x) {
                const double wave =
                    std::sin(2.0 * std::numbers::pi * static_cast<double>(y) / 32.0 + static_cast<double>(c))
                    * std::cos(2.0 * std::numbers::pi * static_cast<double>(x) / 40.0);
                values[0][c][y][x] = static_cast<float>(0.5 + 0.35 * wave);
            }
        }
    }
    return picture;
}

torch::Tensor withoutBorder(const torch::Tensor& x, int scale) {
    const auto width = std::min({border * scale, x.size(2) / 4, x.size(3) / 4});
    return x.slice(2, width, x.size(2) - width).slice(3, width, x.size(3) - width);
}

struct ProbeResiduals {
    double plain = std::numeric_limits<double>::infinity();
    double withoutInput = std::numeric_limits<double>::infinity();
    double colourShift = std::numeric_limits<double>::infinity();
};

double rmseOf(const torch::Tensor& difference) {
    const auto rmse = difference.to(torch::kFloat64).square().mean().sqrt().item<double>();
    return std::isfinite(rmse) ? rmse : std::numeric_limits<double>::infinity();
}

ProbeResiduals residualsAt(const Network& network, int scale, std::pair<int, int> size, double range) {
    const auto picture = smoothPicture(network.inputShape().channels, size);
    try {
        const at::NoGradGuard noGradients;
        const auto sr = network.forward(picture * range) / range;
        const auto averaged = withoutBorder(at::avg_pool2d(sr, {scale, scale}), 1);
        const auto input = withoutBorder(picture, 1);
        const auto change = (averaged - input).to(torch::kFloat64);
        const auto shift = change.mean({0, 2, 3}).abs().max().item<double>();
        return {.plain = rmseOf(change), .withoutInput = rmseOf(change - input), .colourShift = shift};
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace

std::pair<int, int> probeSize(const ModelCard& card, std::pair<int, int> usual) {
    const auto atLeast = [&card](int side) { return std::max(side, card.minimumSide); };
    const std::pair size(atLeast(usual.first), atLeast(usual.second));
    const bool isForbidden = card.guards && card.guards.violated(size.first, size.second);
    return card.fixedSize.value_or(isForbidden ? card.guards.example : size);
}

RangeProbe probeRange(const Network& network, int scale, std::pair<int, int> size) {
    const auto at1 = residualsAt(network, scale, size, 1.0);
    const auto at255 = residualsAt(network, scale, size, 255.0);
    return {.residual1 = at1.plain,
            .residual255 = at255.plain,
            .withoutInput = std::min(at1.withoutInput, at255.withoutInput),
            .colourShift1 = at1.colourShift,
            .colourShift255 = at255.colourShift};
}

double agreementWithBicubic(const Network& network, torch::Device device, int scale, double range,
                            std::pair<int, int> size) {
    const at::NoGradGuard noGradients;
    const auto picture = smoothPicture(network.inputShape().channels, size);
    const auto sr = (network.forward((picture * range).to(device)) / range).to(torch::kCPU);
    const auto reference = makeBicubicNetwork(scale)->forward(picture);
    const auto difference = withoutBorder(sr - reference, scale).to(torch::kFloat64);
    return -10.0 * std::log10(difference.square().mean().item<double>());
}

}  // namespace lamscope
