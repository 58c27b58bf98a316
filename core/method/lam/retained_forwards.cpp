// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/retained_forwards.h"

#include <utility>

#include "runtime/allocation_meter.h"
#include "runtime/torch_headers.h"

namespace lamscope {

RetainedForwards::~RetainedForwards() {
    for (const auto& [alpha, forward] : kept_) {
        budget_.used -= forward.bytes;
    }
}

RetainedForwards::Forward RetainedForwards::evaluate(double alpha, const PatchDetector& detector) const {
    const AllocationMeter meter;
    Forward forward;
    forward.points = detector.prepare(path_->at(std::span(&alpha, 1)));
    forward.points.front().requires_grad_(true);
    forward.trunk = model_.begin(forward.points.front());
    forward.bytes = meter.heldBytes();
    return forward;
}

GradientSample RetainedForwards::at(double alpha, const PatchDetector& detector) {
    const auto sample = [&](const Forward& forward, bool keepGraph) {
        return std::move(sampleGradients(detector.finish(*forward.trunk), forward.points, keepGraph).front());
    };
    const auto found = kept_.find(alpha);
    if (found != kept_.end()) {
        return sample(found->second, true);
    }
    auto forward = evaluate(alpha, detector);
    const bool keep = budget_.used + forward.bytes <= budget_.limit;
    auto result = sample(forward, keep);
    if (keep) {
        budget_.used += forward.bytes;
        kept_.emplace(alpha, std::move(forward));
    }
    return result;
}

std::vector<GradientSample> RetainedGradients::at(std::span<const double> alpha) {
    std::vector<GradientSample> samples;
    for (const double a : alpha) {
        samples.push_back(forwards_->at(a, detector_));
    }
    return samples;
}

}  // namespace lamscope
