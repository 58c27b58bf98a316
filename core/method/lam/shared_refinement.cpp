// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/shared_refinement.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

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
    batch_ = context.nodesAtOnce(window.window, makePlan(options).nodes);
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

std::map<double, std::vector<SharedRefinement::OnePatch*>> SharedRefinement::wanted() {
    std::map<double, std::vector<OnePatch*>> wanted;
    for (auto& one : patches_) {
        for (const double alpha : one.refinement->nextAlpha()) {
            if (!one.samples->has(alpha)) {
                wanted[alpha].push_back(&one);
            }
        }
    }
    return wanted;
}

bool SharedRefinement::next(const std::stop_token& stop, const IntegrationProgress& progress) {
    const auto missing = wanted();
    for (auto first = missing.begin(); first != missing.end();) {
        std::vector<double> alpha;
        auto last = first;
        while (last != missing.end() && std::ssize(alpha) < batch_ && last->second == first->second) {
            alpha.push_back(last->first);
            ++last;
        }
        try {
            if (!sampleAt(alpha, first->second, stop, progress)) {
                return false;
            }
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            if (!isOutOfMemory(error) || batch_ == 1) {
                throwGradientError(error);
            }
            batch_ /= 2;
            continue;
        }
        first = last;
    }
    for (std::size_t i = 0; i < patches_.size(); ++i) {
        if (!patches_[i].refinement->finished()) {
            results_[i] = patches_[i].refinement->next();
        }
    }
    return true;
}

bool SharedRefinement::sampleAt(const std::vector<double>& alpha, const std::vector<OnePatch*>& patches,
                                const std::stop_token& stop, const IntegrationProgress& progress) {
    if (stop.stop_requested()) {
        return false;
    }
    const TensorList points{model_.toInput(path_->at(alpha).front()).requires_grad_(true)};
    const auto trunk = model_.begin(points.front());
    for (auto* one : patches) {
        if (stop.stop_requested()) {
            return false;
        }
        if (one->samples->has(alpha.front())) {
            continue;  // of a batch whose memory did not suffice for the others
        }
        auto samples = sampleGradients(one->refinement->detector().finish(*trunk), points, one != patches.back());
        for (std::size_t i = 0; i < alpha.size(); ++i) {
            one->samples->take(alpha[i], std::move(samples[i]));
        }
        gradientsDone_ += std::ssize(alpha);
        if (progress) {
            progress(gradientsDone_);
        }
    }
    return true;
}

}  // namespace lamscope
