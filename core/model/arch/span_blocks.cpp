// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/span_blocks.h"

#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr auto ofTraining = ".sk.weight";
constexpr auto ofSlimFile = ".eval_conv.weight";

}  // namespace

ConvolutionBranches::ConvolutionBranches(LayerBuilder& layers, const std::string& prefix, std::int64_t in,
                                         std::int64_t out)
    : name(prefix) {
    const auto wideIn = layers.size(prefix + ".conv.0.weight", 0);
    const auto wideOut = layers.size(prefix + ".conv.1.weight", 0);
    shortcut = layers.convolution(prefix + ".sk", {.in = in, .out = out, .kernel = 1});
    widen = layers.convolution(prefix + ".conv.0", {.in = in, .out = wideIn, .kernel = 1});
    middle = layers.convolution(prefix + ".conv.1", {.in = wideIn, .out = wideOut});
    narrow = layers.convolution(prefix + ".conv.2", {.in = wideOut, .out = out, .kernel = 1});
}

Convolution ConvolutionBranches::fused() const {
    const auto first = widen.weight.flatten(1);                        // [wide in, in]
    const auto last = narrow.weight.flatten(1);                        // [out, wide out]
    const auto& kernel = middle.weight;                                // [wide out, wide in, 3, 3]
    const auto taps = at::matmul(last, kernel.permute({2, 3, 0, 1}));  // [3, 3, out, wide in]
    const auto row = at::matmul(taps, first).permute({2, 3, 0, 1});
    Convolution result;
    result.name = name;
    result.weight = row + at::constant_pad_nd(shortcut.weight, {1, 1, 1, 1});
    const auto middleBias = at::mv(kernel.sum({2, 3}), widen.bias) + middle.bias;
    result.bias = at::mv(last, middleBias) + narrow.bias + shortcut.bias;
    result.padding = 1;
    return result;
}

ReparameterisedConvolution::ReparameterisedConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t in,
                                                       std::int64_t out) {
    if (layers.has(prefix + ofTraining)) {
        branches_.emplace(layers, prefix, in, out);
        // What training left there is older than the branches.
        layers.ignore([stale = prefix + ".eval_conv."](const std::string& key) { return key.starts_with(stale); });
    } else {
        plain_ = layers.convolution(prefix + ".eval_conv", {.in = in, .out = out});
    }
}

torch::Tensor ReparameterisedConvolution::operator()(const torch::Tensor& x) const {
    return branches_ ? branches_->fused()(x) : plain_(x);
}

bool ReparameterisedConvolution::isIn(const LayerBuilder& layers, const std::string& prefix) {
    return layers.has(prefix + ofTraining) || layers.has(prefix + ofSlimFile);
}

std::string ReparameterisedConvolution::weightKey(const LayerBuilder& layers, const std::string& prefix) {
    return prefix + (layers.has(prefix + ofTraining) ? ofTraining : ofSlimFile);
}

torch::Tensor attendWithoutParameters(const torch::Tensor& residual, const torch::Tensor& x) {
    return (residual + x) * (at::sigmoid(residual) - 0.5);
}

SwiftAttentionBlock::SwiftAttentionBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                                         Activation between)
    : name(prefix)
    , c1(layers, prefix + ".c1_r", features, features)
    , c2(layers, prefix + ".c2_r", features, features)
    , c3(layers, prefix + ".c3_r", features, features)
    , activation(between) {}

std::pair<torch::Tensor, torch::Tensor> SwiftAttentionBlock::operator()(const torch::Tensor& x) const {
    const auto first = activation(c1(x));
    const auto y = attendWithoutParameters(c3(activation(c2(first))), x);
    reportFeatures(Tap::Kind::Block, name, x, y);
    return {y, first};
}

}  // namespace lamscope
