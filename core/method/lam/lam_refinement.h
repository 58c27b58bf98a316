// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "integrate/refinement.h"
#include "method/lam/forward_passes.h"
#include "method/lam/lam.h"
#include "method/lam/lam_context.h"

namespace lamscope {

/// What LamRefinement makes of each map.
enum class LamDetail {
    Everything,
    /// What DiMapCell holds, and the estimated error. No images, attribution or curves, and `map` is that of the window
    /// alone: on a large image the rest takes longer and more memory than the gradients.
    Numbers,
};

/// The maps of some patches of one context, level by level: each call of next() makes them more exact. Each point of
/// the path is evaluated once and differentiated once for each patch. Not thread-safe.
class LamRefinement {
public:
    /// @param context  must outlive this object; its region is contextAround() each of the patches.
    /// @param patches  SR pixels of the whole image, at least one.
    /// @param start    when the request was made: LamResult::seconds counts from it.
    /// Throws as LamContext::evaluateImage().
    LamRefinement(LamContext& context, const LamPlan& plan, std::span<const Patch> patches,
                  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now(),
                  LamDetail detail = LamDetail::Everything);
    LamRefinement(const LamRefinement&) = delete;
    LamRefinement& operator=(const LamRefinement&) = delete;

    /// True when every patch has met the tolerance or its last level.
    [[nodiscard]] bool finished() const { return refinement_.finished(); }

    /// Computes the next level of every patch that is not finished. False when stopped: the next call goes on with the
    /// same level where this one was. Throws as Refinement::next(), and Error(WeightsChanged) where the network is
    /// another one than for the context's image: both are to be made anew.
    [[nodiscard]] bool next(const std::stop_token& stop = {}, const IntegrationProgress& progress = {});

    /// The plan as this network follows it, see LamPlan::forNetwork().
    [[nodiscard]] const LamPlan& plan() const { return plan_; }

    /// The latest level of each patch, in their order; null before the first.
    [[nodiscard]] const std::vector<std::shared_ptr<const LamResult>>& results() const { return results_; }

private:
    struct OnePatch {
        Patch asked;     // SR pixels of the whole image
        Patch inRegion;  // SR pixels of the region
        double detectorBaseline = 0.0;
    };

    [[nodiscard]] Nodes nodesOf(std::size_t level);
    /// Cells of one patch: short where those of its latest level carry much of the map.
    [[nodiscard]] Nodes ownCells(std::size_t level, std::size_t patch);
    [[nodiscard]] LamResult resultOf(std::size_t index) const;
    void addImages(LamResult& result, const Patch& inRegion) const;
    [[nodiscard]] torch::Tensor onRegion(const torch::Tensor& attribution) const;
    /// As LamCurves::restsFrom; `speed` over the cells of `nodes`.
    [[nodiscard]] std::optional<double> restOf(const Nodes& nodes, const std::vector<double>& speed) const;
    [[nodiscard]] LamCurves curvesOf(const IntegralLevel& level) const;
    /// `place`: of the map, in the region; beyond it the map is zero.
    void describeMap(LamResult& result, const Rect& place, const Patch& inRegion) const;
    void addWarnings(LamResult& result, bool defined) const;

    std::chrono::steady_clock::time_point start_;
    LamContext& context_;
    LamPlan plan_;
    LamDetail detail_;
    bool moves_;
    std::vector<int> ladder_;
    WindowedPath window_;
    std::vector<OnePatch> patches_;
    PatchGradients gradients_;
    Refinement refinement_;
    std::vector<std::shared_ptr<const LamResult>> results_;
};

}  // namespace lamscope
