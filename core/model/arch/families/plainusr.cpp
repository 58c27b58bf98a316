// SPDX-License-Identifier: GPL-3.0-or-later
// PlainUSR: Wang et al., "PlainUSR: Chasing Faster ConvNet for Efficient Super-Resolution", ACCV 2024, as it runs:
// every branch that it was trained with in one convolution.
#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/partial_channels.h"
#include "runtime/torch_headers.h"

namespace lamscope::plainusr {

namespace {

/// Channels of the colours that go through all blocks beside the features.
constexpr std::int64_t colours = 3;
constexpr std::int64_t poolSide = 7;
constexpr std::int64_t poolStride = 3;

/// The mean of every square of `poolSide` pixels, weighted by the exponentials of its values (SoftPool: Stergiou et
/// al., ICCV 2021), as a softmax, which does not overflow.
torch::Tensor softPool(const torch::Tensor& x) {
    const auto positions = [](std::int64_t side) { return (side - poolSide) / poolStride + 1; };
    const auto squares =
        at::im2col(x, {poolSide, poolSide}, /*dilation=*/{1, 1}, /*padding=*/{0, 0}, {poolStride, poolStride})
            .view({x.size(0), x.size(1), poolSide * poolSide, positions(x.size(2)), positions(x.size(3))});
    return (at::softmax(squares, 2) * squares).sum(2);
}

/// Attention to what is important nearby, gated by the first channel. The small networks gate by one convolution alone,
/// without a pool.
struct ImportanceAttention {
    struct AfterPool {
        Convolution reduce;
        Convolution widen;
    };
    Convolution first;
    std::optional<AfterPool> afterPool;

    ImportanceAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        if (!layers.has(prefix + ".body.2.weight")) {
            first = layers.convolution(prefix + ".body.0", {.in = features, .out = features});
            return;
        }
        const auto reduced = layers.size(prefix + ".body.0.weight", 0);
        first = layers.convolution(prefix + ".body.0", {.in = features, .out = reduced, .kernel = 1});
        afterPool = {.reduce = layers.convolution(prefix + ".body.2",
                                                  {.in = reduced, .out = reduced, .stride = 2, .padding = 1}),
                     .widen = layers.convolution(prefix + ".body.3", {.in = reduced, .out = features})};
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        auto importance = first(x);
        if (afterPool) {
            importance = afterPool->widen(afterPool->reduce(softPool(importance)));
        }
        importance = at::sigmoid(importance);
        if (afterPool) {
            importance = resizeBilinear(importance, x.size(2), x.size(3));
        }
        return x * importance * at::sigmoid(x.narrow(1, 0, 1));
    }
};

/// Convolutions of the first channels, the others passed on as they are.
struct PlainBlock {
    double slope = 0.0;
    std::int64_t convolved = 0;
    std::vector<Convolution> convolutions;
    std::optional<ImportanceAttention> attention;

    PlainBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t channels, double negativeSlope)
        : slope(negativeSlope)
        , convolved(std::min(layers.size(prefix + ".body.0.weight", 0), channels)) {
        const int count = layers.has(prefix + ".body.4.weight") ? 3 : 2;
        for (int i = 0; i < count; ++i) {
            convolutions.push_back(
                layers.convolution(fmt::format("{}.body.{}", prefix, 2 * i), {.in = convolved, .out = convolved}));
        }
        const auto ofAttention = fmt::format("{}.body.{}", prefix, 2 * count - 1);
        if (layers.has(ofAttention + ".body.0.weight")) {
            attention.emplace(layers, ofAttention, convolved);
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return onFirstChannels(x, convolved, [this](const torch::Tensor& part) {
            auto y = convolutions.front()(part);
            for (std::size_t i = 1; i < convolutions.size(); ++i) {
                y = convolutions[i](leakyRelu(std::move(y), slope));
            }
            return attention ? (*attention)(y) : y;
        });
    }
};

/// In the order of evaluation.
std::vector<std::string> namesOfBlocks(const LayerBuilder& layers) {
    if (layers.has("block4.body.0.weight")) {
        return {"block1", "block2", "blockm", "block3", "block4"};
    }
    return {"block1", "blockm", "block2"};
}

class PlainUsr final : public NativeNetwork {
public:
    PlainUsr(LayerBuilder& layers, std::int64_t channels, const std::vector<std::string>& blocks, int scale)
        : scale_(scale)
        , first_(layers.convolution("head", {.in = 3, .out = channels}))
        , upsampler_(layers.convolution("tail.0", {.in = channels, .out = 3L * scale * scale})) {
        const double slope = layers.assumed("slope", 0.05);
        for (const auto& block : blocks) {
            blocks_.emplace_back(layers, block, channels, slope);
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = first_(lr);
        for (const auto& block : blocks_) {
            x = block(x);
        }
        return makeTrunk(x, [this, x](const Crop& crop) { return at::pixel_shuffle(upsampler_(crop(x)), scale_); });
    }

    [[nodiscard]] bool isPooled() const {
        return std::ranges::any_of(
            blocks_, [](const auto& named) { return named.block.attention && named.block.attention->afterPool; });
    }

    /// How far 3x3 convolutions in a row reach.
    [[nodiscard]] int reach() const {
        std::size_t reach = 2;
        for (const auto& named : blocks_) {
            reach += named.block.convolutions.size() + (named.block.attention ? 1 : 0);
        }
        return static_cast<int>(reach);
    }

private:
    int scale_;
    Convolution first_;
    std::vector<NamedBlock<PlainBlock>> blocks_;
    Convolution upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("block1.body.0.weight") && layers.has("blockm.body.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto channels = layers.size("head.weight", 0);
    const auto blocks = namesOfBlocks(layers);
    const int scale = scaleOfPixelShuffle(layers, "tail.0.weight");
    std::vector<std::int64_t> widths;
    for (const auto& block : blocks) {
        widths.push_back(layers.size(block + ".body.0.weight", 0));
    }
    auto network = std::make_unique<PlainUsr>(layers, channels, blocks, scale);
    BuiltNetwork result;
    result.name = "PlainUSR";
    result.hyperparameters = {{"features", std::to_string(std::max<std::int64_t>(channels - colours, 0))},
                              {"features of the blocks", fmt::format("{}", fmt::join(widths, " "))},
                              {"convolutions per block", layers.has("block1.body.4.weight") ? "3" : "2"}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    if (network->isPooled()) {
        result.minimumSide = poolSide;
        result.cropping.evidence = EnhancedSpatialAttention::whyWhole;
    } else {
        result.receptiveField = {.global = false, .radius = network->reach(), .evidence = "analytic"};
        result.cropping.multiple = 1;
    }
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"plainusr", matches, build};
}

}  // namespace lamscope::plainusr
