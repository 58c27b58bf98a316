// SPDX-License-Identifier: GPL-3.0-or-later
// MSRN: Li et al., "Multi-scale Residual Network for Image Super-Resolution", ECCV 2018, as released in the framework
// of EDSR.
#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::msrn {

namespace {

/// Two pairs of a 3x3 and a 5x5 convolution side by side; the second pair sees both of the first.
struct MultiScaleBlock {
    Convolution narrow1;
    Convolution wide1;
    Convolution narrow2;
    Convolution wide2;
    Convolution fuse;

    MultiScaleBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto convolution = [&](const char* name, std::int64_t channels, std::int64_t kernel) {
            return layers.convolution(prefix + name, {.in = channels, .out = channels, .kernel = kernel});
        };
        narrow1 = convolution(".conv_3_1", features, 3);
        wide1 = convolution(".conv_5_1", features, 5);
        narrow2 = convolution(".conv_3_2", 2 * features, 3);
        wide2 = convolution(".conv_5_2", 2 * features, 5);
        fuse = layers.convolution(prefix + ".confusion", {.in = 4 * features, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto first = at::cat({relu(narrow1(x)), relu(wide1(x))}, 1);
        return fuse(at::cat({relu(narrow2(first)), relu(wide2(first))}, 1)) + x;
    }
};

class Msrn final : public NativeNetwork {
public:
    Msrn(LayerBuilder& layers, std::int64_t features, int blocks)
        : head_(layers.convolution("head.0", {.in = 3, .out = features}))
        , tail_(layers, features, "tail.2", "tail.3") {
        if (layers.has("sub_mean.weight")) {
            subtractMean_ = makeMeanShift(layers, "sub_mean");
        }
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("body.{}", i), features);
        }
        fusion_ = {layers.convolution("tail.0", {.in = (blocks + 1) * features, .out = features, .kernel = 1}),
                   layers.convolution("tail.1", {.in = features, .out = features})};
    }

    [[nodiscard]] int scale() const { return tail_.upsampler.scale(); }

    void leaveOutMeanShift() {
        subtractMean_.reset();
        tail_.addMean.reset();
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = head_(subtractMean_ ? (*subtractMean_)(lr) : lr);
        std::vector<torch::Tensor> outputs;
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
            outputs.push_back(x);
        }
        outputs.push_back(first);
        return tail_(applyChain(fusion_, at::cat(outputs, 1)));
    }

private:
    std::optional<Convolution> subtractMean_;
    Convolution head_;
    std::vector<NamedBlock<MultiScaleBlock>> blocks_;
    std::vector<Convolution> fusion_;
    EdsrTail tail_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("body.0.conv_3_1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("head.0.weight", 0);
    const int blocks = layers.countAfter("body.");
    auto network = std::make_unique<Msrn>(layers, features, blocks);
    const bool shiftsMean = layers.has("sub_mean.weight") && appliesMeanShift(layers);
    if (!shiftsMean) {
        network->leaveOutMeanShift();
    }
    BuiltNetwork result;
    result.name = "MSRN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {network->scale()};
    result.defaultRange = shiftsMean ? 255.0 : 1.0;
    if (shiftsMean) {
        result.mean = meanOfShift(layers, "sub_mean.bias");
    }
    // The head, two 5x5 convolutions a block, tail.1, and the upsampling, which reaches as far as two on this grid.
    result.receptiveField = {.global = false, .radius = 4 * blocks + 4, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"msrn", matches, build};
}

}  // namespace lamscope::msrn
