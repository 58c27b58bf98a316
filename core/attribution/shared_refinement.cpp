// SPDX-License-Identifier: GPL-3.0-or-later
#include "attribution/shared_refinement.h"

#include <algorithm>
#include <utility>

#include <torch/torch.h>

#include "error.h"

namespace lamscope {

std::vector<GradientSample> SharedRefinement::TakenSamples::at(std::span<const double> alpha) {
    std::vector<GradientSample> taken;
    for (const double a : alpha) {
        taken.push_back(std::move(samples_.extract(a).mapped()));
    }
    return taken;
}

SharedRefinement::SharedRefinement(LamContext& context, const LamOptions& options, std::span<const Patch> patches,
                                   std::chrono::steady_clock::time_point start)
    : model_(context.model())
    , results_(patches.size()) {
    std::vector<Patch> inRegion;
    for (const auto& patch : patches) {
        inRegion.push_back(patchIn(context.region(), patch, model_.card().scale));
    }
    const auto window = context.windowFor(options.detector, inRegion);
    path_ = window.path;
    for (const auto& patch : patches) {
        auto own = options;
        own.patch = patch;
        auto samples = std::make_unique<TakenSamples>();
        auto refinement = std::make_unique<LamRefinement>(context, own, window, *samples, start);
        patches_.push_back({std::move(samples), std::move(refinement)});
    }
}

bool SharedRefinement::finished() const {
    return std::ranges::all_of(patches_, [](const OnePatch& one) { return one.refinement->finished(); });
}

bool SharedRefinement::next(const std::stop_token& stop, const IntegrationProgress& progress) {
    std::map<double, std::vector<OnePatch*>> wanted;
    for (auto& one : patches_) {
        for (const double alpha : one.refinement->nextAlpha()) {
            if (!one.samples->has(alpha)) {
                wanted[alpha].push_back(&one);
            }
        }
    }
    for (const auto& [alpha, patches] : wanted) {
        if (!sampleAt(alpha, patches, stop, progress)) {
            return false;
        }
    }
    for (std::size_t i = 0; i < patches_.size(); ++i) {
        if (!patches_[i].refinement->finished()) {
            results_[i] = patches_[i].refinement->next();
        }
    }
    return true;
}

bool SharedRefinement::sampleAt(double alpha, const std::vector<OnePatch*>& patches, const std::stop_token& stop,
                                const IntegrationProgress& progress) {
    if (stop.stop_requested()) {
        return false;
    }
    try {
        const TensorList points{model_.toInput(path_->at(std::span(&alpha, 1)).front()).requires_grad_(true)};
        const auto finish = model_.begin(points.front());
        for (auto* one : patches) {
            if (stop.stop_requested()) {
                return false;
            }
            const auto value = one->refinement->detector().finish(finish);
            one->samples->take(alpha, std::move(sampleGradients(value, points, one != patches.back()).front()));
            ++gradientsDone_;
            if (progress) {
                progress(gradientsDone_);
            }
        }
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throwGradientError(error);
    }
    return true;
}

}  // namespace lamscope
