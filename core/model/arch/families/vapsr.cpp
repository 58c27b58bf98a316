// SPDX-License-Identifier: GPL-3.0-or-later
// VapSR: Zhou et al., "Efficient Image Super-Resolution Using Vast-Receptive-Field Attention", ECCVW 2022.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/feature_modulation.h"
#include "runtime/torch_headers.h"

namespace lamscope::vapsr {

namespace {

constexpr double epsilon = 1e-5;
constexpr int shuffle = 2;

struct AttentionBlock {
    Convolution widen;
    std::vector<Convolution> attention;
    Convolution narrow;
    LayerNorm norm;

    AttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : norm(layers.layerNorm(prefix + ".pixel_norm", features, epsilon)) {
        const auto wide = layers.size(prefix + ".proj_1.weight", 0);
        const auto groups = std::max<std::int64_t>(wide, 1);
        widen = layers.convolution(prefix + ".proj_1", {.in = features, .out = wide, .kernel = 1});
        attention = {layers.convolution(prefix + ".atten_branch.pointwise", {.in = wide, .out = wide, .kernel = 1}),
                     layers.convolution(prefix + ".atten_branch.depthwise",
                                        {.in = wide, .out = wide, .kernel = 5, .groups = groups}),
                     layers.convolution(prefix + ".atten_branch.depthwise_dilated",
                                        {.in = wide, .out = wide, .kernel = 5, .dilation = 3, .groups = groups})};
        narrow = layers.convolution(prefix + ".proj_2", {.in = wide, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = at::gelu(widen(x));
        return normalisePixels(norm, narrow(y * applyChain(attention, y)) + x);
    }
};

/// Two convolutions with a leaky ReLU between them, the second to colours of all sub-pixels. The network for x4
/// enlarges by 2 after each, the others once at the end.
struct Upsampler {
    bool isInTwoSteps = false;
    double slope = 0.0;
    Convolution first;
    Convolution second;
    int lastFactor = shuffle;

    Upsampler(LayerBuilder& layers, std::int64_t features)
        : isInTwoSteps(layers.has("upsampler.3.weight"))
        , slope(layers.assumed("slope", 0.1)) {
        const std::string last = isInTwoSteps ? "upsampler.3" : "upsampler.2";
        const auto wide = layers.size("upsampler.0.weight", 0);
        // What no shuffle takes fits no layer.
        const auto shuffled = wide % (shuffle * shuffle) == 0 ? wide / (shuffle * shuffle) : 0;
        lastFactor = scaleOfPixelShuffle(layers, last + ".weight");
        first = layers.convolution("upsampler.0", {.in = features, .out = wide});
        second = layers.convolution(last, {.in = isInTwoSteps ? shuffled : wide, .out = 3L * lastFactor * lastFactor});
    }

    [[nodiscard]] int scale() const { return isInTwoSteps ? shuffle * lastFactor : lastFactor; }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = first(x);
        return at::pixel_shuffle(second(at::leaky_relu(isInTwoSteps ? at::pixel_shuffle(y, shuffle) : y, slope)),
                                 lastFactor);
    }
};

class VapSr final : public NativeNetwork {
public:
    VapSr(LayerBuilder& layers, std::int64_t features, int blocks, std::int64_t groups)
        : first_(layers.convolution("conv_first", {.in = 3, .out = features}))
        , last_(layers.convolution("conv_body", {.in = features, .out = features, .groups = groups}))
        , upsampler_(layers, features) {
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("body.{}", i), features);
        }
    }

    [[nodiscard]] int scale() const { return upsampler_.scale(); }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
        }
        x = last_(x) + first;
        return makeTrunk(x, [this, x](const Crop& crop) { return upsampler_(crop(x)); });
    }

private:
    Convolution first_;
    std::vector<NamedBlock<AttentionBlock>> blocks_;
    Convolution last_;
    Upsampler upsampler_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("body.0.atten_branch.depthwise_dilated.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_first.weight", 0);
    const int blocks = layers.countAfter("body.");
    const auto inGroup = layers.size("conv_body.weight", 1);
    const auto groups = features > 0 && inGroup > 0 && features % inGroup == 0 ? features / inGroup : 1;
    auto network = std::make_unique<VapSr>(layers, features, blocks, groups);
    BuiltNetwork result;
    result.name = "VapSR";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"blocks", std::to_string(blocks)},
                              {"attention features", std::to_string(layers.size("body.0.proj_1.weight", 0))},
                              {"groups", std::to_string(groups)}};
    result.scales = {network->scale()};
    result.defaultRange = 1.0;
    // A 5x5 convolution and one of dilation 3 a block, and four of 3x3 before and after the blocks.
    result.receptiveField = {.global = false, .radius = 8 * blocks + 4, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"vapsr", matches, build};
}

}  // namespace lamscope::vapsr
