// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include <torch/types.h>

#include "model/checkpoint/checkpoint.h"
#include "model/editable_model.h"
#include "training/training_images.h"
#include "training/training_options.h"
#include "training/training_state.h"

namespace lamscope {

/// The optimisation alone: Adam (Kingma and Ba, 2015) on the mean absolute error, and an exponential moving average of
/// the weights. Not thread-safe.
class Trainer {
public:
    /// A run that begins with `weights`. Throws as modelToTrain() does.
    Trainer(const TrainingOptions& options, const Checkpoint& weights);
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;
    ~Trainer();

    /// Makes one step on a batch; returns the loss before the step. Throws Error: ModelFailure (the loss is not finite,
    /// the network fails on such crops), OutOfMemory.
    double step(const TrainingBatch& batch);

    [[nodiscard]] std::int64_t stepsDone() const { return step_; }

    /// The present state. After restore() with it, another Trainer of the same options goes on bit for bit, on the same
    /// machine.
    [[nodiscard]] TrainingState state() const;
    /// Throws Error(BadFile) when the state belongs to other weights.
    void restore(const TrainingState& state);

    [[nodiscard]] const EditableModel& network() const { return network_; }
    /// The network with the averaged weights.
    [[nodiscard]] const EditableModel& averaged() const { return average_; }
    /// The checkpoint that the run began with, with the averaged weights.
    [[nodiscard]] Checkpoint averagedWeights() const { return average_.checkpoint(source_); }

private:
    class Adam;

    double tryStep(const TrainingBatch& batch);
    void updateAverage();

    const TrainingOptions& options_;
    Checkpoint source_;
    EditableModel network_;
    EditableModel average_;
    std::unique_ptr<Adam> adam_;
    std::int64_t step_ = 0;
};

/// The network that `weights` make, as the options ask. Throws as modelFromWeights(), and Error(InvalidArgument) where
/// a crop is smaller than the network takes.
[[nodiscard]] SrModel modelToTrain(const TrainingOptions& options, const Checkpoint& weights);

/// The SR in [0, 1] of an LR batch [n, 3, h, w]: [n, 3, s*h, s*w], or [n, 1, s*h, s*w] for a network of the Y channel.
/// Differentiable in the weights.
[[nodiscard]] torch::Tensor forwardIn(TrainingPrecision precision, const SrModel& model, const torch::Tensor& lr);

/// The loss: mean absolute error over all values. Differentiable.
[[nodiscard]] torch::Tensor meanAbsoluteError(const torch::Tensor& sr, const torch::Tensor& hr);

}  // namespace lamscope
