// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/gated_mlp.h"

#include "model/arch/convolutional_mlp.h"
#include "model/arch/restoration_transformer.h"
#include "runtime/torch_headers.h"

namespace lamscope {

GatedMlp::GatedMlp(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    const auto half = layers.size(prefix + ".fc1.weight", 0) / 2;
    fc1 = layers.linear(prefix + ".fc1", features, 2 * half);
    norm = layers.layerNorm(prefix + ".sg.norm", half);
    convolution = depthwiseConvolution(layers, prefix + ".sg.conv", half);
    fc2 = layers.linear(prefix + ".fc2", half, features);
}

torch::Tensor GatedMlp::operator()(const torch::Tensor& x) const {
    const auto halves = at::gelu(fc1(x)).chunk(2, -1);
    return fc2(halves[0] * channelsLast(convolution(channelsFirst(norm(halves[1])))));
}

}  // namespace lamscope
