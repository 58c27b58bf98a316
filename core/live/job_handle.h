// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "live/live_engine.h"
#include "live/live_job.h"

namespace lamscope {

/// A job of a LiveEngine as other threads see it: they ask it for something by tasks on the compute thread. The job
/// lives as long as the engine, the handle at most as long.
template <typename Job>
class JobHandle {
public:
    /// Adds `Job(state, arguments…)` to the engine.
    template <typename... Arguments>
    explicit JobHandle(LiveEngine& engine, Arguments... arguments)
        : engine_(engine) {
        engine_.addJob([job = job_, ... arguments = std::move(arguments)](const LiveState& state) {
            const auto made = std::make_shared<Job>(state, arguments...);
            *job = made;
            return made;
        });
    }

    /// Calls `ask` with the job on the compute thread. With `interrupt` the step at work is stopped, otherwise it ends
    /// first.
    void tell(std::function<void(Job& job)> ask, bool interrupt = true) const {
        engine_.tell([job = job_, ask = std::move(ask)] { ask(*job->lock()); }, interrupt);
    }

private:
    LiveEngine& engine_;
    std::shared_ptr<std::weak_ptr<Job>> job_ = std::make_shared<std::weak_ptr<Job>>();  // compute thread only
};

}  // namespace lamscope
