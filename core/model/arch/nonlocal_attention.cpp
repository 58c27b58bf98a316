// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/nonlocal_attention.h"

#include <algorithm>

#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor attendToPixels(const torch::Tensor& queries, const torch::Tensor& keys, const torch::Tensor& values) {
    const auto channels = values.size(1);
    // The fused kernels, which never hold all weights at once, want the channels side by side and of one count: zeros
    // add nothing to the products, and come out of the values as channels that are cut off.
    const auto width = std::max(channels, queries.size(1));
    const auto tokens = [&](const torch::Tensor& x) {
        const auto rows = x.flatten(2).transpose(1, 2).unsqueeze(1).contiguous();
        return x.size(1) == width ? rows : at::constant_pad_nd(rows, {0, width - x.size(1)});
    };
    const auto y = at::scaled_dot_product_attention(tokens(queries), tokens(keys), tokens(values), /*attn_mask=*/{},
                                                    /*dropout_p=*/0.0, /*is_causal=*/false, /*scale=*/1.0);
    return y.squeeze(1)
        .narrow(2, 0, channels)
        .transpose(1, 2)
        .reshape({queries.size(0), channels, queries.size(2), queries.size(3)});
}

}  // namespace lamscope
