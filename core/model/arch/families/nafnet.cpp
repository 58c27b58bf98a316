// SPDX-License-Identifier: GPL-3.0-or-later
// NAFNet: Chen et al., "Simple Baselines for Image Restoration", ECCV 2022. Pooling over a part of the image: Chu et
// al., "Improving Image Restoration by Revisiting Global Information Aggregation", ECCV 2022.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/arch/assumed_numbers.h"
#include "model/arch/feature_modulation.h"
#include "model/arch/local_average.h"
#include "model/cropped_trunk.h"
#include "runtime/torch_headers.h"

namespace lamscope::nafnet {

namespace {

constexpr const char* firstBeta = "middle_blks.0.beta";

/// The average that gates the channels of a pixel.
struct Pooling {
    std::int64_t side = 0;  ///< of the square around the pixel that it is taken of; 0: the whole image

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return side == 0 ? x.mean({2, 3}, /*keepdim=*/true) : averageAround(x, side);
    }
};

/// One half of the channels times the other.
torch::Tensor gated(const torch::Tensor& x) {
    const auto halves = x.chunk(2, 1);
    return halves[0] * halves[1];
}

struct Block {
    LayerNorm norm1;
    Convolution conv1;
    Convolution conv2;
    Pooling pooling;
    Convolution attention;
    Convolution conv3;
    torch::Tensor beta;
    LayerNorm norm2;
    Convolution conv4;
    Convolution conv5;
    torch::Tensor gamma;

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const Pooling& itsPooling)
        : pooling(itsPooling) {
        constexpr double epsilon = 1e-6;
        const auto half = layers.size(prefix + ".conv1.weight", 0) / 2;
        const auto hidden = layers.size(prefix + ".conv4.weight", 0) / 2;
        const auto pointwise = [&](const char* name, std::int64_t in, std::int64_t out) {
            return layers.convolution(prefix + name, {.in = in, .out = out, .kernel = 1});
        };
        norm1 = layers.layerNorm(prefix + ".norm1", features, epsilon);
        conv1 = pointwise(".conv1", features, 2 * half);
        conv2 = layers.convolution(prefix + ".conv2",
                                   {.in = 2 * half, .out = 2 * half, .groups = std::max<std::int64_t>(2 * half, 1)});
        attention = pointwise(".sca.1", half, half);
        conv3 = pointwise(".conv3", half, features);
        beta = layers.tensor(prefix + ".beta", {1, features, 1, 1});
        norm2 = layers.layerNorm(prefix + ".norm2", features, epsilon);
        conv4 = pointwise(".conv4", features, 2 * hidden);
        conv5 = pointwise(".conv5", hidden, features);
        gamma = layers.tensor(prefix + ".gamma", {1, features, 1, 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = gated(conv2(conv1(normalisePixels(norm1, x))));
        const auto attended = x + conv3(y * attention(pooling(y))) * beta;
        return attended + conv5(gated(conv4(normalisePixels(norm2, attended)))) * gamma;
    }
};

using Blocks = std::vector<NamedBlock<Block>>;

Blocks blocksUnder(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const Pooling& pooling) {
    Blocks blocks;
    const int count = layers.countAfter(prefix + ".");
    for (int i = 0; i < count; ++i) {
        blocks.emplace_back(layers, fmt::format("{}.{}", prefix, i), features, pooling);
    }
    return blocks;
}

torch::Tensor applied(const Blocks& blocks, torch::Tensor x) {
    for (const auto& block : blocks) {
        x = block(x);
    }
    return x;
}

/// What the file and the user tell.
struct Shape {
    std::int64_t features = 0;
    int channels = 3;
    int levels = 0;          ///< each halves the image
    std::int64_t patch = 0;  ///< side of the patches of training, pixels, if averages are taken of a part; else 0

    /// Sides that the levels halve evenly are multiples of this.
    [[nodiscard]] std::int64_t multiple() const { return std::int64_t{1} << levels; }
    /// The side of the square that is pooled, pixels of the image.
    [[nodiscard]] std::int64_t pooledSide() const { return patch * 3 / 2; }

    /// Squares of 1.5 times the side that a patch of training has at this level.
    [[nodiscard]] Pooling poolingAt(int level) const {
        if (patch == 0) {
            return {};
        }
        const auto padded = (patch + multiple() - 1) / multiple() * multiple();
        return {std::max<std::int64_t>((padded >> level) * pooledSide() / patch, 1)};
    }
};

class NafNet final : public NativeNetwork {
public:
    NafNet(LayerBuilder& layers, const Shape& shape)
        : shape_(shape)
        , first_(layers.convolution("intro", {.in = shape.channels, .out = shape.features}))
        , last_(layers.convolution("ending", {.in = shape.features, .out = shape.channels})) {
        auto features = shape.features;
        for (int l = 0; l < shape.levels; ++l, features *= 2) {
            auto blocks = blocksUnder(layers, fmt::format("encoders.{}", l), features, shape.poolingAt(l));
            auto resize =
                layers.convolution(fmt::format("downs.{}", l),
                                   {.in = features, .out = 2 * features, .kernel = 2, .stride = 2, .padding = 0});
            down_.push_back({std::move(blocks), std::move(resize)});
        }
        middle_ = blocksUnder(layers, "middle_blks", features, shape.poolingAt(shape.levels));
        for (int i = 0; i < shape.levels; ++i) {
            auto resize = layers.convolution(fmt::format("ups.{}.0", i),
                                             {.in = features, .out = 2 * features, .kernel = 1, .bias = false});
            features /= 2;
            const auto pooling = shape.poolingAt(shape.levels - 1 - i);
            up_.push_back({blocksUnder(layers, fmt::format("decoders.{}", i), features, pooling), std::move(resize)});
        }
    }

    [[nodiscard]] InputShape inputShape() const override { return {.channels = shape_.channels}; }

    /// The image is continued by zeros, at the right and at the bottom, to what the levels halve evenly.
    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto multiple = shape_.multiple();
        const auto missing = [&](std::int64_t side) { return (multiple - side % multiple) % multiple; };
        const auto image = at::constant_pad_nd(lr, {0, missing(lr.size(3)), 0, missing(lr.size(2))});
        auto x = first_(image);
        std::vector<torch::Tensor> skips;
        for (const auto& [blocks, resize] : down_) {
            skips.push_back(applied(blocks, x));
            x = resize(skips.back());
        }
        x = applied(middle_, x);
        for (const auto& [blocks, resize] : up_) {
            x = applied(blocks, at::pixel_shuffle(resize(x), 2) + skips.back());
            skips.pop_back();
        }
        auto trunk = makeTrunk(x, [this, x, image](const Crop& crop) { return last_(crop(x)) + crop(image); });
        return croppedTrunk(std::move(trunk), lr.size(2), lr.size(3));
    }

private:
    struct Level {
        Blocks blocks;
        Convolution resize;
    };

    Shape shape_;
    Convolution first_;
    std::vector<Level> down_;
    Blocks middle_;
    std::vector<Level> up_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("intro.weight") && layers.has(firstBeta) && layers.has("downs.0.weight");
}

/// The authors' deblurring networks are evaluated with averages over a part of the image; the files do not tell.
std::int64_t patchOfTraining(LayerBuilder& layers) {
    return assumedSide(layers, "tlsc", 0, 0, "patches of training", "256; 0 pools the whole image");
}

std::vector<int> depthsUnder(const LayerBuilder& layers, const std::string& prefix, int levels) {
    std::vector<int> depths;
    for (int l = 0; l < levels; ++l) {
        depths.push_back(layers.countAfter(fmt::format("{}.{}.", prefix, l)));
    }
    return depths;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    constexpr int mostLevels = 8;
    Shape shape;
    shape.features = layers.size("intro.weight", 0);
    shape.channels = layers.size("intro.weight", 1) == 1 ? 1 : 3;
    shape.levels = std::min(layers.countAfter("downs."), mostLevels);
    shape.patch = patchOfTraining(layers);
    BuiltNetwork result;
    result.name = "NAFNet";
    result.hyperparameters = {
        {"features", std::to_string(shape.features)},
        {"encoder blocks", fmt::format("{}", fmt::join(depthsUnder(layers, "encoders", shape.levels), " "))},
        {"middle blocks", std::to_string(layers.countAfter("middle_blks."))},
        {"decoder blocks", fmt::format("{}", fmt::join(depthsUnder(layers, "decoders", shape.levels), " "))}};
    result.scales = {1};
    result.defaultRange = 1.0;
    result.receptiveField = {
        .global = true,
        .radius = std::nullopt,
        .evidence = shape.patch == 0 ? "analytic: channel attention spans the image"
                                     : fmt::format("analytic: channel attention spans {} pixels, in each block anew",
                                                   shape.pooledSide())};
    result.network = std::make_unique<NafNet>(layers, shape);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"nafnet", matches, build};
}

}  // namespace lamscope::nafnet
