// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "integrate/gradient_source.h"
#include "method/lam/detector.h"
#include "method/lam/image_paths.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

/// Bytes that several holders of retained forward passes may use together. Not thread-safe.
struct RetentionBudget {
    std::int64_t limit = 0;
    std::int64_t used = 0;
};

/// A forward pass up to where patches part, with its autograd graph.
struct ForwardPass {
    TensorList points;  ///< [n, 3, h, w], as the network takes them; they require gradients
    std::unique_ptr<Trunk> trunk;
};

/// A network's forward passes at points of a path. Those that the budget holds are kept: another patch of the same
/// image then costs backward passes only. Not thread-safe.
class RetainedForwards {
public:
    /// Model and budget must outlive this object.
    RetainedForwards(const SrModel::Implementation& model, std::shared_ptr<const ImagePath> path,
                     RetentionBudget& budget)
        : model_(model)
        , path_(std::move(path))
        , budget_(budget) {}
    RetainedForwards(const RetainedForwards&) = delete;
    RetainedForwards& operator=(const RetainedForwards&) = delete;
    ~RetainedForwards();

    /// The forward pass at γ(α), and whether it is kept.
    [[nodiscard]] std::pair<std::shared_ptr<const ForwardPass>, bool> at(double alpha);

private:
    struct Kept {
        std::shared_ptr<const ForwardPass> forward;
        std::int64_t bytes = 0;
    };

    const SrModel::Implementation& model_;
    std::shared_ptr<const ImagePath> path_;
    RetentionBudget& budget_;
    std::map<double, Kept> kept_;  // by α
};

/// The detectors of some patches along a path: one forward pass for each point of the path, one backward pass for each
/// point and patch.
class PatchGradients final : public GradientSource {
public:
    /// @param detectors  of patches of the path's images, one functional each.
    /// @param retained   of the same path; null: forward passes are not kept.
    /// The model must outlive this object.
    PatchGradients(const SrModel::Implementation& model, std::shared_ptr<const ImagePath> path,
                   std::vector<PatchDetector> detectors, std::shared_ptr<RetainedForwards> retained)
        : model_(model)
        , path_(std::move(path))
        , detectors_(std::move(detectors))
        , retained_(std::move(retained)) {}

    /// Forward passes are kept one by one.
    [[nodiscard]] std::int64_t largestBatch() const override;

    [[nodiscard]] bool sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                              const std::stop_token& stop, const Take& take) override;

private:
    const SrModel::Implementation& model_;
    std::shared_ptr<const ImagePath> path_;
    std::vector<PatchDetector> detectors_;
    std::shared_ptr<RetainedForwards> retained_;
};

}  // namespace lamscope
