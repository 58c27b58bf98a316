// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_run.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <new>
#include <set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "study/studies/study_columns.h"
#include "study/studies/study_records.h"
#include "study/studies/task_maps.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

/// Enough for the mean time of maps that share forward passes.
constexpr std::size_t timedPatches = 16;
constexpr auto everyPatch = static_cast<std::size_t>(-1);

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Measures the maps of the first patches of a task as a run does. @return their number; nullopt when stopped. Throws
/// what is wrong with all of them.
std::optional<std::size_t> measureMaps(StudyInputs& inputs, const Lpips* lpips, const StudyTask& task, std::size_t most,
                                       const std::stop_token& stop) {
    std::size_t count = 0;
    ContextQualities qualities(lpips);
    TaskMaps maps(
        inputs, task, most,
        [&](std::size_t /*patch*/, const LamResult& map) {
            static_cast<void>(qualities.of(inputs.network(task.network).card(), map));
            ++count;
        },
        [](std::size_t /*patch*/, const Patch& /*place*/, const std::string& /*why*/) {});
    while (!maps.finished()) {
        if (!maps.next(stop, {})) {
            return std::nullopt;
        }
    }
    return count;
}

/// A server that is gone, or is not what the plan says, is not the task's failure: the same run can go on later.
bool endsRun(const Error& error) {
    return error.code() == ErrorCode::ConnectionLost || error.code() == ErrorCode::WeightsChanged;
}

void checkServers(const StudyPlan& plan) {
    for (const auto& network : plan.networks) {
        if (network.spec.isRemote() && !network.trouble.empty()) {
            throw Error(ErrorCode::ConnectionLost, network.trouble);
        }
    }
}

}  // namespace

class StudyRun::Inside {
public:
    Inside(const StudyPlan& plan, StudyStore& store, StudyRunSettings settings)
        : plan_(plan)
        , store_(store)
        , settings_(std::move(settings))
        , inputs_(plan, settings_)
        , cards_(plan.networks.size(), false)
        , sizes_(plan.images.size(), false) {
        checkServers(plan);
        checkReadable(plan);
        if (plan.description.lpips) {
            lpips_.emplace(*plan.description.lpips, settings_.device);
        }
        keepPlan(store, plan);
        choose();
    }

    [[nodiscard]] bool finished() const { return ended_ == todo_.size(); }

    bool next(const std::stop_token& stop, const StudyRunCallback& progress) {
        if (stop.stop_requested()) {
            return false;
        }
        since_ = Clock::now();
        if (!work_) {
            begin(progress);
        }
        const bool complete = advance(stop, progress);
        seconds_ += secondsSince(*std::exchange(since_, std::nullopt));
        return complete;
    }

    [[nodiscard]] StudyRunProgress progress() const {
        auto progress = state_;
        progress.seconds = seconds();
        if (costDone_ > 0.0) {
            progress.secondsLeft = progress.seconds * costLeft_ / costDone_;
        }
        return progress;
    }

    [[nodiscard]] StudyRunOutcome outcome() const {
        return {.done = state_.done, .failed = state_.failed, .left = todo_.size() - ended_};
    }

private:
    /// A map of which the faithfulness is not measured yet.
    struct Judged {
        std::size_t patch = 0;
        LamResult map;
        FaithfulnessMeasurement measurement;
    };

    /// A task that is computed.
    struct Work {
        std::unique_ptr<TaskMaps> maps;
        std::deque<Judged> judged{};
        std::map<std::size_t, StudyRow> rows{};  // by patch: maps end in another order
        std::vector<StudyRow> ordered{};         // the same when all is computed
        std::optional<double> seconds{};         // that it took; unset before all is computed
        std::string failure{};
        ContextQualities qualities;
        double begin = 0.0;  // as of seconds()
    };

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

    [[nodiscard]] const StudyTask& task() const { return plan_.tasks[todo_[ended_]]; }

    /// That the run was at work.
    [[nodiscard]] double seconds() const { return since_ ? seconds_ + secondsSince(*since_) : seconds_; }

    void report(const StudyRunCallback& callback) const {
        if (callback) {
            callback(progress());
        }
    }

