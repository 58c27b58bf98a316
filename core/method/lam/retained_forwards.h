// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "integrate/integrator.h"
#include "method/lam/detector.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

/// Bytes that several holders of retained forward passes may use together. Not thread-safe.
struct RetentionBudget {
    std::int64_t limit = 0;
    std::int64_t used = 0;
};

/// Forward passes of a network at points of a path, kept with their autograd graphs: another patch of the same image
/// then costs backward passes only. What the budget does not hold is evaluated and forgotten. Not thread-safe.
class RetainedForwards {
public:
    /// Model and budget must outlive this object.
    RetainedForwards(const SrModel::Implementation& model, std::shared_ptr<const Path> path, RetentionBudget& budget)
        : model_(model)
        , path_(std::move(path))
        , budget_(budget) {}
    RetainedForwards(const RetainedForwards&) = delete;
    RetainedForwards& operator=(const RetainedForwards&) = delete;
    ~RetainedForwards();

    /// Value and gradient of the detector at γ(α).
    [[nodiscard]] GradientSample at(double alpha, const PatchDetector& detector);

    [[nodiscard]] std::size_t size() const { return kept_.size(); }

private:
    struct Forward {
        TensorList points;
        std::unique_ptr<Trunk> trunk;
        std::int64_t bytes = 0;
    };

    [[nodiscard]] Forward evaluate(double alpha, const PatchDetector& detector) const;

    const SrModel::Implementation& model_;
    std::shared_ptr<const Path> path_;
    RetentionBudget& budget_;
    std::map<double, Forward> kept_;  // by α
};

/// The gradients of one patch's detector on retained forward passes.
class RetainedGradients final : public GradientSource {
public:
    /// The detector must outlive this object.
    RetainedGradients(std::shared_ptr<RetainedForwards> forwards, const PatchDetector& detector)
        : forwards_(std::move(forwards))
        , detector_(detector) {}

    [[nodiscard]] std::vector<GradientSample> at(std::span<const double> alpha) override;

private:
    std::shared_ptr<RetainedForwards> forwards_;
    const PatchDetector& detector_;
};

}  // namespace lamscope
