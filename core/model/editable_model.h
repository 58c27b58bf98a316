// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <torch/types.h>

#include "model/checkpoint/checkpoint.h"
#include "model/network.h"
#include "model/sr_model.h"

namespace lamscope {

/// The one owner of weights that change: a model is moved in, its weights are written to, and it may be moved out
/// again. A model that lies anywhere else is not changed by anybody. Not to be written to while the model is evaluated.
class EditableModel {
public:
    explicit EditableModel(SrModel model);

    [[nodiscard]] const SrModel& model() const { return model_; }
    /// See Network::namedParameters(). Handles of the weights themselves: what is written to them changes the model;
    /// where one requires gradients, SrModel::Implementation::forward() is differentiable in it.
    [[nodiscard]] const NamedTensors& parameters() const { return parameters_; }

    /// Converts the weights and evaluates in this type from now on. Handles that were taken before may be of old
    /// weights.
    void evaluateIn(torch::ScalarType type);

    /// `source`, the checkpoint that the model was made of, with the weights of now in the place of its own.
    [[nodiscard]] Checkpoint checkpoint(Checkpoint source) const;

    /// The model, which nobody changes any more.
    [[nodiscard]] SrModel release() &&;

private:
    SrModel model_;
    NamedTensors parameters_;
};

/// The native network that these tensors make, on the CPU, in float32. Its card is named and its range chosen by the
/// settings, by default the range as the network was published; nothing is probed. Throws Error: UnsupportedModel (no
/// known network has these tensors; the message names the closest and what differs), InvalidArgument (a setting does
/// not fit).
[[nodiscard]] SrModel modelFromWeights(const Checkpoint& weights, const ModelSettings& settings);

/// A tensor's values, row-major.
[[nodiscard]] std::vector<float> valuesOf(const torch::Tensor& tensor);

}  // namespace lamscope
