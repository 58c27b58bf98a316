// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session_opener.h"

#include "method/lam/lam_experiment.h"

namespace lamscope::ui {

SessionOpener::SessionOpener(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller) {
    connect(&controller_, &LiveController::imageOpened, this, &SessionOpener::imageSettled);
    connect(&controller_, &LiveController::imageFailed, this, &SessionOpener::imageSettled);
    connect(&controller_, &LiveController::referenceOpened, this, &SessionOpener::referenceSettled);
    connect(&controller_, &LiveController::referenceFailed, this, &SessionOpener::referenceSettled);
    connect(&controller_, &LiveController::networkLoaded, this, &SessionOpener::networkSettled);
    connect(&controller_, &LiveController::networkFailed, this, &SessionOpener::networkSettled);
    // A network that the user removes meanwhile is not waited for.
    connect(&session_, &Session::networkListChanged, this, [this] {
        std::erase_if(waitingFor_, [this](const auto& item) { return session_.network(item.first) == nullptr; });
        finishWhenSettled();
    });
}

void SessionOpener::open(const Experiment& saved) {
    opening_ = false;  // while the list is rebuilt
    saved_ = saved;
    waitingFor_.clear();
    ids_.clear();
    session_.setPaused(true);  // nothing is computed for a box that is about to move
    while (!session_.networks().empty()) {
        session_.removeNetwork(session_.networks().front().id);
    }
    for (const auto& network : saved_.networks) {
        const auto id = session_.addNamedNetwork(network.spec);
        if (!session_.network(id)->held) {
            waitingFor_.emplace(id, ids_.size());
        }
        ids_.push_back(id);
    }
    if (saved_.scenes.size() > 1) {
        session_.reportNote(tr("The figure shows %1 images: the window opens the first of them, %2; Export → Paper "
                               "figure… shows them all.")
                                .arg(saved_.scenes.size())
                                .arg(QString::fromStdString(saved_.scenes.front().image.string())));
    }
    waitingForImage_ = hasImage();
    waitingForReference_ = false;
    opening_ = true;
    if (waitingForImage_) {
        const auto& scene = saved_.scenes.front();
        controller_.openImage(QString::fromStdString(scene.image.string()), scene.reading);
        waitingForReference_ = !scene.reference.empty();
        if (waitingForReference_) {
            controller_.openReference(QString::fromStdString(scene.reference.string()), scene.reading);
        }
    }
    finishWhenSettled();
}

void SessionOpener::imageSettled() {
    if (!opening_ || !waitingForImage_) {
        return;
    }
    waitingForImage_ = false;
    const auto& scene = saved_.scenes.front();
    if (session_.hasImage() && session_.image().file == scene.image.string() && !scene.sha256.empty()
        && session_.image().sha256 != scene.sha256) {
        session_.reportNote(tr("%1 has changed since the session was saved: its numbers will differ.")
                                .arg(QString::fromStdString(scene.image.string())));
    }
    finishWhenSettled();
}

void SessionOpener::referenceSettled() {
    if (opening_) {
        waitingForReference_ = false;
        finishWhenSettled();
    }
}

void SessionOpener::networkSettled(int id) {
    const auto found = waitingFor_.find(id);
    if (!opening_ || found == waitingFor_.end()) {
        return;
    }
    const auto& expected = saved_.networks.at(found->second).sha256;
    const auto* entry = session_.network(id);
    if (entry != nullptr && entry->state == NetworkEntry::State::Ready && !expected.empty()
        && entry->card.sha256 != expected) {
        session_.reportNote(tr("%1 has changed since the session was saved: its numbers will differ.")
                                .arg(QString::fromStdString(entry->card.file)));
    }
    waitingFor_.erase(found);
    finishWhenSettled();
}

void SessionOpener::finishWhenSettled() {
    if (!opening_ || waitingForImage_ || waitingForReference_ || !waitingFor_.empty()) {
        return;
    }
    opening_ = false;
    const auto scene = hasImage() ? saved_.scenes.front() : Scene();
    UndoableState state{.role = scene.role,
                        .reduction = scene.reduction,
                        .degradation = scene.degradation,
                        .degradationSeed = scene.degradationSeed,
                        .referenceImage = scene.reference.empty() ? nullptr : session_.referenceImage(),
                        .box = firstBoxOf(scene),
                        .gridScale = scene.gridScale == 0 ? session_.boxScale() : scene.gridScale,
                        .options = lamOptionsOf(saved_),
                        .view = viewOf(saved_),
                        .order = {},
                        .reference = saved_.reference ? ids_.at(*saved_.reference) : 0};
    for (std::size_t i = 0; i < ids_.size(); ++i) {
        state.order.emplace_back(ids_[i], saved_.networks[i].shown);
    }
    session_.restore(state);
    session_.setFigureLayout(figureOf(saved_));
    session_.setWorkspaces(workspacesOf(saved_));
    session_.setMoreScenes({saved_.scenes.begin() + (hasImage() ? 1 : 0), saved_.scenes.end()});
    if (saved_.selected) {
        session_.select(ids_.at(*saved_.selected));
    }
    session_.setPaused(false);
    emit opened();
}

}  // namespace lamscope::ui
