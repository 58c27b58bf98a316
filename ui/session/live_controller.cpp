// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/live_controller.h"

#include <QCoreApplication>
#include <QMetaObject>
#include <utility>

#include "session/queued_call.h"

namespace lamscope::ui {

LiveController::LiveController(Session& session, LiveEngineOptions options, QObject* parent)
    : QObject(parent)
    , session_(session) {
    soon_.setSingleShot(true);
    soon_.setInterval(0);
    connect(&soon_, &QTimer::timeout, this, &LiveController::requestNow);
    connect(&session_, &Session::imageChanged, this, &LiveController::followImage);
    connect(&session_, &Session::networkListChanged, this, &LiveController::followNetworks);
    for (const auto signal :
         {&Session::boxChanged, &Session::optionsChanged, &Session::selectionChanged, &Session::pausedChanged}) {
        connect(&session_, signal, this, &LiveController::requestSoon);
    }
    connect(&session_, &Session::viewChanged, this, &LiveController::followDiMaps);
    start(std::move(options));
}

void LiveController::start(LiveEngineOptions options) {
    engine_ = std::make_unique<LiveEngine>(
        [this](LiveEvent event) { callQueued(this, [this, event = std::move(event)] { receive(event); }); },
        std::move(options));
    followImage();
    followNetworks();
}

LiveController::~LiveController() = default;

void LiveController::restart(LiveEngineOptions options) {
    engine_.reset();
    QCoreApplication::removePostedEvents(this);  // what the old engine still had to say
    if (sanityRunning_) {
        receive(live::SanityEnded{sanityRun_, live::SanityEnded::Reason::EngineGone});
    }
    known_.clear();
    for (const auto& entry : session_.networks()) {
        session_.updateNetwork(entry.id, [](NetworkEntry& changed) {
            changed.state = NetworkEntry::State::Loading;
            changed.message.clear();
        });
    }
    start(std::move(options));
    emit restarted();
}

void LiveController::tell(std::function<void()> task, bool interrupt) {
    stopped_ = false;
    engine_->tell(std::move(task), interrupt);
}

void LiveController::openImage(const QString& file, ExifOrientation orientation) {
    stopped_ = false;
    engine_->openImage(file.toStdString(), orientation);
}

void LiveController::cancel() {
    soon_.stop();
    engine_->stop();
    stopped_ = true;
    showNothingRunning();
}

void LiveController::showNothingRunning() {
    ComputeProgress progress;
    progress.stopped = stopped_;
    session_.setProgress(progress);
}

void LiveController::followImage() {
    engine_->setInput(session_.image(), session_.role(), session_.reduction());
    scanned_.clear();  // the engine forgot them
    for (const auto& entry : session_.networks()) {
        session_.updateNetwork(entry.id, [](NetworkEntry& changed) {
            changed.lr = nullptr;
            changed.sr = nullptr;
            changed.result = nullptr;
            changed.diMap = nullptr;
            changed.diMapTrouble.clear();
        });
    }
    requestSoon();
}

void LiveController::followNetworks() {
    std::set<NetworkId> present;
    for (const auto& entry : session_.networks()) {
        present.insert(entry.id);
        if (known_.insert(entry.id).second) {
            engine_->addNetwork(entry.id, entry.spec);
        }
    }
    for (auto known = known_.begin(); known != known_.end();) {
        if (present.contains(*known)) {
            ++known;
        } else {
            engine_->removeNetwork(*known);
            lastNotes_.erase(*known);
            resultOptions_.erase(*known);
            diMapOptions_.erase(*known);
            known = known_.erase(known);
        }
    }
    requestSoon();
}

LamOptions LiveController::wantedOptions(const NetworkEntry& entry) const {
    auto options = session_.options();
    options.patch = session_.patchFor(entry);
    return options;
}

void LiveController::requestSoon() {
    for (const auto& entry : session_.networks()) {
        const bool stale = entry.result != nullptr && resultOptions_[entry.id] != wantedOptions(entry);
        if (stale != entry.stale) {
            session_.updateNetwork(entry.id, [stale](NetworkEntry& changed) { changed.stale = stale; });
        }
    }
    followDiMaps();
    soon_.start();
}

DiMapTarget LiveController::diMapTarget(const NetworkEntry& entry) const {
    const auto own = [&](int side) {
        return patchOfBox({0, 0, side}, session_.role(), session_.gridScale(), entry.card.scale).size;
    };
    const int side = session_.box().size;
    const int stride = session_.view().diMapStride;
    return {.id = entry.id, .patchSize = own(side), .stride = own(stride == 0 ? side : stride)};
}

bool LiveController::isCurrentDiMap(const NetworkEntry& entry, const LamOptions& options, int stride) const {
    const auto target = diMapTarget(entry);
    auto wanted = session_.options();
    wanted.patch = {.x = 0, .y = 0, .size = target.patchSize};
    return options == wanted && stride == target.stride;
}

void LiveController::followDiMaps() {
    std::vector<DiMapTarget> wanted;
    const bool active = session_.view().layer == Layer::DiMap && session_.hasImage() && !session_.isPaused();
    for (const auto& entry : session_.networks()) {
        if (entry.diMap && !isCurrentDiMap(entry, diMapOptions_[entry.id], entry.diMap->stride)) {
            session_.updateNetwork(entry.id, [](NetworkEntry& changed) { changed.diMap = nullptr; });
        }
        const bool hasAll = entry.diMap && entry.diMapFinished;
        if (active && entry.shown && entry.state == NetworkEntry::State::Ready && !hasAll) {
            wanted.push_back(diMapTarget(entry));
        }
    }
    const auto& options = session_.options();
    if (wanted == scanned_ && (wanted.empty() || options == scannedOptions_)) {
        return;
    }
    scanned_ = wanted;
    scannedOptions_ = options;
    if (wanted.empty()) {
        engine_->cancelDiMaps();
        return;
    }
    for (const auto& target : wanted) {
        session_.updateNetwork(target.id, [](NetworkEntry& changed) { changed.diMapTrouble.clear(); });
    }
    stopped_ = false;
    engine_->scanDiMaps(wanted, options);
}

void LiveController::scanDiMaps() {
    scanned_.clear();
    followDiMaps();
}

void LiveController::requestNow() {
    stopped_ = false;
    const bool waiting = session_.isDragging() && !liveWhileDragging_;
    std::vector<NetworkId> shown;  // the selected one first
    for (const auto& entry : session_.networks()) {
        if (entry.state == NetworkEntry::State::Ready && entry.shown) {
            shown.insert(entry.id == session_.selected() ? shown.begin() : shown.end(), entry.id);
        }
    }
    if (!session_.hasImage() || session_.isPaused() || waiting) {
        engine_->cancelProbe(shown);
        showNothingRunning();
        return;
    }
    ProbeRequest request{
        .number = ++requestNumber_, .options = session_.options(), .targets = {}, .moving = session_.isDragging()};
    for (const auto id : shown) {
        request.targets.push_back({id, session_.patchFor(*session_.network(id))});
    }
    engine_->probe(request);
}

void LiveController::receive(const LiveEvent& event) {
    std::visit([this](const auto& which) { receive(which); }, event);
}

void LiveController::receive(const live::DeviceChosen& event) {
    if (!event.trouble.empty()) {
        session_.reportTrouble(QString::fromStdString(event.trouble));
    }
    emit deviceChosen(QString::fromStdString(event.device), event.threads);
}

void LiveController::receive(const live::ImageOpened& event) {
    session_.setImage(event.image);
    for (const auto& warning : event.warnings) {
        session_.reportNote(QString::fromStdString(warning));
    }
    emit imageOpened();
}

void LiveController::receive(const live::ImageFailed& event) {
    const auto message = QString::fromStdString(event.message);
    showNothingRunning();
    session_.reportTrouble(message);
    emit imageFailed(message);
}

void LiveController::receive(const live::NetworkLoaded& event) {
    if (session_.network(event.id) == nullptr) {
        return;  // removed while it was loading
    }
    session_.updateNetwork(event.id, [&](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Ready;
        entry.card = event.card;
        entry.message.clear();
    });
    for (const auto& warning : event.card.warnings) {
        session_.reportNote(QString::fromStdString(event.card.name + ": " + warning));
    }
    emit networkLoaded(event.id);
    requestSoon();
}

void LiveController::receive(const live::CardMeasured& event) {
    session_.updateNetwork(event.id, [&](NetworkEntry& entry) { entry.card = event.card; });
}

void LiveController::receive(const live::NetworkFailed& event) {
    if (session_.network(event.id) == nullptr) {
        return;  // removed while it was loading
    }
    const auto message = QString::fromStdString(event.message);
    session_.updateNetwork(event.id, [&](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Failed;
        entry.message = message;
    });
    session_.reportTrouble(message);
    emit networkFailed(event.id, message);
}

void LiveController::receive(const live::NetworkImages& event) {
    if (event.input != session_.input()) {
        return;  // of an image that was open before
    }
    session_.updateNetwork(event.id, [&](NetworkEntry& entry) {
        entry.lr = event.lr;
        entry.sr = event.sr;
    });
}

void LiveController::receive(const live::MapReady& event) {
    const auto* entry = session_.network(event.id);
    if (entry == nullptr || event.input != session_.input()) {
        return;
    }
    const bool current = event.options == wantedOptions(*entry);
    if (!current && entry->currentResult() != nullptr) {
        return;
    }
    resultOptions_[event.id] = event.options;
    session_.updateNetwork(event.id, [&](NetworkEntry& changed) {
        changed.result = event.result;
        changed.stale = !current;
        changed.finished = event.finished;
        changed.latencySeconds = event.latencySeconds;
        changed.message.clear();
    });
    if (!current) {
        return;
    }
    if (event.finished) {
        QString notes;
        for (const auto& warning : event.result->warnings) {
            notes += QStringLiteral("%1: %2\n").arg(entry->name(), QString::fromStdString(warning));
        }
        notes = notes.trimmed();
        if (!notes.isEmpty() && lastNotes_[event.id] != notes) {
            session_.reportNote(notes);
        }
        lastNotes_[event.id] = notes;
    }
    emit mapArrived(event.id, event.request, event.result->nodes);
}

void LiveController::receive(const live::MapFailed& event) {
    const auto* entry = session_.network(event.id);
    if (entry == nullptr || event.input != session_.input()
        || (event.options && *event.options != wantedOptions(*entry))) {
        return;
    }
    auto message = QString::fromStdString(event.message);
    if (!message.startsWith(entry->name())) {
        message = QStringLiteral("%1: %2").arg(entry->name(), message);
    }
    session_.updateNetwork(event.id, [&](NetworkEntry& changed) {
        changed.message = message;
        changed.result = nullptr;
    });
    session_.reportTrouble(message);
}

std::int64_t LiveController::checkSanity() {
    std::vector<std::pair<ProbeTarget, ModelSpec>> networks;
    for (const auto& entry : session_.networks()) {
        if (entry.state == NetworkEntry::State::Ready && entry.shown) {
            networks.push_back({{entry.id, session_.patchFor(entry)}, entry.spec});
        }
    }
    stopped_ = false;
    sanityRunning_ = true;
    engine_->checkSanity(++sanityRun_, networks, session_.options());
    return sanityRun_;
}

void LiveController::receive(const live::SanityChecked& event) {
    emit sanityChecked(event);
}

void LiveController::receive(const live::SanityEnded& event) {
    sanityRunning_ = sanityRunning_ && event.run != sanityRun_;
    emit sanityEnded(event);
}

void LiveController::receive(const live::DiMapReady& event) {
    const auto* entry = session_.network(event.id);
    if (entry == nullptr || event.input != session_.input()
        || !isCurrentDiMap(*entry, event.options, event.map->stride)) {
        return;
    }
    diMapOptions_[event.id] = event.options;
    session_.updateNetwork(event.id, [&](NetworkEntry& changed) {
        changed.diMap = event.map;
        changed.diMapFinished = event.finished;
        changed.diMapTrouble.clear();
    });
}

void LiveController::receive(const live::DiMapFailed& event) {
    const auto* entry = session_.network(event.id);
    if (entry == nullptr || event.input != session_.input() || !isCurrentDiMap(*entry, event.options, event.stride)) {
        return;
    }
    const auto message = tr("%1: DI map: %2").arg(entry->name(), QString::fromStdString(event.message));
    session_.updateNetwork(event.id, [&](NetworkEntry& changed) {
        changed.diMap = nullptr;
        changed.diMapTrouble = message;
    });
    session_.reportTrouble(message);
}

void LiveController::receive(const live::Progress& event) {
    showProgress(event);
}

void LiveController::showProgress(const live::Progress& progress) {
    if (stopped_) {
        return;  // said before the engine heard of it
    }
    session_.setProgress({.busy = true,
                          .stopped = false,
                          .what = QString::fromStdString(progress.what),
                          .done = progress.done,
                          .planned = progress.planned});
}

void LiveController::receive(const live::Idle& event) {
    if (event.request == 0 || event.request == requestNumber_) {
        showNothingRunning();
        emit idle();
    }
}

}  // namespace lamscope::ui
