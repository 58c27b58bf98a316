// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "model/arch/layer_builder.h"

namespace lamscope {

/// A batch normalisation with the stored statistics.
struct BatchNorm {
    torch::Tensor weight;
    torch::Tensor bias;
    torch::Tensor mean;
    torch::Tensor variance;
    double epsilon;  ///< added to the variance

    BatchNorm(LayerBuilder& layers, const std::string& prefix, std::int64_t features, double itsEpsilon = 1e-5);

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

}  // namespace lamscope
