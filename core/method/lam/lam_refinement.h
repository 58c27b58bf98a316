// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "integrate/integrator.h"
#include "method/lam/lam.h"
#include "method/lam/lam_context.h"

namespace lamscope {

/// The map of one patch, level by level: each call of next() makes it more exact. Not thread-safe.
class LamRefinement {
public:
    /// @param context must outlive this object; its region is contextAround() the patch.
    /// @param start   when the request was made: LamResult::seconds counts from it.
    LamRefinement(LamContext& context, const LamOptions& options,
                  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now());

    /// The same on a window that holds what the patch needs, with gradients from `gradients`, at points of the window's
    /// path and for its detector. Both must outlive this object.
    LamRefinement(LamContext& context, const LamOptions& options, WindowedPath window, GradientSource& gradients,
                  std::chrono::steady_clock::time_point start)
        : LamRefinement(context, options, std::move(window), &gradients, start) {}

    /// What is measured at each point of the window's path.
    [[nodiscard]] const PatchDetector& detector() const { return detector_; }
    /// Where next() will ask for gradients; empty when finished.
    [[nodiscard]] std::vector<double> nextAlpha() const;
    /// True when the tolerance is met or the last level is done.
    [[nodiscard]] bool finished() const { return finished_; }

    /// Computes the next level; nullptr when stopped, after which the same level goes on where it was.
    /// @param progress called between batches with the nodes done since construction; must not throw.
    [[nodiscard]] std::shared_ptr<const LamResult> next(const std::stop_token& stop = {},
                                                        const IntegrationProgress& progress = {});

private:
    LamRefinement(LamContext& context, const LamOptions& options, WindowedPath window, GradientSource* gradients,
                  std::chrono::steady_clock::time_point start);

    [[nodiscard]] std::unique_ptr<GradientSource> makeGradients() const;
    [[nodiscard]] Nodes nextNodes() const;
    [[nodiscard]] torch::Tensor onRegion(const torch::Tensor& attribution) const;
    [[nodiscard]] LamResult resultOf(const IntegralLevel& level) const;
    [[nodiscard]] LamCurves curvesOf(const IntegralLevel& level) const;
    void describeMap(LamResult& result) const;
    void addWarnings(LamResult& result, bool defined) const;

    std::chrono::steady_clock::time_point start_;
    LamContext& context_;
    LamOptions options_;
    LamPlan plan_;
    Patch patch_;  // in SR pixels of the region
    bool moves_;
    WindowedPath window_;
    PatchDetector detector_;  // on the window
    double detectorBaseline_;
    std::unique_ptr<GradientSource> ownGradients_;
    Integrator integrator_;
    std::vector<int> ladder_;
    std::size_t level_ = 0;
    bool finished_ = false;
    std::shared_ptr<const LamResult> latest_;
};

}  // namespace lamscope
