// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <QRunnable>
#include <QString>
#include <QThreadPool>
#include <Qt>
#include <atomic>
#include <exception>
#include <memory>
#include <new>
#include <utility>

namespace lamscope::ui {

/// Work that another thread is to do, and that either of the two may be the last to let go. Qt's queues and counts of
/// references order all of it already; the flag, set anew wherever the work comes to lie and when it is done, says the
/// same in terms that the thread sanitizer sees, which cannot look into Qt. A suppression would not do instead: images
/// and maps that are handed over are read by any function and long after the call, and to leave out whatever a queued
/// call runs would hide the races that the sanitizer is there to find.
template <typename Work>
class HandedOver {
public:
    explicit HandedOver(Work work)
        : work_(std::move(work)) {
        release();
    }
    HandedOver(HandedOver&& other) noexcept
        : HandedOver(std::move(other.work_)) {}
    HandedOver(const HandedOver&) = delete;
    HandedOver& operator=(const HandedOver&) = delete;
    HandedOver& operator=(HandedOver&&) = delete;
    ~HandedOver() { acquire(); }

    void operator()() {
        acquire();
        work_();
        release();
    }

private:
    void acquire() { static_cast<void>(written_.load(std::memory_order_acquire)); }
    void release() { written_.store(true, std::memory_order_release); }

    Work work_;
    std::atomic<bool> written_ = false;
};

/// Runs `work` from the event loop of `receiver`'s thread, unless it is gone by then. From any thread.
template <typename Work>
void callQueued(QObject* receiver, Work work) {
    QMetaObject::invokeMethod(receiver, HandedOver(std::move(work)), Qt::QueuedConnection);
}

/// Runs `work`, which must not throw, in a thread of `pool`.
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

/// Computes a value in a thread of `pool` and calls `done` with it from the event loop of `receiver`'s thread; where
/// `compute` throws, lack of memory included, `failed` with the reason in words.
template <typename Compute, typename Done, typename Failed>
void computeOn(QThreadPool& pool, QObject* receiver, Compute compute, Done done, Failed failed) {
    startOn(pool, [receiver, compute = std::move(compute), done = std::move(done), failed = std::move(failed)] {
        try {
            callQueued(receiver, [done, value = compute()] { done(value); });
        } catch (const std::bad_alloc&) {
            callQueued(receiver, [failed] { failed(QObject::tr("not enough memory")); });
        } catch (const std::exception& error) {
            const auto text = QString::fromUtf8(error.what()).section(QLatin1Char('\n'), 0, 0);
            callQueued(receiver, [failed, text] { failed(text); });
        }
    });
}

}  // namespace lamscope::ui
