// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/status_line.h"

#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include "dialogs/icons.h"
#include "view/elided_label.h"

namespace lamscope::ui {

namespace {

constexpr int progressWidth = 100;

/// A part that becomes narrower with the window instead of holding the window's width.
ElidedLabel* makeLabel() {
    return new ElidedLabel(ElidedLabel::TooLong::Shorten, nullptr);
}

QString textOf(const DiMapCell& cell) {
    const auto where = StatusLine::tr("patch (%1, %2)").arg(cell.patch.x).arg(cell.patch.y);
    if (!cell.diffusionIndex) {
        return StatusLine::tr("DI not defined · %1").arg(where);
    }
    return StatusLine::tr("DI %1 · 95 % %2 px · radius %3 px · %4 · %5 nodes")
        .arg(*cell.diffusionIndex, 0, 'f', 2)
        .arg(cell.mass95Pixels.value_or(0))
        .arg(cell.radiusPixels.value_or(0.0), 0, 'f', 1)
        .arg(where)
        .arg(cell.nodes);
}

QString stoppedText(Layer layer) {
    return layer == Layer::DiMap ? StatusLine::tr("Stopped: maps go on with the next change, the DI map with G")
                                 : StatusLine::tr("Stopped: goes on with the next change");
}

}  // namespace

StatusLine::StatusLine(Session& session, QWidget* parent)
    : QStatusBar(parent)
    , session_(session)
    , position_(makeLabel())
    , colour_(makeLabel())
    , map_(makeLabel())
    , task_(makeLabel())
    , progress_(new QProgressBar)
    , timeLeft_(new QLabel)
    , cancel_(new QToolButton)
    , device_(makeLabel())
    , latency_(makeLabel()) {
    setSizeGripEnabled(false);
    setContentsMargins(4, 0, 8, 0);
    setMaximumHeight(fontMetrics().height() + 8);  // slim: the pictures come first
    for (auto* label : {position_, colour_, map_}) {
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
    position_->setText(tr("LR (%1, %2)   SR (%3, %4)")
                           .arg(readout.lr.x(), 0, 'f', 1)
                           .arg(readout.lr.y(), 0, 'f', 1)
                           .arg(readout.sr.x())
                           .arg(readout.sr.y()));
    colour_->setText(
        readout.colour
            ? tr("RGB %1 %2 %3").arg(qRed(*readout.colour)).arg(qGreen(*readout.colour)).arg(qBlue(*readout.colour))
            : QString());
    if (readout.cell) {
        map_->setText(textOf(*readout.cell));
        return;
    }
    if (readout.srError) {
        map_->setText(tr("SR − HR %1").arg(*readout.srError, 0, 'f', 1));
        return;
    }
    if (readout.fieldShare) {
        const auto share = QString::number(100.0 * *readout.fieldShare, 'g', 3);
        map_->setText(readout.mapIsStale ? tr("%1 % of the field (old)").arg(share)
                                         : tr("%1 % of the field").arg(share));
        return;
    }
    map_->setText(!readout.mapValue    ? QString()
                  : readout.mapIsStale ? tr("map %1 (old)").arg(*readout.mapValue, 0, 'f', 3)
                                       : tr("map %1").arg(*readout.mapValue, 0, 'f', 3));
}

void StatusLine::clearReadout() {
    for (auto* label : {position_, colour_, map_}) {
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
    for (auto* widget : std::initializer_list<QWidget*>{progress_, cancel_}) {
        widget->setVisible(progress.busy);
    }
    if (!progress.busy || progress.what != runningTask_ || progress.done < startedWith_) {
        runningTask_ = progress.busy ? progress.what : QString();
        startedWith_ = progress.done;
        since_.start();
    }
    const auto doneHere = progress.done - startedWith_;
    const bool known = progress.busy && progress.planned > 0;
    timeLeft_->setVisible(known && doneHere > 0);
    if (!progress.busy) {
        task_->setText(progress.stopped ? stoppedText(session_.view().layer) : QString());
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
