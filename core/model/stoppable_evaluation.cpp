// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/stoppable_evaluation.h"

#include <utility>

namespace lamscope {

namespace {

constinit thread_local const std::stop_token* stopOfEvaluation = nullptr;
constinit thread_local const std::stop_token* stopOfRequests = nullptr;

}  // namespace

StoppableRequests::StoppableRequests(const std::stop_token& stop)
    : before_(std::exchange(stopOfRequests, &stop)) {}

StoppableRequests::~StoppableRequests() {
    stopOfRequests = before_;
}

std::stop_token StoppableRequests::stopOfThisThread() {
    return stopOfRequests == nullptr ? std::stop_token() : *stopOfRequests;
}

StoppableEvaluation::StoppableEvaluation(const std::stop_token& stop)
    : requests_(stop)
    , before_(std::exchange(stopOfEvaluation, &stop)) {}

StoppableEvaluation::~StoppableEvaluation() {
    stopOfEvaluation = before_;
}

void StoppableEvaluation::throwIfStopped() {
    if (stopOfEvaluation != nullptr && stopOfEvaluation->stop_requested()) {
        throw EvaluationStopped();
    }
}

}  // namespace lamscope
