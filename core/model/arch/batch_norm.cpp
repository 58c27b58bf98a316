// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/batch_norm.h"

#include "runtime/torch_headers.h"

namespace lamscope {

BatchNorm::BatchNorm(LayerBuilder& layers, const std::string& prefix, std::int64_t features, double itsEpsilon)
    : weight(layers.tensor(prefix + ".weight", {features}))
    , bias(layers.tensor(prefix + ".bias", {features}))
    , mean(layers.buffer(prefix + ".running_mean", {features}))
    , variance(layers.buffer(prefix + ".running_var", {features}))
    , epsilon(itsEpsilon) {}

torch::Tensor BatchNorm::operator()(const torch::Tensor& x) const {
    return at::batch_norm(x, weight, bias, mean, variance, /*training=*/false, /*momentum=*/0.0, epsilon,
                          /*cudnn_enabled=*/false);
}

}  // namespace lamscope
