// SPDX-License-Identifier: GPL-3.0-or-later
// EFDN: Wang, "Edge-enhanced Feature Distillation Network for Efficient Super-Resolution", CVPRW 2022, as the baseline
// of the NTIRE challenges on efficient super-resolution runs it: every branch that it was trained with in one
// convolution. The authors' code clamps the SR to [0, 1]. This one does not: beyond, a clamp has no gradient.
#include <array>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::efdn {

namespace {

constexpr std::size_t cells = 4;

/// A convolution and its activation.
struct ActivatedConvolution {
    Convolution convolution;
    Prelu activation;

    ActivatedConvolution(LayerBuilder& layers, const std::string& prefix, const char* name, std::int64_t features,
                         std::int64_t kernel)
        : convolution(layers.convolution(prefix + name, {.in = features, .out = features, .kernel = kernel}))
        , activation(layers.prelu(prefix + ".act", features)) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return activation(convolution(x)); }
};

struct DistillationCell {
    std::vector<ActivatedConvolution> refine;
    std::vector<Convolution> distill;  ///< of the input and of what each of `refine` gave
    Convolution fuse;
    EnhancedSpatialAttention attention;

    DistillationCell(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        refine.emplace_back(layers, prefix + ".conv1", ".conv1x1", features, 1);
        refine.emplace_back(layers, prefix + ".conv2", ".rep_conv", features, 3);
        refine.emplace_back(layers, prefix + ".conv3", ".rep_conv", features, 3);
        const auto distilled = layers.size(prefix + ".branch.0.weight", 0);
        const auto branches = static_cast<std::int64_t>(refine.size()) + 1;
        for (std::int64_t i = 0; i < branches; ++i) {
            distill.push_back(layers.convolution(fmt::format("{}.branch.{}", prefix, i),
                                                 {.in = features, .out = distilled, .kernel = 1}));
        }
        fuse = layers.convolution(prefix + ".fuse", {.in = branches * distilled, .out = features, .kernel = 1});
        attention = makeSpatialAttention(layers, prefix + ".att", features, {"conv_max", "conv3", "conv3_"});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        std::vector<torch::Tensor> kept{distill[0](x)};
        auto y = x;
        for (std::size_t i = 0; i < refine.size(); ++i) {
            y = refine[i](y);
            kept.push_back(distill[i + 1](y));
        }
        return attention(fuse(at::cat(kept, 1))) + x;
    }
};

class Efdn final : public NativeNetwork {
public:
    Efdn(LayerBuilder& layers, std::int64_t features, int scale)
        : first_(layers.convolution("head", {.in = 3, .out = features})) {
        for (std::size_t i = 0; i < cells; ++i) {
            cells_.emplace_back(layers, fmt::format("cells.{}", i), features);
        }
        for (std::size_t i = 0; i < fusions_.size(); ++i) {
            fusions_[i] =
                layers.convolution(fmt::format("local_fuse.{}", i), {.in = 2 * features, .out = features, .kernel = 1});
        }
        tail_.upsampler = layers.convolution("tail.0", {.in = features, .out = 3L * scale * scale});
        tail_.scale = scale;
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        const auto ofFirst = cells_[0](first);
        const auto ofSecond = cells_[1](ofFirst);
        auto x = fusions_[0](at::cat({ofFirst, ofSecond}, 1));
        // The second cell's output again and again: so does the authors' code.
        for (std::size_t i = 2; i < cells; ++i) {
            x = fusions_[i - 1](at::cat({ofSecond, cells_[i](x)}, 1));
        }
        return tail_(x, first);
    }

private:
    Convolution first_;
    std::vector<NamedBlock<DistillationCell>> cells_;
    std::array<Convolution, cells - 1> fusions_;
    ShuffleTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("cells.0.conv2.rep_conv.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("head.weight", 0);
    const int scale = scaleOfPixelShuffle(layers, "tail.0.weight");
    BuiltNetwork result;
    result.name = "EFDN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"blocks", std::to_string(cells)},
                              {"distilled features", std::to_string(layers.size("cells.0.branch.0.weight", 0))}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.minimumSide = EnhancedSpatialAttention::minimumSide;
    result.cropping.evidence = EnhancedSpatialAttention::whyWhole;
    result.network = std::make_unique<Efdn>(layers, features, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"efdn", matches, build};
}

}  // namespace lamscope::efdn
