// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/probe/sanity_run.h"

#include <QFileInfo>
#include <variant>

namespace lamscope::ui {

namespace {

QString textOf(live::SanityEnded::Reason reason) {
    using Reason = live::SanityEnded::Reason;
    switch (reason) {
        case Reason::Done:
            return {};
        case Reason::Cancelled:
            return SanityRun::tr("Stopped before its end.");
        case Reason::InputChanged:
            return SanityRun::tr(
                "Ended because another image, role or reduction was chosen: maps of two inputs say nothing about "
                "weights.");
        case Reason::EngineGone:
            return SanityRun::tr("Ended because computing began anew with other settings.");
    }
    return {};
}

}  // namespace

SanityRun::SanityRun(Session& session, LiveController& controller, SanityDialog& dialog)
    : QObject(&dialog)
    , session_(session)
    , controller_(controller)
    , dialog_(dialog) {
    connect(&dialog_, &SanityDialog::runRequested, this, &SanityRun::run);
    connect(&dialog_, &SanityDialog::cancelRequested, this, [this] {
        dialog_.setRemark(tr("Stopping\u2026"));
        job_->tell([](SanityJob& job) { job.cancel(); });
    });
    connect(this, &SanityRun::checked, this, qOverload<const live::SanityChecked&>(&SanityRun::receive));
    connect(this, &SanityRun::ended, this, qOverload<const live::SanityEnded&>(&SanityRun::receive));
    connect(&controller_, &LiveController::restarted, this, &SanityRun::takeEngine);
    takeEngine();
}

void SanityRun::takeEngine() {
    struct Say {
        SanityRun& run;
        void operator()(const live::SanityChecked& check) const { emit run.checked(check); }
        void operator()(const live::SanityEnded& end) const { emit run.ended(end); }
    };
    job_.emplace(controller_.engine(), controller_.sinkFor<SanityJob::Event>(
                                           this, [this](const auto& event) { std::visit(Say{*this}, event); }));
    if (running_) {
        emit ended({.run = run_, .reason = live::SanityEnded::Reason::EngineGone});
    }
}

QString SanityRun::subject() const {
    const auto box = session_.box();
    return tr("%1 as %2, box at (%3, %4), %5 × %5")
        .arg(QFileInfo(QString::fromStdString(session_.image().file)).fileName(),
             session_.role() == ImageRole::Hr ? tr("HR") : tr("LR"))
        .arg(box.x)
        .arg(box.y)
        .arg(box.size);
}

void SanityRun::run() {
    names_.clear();
    std::vector<SanityJob::Network> networks;
    for (const auto& entry : session_.networks()) {
        if (entry.shown && entry.state == NetworkEntry::State::Ready) {
            names_[entry.id] = entry.name();
            networks.push_back({entry.id, entry.spec, session_.options()});
            networks.back().options.patch = session_.patchFor(entry);
        }
    }
    if (names_.empty() || !session_.hasImage()) {
        session_.reportTrouble(tr("There is nothing to check: open an image and a network first."));
        return;
    }
    rows_.clear();
    dialog_.setRows(rows_);
    dialog_.setSubject(subject());
    dialog_.setRemark(
        tr("Goes on whenever no map is wanted, also while this window is closed. Esc or Cancel ends it."));
    dialog_.setRunning(true);
    dialog_.setProgress(0, 0);
    running_ = true;
    controller_.expectWork();
    job_->tell([run = ++run_, networks](SanityJob& job) { job.start(run, networks); }, /*interrupt=*/false);
}

void SanityRun::receive(const live::SanityChecked& check) {
    if (check.run != run_) {
        return;
    }
    const auto layers = toString(check.layers);
    rows_.push_back({.network = names_[check.id],
                     .layers = QString::fromUtf8(layers.data(), static_cast<qsizetype>(layers.size())),
                     .correlation = check.correlation,
                     .completenessError = check.completenessError,
                     .trouble = QString::fromStdString(check.message)});
    dialog_.setRows(rows_);
    dialog_.setProgress(check.done, check.total);
}

void SanityRun::receive(const live::SanityEnded& end) {
    if (end.run == run_) {
        running_ = false;
        dialog_.setRunning(false);
        dialog_.setRemark(textOf(end.reason));
    }
}

}  // namespace lamscope::ui
