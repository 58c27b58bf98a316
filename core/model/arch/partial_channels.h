// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include <torch/types.h>

#include "runtime/torch_headers.h"

namespace lamscope {

/// Passes the first channels through `layers`, which keep their number, and leaves the others as they are. The authors'
/// code of networks that do so overwrites those channels in place, which has no gradient.
template <typename Layers>
[[nodiscard]] torch::Tensor onFirstChannels(const torch::Tensor& x, std::int64_t channels, const Layers& layers) {
    return at::cat({layers(x.narrow(1, 0, channels)), x.narrow(1, channels, x.size(1) - channels)}, 1);
}

}  // namespace lamscope
