// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/status_line.h"

#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "dialogs/icons.h"
#include "view/elided_label.h"
#include "view/pane_layer.h"

namespace lamscope::ui {

namespace {

constexpr int progressWidth = 100;

/// A part that becomes narrower with the window instead of holding the window's width.
ElidedLabel* makeLabel() {
    return new ElidedLabel(ElidedLabel::TooLong::Shorten, nullptr);
}

}  // namespace

StatusLine::StatusLine(Session& session, QWidget* parent)
    : QStatusBar(parent)
    , session_(session)
    , position_(makeLabel())
    , colour_(makeLabel())
    , value_(makeLabel())
    , task_(makeLabel())
    , progress_(new QProgressBar)
    , timeLeft_(new QLabel)
    , cancel_(new QToolButton)
    , device_(makeLabel())
    , latency_(makeLabel()) {
    setSizeGripEnabled(false);
    setContentsMargins(4, 0, 8, 0);
    setMaximumHeight(fontMetrics().height() + 8);  // slim: the pictures come first
    for (auto* label : {position_, colour_, value_}) {
        addWidget(label);
    }
    progress_->setAccessibleName(tr("Progress"));
    progress_->setFixedWidth(progressWidth);
    progress_->setMaximumHeight(14);
    progress_->setTextVisible(false);
    cancel_->setIcon(icon(QStringLiteral("cancel")));
    cancel_->setIconSize({14, 14});
    cancel_->setMaximumHeight(fontMetrics().height() + 4);
    cancel_->setAutoRaise(true);
    cancel_->setAccessibleName(tr("Stop computing"));
    connect(cancel_, &QToolButton::clicked, this, &StatusLine::cancelRequested);
    for (auto* widget : std::initializer_list<QWidget*>{task_, progress_, timeLeft_, cancel_, device_, latency_}) {
        addPermanentWidget(widget);
    }
    connect(&session_, &Session::progressChanged, this, &StatusLine::followProgress);
    followProgress();
}

void StatusLine::showReadout(const Readout& readout) {
    position_->setText(readout.scale == 1 ? tr("Pixel (%1, %2)").arg(readout.sr.x()).arg(readout.sr.y())
                                          : tr("LR (%1, %2)   SR (%3, %4)")
                                                .arg(readout.lr.x(), 0, 'f', 1)
                                                .arg(readout.lr.y(), 0, 'f', 1)
                                                .arg(readout.sr.x())
                                                .arg(readout.sr.y()));
    colour_->setText(
        readout.colour
            ? tr("RGB %1 %2 %3").arg(qRed(*readout.colour)).arg(qGreen(*readout.colour)).arg(qBlue(*readout.colour))
            : QString());
    value_->setText(readout.value);
}

void StatusLine::clearReadout() {
    for (auto* label : {position_, colour_, value_}) {
        label->setText({});
    }
}

void StatusLine::setDevice(const QString& text) {
    device_->setText(text);
}

void StatusLine::setLatency(double seconds) {
    latency_->setText(tr("first map %1 ms").arg(qRound(seconds * 1000.0)));
}

void StatusLine::followProgress() {
    const auto& progress = session_.progress();
    task_->setVisible(progress.busy || progress.stopped);
    progress_->setVisible(progress.busy);
    cancel_->setVisible(progress.busy && progress.stoppable);
    if (!progress.busy || progress.what != runningTask_ || progress.done < startedWith_) {
        runningTask_ = progress.busy ? progress.what : QString();
        startedWith_ = progress.done;
        since_.start();
    }
    const auto doneHere = progress.done - startedWith_;
    const bool known = progress.busy && progress.planned > 0;
    timeLeft_->setVisible(known && doneHere > 0);
    if (!progress.busy) {
        task_->setText(progress.stopped ? paneLayer(session_.view().layer).stoppedText() : QString());
        return;
    }
    task_->setText(known ? tr("%1  %2 of ≤ %3 gradients").arg(progress.what).arg(progress.done).arg(progress.planned)
                         : progress.what);
    progress_->setRange(0, static_cast<int>(progress.planned));  // 0, 0: busy, no share known
    progress_->setValue(static_cast<int>(progress.done));
    if (known && doneHere > 0) {
        const double perNode = static_cast<double>(since_.elapsed()) / 1000.0 / static_cast<double>(doneHere);
        timeLeft_->setText(
            tr("≤ %1 s left").arg(perNode * static_cast<double>(progress.planned - progress.done), 0, 'f', 1));
    }
}

}  // namespace lamscope::ui
