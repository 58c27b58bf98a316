// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/swin_block.h"

#include <algorithm>

#include "runtime/torch_headers.h"

namespace lamscope {

SwinBlock::SwinBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, std::int64_t window,
                     bool isShifted)
    : norm1(layers.layerNorm(prefix + ".norm1", features))
    , attention(layers, prefix + ".attn", features, (2 * window - 1) * (2 * window - 1))
    , norm2(layers.layerNorm(prefix + ".norm2", features))
    , mlp(layers, prefix + ".mlp", features)
    , shifted(isShifted) {}

torch::Tensor SwinBlock::operator()(const torch::Tensor& x, const WindowGrid& grid) const {
    const auto y = x + attention(norm1(x), grid, shifted);
    return y + mlp(norm2(y));
}

// Looking back from an SR pixel, the first window is entered anywhere and seen to its end; from a window's edge, each
// window of the other kind adds half of one. The convolutions between two blocks step across no more than that, unless
// the windows before and after them are of the same kind.
int reachOfWindows(const std::vector<int>& depths, int window, const ConvolutionReach& reach) {
    const int half = (window + 1) / 2;
    int total = reachOfEnds + 2 * reach.groupEnd + reach.inBlock + window - 1;
    for (std::size_t i = 0; i < depths.size(); ++i) {
        total += std::max(half, reach.inBlock) * (depths[i] - 1);
        if (i + 1 < depths.size()) {
            const int between = reach.groupEnd + reach.inBlock;
            total += depths[i] % 2 == 0 ? std::max(half, between) : window + between;
        }
    }
    return total;
}

}  // namespace lamscope
