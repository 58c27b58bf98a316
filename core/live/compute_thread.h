// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace lamscope {

/// One thread that owns a device. It serves short tasks in their order, and when none is waiting one piece of long work
/// in steps. All members may be called from any thread; tasks and steps run on the one thread and must not throw.
class ComputeThread {
public:
    /// A step of the long work; returns false when nothing is left to do. It should poll the token, and may be called
    /// again after it was stopped.
    using Step = std::function<bool(const std::stop_token& stop)>;
    using Task = std::function<void()>;

    /// @param step   the long work; it is asked after each task, and again as long as it returns true.
    /// @param start  called first on the thread; may be empty.
    explicit ComputeThread(Step step, const Task& start = {});
    ComputeThread(const ComputeThread&) = delete;
    ComputeThread& operator=(const ComputeThread&) = delete;
    /// Stops the running step, drops waiting tasks and waits for the thread.
    ~ComputeThread();

    /// Runs `task` after the tasks before it. With `interrupt` the running step is stopped, otherwise it ends first.
    void post(Task task, bool interrupt = true);

private:
    void run(const std::stop_token& stop, const Task& start);

    Step step_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Task> tasks_;
    std::stop_source stepStop_;
    std::jthread thread_;  // last: it uses all the others
};

}  // namespace lamscope
