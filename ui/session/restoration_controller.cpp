// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/restoration_controller.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "scene/document_blocks.h"
#include "study/derain/derain_command_line.h"

namespace lamscope::ui {

namespace {

bool isRestored(const NetworkEntry& entry) {
    return entry.shown && entry.state == NetworkEntry::State::Ready && entry.card.scale == 1;
}

}  // namespace

bool knowsCleanImage(const Session& session) {
    return session.hasImage()
           && (session.referenceImage() != nullptr || !isInputItself(session.input().recipe(), /*scale=*/1));
}

QString whyNoRestoration(const Session& session) {
    if (!session.hasImage()) {
        return QObject::tr("Open an image, and a network that keeps its size (scale 1).");
    }
    if (!std::ranges::any_of(session.networks(), isRestored)) {
        return QObject::tr("Show a network that keeps the size of the image (scale 1).");
    }
    if (!knowsCleanImage(session)) {
        return QObject::tr("Degrade the image (Ctrl+D), or open the clean image beside it as the reference.");
    }
    return {};
}

RestorationController::RestorationController(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller) {
    for (const auto signal : {&Session::imageChanged, &Session::networkListChanged, &Session::pausedChanged,
                              &Session::boxChanged, &Session::optionsChanged}) {
        connect(&session_, signal, this, &RestorationController::follow);
    }
    // What the user has stopped is asked for again with the next change.
    connect(&session_, &Session::progressChanged, this, [this] {
        if (session_.progress().stopped) {
            asked_.clear();
        }
    });
    connect(&controller_, &LiveController::networkLoaded, this, &RestorationController::follow);
    connect(&controller_, &LiveController::restarted, this, &RestorationController::takeEngine);
    takeEngine();
}

void RestorationController::takeEngine() {
    job_.emplace(controller_.engine(),
                 controller_.sinkFor<RestorationJob::Event>(this, [this](const RestorationJob::Event& event) {
                     std::visit([this](const auto& which) { receive(which); }, event);
                 }));
    asked_.clear();
    follow();
}

void RestorationController::follow() {
    std::vector<NetworkId> wanted;
    const auto input = session_.input();
    for (const auto& entry : session_.networks()) {
        const bool stale = entry.restoration.image && entry.restoration.input != input;
        if (stale != entry.restoration.stale) {
            session_.updateNetwork(entry.id, [stale](NetworkEntry& changed) { changed.restoration.stale = stale; });
        }
        if (isRestored(entry) && !session_.isPaused() && knowsCleanImage(session_)) {
            wanted.push_back(entry.id);
        }
    }
    if (wanted != asked_) {
        asked_ = wanted;
        job_->tell([wanted](RestorationJob& job) { job.measure(wanted); }, /*interrupt=*/false);
    }
}

void RestorationController::receive(const live::RestorationMeasured& event) {
    session_.updateNetwork(event.id, [&](NetworkEntry& changed) {
        changed.restoration = {.image = event.image,
                               .input = event.input,
                               .warnings = event.warnings,
                               .trouble = {},
                               .stale = event.input != session_.input()};
    });
}

void RestorationController::receive(const live::RestorationFailed& event) {
    const auto* entry = session_.network(event.id);
    if (entry == nullptr || event.input != session_.input()) {
        return;
    }
    const auto message = tr("%1: restoration: %2").arg(entry->name(), QString::fromStdString(event.message));
    session_.updateNetwork(
        event.id, [&](NetworkEntry& changed) { changed.restoration = {.input = event.input, .trouble = message}; });
    session_.reportTrouble(message);
}

void RestorationController::receive(const live::BlurLineMeasured& event) {
    blurLine_ = event;
    emit blurLineChanged();
}

std::vector<BlurPoint> RestorationController::blurLine() const {
    return session_.hasImage() && blurLine_.input == session_.input() ? blurLine_.line : std::vector<BlurPoint>();
}

DerainDocument RestorationController::document() const {
    DerainDocument document;
    if (!session_.hasImage()) {
        return document;
    }
    const auto line = blurLine();
    document.options.seed = static_cast<int>(session_.degradationSeed());
    document.blurLine = !line.empty();
    document.reading = session_.image().reading;
    document.device = session_.device().toStdString();
    document.threads = session_.threads();
    if (session_.referenceImage()) {
        document.clean = {session_.referenceImage()->file};
        document.ranges.push_back({.name = "reference", .rainy = session_.image().file});
    } else {
        const auto recipe = toString(session_.degradation());
        const auto& rain = session_.degradation().rain;
        document.clean = {session_.image().file};
        document.ranges.push_back(
            {.name = recipe, .recipe = recipe, .amplitude = rain ? std::optional(rain->amplitude) : std::nullopt});
    }
    for (const auto& entry : session_.networks()) {
        const auto& [image, of, warnings, trouble, stale] = entry.restoration;
        if (isRestored(entry) && image && !stale) {
            DerainResult result{.card = entry.card, .measures = image->measures, .images = {*image}, .blurLine = line};
            result.ssim = image->ssim;
            result.psnrInput = image->psnrInput;
            result.seconds = image->seconds;
            result.warnings = warnings;
            document.results.push_back(std::move(result));
        }
    }
    std::vector<ModelCard*> names;
    for (auto& result : document.results) {
        names.push_back(&result.card);
    }
    makeNamesUnique(names);
    addDerainWarnings(document);
    return document;
}

QString RestorationController::command(DeviceChoice device, int threads) const {
    const auto measured = document();
    if (measured.results.empty() || session_.referenceImage()) {
        return {};
    }
    DerainRunInput run{.clean = measured.clean, .reading = measured.reading, .blurLine = true};
    run.degradations = {{"window", session_.degradation()}};  // a recipe with a file is no name
    for (const auto& entry : session_.networks()) {
        if (isRestored(entry)) {
            run.networks.push_back(entry.spec);
        }
    }
    return QString::fromStdString(derainCommandLine(run, measured.options, device, threads));
}

}  // namespace lamscope::ui
