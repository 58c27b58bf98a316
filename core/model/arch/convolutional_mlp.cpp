// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/convolutional_mlp.h"

#include <algorithm>

#include "model/arch/restoration_transformer.h"
#include "runtime/torch_headers.h"

namespace lamscope {

Convolution depthwiseConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    const auto kernel = layers.size(prefix + ".weight", 2);
    return layers.convolution(prefix, {.in = features,
                                       .out = features,
                                       .kernel = kernel % 2 == 1 ? kernel : 1,
                                       .groups = std::max<std::int64_t>(features, 1)});
}

ConvolutionalMlp::ConvolutionalMlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    const auto hidden = layers.size(prefix + ".fc1.weight", 0);
    fc1 = layers.linear(prefix + ".fc1", features, hidden);
    convolution = depthwiseConvolution(layers, prefix + ".dwconv.depthwise_conv.0", hidden);
    fc2 = layers.linear(prefix + ".fc2", hidden, features);
}

torch::Tensor ConvolutionalMlp::operator()(const torch::Tensor& x) const {
    const auto hidden = at::gelu(fc1(x));
    return fc2(hidden + channelsLast(at::gelu(convolution(channelsFirst(hidden)))));
}

}  // namespace lamscope
