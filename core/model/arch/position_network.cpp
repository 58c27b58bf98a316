// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/position_network.h"

#include <fmt/format.h>

#include "runtime/torch_headers.h"

namespace lamscope {

PositionNetwork::PositionNetwork(LayerBuilder& builder, const std::string& prefix, std::int64_t heads) {
    const auto features = builder.size(prefix + ".pos_proj.weight", 0);
    first = builder.linear(prefix + ".pos_proj", 2, features);
    for (const int i : {1, 2, 3}) {
        const auto key = fmt::format("{}.pos{}", prefix, i);
        layers.push_back(
            {builder.layerNorm(key + ".0", features), builder.linear(key + ".2", features, i == 3 ? heads : features)});
    }
}

torch::Tensor PositionNetwork::operator()(const torch::Tensor& offsets) const {
    auto x = first(offsets);
    for (const auto& [norm, linear] : layers) {
        x = linear(relu(norm(x)));
    }
    return x;
}

}  // namespace lamscope
