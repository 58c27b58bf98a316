// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QStatusBar>

#include "session/session.h"
#include "view/readout.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace lamscope::ui {

class ElidedLabel;

/// What is under the pointer; what is being computed, how far it is and how long it will take; device and latency.
class StatusLine final : public QStatusBar {
    Q_OBJECT

public:
    explicit StatusLine(Session& session, QWidget* parent = nullptr);

    void showReadout(const Readout& readout);
    void clearReadout();
    void setDevice(const QString& text);
    /// Time from a change to the first map that answers it.
    void setLatency(double seconds);

signals:
    void cancelRequested();

private:
    void followProgress();

    Session& session_;
    ElidedLabel* position_;
    ElidedLabel* colour_;
    ElidedLabel* value_;
    ElidedLabel* task_;
    QProgressBar* progress_;
    QLabel* timeLeft_;
    QToolButton* cancel_;
    ElidedLabel* device_;
    ElidedLabel* latency_;
    QElapsedTimer since_;  // when `startedWith_` nodes were done
    qint64 startedWith_ = 0;
    QString runningTask_;
};

}  // namespace lamscope::ui
