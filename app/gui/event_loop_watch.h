// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <atomic>
#include <thread>
#include <vector>

namespace lamscope {

/// The smallest of `values` that a share of them, 0…1, does not exceed; 0 without values.
[[nodiscard]] double percentile(std::vector<double> values, double share);

/// How long an event has to wait for the event loop: a thread of its own posts one after the other. GUI thread.
class EventLoopWatch : public QObject {
public:
    void start();
    [[nodiscard]] bool isRunning() const { return knocker_.joinable(); }
    [[nodiscard]] const std::vector<double>& milliseconds() const { return delays_; }

private:
    std::vector<double> delays_;
    std::atomic<bool> waiting_{false};
    std::jthread knocker_;  // last: it uses the others
};

}  // namespace lamscope
