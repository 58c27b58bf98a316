// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/noise_plane.h"

#include <limits>

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr double levels = 255.0;

}  // namespace

SideInput noiseLevel(LayerBuilder& layers, int trainedTo) {
    const double sigma = layers.assumed("sigma", std::numeric_limits<double>::quiet_NaN());
    if (sigma < 0.0 || sigma > levels) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("sigma={}: the standard deviation of the noise is in levels of 0 to 255", sigma));
    }
    return {.name = "sigma",
            .value = sigma,
            .unit = "levels of 0 to 255",
            .evidence = fmt::format("given by the user; as published the network is trained for 0 to {}", trainedTo)};
}

torch::Tensor withNoisePlane(const torch::Tensor& x, std::int64_t colours, double sigma) {
    if (x.size(1) != colours) {
        return x;
    }
    return at::cat({x, at::full({x.size(0), 1, x.size(2), x.size(3)}, sigma / levels, x.options())}, 1);
}

}  // namespace lamscope
