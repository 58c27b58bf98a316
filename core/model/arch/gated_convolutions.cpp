// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/gated_convolutions.h"

#include <algorithm>

#include "runtime/torch_headers.h"

namespace lamscope {

Convolution convolutionAsStored(LayerBuilder& layers, const std::string& prefix, ConvolutionShape shape) {
    shape.bias = layers.has(prefix + ".bias");
    return layers.convolution(prefix, shape);
}

Convolution depthwiseAsStored(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    return convolutionAsStored(layers, prefix,
                               {.in = features, .out = features, .groups = std::max<std::int64_t>(features, 1)});
}

GatedConvolutions::GatedConvolutions(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    const auto half = layers.size(prefix + ".project_in.weight", 0) / 2;
    first = convolutionAsStored(layers, prefix + ".project_in", {.in = features, .out = 2 * half, .kernel = 1});
    local = depthwiseAsStored(layers, prefix + ".dwconv", 2 * half);
    last = convolutionAsStored(layers, prefix + ".project_out", {.in = half, .out = features, .kernel = 1});
}

torch::Tensor GatedConvolutions::operator()(const torch::Tensor& x) const {
    const auto halves = local(first(x)).chunk(2, 1);
    return last(at::gelu(halves[0]) * halves[1]);
}

}  // namespace lamscope
