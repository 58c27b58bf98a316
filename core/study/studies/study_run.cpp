// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "method/lam/batch_calibration.h"
#include "study/run_maps.h"
#include "study/studies/study_records.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

/// Enough for the mean time of maps that share forward passes.
constexpr std::size_t timedPatches = 16;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// LR images made for another scale would be compared with the wrong part of the HR image.
void checkPair(const RunImages& images, const Scene& scene, int scale) {
    const auto& hr = images.reference;
    const int width = images.image.width() * scale;
    const int height = images.image.height() * scale;
    if (!hr.empty() && (hr.width() >= width + scale || hr.height() >= height + scale)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels, which is not {} times the {}x{} of {}; is the scale right?",
                                scene.reference.string(), hr.width(), hr.height(), scale, images.image.width(),
                                images.image.height(), scene.image.string()));
    }
}

/// A map that says nothing because the network gives NaN or infinity.
void checkNumbers(const LamResult& result) {
    const bool broken = !std::isfinite(result.detectorImage) || !std::isfinite(result.detectorBaseline)
                        || (!result.diffusionIndex && result.nonfiniteGradients > 0);
    if (broken) {
        throw Error(ErrorCode::ModelFailure, fmt::format("the network gives NaN or infinity at the patch ({}, {})",
                                                         result.patch.x, result.patch.y));
    }
}

/// Images and networks of a plan as they are needed, and the maps that they give.
class StudyMaps {
public:
    StudyMaps(const StudyPlan& plan, const StudyRunSettings& settings)
        : plan_(plan)
        , load_(settings.load)
        , batches_(BatchCalibration::defaultFile())
        , evaluation_{.batches = &batches_}
        , networks_(plan.networks.size()) {
        if (!load_) {
            load_ = [device = settings.device](const ModelSpec& spec) {
                return std::make_shared<const SrModel>(loadModel(spec, device));
            };
        }
    }

    /// The image, which stays until another is asked for. Throws what is wrong with it, each time.
    const RunImages& image(std::size_t index) {
        const auto& image = plan_.images[index];
        if (!image.trouble.empty()) {
            throw Error(ErrorCode::BadFile, image.trouble);
        }
        if (current_ != index) {
            current_.reset();
            images_ = readImages(image.scene);
            if (sha256OfFile(image.scene.image) != image.scene.sha256) {
                throw Error(ErrorCode::BadFile, fmt::format("{}: has changed since the run began; run the study again",
                                                            image.scene.image.string()));
            }
            current_ = index;
        }
        return images_;
    }

    /// The network, which stays loaded. Throws what is wrong with it, each time.
    const SrModel& network(std::size_t index) {
        const auto& network = plan_.networks[index];
        auto& [model, trouble] = networks_[index];
        if (!model && trouble.empty()) {
            try {
                if (!network.trouble.empty()) {
                    throw Error(ErrorCode::BadFile, network.trouble);
                }
                auto loaded = load_(network.spec);
                if (const auto& found = loaded->card().sha256; !found.empty() && found != network.sha256) {
                    throw Error(ErrorCode::BadFile,
                                fmt::format("{}: has changed since the run began; run the study again",
                                            network.spec.file.string()));
                }
                model = std::move(loaded);
            } catch (const Error& error) {
                trouble = error.what();
            } catch (const std::bad_alloc&) {
                trouble = fmt::format("{}: not enough memory to load it", network.spec.file.string());
            }
        }
        if (!model) {
            throw Error(ErrorCode::BadFile, trouble);
        }
        return *model;
    }

    /// The maps of the first patches of a task. Nullopt when stopped. Throws what is wrong.
    std::optional<std::vector<LamResult>> maps(const StudyTask& task, std::size_t most, const std::stop_token& stop,
                                               const ReportGradients& report) {
        const auto& images = image(task.image);
        const auto& model = network(task.network);
        const auto& scene = plan_.images[task.image].scene;
        const int scale = model.card().scale;
        checkPair(images, scene, scale);
        const auto pair = imagesFor(images, scene, scale);
        const bool hr = scene.role == ImageRole::Hr;
        auto patches = patchesOf(plan_.description.patches, scene, pair, scale, plan_.lam.options.detector,
                                 hr ? images.image.width() : 0, hr ? images.image.height() : 0);
        patches.resize(std::min(patches.size(), most));
        const auto placed =
            placePatches(model.card(), pair.lr, pair.hr.empty() ? nullptr : &pair.hr, plan_.lam, patches);
        return computeMaps(model, pair, placed, plan_.lam, evaluation_, stop, report);
    }

private:
    struct Network {
        std::shared_ptr<const SrModel> model;
        std::string trouble;
    };

    const StudyPlan& plan_;
    std::function<std::shared_ptr<const SrModel>(const ModelSpec&)> load_;
    BatchCalibration batches_;
    EvaluationOptions evaluation_;
    std::vector<Network> networks_;
    std::optional<std::size_t> current_;  // the image that is read
    RunImages images_;
};

class StudyRun {
public:
    StudyRun(const StudyPlan& plan, StudyStore& store, const StudyRunSettings& settings)
        : plan_(plan)
        , store_(store)
        , settings_(settings)
        , maps_(plan, settings)
        , cards_(plan.networks.size(), false)
        , sizes_(plan.images.size(), false) {
        keepPlan(store, plan);
        choose();
    }

