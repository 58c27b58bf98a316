// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/forward_passes.h"

#include <algorithm>
#include <iterator>

#include "model/stoppable_evaluation.h"
#include "runtime/allocation_meter.h"
#include "runtime/torch_headers.h"

namespace lamscope {

RetainedForwards::~RetainedForwards() {
    for (const auto& [place, kept] : kept_) {
        budget_.used -= kept.bytes;
    }
}

std::pair<std::shared_ptr<const ForwardPass>, bool> RetainedForwards::at(const SamplePlace& place, bool mayKeep,
                                                                         const Evaluate& evaluate) {
    if (const auto found = kept_.find(place); found != kept_.end()) {
        return {found->second.forward, true};
    }
    const AllocationMeter meter;
    Kept made{.forward = std::make_shared<const ForwardPass>(evaluate())};
    made.bytes = meter.heldBytes();
    auto forward = made.forward;
    const bool keep = mayKeep && budget_.used + made.bytes <= budget_.limit;
    if (keep) {
        budget_.used += made.bytes;
        kept_.emplace(place, std::move(made));
    }
    return {std::move(forward), keep};
}

std::int64_t PatchGradients::largestBatch() const {
    return retained_ ? 1 : GradientSource::largestBatch();
}

ForwardPass PatchGradients::evaluate(std::span<const SamplePlace> places, const End* left) const {
    std::vector<double> alpha;
    std::ranges::transform(places, std::back_inserter(alpha), &SamplePlace::end);
    ForwardPass forward;
    forward.points = {model_.toInput(path_->at(alpha).front()).requires_grad_(true)};
    std::optional<SecantScope> scope;
    if (left != nullptr) {
        scope.emplace(std::ssize(places), left->forward ? &left->forward->tape : nullptr, forward.tape);
    }
    forward.trunk = model_.begin(forward.points.front());
    return forward;
}

std::pair<PatchGradients::SharedPass, bool> PatchGradients::forwardTo(std::span<const SamplePlace> places,
                                                                      const End* left) {
    if (retained_) {
        return retained_->at(places.front(), keeps_, [&] { return evaluate(places, left); });
    }
    return {std::make_shared<const ForwardPass>(evaluate(places, left)), false};
}

const SecantTape& PatchGradients::tapeOf(std::size_t functional, End& end) const {
    if (const auto found = end.tapes.find(functional); found != end.tapes.end()) {
        return found->second;
    }
    SecantTape tape;  // entered when it is whole: memory may not suffice
    {
        const SecantScope scope(end.forward->points.front().size(0), nullptr, tape);
        static_cast<void>(detectors_[functional].finish(*end.forward->trunk));
    }
    return end.tapes.emplace(functional, std::move(tape)).first->second;
}

bool PatchGradients::sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                            const std::stop_token& stop, const Take& take) {
    if (stop.stop_requested()) {
        return false;
    }
    const StoppableRequests stoppable(stop);
    try {
        return places.front().isCell() ? sampleCells(places, functionals, stop, take)
                                       : samplePoints(places, functionals, stop, take);
    } catch (const EvaluationStopped&) {
        return false;
    }
}

bool PatchGradients::samplePoints(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                                  const std::stop_token& stop, const Take& take) {
    const auto [forward, kept] = forwardTo(places, nullptr);
    for (const auto functional : functionals) {
        if (functional != functionals.front() && stop.stop_requested()) {
            return false;
        }
        const bool keepGraph = kept || functional != functionals.back();
        take(functional, sampleGradients(detectors_[functional].finish(*forward->trunk), forward->points, keepGraph));
    }
    return true;
}

bool PatchGradients::sampleCells(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                                 const std::stop_token& stop, const Take& take) {
    const auto begin = places.front().begin;
    if (!end_ || end_->alpha != begin) {
        end_.reset();
        // A cell of no length, whose gradient nobody needs.
        const auto point = SamplePlace::point(begin);
        const End nothing;
        end_ = End{.alpha = begin, .forward = forwardTo({&point, 1}, &nothing).first, .tapes = {}};
    }
    const auto [forward, kept] = forwardTo(places, &*end_);
    End next{.alpha = places.back().end, .forward = forward, .tapes = {}};
    for (const auto functional : functionals) {
        if (functional != functionals.front() && stop.stop_requested()) {
            return false;
        }
        const auto& left = tapeOf(functional, *end_);
        torch::Tensor values;
        {
            const SecantScope scope(std::ssize(places), &left, next.tapes[functional]);
            values = detectors_[functional].finish(*forward->trunk);
        }
        // The cells that follow need what was read here, not the graph.
        const bool keepGraph = kept || functional != functionals.back();
        take(functional, sampleGradients(values, forward->points, keepGraph));
    }
    end_ = std::move(next);
    return true;
}

}  // namespace lamscope
