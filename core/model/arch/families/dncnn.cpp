// SPDX-License-Identifier: GPL-3.0-or-later
// DnCNN: Zhang et al., "Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising", IEEE TIP 2017,
// with and without batch normalisation; and IRCNN: Zhang et al., "Learning Deep CNN Denoiser Prior for Image
// Restoration", CVPR 2017, a row of seven dilated convolutions. Both under the keys of KAIR; DnCNN also under those of
// its authors' first port and of the port (by SaoYan) that this one was made from, whose convolutions have no bias.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/convolution_row.h"
#include "runtime/torch_headers.h"

namespace lamscope::dncnn {

namespace {

/// Of IRCNN's convolutions.
constexpr std::array dilated{1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0};

std::string prefixOf(const LayerBuilder& layers) {
    return layers.has("dncnn.0.weight") ? "dncnn." : "model.";
}

/// The row estimates the noise, which is taken from the image.
class DnCnn final : public NativeNetwork {
public:
    DnCnn(ConvolutionRow row, std::int64_t colours)
        : row_(std::move(row))
        , colours_(static_cast<int>(colours)) {}

    [[nodiscard]] InputShape inputShape() const override { return {.channels = colours_}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto x = row_.body(lr);
        return makeTrunk(x, [this, lr, x](const Crop& crop) { return crop(lr) - row_.last(crop(x)); });
    }

private:
    ConvolutionRow row_;
    int colours_;
};

bool matches(const LayerBuilder& layers) {
    const auto prefix = prefixOf(layers);
    const auto in = layers.size(prefix + "0.weight", 1);
    // Networks of KAIR that skip over the row's body have it under the number 1.
    return (in == 1 || in == 3) && layers.countAfter(prefix + "1.sub.") == 0 && layers.rank(prefix + "2.weight") == 4
           && outputsOfRow(layers, prefix) == in;
}

/// None but the seven plain convolutions of IRCNN dilates.
std::vector<double> dilationsOf(LayerBuilder& layers, const std::string& prefix, std::size_t convolutions) {
    if (convolutions != dilated.size() || rowIsNormalised(layers, prefix)) {
        return {};
    }
    auto dilations = layers.assumed("dilation", std::vector<double>(dilated.begin(), dilated.end()));
    constexpr double most = 16;
    for (const double dilation : dilations) {
        if (!(dilation >= 1.0 && dilation <= most) || dilation != static_cast<double>(static_cast<int>(dilation))) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("dilation={}: a dilation is a whole number from 1 to {}", fmt::join(dilations, "/"), most));
        }
    }
    return dilations;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto prefix = prefixOf(layers);
    const auto numbers = numbersOfRow(layers, prefix);
    const std::int64_t colours = layers.size(prefix + "0.weight", 1) == 1 ? 1 : 3;
    const auto dilations = dilationsOf(layers, prefix, numbers.size());
    const bool isDilated = std::ranges::any_of(dilations, [](double dilation) { return dilation != 1.0; });
    const double normEpsilon = layers.has(prefix + "0.bias") ? 1e-4 : 1e-5;  // of the authors and of the framework
    ConvolutionRow row(layers, prefix, colours, colours, dilations, normEpsilon);
    BuiltNetwork result;
    result.name = isDilated ? "IRCNN" : "DnCNN";
    result.hyperparameters = {{"features", std::to_string(layers.size(prefix + "0.weight", 0))},
                              {"convolutions", std::to_string(numbers.size())}};
    if (rowIsNormalised(layers, prefix)) {
        result.hyperparameters.emplace_back("normalisation", "batch");
    }
    result.scales = {1};
    result.defaultRange = 1.0;
    result.receptiveField = {.global = false, .radius = row.reach(), .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<DnCnn>(std::move(row), colours);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"dncnn", matches, build};
}

}  // namespace lamscope::dncnn
