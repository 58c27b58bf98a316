// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <QRunnable>
#include <QThreadPool>
#include <Qt>
#include <atomic>
#include <memory>
#include <utility>

namespace lamscope::ui {

// Qt's queues order what was written before work is handed over before what the work reads in its thread. The atomics
// here say the same in terms that the thread sanitizer sees, which cannot look into Qt.

/// How many calls were queued.
inline std::atomic<unsigned> queuedCalls = 0;

/// Runs `work` from the event loop of `receiver`'s thread, unless it is gone by then. From any thread.
template <typename Work>
void callQueued(QObject* receiver, Work work) {
    queuedCalls.fetch_add(1, std::memory_order_release);
    QMetaObject::invokeMethod(
        receiver,
        [work = std::move(work)]() mutable {
            static_cast<void>(queuedCalls.load(std::memory_order_acquire));
            work();
        },
        Qt::QueuedConnection);
}

/// `work` for a thread of a pool.
template <typename Work>
class PoolTask : public QRunnable {
public:
    explicit PoolTask(Work work)
        : work_(std::move(work)) {
        ready_.store(true, std::memory_order_release);
    }

    void run() override {
        static_cast<void>(ready_.load(std::memory_order_acquire));
        work_();
    }

private:
    Work work_;
    std::atomic<bool> ready_ = false;
};

/// Runs `work` in a thread of `pool`.
template <typename Work>
void startOn(QThreadPool& pool, Work work) {
    pool.start(std::make_unique<PoolTask<Work>>(std::move(work)).release());  // the pool deletes it
}

}  // namespace lamscope::ui