    void begin(const StudyRunCallback& progress) {
        const auto cardOf = [this]() -> const ModelCard& { return inputs_.network(task().network).card(); };
        const auto take = [this](std::size_t patch, const LamResult& map) {
            if (plan_.description.faithfulness) {
                judge(patch, map);
            } else {
                addRow(patch, map, nullptr);
            }
        };
        const auto refuse = [this, cardOf](std::size_t patch, const Patch& place, const std::string& why) {
            fail(patch, failedRow(cardOf(), place, why));
        };
        work_ = Work{.maps = std::make_unique<TaskMaps>(inputs_, task(), everyPatch, take, refuse),
                     .qualities = ContextQualities(lpips_ ? &*lpips_ : nullptr),
                     .begin = seconds()};
        state_.image = plan_.images[task().image].scene.image.string();
        state_.network = plan_.networks[task().network].name;
        state_.failure.clear();
        report(progress);
    }

    void addRow(std::size_t patch, const LamResult& map, const FaithfulnessResult* faithfulness) {
        const auto& card = inputs_.network(task().network).card();
        work_->rows.insert_or_assign(
            patch,
            rowOf({.card = card, .map = map, .quality = work_->qualities.of(card, map), .faithfulness = faithfulness},
                  settings_.maps));
    }

    void judge(std::size_t patch, const LamResult& map) {
        const auto& model = inputs_.network(task().network);
        auto plan = plan_.lam;
        plan.options.patch = map.patch;
        try {
            work_->judged.push_back(
                {.patch = patch,
                 .map = map,
                 .measurement = FaithfulnessMeasurement(model, faithfulnessInput(map, plan, model.card().scale),
                                                        *plan_.description.faithfulness, inputs_.evaluation())});
        } catch (const Error& error) {
            if (error.code() != ErrorCode::InvalidArgument) {
                throw;
            }
            addRow(patch, map, nullptr);  // a map without numbers, say of a flat patch
        }
    }

    /// Goes on with the maps that wait for it. False when stopped.
    bool measureFaithfulness(const std::stop_token& stop) {
        auto& judged = work_->judged.front();
        if (!judged.measurement.finished() && !judged.measurement.next(stop)) {
            return false;
        }
        if (judged.measurement.finished()) {
            const auto result = judged.measurement.result();
            addRow(judged.patch, judged.map, &result);
            work_->judged.pop_front();
        }
        return true;
    }

    void fail(std::size_t patch, StudyRow row) {
        work_->failure = work_->failure.empty() ? row.error : work_->failure;
        work_->rows.insert_or_assign(patch, std::move(row));
    }

    /// False when stopped.
    bool advance(const std::stop_token& stop, const StudyRunCallback& progress) {
        if (!work_->seconds && !compute(stop, progress)) {
            return false;
        }
        if (work_->seconds) {
            end();
            report(progress);
        }
        return true;
    }

    /// False when stopped.
    bool compute(const std::stop_token& stop, const StudyRunCallback& progress) {
        try {
            // What waits comes first: its images fill memory.
            const bool complete = work_->judged.empty() ? work_->maps->next(
                                      stop, [&](const LamsProgress& /*state*/) { report(progress); })
                                                        : measureFaithfulness(stop);
            if (!complete) {
                return false;
            }
            if (!work_->maps->finished() || !work_->judged.empty()) {
                return true;
            }
            inputs_.checkWeights(task().network);
        } catch (const std::bad_alloc&) {
            fail(everyPatch, {.error = "not enough memory"});
        } catch (const Error& error) {
            if (endsRun(error)) {
                work_.reset();
                since_.reset();
                throw;
            }
            fail(everyPatch, {.error = error.what()});
        } catch (const std::exception& error) {  // of this task alone, whatever it is
            fail(everyPatch, {.error = error.what()});
        }
        for (auto& [place, row] : work_->rows) {
            work_->ordered.push_back(std::move(row));
        }
        work_->seconds = seconds() - work_->begin;
        return true;
    }

    /// When it throws, it can be called again.
    void end() {
        const double cost = task().cost;
        keep(task(), work_->ordered, *work_->seconds);
        if (work_->failure.empty()) {
            ++state_.done;
        } else {
            ++state_.failed;
            state_.failure = work_->failure;
        }
        costLeft_ -= cost;
        costDone_ += cost;
        work_.reset();
        ++ended_;
    }

