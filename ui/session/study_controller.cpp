// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/study_controller.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <variant>

#include "base/error.h"
#include "session/queued_call.h"
#include "study/studies/study_command_line.h"
#include "study/studies/study_scenes.h"

namespace lamscope::ui {

namespace {

namespace fs = std::filesystem;

constexpr int leastPauseMs = 2000;
/// Reading a large store again and again would take the processor from the run that fills it.
constexpr int pausePerReading = 10;

/// The image of a network whose DI is nearest to the mean over all.
std::optional<std::int64_t> typicalImage(const std::vector<NetworkNumbers>& networks, const std::string& name) {
    const auto network = std::ranges::find(networks, name, &NetworkNumbers::name);
    if (network == networks.end() || !network->di) {
        return std::nullopt;
    }
    std::optional<std::int64_t> nearest;
    double distance = 0.0;
    for (const auto& image : network->images) {
        const double own = image.di ? std::abs(*image.di - network->di->mean) : 0.0;
        if (image.di && (!nearest || own < distance)) {
            nearest = image.image;
            distance = own;
        }
    }
    return nearest;
}

}  // namespace

/// What is found in a file.
struct StudyController::OpenedStudy {
    StudyDescription description;
    fs::path store;
    StoreReading reading;
    std::optional<StudyDescription> written;  ///< what the file of the description says
};

StudyController::StudyController(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller) {
    pool_.setMaxThreadCount(1);
    next_.setSingleShot(true);
    connect(&next_, &QTimer::timeout, this, &StudyController::look);
    constexpr int pauseBeforeSaving = 300;  // more changes may follow
    saving_.setSingleShot(true);
    saving_.setInterval(pauseBeforeSaving);
    connect(&saving_, &QTimer::timeout, this, &StudyController::saveDescription);
    connect(&controller_, &LiveController::restarted, this, &StudyController::takeEngine);
    takeEngine();
}

StudyController::~StudyController() {
    if (saving_.isActive()) {
        saveDescription();
        pool_.waitForDone();
    }
}

void StudyController::takeEngine() {
    job_.emplace(controller_.engine(), controller_.sinkFor<StudyJob::Event>(this, [this](const StudyJob::Event& event) {
        std::visit([this](const auto& which) { receive(which); }, event);
    }));
    if (isRunning()) {
        startJob();
    }
}

template <typename Work, typename Done>
void StudyController::inBackground(Work work, Done done, std::function<void(const QString&)> failed) {
    if (!failed) {
        failed = [this](const QString& reason) { session_.reportTrouble(reason); };
    }
    computeOn(
        pool_, this,
        [work = std::move(work)] {
            using Value = decltype(work());
            return std::make_shared<const Value>(work());
        },
        [done = std::move(done)](const auto& value) { done(*value); }, std::move(failed));
}

// --- the description

void StudyController::setDescription(const StudyDescription& description) {
    if (description == description_) {
        return;
    }
    description_ = description;
    saving_.start();
    emit descriptionChanged();
}

void StudyController::saveDescription() {
    const bool hasResults = snapshot_ != nullptr;  // their description is that of their run
    if (store_.empty() || isRunning() || hasResults) {
        return;
    }
    try {
        checkDescription(description_);
    } catch (const Error&) {
        return;  // it is not finished: run() says what is missing
    }
    nameStudy();
    inBackground(
        [description = description_, store = store_] {
            keepDescription(description, store);
            return description;
        },
        [this, opening = opening_](const StudyDescription& written) {
            if (opening == opening_) {
                const bool isFirst = !std::exchange(written_, written).has_value();
                if (isFirst) {
                    emit opened(QString::fromStdString(descriptionBeside(store_).string()));
                }
            }
        });
}

void StudyController::nameStudy() {
    if (description_.id.empty()) {
        description_.id = newStudyId(description_);
    }
}

void StudyController::addImages(const QStringList& filesAndFolders) {
    std::vector<std::string> given;
    std::ranges::transform(filesAndFolders, std::back_inserter(given), &QString::toStdString);
    inBackground([given] { return hrScenes(given, {}); },
                 [this, opening = opening_](const std::vector<Scene>& scenes) {
                     if (opening != opening_) {
                         return;
                     }
                     auto changed = description_;
                     auto& all = changed.experiment.scenes;
                     std::unordered_set<std::string> there;  // a folder may hold tens of thousands
                     for (const auto& scene : all) {
                         there.insert(scene.image.string());
                     }
                     for (const auto& scene : scenes) {
                         if (there.insert(scene.image.string()).second) {
                             all.push_back(scene);
                         }
                     }
                     setDescription(changed);
                 });
}

void StudyController::placeImages(const QString& list) {
    inBackground(
        [list = fs::path(list.toStdString()), all = description_.experiment.scenes] {
            auto scenes = all;
            for (auto& scene : scenes) {
                scene.boxes.clear();
            }
            placeListed(scenes, readPatchList(list), list);
            return scenes;
        },
        [this, opening = opening_](const std::vector<Scene>& scenes) {
            if (opening == opening_) {
                auto changed = description_;
                changed.experiment.scenes = scenes;
                changed.patches.kind = PatchRule::Kind::List;
                setDescription(changed);
            }
        },
        [this](const QString& reason) {
            session_.reportTrouble(reason);
            emit descriptionChanged();  // whoever chose the list shows again what holds
        });
}

std::size_t StudyController::tasks() const {
    return description_.experiment.scenes.size() * shownNetworks(description_.experiment).size();
}

// --- its files

void StudyController::setStore(const fs::path& store) {
    pause();
    ++opening_;
    store_ = fs::absolute(store);
    written_.reset();
    saving_.start();
    snapshot_.reset();
    progress_.reset();
    seen_.clear();
    emit storeChanged();
    emit snapshotChanged();
    look();
}

void StudyController::open(const QString& file) {
    const auto asked = ++opening_;
    inBackground(
        [path = fs::absolute(file.toStdString())] {
            OpenedStudy opened;
            if (path.extension() == ".json") {
                opened.description = readStudyDescription(path);
                opened.written = opened.description;
                opened.store = storeBeside(path);
                if (fs::exists(opened.store)) {
                    opened.reading = readStore(opened.store);
                }
            } else {
                opened.store = path;
                opened.description = descriptionIn(StudyStore(path, StudyStore::Access::Read));
                opened.reading = readStore(path);
                opened.written = describedBeside(path);
            }
            return opened;
        },
        [this, asked, file](const OpenedStudy& opened) {
            if (asked == opening_) {
                take(opened, file);
            }
        });
}

void StudyController::take(const OpenedStudy& opened, const QString& file) {
    if (isRunning()) {
        session_.reportNote(
            tr("Another study is shown; %1 is paused.").arg(QString::fromStdString(store_.filename().string())));
    }
    pause();
    saving_.stop();
    ++opening_;  // what is being read is of the store before
    description_ = opened.description;
    store_ = opened.store;
    written_ = opened.written;
    progress_.reset();
    snapshot_ = opened.reading.snapshot;
    seen_ = opened.reading.state;
    emit descriptionChanged();
    emit storeChanged();
    emit progressChanged();
    emit snapshotChanged();
    emit this->opened(file);
    lookLater(leastPauseMs);
}

void StudyController::clear() {
    pause();
    ++opening_;
    saving_.stop();
    description_ = {};
    store_.clear();
    written_.reset();
    progress_.reset();
    snapshot_.reset();
    seen_.clear();
    next_.stop();
    emit descriptionChanged();
    emit storeChanged();
    emit progressChanged();
    emit snapshotChanged();
}

void StudyController::setKeepsMaps(bool keeps) {
    if (keeps != keepsMaps_) {
        keepsMaps_ = keeps;
        emit descriptionChanged();
    }
}

// --- the run

void StudyController::run(bool retryFailed) {
    if (isRunning()) {
        return;
    }
    nameStudy();
    request_ = StudyJobRequest{.description = description_,
                               .folder = store_.parent_path(),
                               .store = store_,
                               .maps = keepsMaps_,
                               .retryFailed = retryFailed};
    progress_.reset();
    const auto run = ++run_;
    emit runChanged();
    inBackground(
        [description = description_, store = store_] {
            keepDescription(description, store);
            return description;
        },
        [this, run](const StudyDescription& written) {
            if (run == run_ && isRunning()) {
                written_ = written;
                startJob();
            }
        },
        [this, run](const QString& reason) {
            session_.reportTrouble(reason);
            if (run == run_) {
                endRun();
                look();
            }
        });
}

void StudyController::startJob() {
    controller_.expectWork();
    job_->tell([run = ++run_, request = *request_](StudyJob& job) { job.start(run, request); }, /*interrupt=*/false);
}

void StudyController::pause() {
    if (isRunning()) {
        job_->tell([](StudyJob& job) { job.pause(); });
        closing_ = {.run = run_, .store = request_->store};
        endRun();
    }
}

void StudyController::endRun() {
    request_.reset();
    ++run_;  // what is still on its way belongs to a run that has ended
    emit runChanged();
}

void StudyController::lookAtClosed(const fs::path& store) {
    if (isRunning() && store == store_) {
        return;  // the next run has it
    }
    inBackground(
        [store] {
            closeLog(store);
            return true;
        },
        [](bool /*closed*/) {}, [](const QString& /*another program has it*/) {});
    look();
}

void StudyController::receive(const live::StudyProgressed& event) {
    if (event.run == run_ && isRunning()) {
        progress_ = event.progress;
        emit progressChanged();
    }
}

void StudyController::receive(const live::StudyEnded& event) {
    if (event.run == closing_.run) {  // only now the store is closed
        closing_.run = 0;
        lookAtClosed(closing_.store);
        return;
    }
    if (event.run != run_ || !isRunning()) {
        return;
    }
    if (!event.message.empty()) {
        session_.reportTrouble(QString::fromStdString(event.message));
    } else if (event.reason == live::EndReason::Done) {
        session_.reportNote(event.outcome.failed == 0
                                ? tr("The study is done.")
                                : tr("The study is done; %n task(s) failed, see the list of failures.", nullptr,
                                     static_cast<int>(event.outcome.failed)));
    }
    endRun();
    lookAtClosed(store_);
}

// --- what the store says

void StudyController::setFollowing(bool follows) {
    follows_ = follows;
    if (follows) {
        look();
    } else {
        next_.stop();
    }
}

void StudyController::lookLater(int milliseconds) {
    if (follows_ && !store_.empty()) {
        next_.start(milliseconds);
    }
}

void StudyController::look() {
    if (store_.empty()) {
        return;
    }
    if (looking_) {
        lookAgain_ = true;
        return;
    }
    if (isRunning() && !progress_) {
        lookLater(leastPauseMs);  // it is being made
        return;
    }
    looking_ = true;
    next_.stop();
    const auto goOn = [this](const QString& trouble, int milliseconds) {
        looking_ = false;
        if (!trouble.isEmpty() && trouble != storeTrouble_) {
            session_.reportTrouble(trouble);
        }
        storeTrouble_ = trouble;
        if (std::exchange(lookAgain_, false)) {
            look();
        } else {
            lookLater(std::max(leastPauseMs, pausePerReading * milliseconds));
        }
    };
    inBackground([store = store_, seen = seen_, before = snapshot_] { return readStore(store, seen, before.get()); },
                 [this, goOn, opening = opening_](const StoreReading& reading) {
                     if (opening == opening_ && reading.snapshot != nullptr) {
                         snapshot_ = reading.snapshot;
                         seen_ = reading.state;
                         emit snapshotChanged();
                     }
                     goOn({}, reading.milliseconds);
                 },
                 [goOn](const QString& reason) { goOn(reason, 0); });
}

void StudyController::findPlace(const QString& network, std::optional<std::int64_t> image) {
    if (!image && snapshot_ != nullptr) {
        image = typicalImage(snapshot_->networks, network.toStdString());
    }
    inBackground(
        [store = store_, name = network.toStdString(), image] {
            return placesOf(StudyStore(store, StudyStore::Access::Read), name, image, StudySnapshot::mostPlaces);
        },
        [this, opening = opening_, network](const std::vector<StudyPlace>& places) {
            if (opening != opening_) {
                return;
            }
            const auto place =
                std::ranges::find_if(places, [](const StudyPlace& each) { return each.patch && each.di; });
            if (place == places.end()) {
                session_.reportNote(tr("There is no map of %1 to look at yet.").arg(network));
            } else {
                emit placeFound(*place);
            }
        });
}

}  // namespace lamscope::ui
