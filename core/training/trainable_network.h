// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/checkpoint/checkpoint.h"
#include "model/network.h"
#include "model/sr_model.h"
#include "training/training_options.h"

namespace lamscope {

/// A native network whose weights can be changed from outside, by the names they have in its file. On the CPU, float32.
class TrainableNetwork {
public:
    /// Throws Error: UnsupportedModel (no known network has these tensors; the message names the closest and what
    /// differs), InvalidArgument (the scale does not fit, a crop is smaller than the network takes).
    TrainableNetwork(const Checkpoint& weights, const TrainingOptions& options);

    /// Handles of the weights themselves: what is written to them changes the network.
    [[nodiscard]] const NamedTensors& parameters() const { return parameters_; }
    [[nodiscard]] const SrModel& model() const { return *model_; }

    /// The SR in [0, 1] of an LR batch [n, 3, h, w]: [n, 3, s*h, s*w], or [n, 1, s*h, s*w] for a network of the Y
    /// channel. Differentiable in the parameters.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr, TrainingPrecision precision) const;

    /// What forward() should give for an HR batch: itself, or its Y.
    [[nodiscard]] torch::Tensor target(const torch::Tensor& hr) const;

    /// The checkpoint that it was made from, with the weights of now.
    [[nodiscard]] Checkpoint checkpoint() const;

private:
    Checkpoint source_;
    std::unique_ptr<SrModel> model_;
    NamedTensors parameters_;
};

/// A tensor's values, row-major.
[[nodiscard]] std::vector<float> valuesOf(const torch::Tensor& tensor);

}  // namespace lamscope
