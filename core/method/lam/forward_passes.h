// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "integrate/gradient_source.h"
#include "method/lam/detector.h"
#include "method/lam/image_paths.h"
#include "model/secant/secant_scope.h"
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
    SecantTape tape;  ///< of the last point, where gradients are those of cells
};

/// A network's forward passes along a path. Those that the budget holds are kept: another patch of the same image then
/// costs backward passes only. Not thread-safe.
class RetainedForwards {
public:
    /// The budget must outlive this object.
    explicit RetainedForwards(RetentionBudget& budget)
        : budget_(budget) {}
    RetainedForwards(const RetainedForwards&) = delete;
    RetainedForwards& operator=(const RetainedForwards&) = delete;
    ~RetainedForwards();

    /// Makes the forward pass of a place.
    using Evaluate = std::function<ForwardPass()>;

    /// The forward pass at the end of this place, and whether it is kept. For a point it serves gradients at the point,
    /// for a cell those of the cell.
    /// @param mayKeep  false: a pass that is not there yet is not kept.
    [[nodiscard]] std::pair<std::shared_ptr<const ForwardPass>, bool> at(const SamplePlace& place, bool mayKeep,
                                                                         const Evaluate& evaluate);

private:
    struct Kept {
        std::shared_ptr<const ForwardPass> forward;
        std::int64_t bytes = 0;
    };

    RetentionBudget& budget_;
    std::map<SamplePlace, Kept> kept_;
};

/// The detectors of some patches along a path: one forward pass for each point of the path, or end of a cell, one
/// backward pass for each point or cell and patch. Cells that follow each other share the end between them.
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

    /// Whether passes that are evaluated from now on are kept, where there is room; at first they are.
    void setKeeping(bool keep) { keeps_ = keep; }

    /// Forward passes are kept one by one.
    [[nodiscard]] std::int64_t largestBatch() const override;

    [[nodiscard]] bool sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                              const std::stop_token& stop, const Take& take) override;

private:
    using SharedPass = std::shared_ptr<const ForwardPass>;

    /// Where the latest cells ended.
    struct End {
        double alpha = 0.0;
        SharedPass forward;
        std::map<std::size_t, SecantTape> tapes;  // of the detectors that were evaluated there
    };

    /// The pass that ends these places, and whether it is kept. @param left  the end that the first cell begins with.
    [[nodiscard]] std::pair<SharedPass, bool> forwardTo(std::span<const SamplePlace> places, const End* left);
    [[nodiscard]] ForwardPass evaluate(std::span<const SamplePlace> places, const End* left) const;
    /// What the detector reads at that end.
    [[nodiscard]] const SecantTape& tapeOf(std::size_t functional, End& end) const;
    [[nodiscard]] bool samplePoints(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                                    const std::stop_token& stop, const Take& take);
    [[nodiscard]] bool sampleCells(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                                   const std::stop_token& stop, const Take& take);

    const SrModel::Implementation& model_;
    std::shared_ptr<const ImagePath> path_;
    std::vector<PatchDetector> detectors_;
    std::shared_ptr<RetainedForwards> retained_;
    bool keeps_ = true;
    std::optional<End> end_;
};

}  // namespace lamscope
