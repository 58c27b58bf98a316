// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "training/trainable_network.h"
#include "training/training_images.h"
#include "training/training_options.h"
#include "training/training_state.h"

namespace lamscope {

/// The optimisation alone: Adam (Kingma and Ba, 2015) on the mean absolute error, and an exponential moving average of
/// the weights. Not thread-safe.
class Trainer {
public:
    /// A run that begins with `weights`. `options` must outlive this object. Throws as TrainableNetwork does.
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

    /// The network with the averaged weights.
    [[nodiscard]] const TrainableNetwork& averaged() const { return average_; }
    [[nodiscard]] const TrainableNetwork& network() const { return network_; }

private:
    class Adam;

    double tryStep(const TrainingBatch& batch);
    void updateAverage();

    const TrainingOptions& options_;
    TrainableNetwork network_;
    TrainableNetwork average_;
    std::unique_ptr<Adam> adam_;
    std::int64_t step_ = 0;
};

/// The loss: mean absolute error over all values. Differentiable.
[[nodiscard]] torch::Tensor meanAbsoluteError(const torch::Tensor& sr, const torch::Tensor& hr);

}  // namespace lamscope
