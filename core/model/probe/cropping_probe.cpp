// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/probe/cropping_probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Largest deviation, of the SR's standard deviation, that is taken for rounding: far above float32's own, so that deep
/// networks pass. How far a network deviates is in the evidence.
constexpr double rounding = 1e-3;
/// LR pixels that are compared along the strip.
constexpr int comparedPixels = 8;

int roundedUp(int value, int multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

/// How far the SR of a part of a strip lies from that of the whole strip, of the SR's deviation. `axis` 2: the strip
/// runs downwards; 3: to the right.
double deviationAlong(const Network& network, const ModelCard& card, std::int64_t axis) {
    const int multiple = std::lcm(*card.cropping.multiple, card.sizeMultiple);
    const int left = roundedUp(std::max(card.minimumSide, comparedPixels), multiple);  // what the part leaves out
    const int part = roundedUp(*card.receptiveField.radius + std::max(card.minimumSide, comparedPixels), multiple);
    const int across = roundedUp(std::max(card.minimumSide, comparedPixels), multiple);
    const int along = left + part;
    auto generator = at::detail::createCPUGenerator(1);
    const auto size = axis == 3 ? std::pair(across, along) : std::pair(along, across);
    const auto strip =
        (torch::rand({1, network.inputShape().channels, size.first, size.second}, generator) * card.range)
            .contiguous(torch::MemoryFormat::ChannelsLast);
    const auto compared = (part - *card.receptiveField.radius) * card.scale;
    const auto endOf = [&](const torch::Tensor& lr) {
        const auto sr = network.forward(lr).to(torch::kFloat64);
        return sr.narrow(axis, sr.size(axis) - compared, compared);
    };
    const auto whole = endOf(strip);
    const auto cropped = endOf(strip.narrow(axis, left, part).contiguous(torch::MemoryFormat::ChannelsLast));
    const auto difference = (whole - cropped).abs().max().item<double>();
    return difference == 0.0 ? 0.0 : difference / whole.std().item<double>();
}

}  // namespace

Cropping probeCropping(const Network& network, const ModelCard& card) {
    const auto& claim = card.cropping;
    const auto& field = card.receptiveField;
    if (!claim.multiple || field.global || !field.radius || card.fixedSize) {
        return {.multiple = std::nullopt, .evidence = claim.evidence};
    }
    try {
        const at::NoGradGuard noGradients;
        const double downwards = deviationAlong(network, card, 2);
        const double across = deviationAlong(network, card, 3);
        const double deviation = std::max(downwards, across);
        if (downwards < rounding && across < rounding) {
            return {
                .multiple = claim.multiple,
                .evidence = fmt::format("by construction; a probe differs by {:.1g} of the SR's deviation", deviation)};
        }
        return {.multiple = std::nullopt,
                .evidence =
                    fmt::format("a probe on a part differs from the whole by {:.1g} of the SR's deviation", deviation)};
    } catch (const std::exception&) {
        return {.multiple = std::nullopt, .evidence = "not known: the network failed on the probe"};
    }
}

}  // namespace lamscope
