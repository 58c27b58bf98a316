// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/edsr_network.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/arch/div2k_mean.h"

namespace lamscope {

namespace {

constexpr float basicSrRange = 255.0F;

/// Only what divides the scale of the tail makes a network.
int unshuffleOf(const LayerBuilder& layers, int tailScale) {
    const auto channels = static_cast<double>(layers.size("head.1.weight", 1));
    const int factor = std::clamp(static_cast<int>(std::lround(std::sqrt(channels / 3.0))), 1, tailScale);
    return tailScale % factor == 0 ? factor : 1;
}

}  // namespace

EdsrFrame::EdsrFrame(LayerBuilder& layers)
    : basicSr(layers.has("conv_first.weight")) {
    const bool unshuffles = !basicSr && !layers.has("head.0.weight") && layers.has("head.1.weight");
    const std::string headPrefix = basicSr ? "conv_first" : unshuffles ? "head.1" : "head.0";
    features = layers.size(headPrefix + ".weight", 0);
    blocks = std::max(layers.countAfter("body.") - (basicSr ? 0 : 1), 0);
    if (basicSr) {
        tail = EdsrTail(layers, features, "upsample", "conv_last");
        subtractMean = makeFixedShift(layers, basicSrRange, div2kShift(-basicSrRange));
        tail.addMean = makeFixedShift(layers, 1.0F / basicSrRange, div2kShift());
    } else {
        tail = EdsrTail(layers, features);
        if (layers.has("sub_mean.weight")) {
            subtractMean = makeMeanShift(layers, "sub_mean");
        }
    }
    if (unshuffles) {
        unshuffle = unshuffleOf(layers, tail.upsampler.scale());
    }
    head = layers.convolution(headPrefix, {.in = std::int64_t{3} * unshuffle * unshuffle, .out = features});
    lastOfBody = layers.convolution(basicSr ? "conv_after_body" : fmt::format("body.{}", blocks),
                                    {.in = features, .out = features});
}

void EdsrFrame::describe(BuiltNetwork& result, const LayerBuilder& layers) const {
    result.scales = {tail.upsampler.scale() / unshuffle};
    result.sizeMultiple = unshuffle;
    result.defaultRange = 1.0;
    if (basicSr) {
        const auto mean = div2kShift();
        result.mean.assign(mean.begin(), mean.end());
    } else if (subtractMean) {
        const auto bias = layers.values("sub_mean.bias");
        const bool isLarge = std::ranges::any_of(bias, [](float value) { return std::abs(value) > 1.0F; });
        result.defaultRange = isLarge ? 255.0 : 1.0;
        result.mean = meanOfShift(layers, "sub_mean.bias");
    }
}

}  // namespace lamscope
