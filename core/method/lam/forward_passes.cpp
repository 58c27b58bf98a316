// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/forward_passes.h"

#include <algorithm>
#include <iterator>

#include "runtime/allocation_meter.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

ForwardPass evaluate(const SrModel::Implementation& model, const ImagePath& path, std::span<const double> alpha) {
    ForwardPass forward;
    forward.points = {model.toInput(path.at(alpha).front()).requires_grad_(true)};
    forward.trunk = model.begin(forward.points.front());
    return forward;
}

}  // namespace

RetainedForwards::~RetainedForwards() {
    for (const auto& [alpha, kept] : kept_) {
        budget_.used -= kept.bytes;
    }
}

std::pair<std::shared_ptr<const ForwardPass>, bool> RetainedForwards::at(double alpha) {
    if (const auto found = kept_.find(alpha); found != kept_.end()) {
        return {found->second.forward, true};
    }
    const AllocationMeter meter;
    Kept made{.forward = std::make_shared<const ForwardPass>(evaluate(model_, *path_, {&alpha, 1}))};
    made.bytes = meter.heldBytes();
    auto forward = made.forward;
    const bool keep = budget_.used + made.bytes <= budget_.limit;
    if (keep) {
        budget_.used += made.bytes;
        kept_.emplace(alpha, std::move(made));
    }
    return {std::move(forward), keep};
}

std::int64_t PatchGradients::largestBatch() const {
    return retained_ ? 1 : GradientSource::largestBatch();
}

bool PatchGradients::sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                            const std::stop_token& stop, const Take& take) {
    if (stop.stop_requested()) {
        return false;
    }
    std::vector<double> alpha;
    std::ranges::transform(places, std::back_inserter(alpha), &SamplePlace::begin);
    std::shared_ptr<const ForwardPass> forward;
    bool kept = false;
    if (retained_) {
        std::tie(forward, kept) = retained_->at(alpha.front());
    } else {
        forward = std::make_shared<const ForwardPass>(evaluate(model_, *path_, alpha));
    }
    for (const auto functional : functionals) {
        if (functional != functionals.front() && stop.stop_requested()) {
            return false;
        }
        const bool keepGraph = kept || functional != functionals.back();
        take(functional, sampleGradients(detectors_[functional].finish(*forward->trunk), forward->points, keepGraph));
    }
    return true;
}

}  // namespace lamscope
