// SPDX-License-Identifier: GPL-3.0-or-later
#include "event_loop_watch.h"

#include <QElapsedTimer>
#include <algorithm>
#include <chrono>
#include <cmath>

namespace lamscope {

double percentile(std::vector<double> values, double share) {
    if (values.empty()) {
        return 0.0;
    }
    std::ranges::sort(values);
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(std::ceil(share * last))];
}

void EventLoopWatch::start() {
    knocker_ = std::jthread([this](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));  // more often would slow what it measures
            if (!waiting_.exchange(true)) {
                QElapsedTimer timer;
                timer.start();
                QMetaObject::invokeMethod(
                    this,
                    [this, timer] {
                        delays_.push_back(static_cast<double>(timer.nsecsElapsed()) * 1e-6);
                        waiting_ = false;
                    },
                    Qt::QueuedConnection);
            }
        }
    });
}

}  // namespace lamscope
