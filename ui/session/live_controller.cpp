// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/live_controller.h"

#include <QCoreApplication>
#include <memory>
#include <utility>

#include "base/error.h"
#include "scene/network_input.h"

namespace lamscope::ui {

namespace {

/// Results of one are old results of the other, as those of an older box are: better seen than nothing.
bool differOnlyInDegradation(InputIdentity one, const InputIdentity& other) {
    one.degradation = other.degradation;
    one.degradationSeed = other.degradationSeed;
    return one == other;
}

}  // namespace

LiveController::LiveController(Session& session, LiveEngineOptions options, QObject* parent)
    : QObject(parent)
    , session_(session) {
    soon_.setSingleShot(true);
    soon_.setInterval(0);
    connect(&soon_, &QTimer::timeout, this, &LiveController::requestNow);
    constexpr int longestWithoutAnswer = 400;  // ms
    inputTimer_.setSingleShot(true);
    inputTimer_.setInterval(longestWithoutAnswer);
    connect(&inputTimer_, &QTimer::timeout, this, [this] {
        awaitsAnswer_ = false;
        if (inputIsDue_) {
            requestSoon();
        }
    });
    connect(&session_, &Session::imageChanged, this, &LiveController::followImage);
    connect(&session_, &Session::networkListChanged, this, &LiveController::followNetworks);
    for (const auto signal :
         {&Session::boxChanged, &Session::optionsChanged, &Session::selectionChanged, &Session::pausedChanged}) {
        connect(&session_, signal, this, &LiveController::requestSoon);
    }
    start(std::move(options));
}

void LiveController::start(LiveEngineOptions options) {
    engine_ = std::make_unique<LiveEngine>(
        [this](LiveEvent event) { callQueued(this, [this, event = std::move(event)] { receive(event); }); },
        std::move(options));
    sent_ = {};
    followImage();
    followNetworks();
}

LiveController::~LiveController() = default;

void LiveController::restart(LiveEngineOptions options) {
    engine_.reset();
    QCoreApplication::removePostedEvents(this);  // what the old engine still had to say
    known_.clear();
    for (const auto& entry : session_.networks()) {
        if (!entry.held) {
            session_.updateNetwork(entry.id, [](NetworkEntry& changed) {
                changed.state = NetworkEntry::State::Loading;
                changed.message.clear();
            });
        }
    }
    start(std::move(options));
    for (const auto& opening : openings_) {
        engine_->openImage(opening.file.toStdString(), opening.reading);
    }
    emit restarted();
}

void LiveController::openImage(const QString& file, const ImageReading& reading) {
    stopped_ = false;
    openings_.push_back({file, reading});
    engine_->openImage(file.toStdString(), reading);
}

void LiveController::openReference(const QString& file, const ImageReading& reading) {
    stopped_ = false;
    openings_.push_back({file, reading, /*isReference=*/true});
    engine_->openImage(file.toStdString(), reading);
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
    const auto input = session_.input();
    if (!sent_.pixels || !differOnlyInDegradation(input, sent_)) {
        for (const auto& entry : session_.networks()) {
            session_.updateNetwork(entry.id, [](NetworkEntry& changed) { changed.dropInput(); });
        }
        awaitsAnswer_ = false;
    }
    inputIsDue_ = session_.isDragging() && awaitsAnswer_;
    if (!inputIsDue_) {
        sendInput();
    }
    if (isInputItself(input.recipe(), /*scale=*/1)) {
        session_.setDegradedImage(nullptr, nullptr);
    }
    requestSoon();
}

void LiveController::sendInput() {
    sent_ = session_.input();
    inputIsDue_ = false;
    awaitsAnswer_ = true;
    inputTimer_.start();
    engine_->setInput(sent_);
}

void LiveController::inputAnswered(const InputIdentity& input) {
    if (awaitsAnswer_ && input == sent_) {
        awaitsAnswer_ = false;
        inputTimer_.stop();
        if (inputIsDue_) {
            requestSoon();
        }
    }
}

void LiveController::followNetworks() {
    std::set<NetworkId> present;
    for (const auto& entry : session_.networks()) {
        present.insert(entry.id);
        if (!entry.held && known_.insert(entry.id).second) {
            engine_->addNetwork(entry.id, entry.spec);
        }
    }
    for (auto known = known_.begin(); known != known_.end();) {
        if (present.contains(*known)) {
            ++known;
        } else {
            engine_->removeNetwork(*known);
            lastNotes_.erase(*known);
            computed_.erase(*known);
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
    const auto input = session_.input();
    for (const auto& entry : session_.networks()) {
        const auto& computed = computed_[entry.id];
        const bool stale =
            entry.result != nullptr && (computed.options != wantedOptions(entry) || computed.input != input);
        if (stale != entry.stale) {
            session_.updateNetwork(entry.id, [stale](NetworkEntry& changed) { changed.stale = stale; });
        }
    }
    soon_.start();
}

void LiveController::requestNow() {
    stopped_ = false;
    if (inputIsDue_) {
        if (session_.isDragging() && awaitsAnswer_) {
            return;  // inputAnswered() comes back to it
        }
        sendInput();
        emit inputSentLate();
    }
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
    const bool isReference = openings_.front().isReference;
    openings_.pop_front();  // images are answered in their order
    if (isReference) {
        try {
            session_.setReferenceImage(std::make_shared<const OpenedImage>(event.image));
        } catch (const Error& error) {
            const auto message = QString::fromStdString(error.what());
            session_.reportTrouble(message);
            emit referenceFailed(message);
            return;
        }
    } else {
        session_.setImage(event.image);
    }
    for (const auto& warning : event.warnings) {
        session_.reportNote(QString::fromStdString(warning));
    }
    if (isReference) {
        emit referenceOpened();
    } else {
        emit imageOpened();
    }
}

void LiveController::receive(const live::ImageFailed& event) {
    const bool isReference = openings_.front().isReference;
    openings_.pop_front();
    const auto message = QString::fromStdString(event.message);
    showNothingRunning();
    session_.reportTrouble(message);
    if (isReference) {
        emit referenceFailed(message);
    } else {
        emit imageFailed(message);
    }
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

void LiveController::receive(const live::NetworkConnecting& event) {
    if (session_.network(event.id) == nullptr) {
        return;  // removed meanwhile
    }
    session_.updateNetwork(event.id, [](NetworkEntry& entry) {
        entry.state = NetworkEntry::State::Loading;
        entry.message.clear();
        entry.result = nullptr;
    });
    session_.reportTrouble(QString::fromStdString(event.message));
}

void LiveController::receive(const live::NetworkImages& event) {
    if (!differOnlyInDegradation(event.input, session_.input())) {
        return;  // of an image that was open before
    }
    session_.updateNetwork(event.id, [&](NetworkEntry& entry) {
        entry.lr = event.lr;
        entry.sr = event.sr;
        entry.srParts.clear();
        entry.hr = event.hr;
        entry.rain = event.rain;
    });
}

void LiveController::receive(const live::InputDegraded& event) {
    if (!differOnlyInDegradation(event.input, session_.input()) || isInputItself(session_.input().recipe(), 1)) {
        return;
    }
    session_.setDegradedImage(event.degraded, event.rainMask);
    if (session_.networks().empty()) {
        inputAnswered(event.input);
    }
}

void LiveController::receive(const live::SrTile& event) {
    if (event.input != session_.input()) {
        return;  // of an image that was open before
    }
    session_.updateNetwork(event.id, [&](NetworkEntry& entry) { entry.srParts.push_back(event.part); });
}

void LiveController::receive(const live::MapReady& event) {
    const auto* entry = session_.network(event.id);
    const auto input = session_.input();
    if (entry == nullptr || !differOnlyInDegradation(event.input, input)) {
        return;
    }
    inputAnswered(event.input);
    const bool current = event.options == wantedOptions(*entry) && event.input == input;
    if (!current && entry->currentResult() != nullptr) {
        return;
    }
    computed_[event.id] = {event.options, event.input};
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

void LiveController::receive(const live::Progress& event) {
    if (stopped_ && event.stoppable) {
        return;  // said before the engine heard of it
    }
    session_.setProgress({.busy = true,
                          .stopped = false,
                          .what = QString::fromStdString(event.what),
                          .done = event.done,
                          .planned = event.planned,
                          .stoppable = event.stoppable});
}

void LiveController::receive(const live::Idle& event) {
    if (event.request == 0 || event.request == requestNumber_) {
        showNothingRunning();
        emit idle();
    }
}

}  // namespace lamscope::ui
