// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/convolutional_mlp.h"

#include <algorithm>

#include "model/arch/restoration_transformer.h"
#include "runtime/torch_headers.h"

namespace lamscope {

ConvolutionalMlp::ConvolutionalMlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    const auto hidden = std::max<std::int64_t>(layers.size(prefix + ".fc1.weight", 0), 1);
    const auto depthwise = prefix + ".dwconv.depthwise_conv.0";
    // Of an odd number of pixels, as the size must stay.
    const auto kernel = layers.size(depthwise + ".weight", 2) / 2 * 2 + 1;
    fc1 = layers.linear(prefix + ".fc1", features, hidden);
    convolution = layers.convolution(depthwise, {.in = hidden, .out = hidden, .kernel = kernel, .groups = hidden});
    fc2 = layers.linear(prefix + ".fc2", hidden, features);
}

torch::Tensor ConvolutionalMlp::operator()(const torch::Tensor& tokens) const {
    const auto hidden = at::gelu(fc1(tokens));
    return fc2(hidden + at::gelu(channelsLast(convolution(channelsFirst(hidden)))));
}

}  // namespace lamscope
