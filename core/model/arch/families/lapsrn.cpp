// SPDX-License-Identifier: GPL-3.0-or-later
// LapSRN: Lai et al., "Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution", CVPR 2017, in the form
// of the PyTorch port by twtygqyy.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

namespace lamscope::lapsrn {

namespace {

constexpr int mostLevels = 3;  // x8
constexpr TransposedConvolutionShape doubling{.kernel = 4, .stride = 2, .padding = 1, .bias = false};

/// One doubling of the size: the features that the next level continues from, and the image.
struct PyramidLevel {
    double slope;
    std::vector<Convolution> convolutions;
    TransposedConvolution enlargeFeatures;
    TransposedConvolution enlargeImage;
    Convolution residual;

    PyramidLevel(LayerBuilder& layers, int number, std::int64_t features, int depth, double negativeSlope)
        : slope(negativeSlope) {
        const auto prefix = fmt::format("convt_F{}.0.cov_block.", number);
        for (int i = 0; i < depth; ++i) {
            convolutions.push_back(
                layers.convolution(prefix + std::to_string(2 * i), {.in = features, .out = features, .bias = false}));
        }
        auto shape = doubling;
        shape.in = shape.out = features;
        enlargeFeatures = layers.transposedConvolution(prefix + std::to_string(2 * depth), shape);
        shape.in = shape.out = 1;
        enlargeImage = layers.transposedConvolution(fmt::format("convt_I{}", number), shape);
        residual = layers.convolution(fmt::format("convt_R{}", number), {.in = features, .out = 1, .bias = false});
    }

    /// How far an image looks, in pixels of the grid below.
    [[nodiscard]] int reach() const { return static_cast<int>(convolutions.size()) + 2; }

    [[nodiscard]] torch::Tensor featuresFrom(torch::Tensor x) const {
        for (const auto& convolution : convolutions) {
            x = leakyRelu(convolution(x), slope);
        }
        return leakyRelu(enlargeFeatures(x), slope);
    }

    [[nodiscard]] torch::Tensor imageFrom(const torch::Tensor& image, const torch::Tensor& features) const {
        return enlargeImage(image) + residual(features);
    }
};

class LapSrn final : public NativeNetwork {
public:
    /// All levels of the file are built; the SR is the image of level `used`.
    LapSrn(LayerBuilder& layers, std::int64_t features, int depth, int levels, int used)
        : slope_(layers.assumed("slope", 0.2)) {
        input_ = layers.convolution("conv_input", {.in = 1, .out = features, .bias = false});
        for (int n = 1; n <= levels; ++n) {
            levels_.emplace_back(layers, n, features, depth, slope_);
        }
        levels_.erase(levels_.begin() + used, levels_.end());
    }

    [[nodiscard]] InputShape inputShape() const override { return {.channels = 1}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto image = lr;
        auto features = leakyRelu(input_(lr), slope_);
        for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
            features = levels_[i].featuresFrom(features);
            image = levels_[i].imageFrom(image, features);
        }
        const auto& last = levels_.back();
        const auto tail = [&last, image, features](const Crop& crop) {
            return last.imageFrom(crop(image), last.featuresFrom(crop(features)));
        };
        return makeTrunk(features, tail, {.finer = 1 << (levels_.size() - 1), .reach = last.reach()});
    }

private:
    double slope_;
    Convolution input_;
    std::vector<PyramidLevel> levels_;
};

/// What the SR pixels of one LR pixel see, traced back level by level; in LR pixels.
int radius(int levels, int depth) {
    int left = 1;  // pixels before the first and behind the last of the block, through the residual's convolution
    int right = 1 << levels;
    for (int n = 0; n < levels; ++n) {
        left = (left + 2) / 2 + depth;
        right = (right + 1) / 2 + depth;
    }
    return std::max(left, right) + 1;
}

/// Convolutions of a level; activations lie between them, and the enlargement follows.
int depthOf(const LayerBuilder& layers) {
    int depth = 0;
    while (layers.has(fmt::format("convt_F1.0.cov_block.{}.weight", 2 * (depth + 1)))) {
        ++depth;
    }
    return depth;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("convt_F1.0.cov_block.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int scale) {
    const auto features = layers.size("conv_input.weight", 0);
    const int depth = depthOf(layers);
    const int levels = std::clamp(layers.countAfter("convt_F") - 1, 1, mostLevels);
    BuiltNetwork result;
    result.name = "LapSRN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"levels", std::to_string(levels)},
                              {"layers per level", std::to_string(depth)}};
    int used = levels;
    for (int n = levels; n > 0; --n) {
        result.scales.push_back(1 << n);
        if (scale == 1 << n) {
            used = n;
        }
    }
    result.defaultRange = 1.0;
    result.receptiveField = {.global = false, .radius = radius(used, depth), .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<LapSrn>(layers, features, depth, levels, used);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"lapsrn", matches, build};
}

}  // namespace lamscope::lapsrn