    void keep(const StudyTask& task, const std::vector<StudyRow>& rows, double seconds) {
        const auto maps = std::ranges::count_if(rows, [](const StudyRow& row) { return row.error.empty(); });
        if (maps > 0) {
            keepFound(task);
        }
        keepResults(store_, task.key, rows, seconds);
        state_.maps += maps;
    }

    /// What was learnt of image and network, once each.
    void keepFound(const StudyTask& task) {
        if (!cards_[task.network]) {
            keepCard(store_, plan_.networks[task.network], inputs_.network(task.network).card());
            cards_[task.network] = true;
        }
        if (!sizes_[task.image]) {
            const auto& read = inputs_.image().image;
            keepSize(store_, plan_.images[task.image], read.width(), read.height());
            sizes_[task.image] = true;
        }
    }

    const StudyPlan& plan_;
    StudyStore& store_;
    StudyRunSettings settings_;
    StudyInputs inputs_;
    std::optional<Lpips> lpips_;
    std::vector<bool> cards_;                 // of the networks: kept in this run
    std::vector<bool> sizes_;                 // of the images: the same
    std::vector<std::size_t> todo_;           // indices of tasks
    std::size_t ended_ = 0;                   // of `todo_`
    std::optional<Work> work_;                // unset between two tasks
    StudyRunProgress state_;                  // but for the times
    double seconds_ = 0.0;                    // that earlier steps took
    std::optional<Clock::time_point> since_;  // the step at work
    double costLeft_ = 0.0;
    double costDone_ = 0.0;
};

StudyRun::StudyRun(const StudyPlan& plan, StudyStore& store, StudyRunSettings settings)
    : inside_(std::make_unique<Inside>(plan, store, std::move(settings))) {}
StudyRun::StudyRun(StudyRun&&) noexcept = default;
StudyRun& StudyRun::operator=(StudyRun&&) noexcept = default;
StudyRun::~StudyRun() = default;

bool StudyRun::finished() const {
    return inside_->finished();
}

bool StudyRun::next(const std::stop_token& stop, const StudyRunCallback& progress) {
    return finished() || inside_->next(stop, progress);
}

StudyRunProgress StudyRun::progress() const {
    return inside_->progress();
}

StudyRunOutcome StudyRun::outcome() const {
    return inside_->outcome();
}

StudyRunOutcome runStudy(const StudyPlan& plan, StudyStore& store, const StudyRunSettings& settings,
                         const std::stop_token& stop, const StudyRunCallback& progress) {
    StudyRun run(plan, store, settings);
    if (progress) {
        progress(run.progress());
    }
    while (!run.finished() && run.next(stop, progress)) {
    }
    return run.outcome();
}

std::optional<std::map<std::string, double>> timeNetworks(
    const StudyPlan& plan, const StudyRunSettings& settings, const std::stop_token& stop,
    const std::function<void(const std::string& network)>& progress) {
    StudyInputs inputs(plan, settings);
    std::optional<Lpips> lpips;
    if (plan.description.lpips) {
        lpips.emplace(*plan.description.lpips, settings.device);
    }
    const auto* const measure = lpips ? &*lpips : nullptr;
    std::map<std::string, double> seconds;
    for (std::size_t n = 0; n < plan.networks.size(); ++n) {
        if (progress) {
            progress(plan.networks[n].name);
        }
        for (std::size_t i = 0; i < plan.images.size(); ++i) {
            try {
                // The first evaluation of a size tries batches: one patch before the clock starts.
                const StudyTask task{.image = i, .network = n};
                if (!measureMaps(inputs, measure, task, 1, stop)) {
                    return std::nullopt;
                }
                const auto start = Clock::now();
                const auto timed = measureMaps(inputs, measure, task, timedPatches, stop);
                if (!timed) {
                    return std::nullopt;
                }
                if (*timed == 0) {
                    continue;
                }
                const auto& image = plan.images[i];
                seconds[timeKeyOf(plan.networks[n])] = statedSecondsPerMap(
                    secondsSince(start) / static_cast<double>(*timed), plan.lam, image.width, image.height);
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
