// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/di_map_controller.h"

#include <variant>

namespace lamscope::ui {

DiMapController::DiMapController(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller) {
    for (const auto signal : {&Session::networkListChanged, &Session::boxChanged, &Session::optionsChanged,
                              &Session::selectionChanged, &Session::pausedChanged, &Session::viewChanged}) {
        connect(&session_, signal, this, &DiMapController::follow);
    }
    connect(&session_, &Session::imageChanged, this, &DiMapController::dropAll);
    connect(&controller_, &LiveController::inputSentLate, this, &DiMapController::dropAll);
    connect(&controller_, &LiveController::networkLoaded, this, &DiMapController::follow);
    connect(&controller_, &LiveController::restarted, this, &DiMapController::takeEngine);
    takeEngine();
}

void DiMapController::takeEngine() {
    job_.emplace(controller_.engine(), controller_.sinkFor<DiMapJob::Event>(this, [this](const DiMapJob::Event& event) {
        std::visit([this](const auto& which) { receive(which); }, event);
    }));
    dropAll();
}

void DiMapController::dropAll() {
    asked_.clear();
    for (const auto& entry : session_.networks()) {
        session_.updateNetwork(entry.id, [](NetworkEntry& changed) {
            changed.diMap = nullptr;
            changed.diMapTrouble.clear();
        });
    }
    follow();
}

DiMapTarget DiMapController::targetOf(const NetworkEntry& entry) const {
    const auto own = [&](int side) {
        return patchOfBox({0, 0, side}, session_.role(), session_.gridScale(), entry.card.scale).size;
    };
    const int side = session_.box().size;
    const int stride = session_.view().diMapStride;
    return {.id = entry.id, .patchSize = own(side), .stride = own(stride == 0 ? side : stride)};
}

bool DiMapController::isCurrent(const NetworkEntry& entry, const LamOptions& options, int stride) const {
    const auto target = targetOf(entry);
    auto wanted = session_.options();
    wanted.patch = {.x = 0, .y = 0, .size = target.patchSize};
    return options == wanted && stride == target.stride;
}

void DiMapController::follow() {
    std::erase_if(options_, [this](const auto& each) { return session_.network(each.first) == nullptr; });
    std::vector<DiMapTarget> wanted;
    const bool active = session_.view().layer == Layer::DiMap && session_.hasImage() && !session_.isPaused();
    for (const auto& entry : session_.networks()) {
        if (entry.diMap && !isCurrent(entry, options_[entry.id], entry.diMap->stride)) {
            session_.updateNetwork(entry.id, [](NetworkEntry& changed) { changed.diMap = nullptr; });
        }
        const bool hasAll = entry.diMap && entry.diMapFinished;
        if (active && entry.shown && entry.state == NetworkEntry::State::Ready && !hasAll) {
            wanted.push_back(targetOf(entry));
        }
    }
    const auto& options = session_.options();
    if (wanted == asked_ && (wanted.empty() || options == askedOptions_)) {
        return;
    }
    asked_ = wanted;
    askedOptions_ = options;
    if (wanted.empty()) {
        job_->tell([](DiMapJob& job) { job.cancel(); });
        return;
    }
    for (const auto& target : wanted) {
        session_.updateNetwork(target.id, [](NetworkEntry& changed) { changed.diMapTrouble.clear(); });
    }
    controller_.expectWork();
    job_->tell([wanted, options](DiMapJob& job) { job.start(wanted, options); });
}

void DiMapController::scan() {
    asked_.clear();
    follow();
}

void DiMapController::receive(const live::DiMapReady& event) {
    const auto* entry = session_.network(event.id);
    if (entry == nullptr || event.input != session_.input() || !isCurrent(*entry, event.options, event.map->stride)) {
        return;
    }
    options_[event.id] = event.options;
    session_.updateNetwork(event.id, [&](NetworkEntry& changed) {
        changed.diMap = event.map;
        changed.diMapFinished = event.finished;
        changed.diMapTrouble.clear();
    });
}

void DiMapController::receive(const live::DiMapFailed& event) {
    const auto* entry = session_.network(event.id);
    if (entry == nullptr || event.input != session_.input() || !isCurrent(*entry, event.options, event.stride)) {
        return;
    }
    const auto message = tr("%1: DI map: %2").arg(entry->name(), QString::fromStdString(event.message));
    session_.updateNetwork(event.id, [&](NetworkEntry& changed) {
        changed.diMap = nullptr;
        changed.diMapTrouble = message;
    });
    session_.reportTrouble(message);
}

}  // namespace lamscope::ui
