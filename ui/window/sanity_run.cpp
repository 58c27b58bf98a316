// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/sanity_run.h"

namespace lamscope::ui {

SanityRun::SanityRun(Session& session, LiveController& controller, SanityDialog& dialog)
    : QObject(&dialog)
    , session_(session)
    , controller_(controller)
    , dialog_(dialog) {
    connect(&dialog_, &SanityDialog::runRequested, this, &SanityRun::run);
    connect(&dialog_, &SanityDialog::cancelRequested, this, [this] {
        controller_.cancelSanityCheck();
        dialog_.setRunning(false);
    });
    connect(&controller_, &LiveController::sanityChecked, this, &SanityRun::receive);
}

void SanityRun::run() {
    rows_.clear();
    int networks = 0;
    for (const auto& entry : session_.networks()) {
        if (entry.shown && entry.state == NetworkEntry::State::Ready) {
            ++networks;
        }
    }
    if (networks == 0 || !session_.hasImage()) {
        session_.reportTrouble(tr("There is nothing to check: open an image and a network first."));
        return;
    }
    dialog_.setRows(rows_);
    dialog_.setRunning(true);
    dialog_.setProgress(0, 0);
    controller_.checkSanity();
}

void SanityRun::receive(const live::SanityChecked& check) {
    const auto* entry = session_.network(check.id);
    const auto layers = toString(check.layers);
    rows_.push_back({.network = entry != nullptr ? entry->name() : QString(),
                     .layers = QString::fromUtf8(layers.data(), static_cast<qsizetype>(layers.size())),
                     .correlation = check.correlation,
                     .completenessError = check.completenessError,
                     .trouble = QString::fromStdString(check.message)});
    dialog_.setRows(rows_);
    dialog_.setProgress(check.done, check.total);
    dialog_.setRunning(check.done < check.total);
}

}  // namespace lamscope::ui
