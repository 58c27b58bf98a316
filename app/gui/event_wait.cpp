// SPDX-License-Identifier: GPL-3.0-or-later
#include "event_wait.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTimer>

namespace lamscope {

bool waitUntil(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
    const QDeadlineTimer deadline(patience);
    QTimer alarm;  // an event at the end of the patience, should there be no other
    alarm.setSingleShot(true);
    alarm.setTimerType(Qt::PreciseTimer);
    alarm.start(patience);
    while (!condition()) {
        if (deadline.hasExpired()) {
            return false;
        }
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
    return true;
}

}  // namespace lamscope
