// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/erf_controller.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "scene/document_blocks.h"
#include "session/session_file.h"

namespace lamscope::ui {

namespace {

bool isComputed(const NetworkEntry& entry) {
    return entry.shown && entry.state == NetworkEntry::State::Ready;
}

QString textOfEnd(live::EndReason reason) {
    switch (reason) {
        case live::EndReason::Done:
            return {};
        case live::EndReason::Cancelled:
            return ErfController::tr("Stopped before its end: what is measured stays.");
        case live::EndReason::InputChanged:
            return ErfController::tr(
                "Ended because another image, role or reduction was chosen: measure again for its fields.");
        case live::EndReason::EngineGone:
            return ErfController::tr("Ended because computing began anew with other settings: measure again.");
    }
    return {};
}

}  // namespace

ErfController::ErfController(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller) {
    // After the controller's own connections, so that the engine has the image and the networks.
    connect(&session_, &Session::imageChanged, this, &ErfController::dropResults);
    connect(&controller_, &LiveController::inputSentLate, this, &ErfController::dropResults);
    connect(&session_, &Session::networkListChanged, this, &ErfController::dropRemoved);
    for (const auto signal : {&Session::boxChanged, &Session::viewChanged, &Session::pausedChanged}) {
        connect(&session_, signal, this, &ErfController::followBox);
    }
    connect(&controller_, &LiveController::networkLoaded, this, &ErfController::followBox);
    connect(&controller_, &LiveController::networkLoaded, this, &ErfController::changed);  // its name
    connect(&controller_, &LiveController::restarted, this, &ErfController::takeEngine);
    takeEngine();
}

void ErfController::takeEngine() {
    const auto sink = controller_.sinkFor<ErfJob::Event>(
        this, [this](const ErfJob::Event& event) { std::visit([this](const auto& which) { receive(which); }, event); });
    overImage_.emplace(controller_.engine(), sink);
    here_.emplace(controller_.engine(), sink);
    measuringHere_ = false;
    dropResults();  // they are of another device or number of threads
    if (std::exchange(measuring_, false)) {
        endMeasuring(live::EndReason::EngineGone);
    }
}

// --- over the image

void ErfController::measure(int side) {
    options_.side = side;
    measured_.clear();
    remark_.clear();
    shareDone_ = 0.0;
    std::vector<ErfTarget> targets;
    for (const auto& entry : session_.networks()) {
        if (isComputed(entry)) {
            targets.push_back({entry.id});
        }
    }
    measuring_ = session_.hasImage() && !targets.empty();
    if (measuring_) {
        runOverImage_ = ++lastRun_;
        controller_.expectWork();
        overImage_->tell(
            [run = runOverImage_, targets, options = options_](ErfJob& job) { job.start(run, targets, options); },
            /*interrupt=*/false);
    } else {
        session_.reportTrouble(tr("There is nothing to measure: open an image and a network first."));
    }
    emit changed();
}

void ErfController::cancel() {
    if (measuring_) {
        overImage_->tell([](ErfJob& job) { job.cancel(); });
    }
}

const ErfController::Measured* ErfController::measured(NetworkId id) const {
    const auto found = measured_.find(id);
    return found == measured_.end() ? nullptr : &found->second;
}

std::vector<NetworkId> ErfController::measuredNetworks() const {
    std::vector<NetworkId> ids;
    for (const auto& entry : session_.networks()) {
        const auto* own = measured(entry.id);
        if (entry.shown && own != nullptr && own->result) {
            ids.push_back(entry.id);
        }
    }
    return ids;
}

ErfDocument ErfController::document() const {
    ErfDocument document{.experiment = snapshot(session_),
                         .options = options_,
                         .device = session_.device().toStdString(),
                         .threads = session_.threads(),
                         .warnings = {},
                         .results = {}};
    document.experiment.scenes.resize(1);  // the open image alone
    setErfOptions(document.experiment, options_);
    for (const auto id : measuredNetworks()) {
        document.results.push_back({.card = session_.network(id)->card, .result = *measured(id)->result});
    }
    std::vector<ModelCard*> names;
    for (auto& named : document.results) {
        names.push_back(&named.card);
    }
    makeNamesUnique(names);
    if (!remark_.isEmpty()) {
        document.warnings.push_back(remark_.toStdString());
    }
    for (const auto& entry : session_.networks()) {
        const auto* own = measured(entry.id);
        if (entry.shown && own != nullptr && !own->trouble.isEmpty()) {
            document.warnings.push_back(own->trouble.toStdString());
        }
    }
    return document;
}

// --- at the box

ErfController::Place ErfController::placeOf(const NetworkEntry& entry) const {
    const auto& [x, y, size] = session_.patchFor(entry);
    return {x + size / 2, y + size / 2};
}

void ErfController::followBox() {
    const bool active = session_.view().layer == Layer::ErfHere && session_.hasImage() && !session_.isPaused();
    std::vector<ErfTarget> wanted;
    std::vector<ErfTarget> missing;
    for (const auto& entry : session_.networks()) {
        if (!session_.hasImage() || entry.state != NetworkEntry::State::Ready) {
            continue;
        }
        const ErfTarget target{entry.id, placeOf(entry)};
        const bool stale = entry.field.result != nullptr && measuredAt_[entry.id] != *target.at;
        if (stale != entry.field.stale) {
            session_.updateNetwork(entry.id, [stale](NetworkEntry& changed) { changed.field.stale = stale; });
        }
        if (active && isComputed(entry)) {
            wanted.push_back(target);
            if (entry.field.result == nullptr || stale) {
                missing.push_back(target);
            }
        }
    }
    if (wanted == asked_) {
        return;
    }
    asked_ = wanted;
    for (const auto& target : missing) {
        session_.updateNetwork(target.id, [](NetworkEntry& changed) { changed.field.trouble.clear(); });
    }
    if (!missing.empty()) {
        runHere_ = ++lastRun_;
        controller_.expectWork();
        here_->tell([run = runHere_, missing](ErfJob& job) { job.start(run, missing, {}); });
        measuringHere_ = true;
    } else if (measuringHere_) {  // otherwise nothing is asked for: what the user has stopped rests
        here_->tell([](ErfJob& job) { job.cancel(); });
    }
}

// --- what changes beside

void ErfController::dropResults() {
    measured_.clear();
    remark_.clear();
    measuredAt_.clear();
    asked_.clear();  // the jobs ended with their input
    for (const auto& entry : session_.networks()) {
        session_.updateNetwork(entry.id, [](NetworkEntry& changed) { changed.field = {}; });
    }
    followBox();
    emit changed();
}

void ErfController::endMeasuring(live::EndReason reason) {
    remark_ = textOfEnd(reason);
    for (auto& [id, own] : measured_) {
        const auto* entry = session_.network(id);
        if (own.result && !own.finished && entry != nullptr) {
            auto result = *own.result;
            addErfWarnings(result, entry->card);
            own.result = std::make_shared<const ErfResult>(std::move(result));
        }
    }
    emit changed();
}

void ErfController::dropRemoved() {
    const auto isGone = [this](const auto& each) { return session_.network(each.first) == nullptr; };
    std::erase_if(measured_, isGone);
    std::erase_if(measuredAt_, isGone);
    followBox();
    emit changed();
}

void ErfController::receive(const live::ErfMeasuring& event) {
    if (event.run == runOverImage_) {
        shareDone_ = static_cast<double>(event.done) / static_cast<double>(std::max<std::int64_t>(event.planned, 1));
        emit changed();
    }
}

void ErfController::receive(const live::ErfReady& event) {
    const auto* entry = session_.network(event.target.id);
    if (entry == nullptr || event.input != session_.input()) {
        return;
    }
    if (event.run == runOverImage_) {
        measured_[event.target.id] = {.result = event.result, .trouble = {}, .finished = event.finished};
        emit changed();
    } else if (event.run == runHere_) {
        measuredAt_[event.target.id] = *event.target.at;
        session_.updateNetwork(event.target.id, [&](NetworkEntry& changed) {
            changed.field = {.result = event.result, .place = event.place, .stale = false, .trouble = {}};
        });
    }
}

void ErfController::receive(const live::ErfFailed& event) {
    const auto* entry = session_.network(event.target.id);
    if (entry == nullptr || event.input != session_.input()) {
        return;
    }
    auto message = QString::fromStdString(event.message);
    if (!message.startsWith(entry->name())) {
        message = QStringLiteral("%1: %2").arg(entry->name(), message);
    }
    if (event.run == runOverImage_) {
        measured_[event.target.id] = {.result = nullptr, .trouble = message, .finished = false};
        emit changed();
    } else if (event.run == runHere_) {
        session_.updateNetwork(event.target.id, [&](NetworkEntry& changed) {
            changed.field = {.result = nullptr, .place = {}, .stale = false, .trouble = message};
        });
    }
}

void ErfController::receive(const live::ErfEnded& event) {
    if (event.run == runOverImage_ && measuring_) {
        measuring_ = false;
        endMeasuring(event.reason);
    }
    measuringHere_ = measuringHere_ && event.run != runHere_;
}

}  // namespace lamscope::ui
