// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/feature_sink.h"

#include <utility>

#include "model/stoppable_evaluation.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// Autograd's own threads evaluate no layers, so that a sink of the evaluating thread sees all of them.
constinit thread_local FeatureSink* observer = nullptr;

}  // namespace

void TapList::take(const Tap& tap, const torch::Tensor& /*input*/, const torch::Tensor& /*output*/) {
    if (names_.insert(tap.name).second) {
        taps_.push_back(tap);
    }
}

FeatureSinkGuard::FeatureSinkGuard(FeatureSink* sink)
    : before_(std::exchange(observer, sink)) {}

FeatureSinkGuard::~FeatureSinkGuard() {
    observer = before_;
}

bool featuresAreObserved() {
    return observer != nullptr;
}

void reportFeatures(Tap::Kind kind, const std::string& name, const torch::Tensor& input, const torch::Tensor& output) {
    StoppableEvaluation::throwIfStopped();
    if (observer == nullptr || name.empty()) {
        return;
    }
    auto* sink = observer;
    const FeatureSinkGuard unobserved(nullptr);
    sink->take({.name = name, .kind = kind}, input, output);
}

}  // namespace lamscope
