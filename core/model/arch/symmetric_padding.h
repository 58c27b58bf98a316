// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <torch/types.h>

#include "model/network.h"

namespace lamscope {

/// Begins an evaluation on the image [n, c, h, w], continued at the right and at the bottom by its mirror image, the
/// edge repeated, to sides that are multiples of `multiple`; the trunk is one of `lr`. Needs sides of at least
/// smallestMirroredSide(). ATD, PFT and MambaIRv2 do so, and not as padToMultiple() does.
[[nodiscard]] std::unique_ptr<Trunk> beginMirrored(
    const torch::Tensor& lr, std::int64_t multiple,
    const std::function<std::unique_ptr<Trunk>(const torch::Tensor& padded)>& begin);

/// The mirror image is no larger than the image.
[[nodiscard]] constexpr int smallestMirroredSide(int multiple) {
    return (multiple + 1) / 2;
}

}  // namespace lamscope