    StudyRunOutcome run(const std::stop_token& stop, const StudyRunCallback& progress) {
        start_ = Clock::now();
        std::size_t left = todo_.size();
        report(progress);
        for (const auto index : todo_) {
            const auto& task = plan_.tasks[index];
            state_.image = plan_.images[task.image].scene.image.string();
            state_.network = plan_.networks[task.network].name;
            state_.failure.clear();
            report(progress);
            if (stop.stop_requested() || !compute(task, stop, progress)) {
                break;
            }
            --left;
            costLeft_ -= task.cost;
            costDone_ += task.cost;
            report(progress);
        }
        return {.done = state_.done, .failed = state_.failed, .left = left};
    }

private:
    /// The tasks of this machine that are still to be done.
    void choose() {
        std::vector<double> costs;
        for (const auto& task : plan_.tasks) {
            costs.push_back(task.cost);
        }
        const auto machines = dealTasks(costs, settings_.machines);
        const auto states = taskStates(store_);
        for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
            if (machines[i] != settings_.machine) {
                continue;
            }
            ++state_.tasks;
            const auto state = states.at(plan_.tasks[i].key);
            if (state == TaskState::Done) {
                ++state_.done;
            } else if (state == TaskState::Failed && !settings_.retryFailed) {
                ++state_.failed;
            } else {
                todo_.push_back(i);
                costLeft_ += plan_.tasks[i].cost;
            }
        }
    }

    void report(const StudyRunCallback& progress) {
        if (!progress) {
            return;
        }
        state_.seconds = secondsSince(start_);
        if (costDone_ > 0.0) {
            state_.secondsLeft = state_.seconds * costLeft_ / costDone_;
        }
        progress(state_);
    }

    /// False when stopped.
    bool compute(const StudyTask& task, const std::stop_token& stop, const StudyRunCallback& progress) {
        const auto start = Clock::now();
        std::optional<std::vector<LamResult>> maps;
        std::vector<StudyResult> results;
        try {
            maps = maps_.maps(task, static_cast<std::size_t>(-1), stop,
                              [&](std::int64_t /*done*/, std::int64_t /*planned*/) { report(progress); });
            if (!maps) {
                return false;
            }
            const auto& card = maps_.network(task.network).card();
            for (const auto& map : *maps) {
                checkNumbers(map);
                results.push_back(studyResultOf(card, map));
            }
        } catch (const Error& error) {
            fail(task, error.what());
            return true;
        } catch (const std::bad_alloc&) {
            fail(task, "not enough memory");
            return true;
        }
        keepFound(task);
        keepResults(store_, task.key, results, secondsSince(start), settings_.maps);
        ++state_.done;
        state_.maps += std::ssize(results);
        return true;
    }

    void fail(const StudyTask& task, const std::string& message) {
        keepFailure(store_, task.key, message);
        ++state_.failed;
        state_.failure = message;
    }

    /// What was learnt of image and network, once each.
    void keepFound(const StudyTask& task) {
        if (!cards_[task.network]) {
            keepCard(store_, plan_.networks[task.network], maps_.network(task.network).card());
            cards_[task.network] = true;
        }
        if (!sizes_[task.image]) {
            const auto& read = maps_.image(task.image).image;
            keepSize(store_, plan_.images[task.image], read.width(), read.height());
            sizes_[task.image] = true;
        }
    }

    const StudyPlan& plan_;
    StudyStore& store_;
    const StudyRunSettings& settings_;
    StudyMaps maps_;
    std::vector<bool> cards_;        // of the networks: kept in this run
    std::vector<bool> sizes_;        // of the images: the same
    std::vector<std::size_t> todo_;  // indices of tasks
    StudyRunProgress state_;
    Clock::time_point start_;
    double costLeft_ = 0.0;
    double costDone_ = 0.0;
};

}  // namespace

StudyRunOutcome runStudy(const StudyPlan& plan, StudyStore& store, const StudyRunSettings& settings,
                         const std::stop_token& stop, const StudyRunCallback& progress) {
    return StudyRun(plan, store, settings).run(stop, progress);
}

std::optional<std::map<std::string, double>> timeNetworks(
    const StudyPlan& plan, const StudyRunSettings& settings, const std::stop_token& stop,
    const std::function<void(const std::string& network)>& progress) {
    StudyMaps maps(plan, settings);
    std::map<std::string, double> seconds;
    for (std::size_t n = 0; n < plan.networks.size(); ++n) {
        if (progress) {
            progress(plan.networks[n].name);
        }
        for (std::size_t i = 0; i < plan.images.size(); ++i) {
            try {
                // The first evaluation of a size tries batches: one patch before the clock starts.
                const StudyTask task{.image = i, .network = n};
                const ReportGradients silent = [](std::int64_t /*done*/, std::int64_t /*planned*/) {};
                if (!maps.maps(task, 1, stop, silent)) {
                    return std::nullopt;
                }
                const auto start = Clock::now();
                const auto timed = maps.maps(task, timedPatches, stop, silent);
                if (!timed) {
                    return std::nullopt;
                }
                const auto& image = plan.images[i];
                seconds[timeKeyOf(plan.networks[n])] = statedSecondsPerMap(
                    secondsSince(start) / static_cast<double>(timed->size()), plan.lam, image.width, image.height);
                break;
            } catch (const Error&) {
                continue;  // `run` will say what is wrong
            }
        }
    }
    return seconds;
}

double estimatedSeconds(const StudyPlan& plan) {
    double seconds = 0.0;
    for (const auto& task : plan.tasks) {
        seconds += task.cost;
    }
    return seconds;
}

}  // namespace lamscope
