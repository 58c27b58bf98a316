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

/// Work that another thread is to do. Qt's queues order what was written before against what the work reads there; the
/// flag, set anew wherever the work comes to lie, says the same in terms that the thread sanitizer sees, which cannot
/// look into Qt.
template <typename Work>
class HandedOver {
public:
    explicit HandedOver(Work work)
        : work_(std::move(work)) {
        ready_.store(true, std::memory_order_release);
    }
    HandedOver(HandedOver&& other) noexcept
        : HandedOver(std::move(other.work_)) {}
    HandedOver(const HandedOver&) = delete;
    HandedOver& operator=(const HandedOver&) = delete;
    HandedOver& operator=(HandedOver&&) = delete;
    ~HandedOver() = default;

    void operator()() {
        static_cast<void>(ready_.load(std::memory_order_acquire));
        work_();
    }

private:
    Work work_;
    std::atomic<bool> ready_ = false;
};

/// Runs `work` from the event loop of `receiver`'s thread, unless it is gone by then. From any thread.
template <typename Work>
void callQueued(QObject* receiver, Work work) {
    QMetaObject::invokeMethod(receiver, HandedOver(std::move(work)), Qt::QueuedConnection);
}

/// Runs `work` in a thread of `pool`.
template <typename Work>
void startOn(QThreadPool& pool, Work work) {
    class Task : public QRunnable {
    public:
        explicit Task(Work given)
            : work_(std::move(given)) {}
        void run() override { work_(); }

    private:
        HandedOver<Work> work_;
    };
    pool.start(std::make_unique<Task>(std::move(work)).release());  // the pool deletes it
}

}  // namespace lamscope::ui
