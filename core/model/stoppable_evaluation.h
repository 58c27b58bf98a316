// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "runtime/evaluation_stopped.h"

namespace lamscope {

/// While it lives, evaluations on this thread of networks that a server evaluates end soon after a stop is requested:
/// what waits for the server throws EvaluationStopped. Networks that are evaluated here go on to their end, so that
/// what they have begun serves the next position of a box.
class StoppableRequests {
public:
    explicit StoppableRequests(const std::stop_token& stop);
    StoppableRequests(const StoppableRequests&) = delete;
    StoppableRequests& operator=(const StoppableRequests&) = delete;
    ~StoppableRequests();

    /// What a request waits with; a token that never stops where none of these lives.
    [[nodiscard]] static std::stop_token stopOfThisThread();

private:
    const std::stop_token* before_;
};

/// While it lives, evaluations on this thread of networks whose layers report their features (reportFeatures()) end
/// soon after a stop is requested: the next layer throws EvaluationStopped. So do requests to servers. Other networks
/// go on to their end.
class StoppableEvaluation {
public:
    explicit StoppableEvaluation(const std::stop_token& stop);
    StoppableEvaluation(const StoppableEvaluation&) = delete;
    StoppableEvaluation& operator=(const StoppableEvaluation&) = delete;
    ~StoppableEvaluation();

    /// What each layer calls after its evaluation.
    static void throwIfStopped();

private:
    StoppableRequests requests_;
    const std::stop_token* before_;
};

}  // namespace lamscope
