// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/prenet_network.h"

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr int residualBlocks = 5;

/// Two convolutions, each with a ReLU, plus the input, and a ReLU.
struct RectifiedBlock {
    Convolution first;
    Convolution second;

    RectifiedBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : first(layers.convolution(prefix + ".0", {.in = features, .out = features}))
        , second(layers.convolution(prefix + ".2", {.in = features, .out = features})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return relu(relu(second(relu(first(x)))) + x);
    }
};

/// The gates of a convolutional LSTM, on the features and the last pass's output.
struct Memory {
    Convolution input;
    Convolution forget;
    Convolution candidate;
    Convolution output;

    Memory(LayerBuilder& layers, std::int64_t features)
        : input(gate(layers, "conv_i.0", features))
        , forget(gate(layers, "conv_f.0", features))
        , candidate(gate(layers, "conv_g.0", features))
        , output(gate(layers, "conv_o.0", features)) {}

    static Convolution gate(LayerBuilder& layers, const std::string& name, std::int64_t features) {
        return layers.convolution(name, {.in = 2 * features, .out = features});
    }
};

/// What the memory keeps from one pass to the next.
struct MemoryState {
    torch::Tensor output;
    torch::Tensor cell;

    torch::Tensor next(const Memory& memory, const torch::Tensor& x) {
        if (!output.defined()) {
            output = at::zeros_like(x);
            cell = output;
        }
        const auto both = at::cat({x, output}, 1);
        const auto input = at::sigmoid(memory.input(both));
        const auto forget = at::sigmoid(memory.forget(both));
        const auto candidate = at::tanh(memory.candidate(both));
        cell = forget * cell + input * candidate;
        output = at::sigmoid(memory.output(both)) * at::tanh(cell);
        return output;
    }
};

class PreNet final : public NativeNetwork {
public:
    PreNet(LayerBuilder& layers, const PreNetWiring& wiring, int passes, bool hasMemory, bool isRecursive)
        : wiring_(wiring)
        , passes_(passes)
        , first_(layers.convolution("conv0.0", {.in = 6, .out = layers.size("conv0.0.weight", 0)})) {
        const auto features = layers.size("conv0.0.weight", 0);
        for (int i = 1; i <= (isRecursive ? 1 : residualBlocks); ++i) {
            const auto name = fmt::format("res_conv{}", i);
            blocks_.emplace_back(name, RectifiedBlock(layers, name, features));
        }
        if (hasMemory) {
            memory_.emplace(layers, features);
        }
        last_ = layers.convolution("conv.0", {.in = features, .out = 3});
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        MemoryState state;
        auto restored = lr;
        torch::Tensor x;
        for (int pass = 1; pass <= passes_; ++pass) {
            x = relu(first_(at::cat({lr, restored}, 1)));
            if (memory_ && wiring_.memoryFirst) {
                x = state.next(*memory_, x);
            }
            for (int i = 0; i < residualBlocks; ++i) {
                x = blocks_[static_cast<std::size_t>(i) % blocks_.size()](x);
            }
            if (memory_ && !wiring_.memoryFirst) {
                x = state.next(*memory_, x);
            }
            if (pass < passes_) {
                restored = end(lr, x);
            }
        }
        return makeTrunk(x, [this, lr, x](const Crop& crop) { return end(crop(lr), crop(x)); });
    }

private:
    [[nodiscard]] torch::Tensor end(const torch::Tensor& lr, const torch::Tensor& x) const {
        return wiring_.addsInput ? last_(x) + lr : last_(x);
    }

    PreNetWiring wiring_;
    int passes_;
    Convolution first_;
    std::vector<NamedBlock<RectifiedBlock>> blocks_;
    std::optional<Memory> memory_;
    Convolution last_;
};

int passesOf(LayerBuilder& layers, int published) {
    constexpr double most = 100;
    const double passes = layers.assumed("passes", published);
    if (!(passes >= 1.0 && passes <= most) || passes != static_cast<double>(static_cast<int>(passes))) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("passes={}: the network runs a whole number of times, 1 to {}", passes, most));
    }
    return static_cast<int>(passes);
}

}  // namespace

bool hasLayersOfPreNet(const LayerBuilder& layers, bool memory) {
    return layers.size("conv0.0.weight", 1) == 6 && layers.has("res_conv1.0.weight") && layers.has("conv.0.weight")
           && (!memory || layers.has("conv_i.0.weight"));
}

BuiltNetwork buildPreNet(LayerBuilder& layers, const PreNetWiring& wiring) {
    // Without memory there is but the published wiring.
    const bool hasMemory = !wiring.memoryFirst || layers.has("conv_i.0.weight") || !layers.has("conv0.0.weight");
    const bool isRecursive = layers.has("res_conv1.0.weight") && !layers.has("res_conv2.0.weight");
    const int passes = passesOf(layers, wiring.passes);
    BuiltNetwork result;
    result.name = fmt::format("{}{}{}", hasMemory ? "PReNet" : "PRN", isRecursive ? "_r" : "", wiring.suffix);
    result.hyperparameters = {{"features", std::to_string(layers.size("conv0.0.weight", 0))}};
    result.scales = {1};
    result.defaultRange = 1.0;
    // The first convolution, the gates', two a block, the last one: once a pass.
    const int reach = passes * (2 + 2 * residualBlocks + (hasMemory ? 1 : 0));
    result.receptiveField = {.global = false, .radius = reach, .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<PreNet>(layers, wiring, passes, hasMemory, isRecursive);
    return result;
}

}  // namespace lamscope
