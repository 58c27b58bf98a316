// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

namespace lamscope {

/// Leaves an evaluation that was stopped. Not an error: nothing translates it on its way.
struct EvaluationStopped {};

/// While it lives, evaluations on this thread of networks whose layers report their features (reportFeatures()) end
/// soon after a stop is requested: the next layer throws EvaluationStopped. Other networks go on to their end.
class StoppableEvaluation {
public:
    explicit StoppableEvaluation(const std::stop_token& stop);
    StoppableEvaluation(const StoppableEvaluation&) = delete;
    StoppableEvaluation& operator=(const StoppableEvaluation&) = delete;
    ~StoppableEvaluation();

    /// What each layer calls after its evaluation.
    static void throwIfStopped();

private:
    const std::stop_token* before_;
};

}  // namespace lamscope
