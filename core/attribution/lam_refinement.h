// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "attribution/integrator.h"
#include "attribution/lam.h"
#include "attribution/lam_context.h"

namespace lamscope {

/// The map of one patch, level by level: each call of next() makes it more exact. Not thread-safe.
class LamRefinement {
public:
    /// @param context must outlive this object; its region is contextAround() the patch.
    /// @param start   when the request was made: LamResult::seconds counts from it.
    LamRefinement(const LamContext& context, const LamOptions& options,
                  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now());

    /// Nodes of the level that next() computes; 0 when finished.
    [[nodiscard]] int nextNodes() const { return finished() ? 0 : ladder_[level_]; }
    /// True when the tolerance is met or the last level is done.
    [[nodiscard]] bool finished() const { return finished_; }

    /// Computes the next level; nullptr when stopped, after which the same level can be asked for again.
    /// @param progress called between batches with the nodes done since construction; must not throw.
    [[nodiscard]] std::shared_ptr<const LamResult> next(const std::stop_token& stop = {},
                                                        const IntegrationProgress& progress = {});

private:
    [[nodiscard]] std::int64_t nodesAtOnce() const;
    [[nodiscard]] LamResult resultOf(const IntegralLevel& level) const;
    [[nodiscard]] LamCurves curvesOf(const IntegralLevel& level) const;
    void describeMap(LamResult& result) const;
    void addWarnings(LamResult& result, bool defined) const;

    std::chrono::steady_clock::time_point start_;
    const LamContext& context_;
    LamOptions options_;
    LamPlan plan_;
    Patch patch_;  // in SR pixels of the region
    bool moves_;
    PatchDetector detector_;
    std::unique_ptr<GradientSource> gradients_;
    Integrator integrator_;
    std::vector<int> ladder_;
    std::size_t level_ = 0;
    bool finished_ = false;
    std::shared_ptr<const LamResult> latest_;
};

}  // namespace lamscope
