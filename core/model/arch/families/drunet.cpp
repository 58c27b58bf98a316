// SPDX-License-Identifier: GPL-3.0-or-later
// DRUNet: Zhang et al., "Plug-and-Play Image Restoration with Deep Denoiser Prior", IEEE TPAMI 2021, under the keys of
// KAIR and DPIR: a U-Net of residual blocks on four grids that reads the noise level as a further plane.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/arch/noise_plane.h"
#include "runtime/torch_headers.h"

namespace lamscope::drunet {

namespace {

constexpr std::size_t steps = 3;  ///< to the coarsest grid, each to half of the size
constexpr int coarsest = 1 << steps;

/// What the keys tell.
struct Shape {
    std::int64_t in = 4;
    std::int64_t colours = 3;
    std::array<std::int64_t, steps + 1> features{};
    int blocks = 0;  ///< on each grid, on the way down and on the way up
    bool bias = false;

    explicit Shape(const LayerBuilder& layers)
        : colours(layers.size("m_tail.weight", 0) == 1 ? 1 : 3)
        , blocks(std::max(layers.countAfter("m_body."), 0))
        , bias(layers.has("m_head.bias")) {
        // Networks without a noise plane are known, too.
        in = layers.size("m_head.weight", 1) == colours ? colours : colours + 1;
        features[0] = layers.size("m_head.weight", 0);
        for (std::size_t step = 1; step <= steps; ++step) {
            features[step] = layers.size(fmt::format("m_down{}.{}.weight", step, blocks), 0);
        }
    }

    [[nodiscard]] bool readsNoiseLevel() const { return in != colours; }
};

/// 3x3 convolution, ReLU, 3x3 convolution, plus the input.
struct Block {
    Convolution first;
    Convolution second;

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features, bool bias)
        : first(layers.convolution(prefix + ".res.0", {.in = features, .out = features, .bias = bias}))
        , second(layers.convolution(prefix + ".res.2", {.in = features, .out = features, .bias = bias})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return x + second(relu(first(x))); }
};

/// A row of blocks whose numbers begin with `begin`.
struct Blocks {
    std::vector<NamedBlock<Block>> blocks;

    Blocks() = default;
    Blocks(LayerBuilder& layers, const std::string& prefix, int begin, const Shape& shape, std::int64_t features) {
        for (int i = 0; i < shape.blocks; ++i) {
            const auto name = fmt::format("{}.{}", prefix, begin + i);
            blocks.emplace_back(name, Block(layers, name, features, shape.bias));
        }
    }

    [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const {
        for (const auto& block : blocks) {
            x = block(x);
        }
        return x;
    }
};

class DruNet final : public NativeNetwork {
public:
    DruNet(LayerBuilder& layers, const Shape& shape, double sigma)
        : shape_(shape)
        , sigma_(sigma)
        , head_(layers.convolution("m_head", {.in = shape.in, .out = shape.features[0], .bias = shape.bias}))
        , body_(layers, "m_body", 0, shape, shape.features[steps])
        , tail_(layers.convolution("m_tail", {.in = shape.features[0], .out = shape.colours, .bias = shape.bias})) {
        for (std::size_t i = 0; i < steps; ++i) {
            const auto fine = shape.features[i];
            const auto coarse = shape.features[i + 1];
            const auto down = fmt::format("m_down{}", i + 1);
            const auto up = fmt::format("m_up{}", i + 1);
            downBlocks_[i] = Blocks(layers, down, 0, shape, fine);
            down_[i] = layers.convolution(
                fmt::format("{}.{}", down, shape.blocks),
                {.in = fine, .out = coarse, .kernel = 2, .stride = 2, .padding = 0, .bias = shape.bias});
            up_[i] = layers.transposedConvolution(up + ".0", {.in = coarse, .out = fine, .bias = shape.bias});
            upBlocks_[i] = Blocks(layers, up, 1, shape, fine);
        }
    }

    [[nodiscard]] InputShape inputShape() const override { return {.channels = static_cast<int>(shape_.colours)}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = head_(shape_.readsNoiseLevel() ? withNoisePlane(lr, shape_.colours, sigma_) : lr);
        const auto first = x;
        std::array<torch::Tensor, steps> coarse;
        for (std::size_t i = 0; i < steps; ++i) {
            x = coarse[i] = down_[i](downBlocks_[i](x));
        }
        x = body_(x);
        for (std::size_t i = steps; i-- > 0;) {
            x = upBlocks_[i](up_[i](x + coarse[i]));
        }
        x = x + first;
        return makeTrunk(x, [this, x](const Crop& crop) { return tail_(crop(x)); });
    }

private:
    Shape shape_;
    double sigma_;
    Convolution head_;
    std::array<Blocks, steps> downBlocks_;
    std::array<Convolution, steps> down_;
    Blocks body_;
    std::array<TransposedConvolution, steps> up_;
    std::array<Blocks, steps> upBlocks_;
    Convolution tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("m_head.weight") && layers.has("m_body.0.res.0.weight") && layers.has("m_tail.weight");
}

/// Two convolutions a block on every grid, down and up; those between the grids look at whole cells.
int reachOf(const Shape& shape) {
    int reach = 2 + coarsest - 1 + 2 * shape.blocks * coarsest;
    for (int pixels = 1; pixels < coarsest; pixels *= 2) {
        reach += 2 * 2 * shape.blocks * pixels;
    }
    return reach;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const Shape shape(layers);
    BuiltNetwork result;
    if (shape.readsNoiseLevel()) {
        result.sideInputs = {noiseLevel(layers, 50)};
    }
    const double sigma = result.sideInputs.empty() ? 0.0 : result.sideInputs.front().value;
    result.name = "DRUNet";
    result.hyperparameters = {{"features", fmt::format("{}", fmt::join(shape.features, " "))},
                              {"blocks", std::to_string(shape.blocks)}};
    result.scales = {1};
    result.defaultRange = 1.0;
    result.sizeMultiple = coarsest;
    result.receptiveField = {.global = false, .radius = reachOf(shape), .evidence = "analytic (upper bound)"};
    result.cropping.multiple = coarsest;
    result.network = std::make_unique<DruNet>(layers, shape, sigma);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"drunet", matches, build};
}

}  // namespace lamscope::drunet
