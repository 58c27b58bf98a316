// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/symmetric_padding.h"

#include "model/cropped_trunk.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

torch::Tensor mirrored(const torch::Tensor& x, std::int64_t dimension, std::int64_t multiple) {
    const auto side = x.size(dimension);
    const auto missing = (multiple - side % multiple) % multiple;
    return missing == 0 ? x : at::cat({x, x.narrow(dimension, side - missing, missing).flip({dimension})}, dimension);
}

}  // namespace

std::unique_ptr<Trunk> beginMirrored(const torch::Tensor& lr, std::int64_t multiple,
                                     const std::function<std::unique_ptr<Trunk>(const torch::Tensor&)>& begin) {
    return croppedTrunk(begin(mirrored(mirrored(lr, 2, multiple), 3, multiple)), lr.size(2), lr.size(3));
}

}  // namespace lamscope
