// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <new>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/sha256.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/patch_scan.h"
#include "study/run_maps.h"
#include "study/studies/study_records.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

/// Enough for the mean time of maps that share forward passes.
constexpr std::size_t timedPatches = 16;
constexpr auto everyPatch = static_cast<std::size_t>(-1);

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

/// Why a map says nothing: the network gives NaN or infinity. Empty where it says something.
std::string troubleOf(const LamResult& map) {
    const bool broken = !std::isfinite(map.detectorImage) || !std::isfinite(map.detectorBaseline)
                        || (!map.diffusionIndex && map.nonfiniteGradients > 0);
    return broken ? fmt::format("the network gives NaN or infinity at the patch ({}, {})", map.patch.x, map.patch.y)
                  : std::string();
}

using TakeMap = std::function<void(std::size_t patch, const LamResult& map)>;
using RefusePatch = std::function<void(std::size_t index, const Patch& patch, const std::string& why)>;

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
            } catch (const std::bad_alloc&) {
                trouble = fmt::format("{}: not enough memory to load it", network.spec.file.string());
            } catch (const std::exception& error) {
                trouble = error.what();
            }
        }
        if (!model) {
            throw Error(ErrorCode::BadFile, trouble);
        }
        return *model;
    }

    /// Computes the maps of the first patches of a task and gives each to `take`, with its patch's index, as soon as it
    /// is complete: a grid has more maps than memory holds. Patches that have no place in the image, and maps without
    /// numbers, go to `refuse`. False when stopped. Throws what is wrong with all of them.
    bool compute(const StudyTask& task, std::size_t most, const std::stop_token& stop,
                 const LamsProgressCallback& report, const TakeMap& take, const RefusePatch& refuse) {
        const auto& images = image(task.image);
        const auto& model = network(task.network);
        const auto& scene = plan_.images[task.image].scene;
        const int scale = model.card().scale;
        checkPair(images, scene, scale);
        const auto pair = imagesFor(images, scene, scale);
        const bool hr = scene.role == ImageRole::Hr;
        const auto* reference = pair.hr.empty() ? nullptr : &pair.hr;
        auto patches = patchesOf(plan_.description.patches, scene, pair, scale, plan_.lam.options.detector,
                                 hr ? images.image.width() : 0, hr ? images.image.height() : 0);
        patches.resize(std::min(patches.size(), most));
        std::vector<PlacedPatch> placed;
        std::vector<std::size_t> indices;  // among all patches
        std::vector<std::pair<std::size_t, std::string>> refused;
        for (std::size_t i = 0; i < patches.size(); ++i) {
            try {
                placed.push_back(
                    placePatches(model.card(), pair.lr, reference, plan_.lam, std::span(&patches[i], 1)).front());
                indices.push_back(i);
            } catch (const Error& error) {
                refused.emplace_back(i, error.what());
            }
        }
        if (placed.empty() && !refused.empty()) {
            throw Error(ErrorCode::InvalidArgument, refused.front().second);
        }
        for (const auto& [index, why] : refused) {
            refuse(index, patches[index], why);
        }
        PatchScan scan(model, pair.lr, reference, plan_.lam, placed, evaluation_);
        while (!scan.finished()) {
            if (!scan.next(stop, report)) {
                return false;
            }
            for (const auto& [index, map] : scan.takeComplete()) {
                if (const auto why = troubleOf(map); why.empty()) {
                    take(indices[index], map);
                } else {
                    refuse(indices[index], map.patch, why);
                }
            }
        }
        return true;
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
        if (plan.description.lpips) {
            lpips_.emplace(*plan.description.lpips, settings.device);
        }
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
        const auto mapless = settings_.maps ? tasksWithoutMaps(store_) : std::set<std::string>();
        for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
            if (machines[i] != settings_.machine) {
                continue;
            }
            ++state_.tasks;
            const auto state = states.at(plan_.tasks[i].key);
            if (state == TaskState::Done && !mapless.contains(plan_.tasks[i].key)) {
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
        std::map<std::size_t, StudyRow> rows;  // by patch: maps end in another order
        std::string failure;
        ContextQualities qualities(lpips_ ? &*lpips_ : nullptr);
        const auto fail = [&](std::size_t place, StudyRow row) {
            failure = failure.empty() ? row.error : failure;
            rows.insert_or_assign(place, std::move(row));
        };
        const auto cardOf = [&]() -> const ModelCard& { return maps_.network(task.network).card(); };
        try {
            const bool complete = maps_.compute(
                task, everyPatch, stop, [&](const LamsProgress& /*state*/) { report(progress); },
                [&](std::size_t place, const LamResult& map) {
                    const auto& card = cardOf();
                    rows.insert_or_assign(
                        place, rowOf({.card = card, .map = map, .quality = qualities.of(card, map)}, settings_.maps));
                },
                [&](std::size_t place, const Patch& patch, const std::string& why) {
                    fail(place, failedRow(cardOf(), patch, why));
                });
            if (!complete) {
                return false;
            }
        } catch (const std::bad_alloc&) {
            fail(everyPatch, {.error = "not enough memory"});
        } catch (const std::exception& error) {  // of this task alone, whatever it is
            fail(everyPatch, {.error = error.what()});
        }
        keep(task, rows, secondsSince(start));
        if (failure.empty()) {
            ++state_.done;
        } else {
            ++state_.failed;
            state_.failure = failure;
        }
        return true;
    }

    void keep(const StudyTask& task, std::map<std::size_t, StudyRow>& rows, double seconds) {
        std::vector<StudyRow> ordered;
        for (auto& [place, row] : rows) {
            state_.maps += row.error.empty() ? 1 : 0;
            ordered.push_back(std::move(row));
        }
        if (std::ranges::any_of(ordered, [](const StudyRow& row) { return row.error.empty(); })) {
            keepFound(task);
        }
        keepResults(store_, task.key, ordered, seconds);
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
    std::optional<Lpips> lpips_;
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
                std::size_t timed = 0;
                const TakeMap count = [&](std::size_t /*patch*/, const LamResult& /*map*/) { ++timed; };
                const RefusePatch pass = [](std::size_t /*index*/, const Patch& /*patch*/, const std::string& /*why*/) {
                };
                if (!maps.compute(task, 1, stop, {}, count, pass)) {
                    return std::nullopt;
                }
                timed = 0;
                const auto start = Clock::now();
                if (!maps.compute(task, timedPatches, stop, {}, count, pass)) {
                    return std::nullopt;
                }
                if (timed == 0) {
                    continue;
                }
                const auto& image = plan.images[i];
                seconds[timeKeyOf(plan.networks[n])] = statedSecondsPerMap(
                    secondsSince(start) / static_cast<double>(timed), plan.lam, image.width, image.height);
                break;
            } catch (const std::exception&) {
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
