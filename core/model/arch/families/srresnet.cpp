// SPDX-License-Identifier: GPL-3.0-or-later
// SRResNet: Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR
// 2017, in the port of twtygqyy, which normalises every image by itself (InstanceNorm, also under the name bn_mid).
#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "runtime/torch_headers.h"

namespace lamscope::srresnet {

namespace {

constexpr std::int64_t shuffle = 2;
constexpr int scale = 4;

/// Normalises every channel by its mean and population variance over the image.
struct InstanceNorm {
    torch::Tensor weight;
    torch::Tensor bias;

    InstanceNorm(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : weight(layers.tensor(prefix + ".weight", {features}))
        , bias(layers.tensor(prefix + ".bias", {features})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        constexpr double epsilon = 1e-5;
        // Groups of one channel: at::instance_norm of LibTorch 2.11 gives wrong gradients to channels-last tensors.
        return at::group_norm(x, x.size(1), weight, bias, epsilon);
    }
};

struct NormalisedBlock {
    Convolution first;
    InstanceNorm firstNorm;
    Convolution second;
    InstanceNorm secondNorm;
    double slope;

    NormalisedBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, double leakySlope)
        : first(layers.convolution(prefix + ".conv1", {.in = features, .out = features, .bias = false}))
        , firstNorm(layers, prefix + ".in1", features)
        , second(layers.convolution(prefix + ".conv2", {.in = features, .out = features, .bias = false}))
        , secondNorm(layers, prefix + ".in2", features)
        , slope(leakySlope) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = at::leaky_relu(firstNorm(first(x)), slope);
        return secondNorm(second(y)) + x;
    }
};

class SrResNet final : public NativeNetwork {
public:
    SrResNet(LayerBuilder& layers, std::int64_t features, int blocks, double slope)
        : slope_(slope)
        , first_(layers.convolution("conv_input", {.in = 3, .out = features, .kernel = 9, .bias = false}))
        , middle_(layers.convolution("conv_mid", {.in = features, .out = features, .bias = false}))
        , middleNorm_(layers, "bn_mid", features)
        , last_(layers.convolution("conv_output", {.in = features, .out = 3, .kernel = 9, .bias = false})) {
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("residual.{}", i), features, slope);
        }
        const auto step = [&](const char* prefix) {
            return layers.convolution(prefix, {.in = features, .out = shuffle * shuffle * features, .bias = false});
        };
        up1_ = step("upscale4x.0");
        up2_ = step("upscale4x.3");
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = leakyRelu(first_(lr), slope_);
        auto x = first;
        for (const auto& block : blocks_) {
            x = block(x);
        }
        // With the first of the upsampling convolutions, the rest reaches as far as a tail may.
        const auto y = up1_(middleNorm_(middle_(x)) + first);
        return makeTrunk(y, [this, y](const Crop& crop) {
            // Not in place: a shuffle of a single pixel may share the memory of y.
            const auto half = at::leaky_relu(at::pixel_shuffle(crop(y), shuffle), slope_);
            return last_(leakyRelu(at::pixel_shuffle(up2_(half), shuffle), slope_));
        });
    }

private:
    double slope_;
    Convolution first_;
    std::vector<NamedBlock<NormalisedBlock>> blocks_;
    Convolution middle_;
    InstanceNorm middleNorm_;
    Convolution up1_;
    Convolution up2_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("residual.0.in1.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("conv_input.weight", 0);
    const int blocks = layers.countAfter("residual.");
    // Old versions of PyTorch store running statistics, which the normalisation never reads.
    layers.ignore([](const std::string& key) {
        return key.ends_with(".running_mean") || key.ends_with(".running_var") || key.ends_with(".num_batches_tracked");
    });
    BuiltNetwork result;
    result.name = "SRResNet";
    result.hyperparameters = {{"features", std::to_string(features)}, {"blocks", std::to_string(blocks)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.receptiveField = {.global = true, .radius = std::nullopt, .evidence = "analytic: instance normalisation"};
    result.network = std::make_unique<SrResNet>(layers, features, blocks, layers.assumed("slope", 0.2));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"srresnet", matches, build};
}

}  // namespace lamscope::srresnet
