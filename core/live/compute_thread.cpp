// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/compute_thread.h"

#include <utility>

namespace lamscope {

ComputeThread::ComputeThread(Step step, const Task& start)
    : step_(std::move(step))
    , thread_([this, start](const std::stop_token& stop) { run(stop, start); }) {}

ComputeThread::~ComputeThread() {
    thread_.request_stop();
    {
        const std::scoped_lock lock(mutex_);
        tasks_.clear();
        stepStop_.request_stop();
    }
    thread_.join();
}

void ComputeThread::post(Task task, bool interrupt) {
    {
        const std::scoped_lock lock(mutex_);
        tasks_.push_back(std::move(task));
        if (interrupt) {
            stepStop_.request_stop();
        }
    }
    wake_.notify_one();
}

void ComputeThread::run(const std::stop_token& stop, const Task& start) {
    if (start) {
        start();
    }
    bool stepsLeft = false;
    while (!stop.stop_requested()) {
        Task task;
        std::stop_token stepToken;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, stop, [&] { return stepsLeft || !tasks_.empty(); });
            if (stop.stop_requested()) {
                return;
            }
            if (tasks_.empty()) {
                stepStop_ = std::stop_source();
                stepToken = stepStop_.get_token();
            } else {
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
        }
        if (task) {
            task();
            stepsLeft = true;
        } else {
            stepsLeft = step_(stepToken);
        }
    }
}

}  // namespace lamscope
