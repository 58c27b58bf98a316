// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/trainer.h"

#include <algorithm>
#include <cmath>

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <torch/optim/adam.h>

#include "base/error.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Convolutions and matrix products in bfloat16 while it lives.
class BFloat16Guard {
public:
    BFloat16Guard()
        : before_(at::autocast::is_autocast_enabled(at::kCPU)) {
        at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
        at::autocast::set_autocast_enabled(at::kCPU, true);
    }
    BFloat16Guard(const BFloat16Guard&) = delete;
    BFloat16Guard& operator=(const BFloat16Guard&) = delete;
    ~BFloat16Guard() {
        at::autocast::set_autocast_enabled(at::kCPU, before_);
        // It keeps the weights of this step in bfloat16; the next step has others.
        at::autocast::clear_cache();
    }

private:
    bool before_;
};

std::vector<torch::Tensor> handles(const NamedTensors& parameters) {
    std::vector<torch::Tensor> result;
    for (const auto& [key, tensor] : parameters) {
        result.push_back(tensor);
    }
    return result;
}

TensorData dataOf(const torch::Tensor& tensor) {
    return {.shape = tensor.sizes().vec(), .values = valuesOf(tensor), .dtype = "float32"};
}

void assign(const torch::Tensor& target, const TensorData& data, const std::string& name) {
    if (target.numel() != data.numel()) {
        throw Error(ErrorCode::BadFile,
                    fmt::format("the state of the training holds {} values for '{}', the network has {}; begin anew",
                                data.numel(), name, target.numel()));
    }
    const at::NoGradGuard noGradients;
    target.copy_(torch::tensor(data.values).view(target.sizes()));
}

}  // namespace

/// LibTorch's Adam with access to its moments, so that they can be saved.
class Trainer::Adam {
public:
    explicit Adam(const NamedTensors& parameters)
        : optimiser_(handles(parameters)) {
        // The moments exist from the start. The first step would make the same zeros.
        for (const auto& [key, tensor] : parameters) {
            auto moments = std::make_unique<torch::optim::AdamParamState>();
            moments->exp_avg(torch::zeros_like(tensor));
            moments->exp_avg_sq(torch::zeros_like(tensor));
            optimiser_.state()[tensor.unsafeGetTensorImpl()] = std::move(moments);
        }
    }

    void step(double learningRate) {
        for (auto& group : optimiser_.param_groups()) {
            group.options().set_lr(learningRate);
        }
        optimiser_.step();
        optimiser_.zero_grad();
    }

    [[nodiscard]] torch::optim::AdamParamState& moments(const torch::Tensor& parameter) {
        return dynamic_cast<torch::optim::AdamParamState&>(*optimiser_.state().at(parameter.unsafeGetTensorImpl()));
    }

private:
    torch::optim::Adam optimiser_;
};

SrModel modelToTrain(const TrainingOptions& options, const Checkpoint& weights) {
    ModelSettings settings;
    settings.scale = options.scale;
    settings.range = options.range;
    settings.name = options.name;
    settings.architecture = options.architecture;
    auto model = modelFromWeights(weights, settings);
    if (options.crop < model.card().minimumSide) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: the network needs LR sides of at least {} pixels, a crop has {}; choose a larger "
                                "'crop'",
                                options.name, model.card().minimumSide, options.crop));
    }
    return model;
}

torch::Tensor forwardIn(TrainingPrecision precision, const SrModel& model, const torch::Tensor& lr) {
    const auto& inside = model.implementation();
    const auto range = model.card().range;
    const auto input = inside.networkColours(lr) * range;
    if (precision == TrainingPrecision::Float32) {
        return inside.network().forward(input) / range;
    }
    const BFloat16Guard guard;
    return inside.network().forward(input).to(torch::kFloat32) / range;
}

torch::Tensor meanAbsoluteError(const torch::Tensor& sr, const torch::Tensor& hr) {
    return at::l1_loss(sr, hr);
}

Trainer::Trainer(const TrainingOptions& options, const Checkpoint& weights)
    : options_(options)
    , source_(weights)
    , network_(modelToTrain(options, weights))
    , average_(modelToTrain(options, weights)) {
    for (const auto& [key, tensor] : network_.parameters()) {
        tensor.requires_grad_(true);
    }
    adam_ = std::make_unique<Adam>(network_.parameters());
}

Trainer::~Trainer() = default;

double Trainer::step(const TrainingBatch& batch) {
    try {
        return tryStep(batch);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        if (isOutOfMemory(error)) {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("{}: a step on {} crops of {} LR pixels does not fit into memory; choose a smaller "
                                    "'batch' or 'crop'",
                                    options_.name, options_.batch, options_.crop));
        }
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("{}: step {} failed: {}", options_.name, step_ + 1, briefMessage(error)));
    }
}

double Trainer::tryStep(const TrainingBatch& batch) {
    const auto sr = forwardIn(options_.precision, network_.model(), batch.lr);
    const auto loss = meanAbsoluteError(sr, network_.model().implementation().networkColours(batch.hr));
    const auto value = loss.item<double>();
    if (!std::isfinite(value)) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("the loss of step {} is not finite: the training diverged; choose a lower "
                                "learning_rate or a longer warm_up",
                                step_ + 1));
    }
    loss.backward();
    adam_->step(learningRateAt(options_, step_));
    ++step_;
    updateAverage();
    return value;
}

void Trainer::updateAverage() {
    const at::NoGradGuard noGradients;
    // At first the average follows the weights closely; otherwise it would contain untrained weights for long.
    const auto steps = static_cast<double>(step_);
    const double decay = std::min(options_.averageDecay, (1.0 + steps) / (10.0 + steps));
    for (std::size_t i = 0; i < average_.parameters().size(); ++i) {
        auto average = average_.parameters()[i].second;
        average.lerp_(network_.parameters()[i].second, 1.0 - decay);
    }
}

TrainingState Trainer::state() const {
    TrainingState state{.step = step_, .seconds = 0.0, .lossSum = 0.0, .options = options_.json, .tensors = {}};
    for (std::size_t i = 0; i < network_.parameters().size(); ++i) {
        const auto& [key, tensor] = network_.parameters()[i];
        const auto& moments = adam_->moments(tensor);
        state.tensors.emplace_back("weights/" + key, dataOf(tensor));
        state.tensors.emplace_back("average/" + key, dataOf(average_.parameters()[i].second));
        state.tensors.emplace_back("mean/" + key, dataOf(moments.exp_avg()));
        state.tensors.emplace_back("square/" + key, dataOf(moments.exp_avg_sq()));
    }
    return state;
}

void Trainer::restore(const TrainingState& state) {
    for (std::size_t i = 0; i < network_.parameters().size(); ++i) {
        const auto& [key, tensor] = network_.parameters()[i];
        auto& moments = adam_->moments(tensor);
        moments.step(state.step);
        const auto take = [&](const torch::Tensor& target, const std::string& name) {
            assign(target, state.tensor(name), name);
        };
        take(tensor, "weights/" + key);
        take(average_.parameters()[i].second, "average/" + key);
        take(moments.exp_avg(), "mean/" + key);
        take(moments.exp_avg_sq(), "square/" + key);
    }
    step_ = state.step;
}

}  // namespace lamscope
