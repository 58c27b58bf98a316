// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <Qt>
#include <atomic>
#include <utility>

namespace lamscope::ui {

/// How many calls were queued.
inline std::atomic<unsigned> queuedCalls = 0;

/// Runs `work` from the event loop of `receiver`'s thread, unless it is gone by then. From any thread.
template <typename Work>
void callQueued(QObject* receiver, Work work) {
    // Qt's queue orders what was written here before what `work` reads there. The count says the same in terms that the
    // thread sanitizer sees, which cannot look into Qt.
    queuedCalls.fetch_add(1, std::memory_order_release);
    QMetaObject::invokeMethod(
        receiver,
        [work = std::move(work)]() mutable {
            static_cast<void>(queuedCalls.load(std::memory_order_acquire));
            work();
        },
        Qt::QueuedConnection);
}

}  // namespace lamscope::ui
