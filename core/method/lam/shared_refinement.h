// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "method/lam/lam_refinement.h"

namespace lamscope {

/// The maps of several patches in one context, level by level. Each point of the path is evaluated once and
/// differentiated once for each patch: P patches cost one forward pass per node and P backward passes. Points that the
/// same patches want go through the network together. Not thread-safe.
class SharedRefinement {
public:
    /// @param context must outlive this object; its region is contextAround() each of the patches.
    /// @param options their `patch` is unused.
    /// @param patches SR pixels of the whole image, at least one.
    /// Throws as LamRefinement.
    SharedRefinement(LamContext& context, const LamOptions& options, std::span<const Patch> patches,
                     std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now());

    /// True when every patch has met the tolerance or its last level.
    [[nodiscard]] bool finished() const;

    /// Computes the next level of every patch that is not finished. False when stopped, after which the same level can
    /// be asked for again and goes on where it was.
    /// @param progress called after each gradient with those done since construction; must not throw; may be empty.
    [[nodiscard]] bool next(const std::stop_token& stop = {}, const IntegrationProgress& progress = {});

    /// The latest level of each patch, in their order; null before the first.
    [[nodiscard]] const std::vector<std::shared_ptr<const LamResult>>& results() const { return results_; }

private:
    /// Samples that were taken before they are asked for.
    class TakenSamples final : public GradientSource {
    public:
        [[nodiscard]] bool has(double alpha) const { return samples_.contains(alpha); }
        void take(double alpha, GradientSample sample) { samples_.emplace(alpha, std::move(sample)); }
        [[nodiscard]] std::vector<GradientSample> at(std::span<const double> alpha) override;

    private:
        std::map<double, GradientSample> samples_;  // by α
    };

    struct OnePatch {
        std::unique_ptr<TakenSamples> samples;
        std::unique_ptr<LamRefinement> refinement;
    };

    /// What the patches want next, by α.
    [[nodiscard]] std::map<double, std::vector<OnePatch*>> wanted();
    /// False when stopped.
    [[nodiscard]] bool sampleAt(const std::vector<double>& alpha, const std::vector<OnePatch*>& patches,
                                const std::stop_token& stop, const IntegrationProgress& progress);

    const SrModel::Implementation& model_;
    std::shared_ptr<const ImagePath> path_;
    std::int64_t batch_ = 1;
    std::vector<OnePatch> patches_;
    std::vector<std::shared_ptr<const LamResult>> results_;
    std::int64_t gradientsDone_ = 0;
};

}  // namespace lamscope
