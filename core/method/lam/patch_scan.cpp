// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/patch_scan.h"

#include <chrono>
#include <cstddef>
#include <utility>

#include "method/lam/lam_context.h"
#include "method/lam/lam_refinement.h"
#include "method/lam/patch_groups.h"

namespace lamscope {

class PatchScan::Inside {
public:
    Inside(const SrModel& model, const Image& lr, const Image* hr, const LamPlan& plan,
           std::span<const PlacedPatch> patches, const EvaluationOptions& evaluation)
        : model_(model)
        , lr_(lr)
        , hr_(hr)
        , plan_(plan.forNetwork(model.hasSecantRules()))
        , evaluation_(evaluation)
        , patches_(patches.begin(), patches.end())
        , groups_(groupPatches(model.card(), plan_, patches_)) {}

    [[nodiscard]] bool finished() const { return group_ == groups_.size(); }

    bool next(const std::stop_token& stop, const LamsProgressCallback& progress) {
        if (!refinement_ && !begin(stop)) {
            return false;
        }
        const bool complete = refinement_->next(stop, [&](std::int64_t done) {
            gradientsOfGroup_ = done;
            if (progress) {
                progress({.gradientsDone = gradientsDone_ + done,
                          .gradientsPlanned = static_cast<std::int64_t>(patches_.size()) * plan_.gradients()});
            }
        });
        if (!complete) {
            return false;
        }
        if (refinement_->finished()) {
            end();
        }
        return true;
    }

    [[nodiscard]] std::vector<ScannedMap> takeComplete() { return std::exchange(complete_, {}); }

    [[nodiscard]] std::vector<LamResult> take() {
        std::vector<LamResult> results(patches_.size());
        for (auto& [patch, result] : takeComplete()) {
            results[patch] = std::move(result);
        }
        return results;
    }

private:
    /// Begins with a group. False when stopped.
    bool begin(const std::stop_token& stop) {
        const auto& group = groups_[group_];
        std::vector<Patch> members;
        for (const auto index : group.patches) {
            members.push_back(patches_[index].patch);
        }
        if (!context_ || !context_->serves(group.region, plan_)) {
            context_.reset();
            context_ = prepare(model_, lr_, hr_, plan_, group.region, members, stop, {.evaluation = evaluation_});
            if (!context_) {
                return false;
            }
        }
        refinement_ = std::make_unique<LamRefinement>(*context_, plan_, members, start_);
        return true;
    }

    void end() {
        const auto& members = groups_[group_].patches;
        for (std::size_t i = 0; i < members.size(); ++i) {
            complete_.push_back({members[i], *refinement_->results()[i]});
        }
        refinement_.reset();
        gradientsDone_ += std::exchange(gradientsOfGroup_, 0);
        ++group_;
    }

    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    const SrModel& model_;
    const Image& lr_;
    const Image* hr_;
    LamPlan plan_;
    EvaluationOptions evaluation_;
    std::vector<PlacedPatch> patches_;
    std::vector<PatchGroup> groups_;
    std::size_t group_ = 0;  // at work
    std::unique_ptr<LamContext> context_;
    std::unique_ptr<LamRefinement> refinement_;  // of the group; null before it has begun
    std::int64_t gradientsDone_ = 0;             // of the groups before
    std::int64_t gradientsOfGroup_ = 0;
    std::vector<ScannedMap> complete_;  // and not taken
};

PatchScan::PatchScan(const SrModel& model, const Image& lr, const Image* hr, const LamPlan& plan,
                     std::span<const PlacedPatch> patches, const EvaluationOptions& evaluation)
    : inside_(std::make_unique<Inside>(model, lr, hr, plan, patches, evaluation)) {}
PatchScan::~PatchScan() = default;

bool PatchScan::finished() const {
    return inside_->finished();
}

bool PatchScan::next(const std::stop_token& stop, const LamsProgressCallback& progress) {
    return finished() || inside_->next(stop, progress);
}

std::vector<ScannedMap> PatchScan::takeComplete() {
    return inside_->takeComplete();
}

std::vector<LamResult> PatchScan::take() {
    return inside_->take();
}

}  // namespace lamscope
