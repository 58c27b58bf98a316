// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/jobs/study_job.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/output_files.h"
#include "study/studies/study_command_line.h"
#include "study/studies/study_plan.h"
#include "study/studies/study_store.h"

namespace lamscope {

namespace {

/// Within a task.
constexpr auto betweenStudyReports = std::chrono::milliseconds(100);

/// That a step waits for a program that has locked the store.
constexpr auto patienceOfStep = std::chrono::milliseconds(100);
constexpr auto longestLock = std::chrono::seconds(20);

}  // namespace

/// A run at work: opens the store, plans, computes.
class StudyJob::Run {
public:
    Run(const LiveState& state, const Sink& sink, std::int64_t number, StudyJobRequest request)
        : state_(state)
        , sink_(sink)
        , number_(number)
        , request_(std::move(request)) {}

    [[nodiscard]] std::int64_t number() const { return number_; }
    [[nodiscard]] StudyRunOutcome outcome() const { return run_ ? run_->outcome() : StudyRunOutcome(); }
    [[nodiscard]] bool finished() const { return run_ && run_->finished(); }

    /// Throws what ends the run. While another program has locked the store, the next step tries again: what is more
    /// urgent does not wait for it.
    void step(const std::stop_token& stop) {
        try {
            advance(stop);
            lockedSince_.reset();
        } catch (const StoreLocked&) {
            const auto now = std::chrono::steady_clock::now();
            lockedSince_ = lockedSince_.value_or(now);
            if (now - *lockedSince_ > longestLock) {
                throw;
            }
        }
    }

private:
    void advance(const std::stop_token& stop) {
        if (!store_) {
            begin();
        } else if (!plan_) {
            plan(stop);
        } else if (!run_) {
            run_.emplace(*plan_, *store_, settings());
            ended_ = endedOf(run_->progress());
            report(run_->progress());
        } else {
            run_->next(stop, [this](const StudyRunProgress& progress) { report(progress); });
        }
    }

    /// Whether the store can be written shows before files are read.
    void begin() {
        auto inputs = filesOf(request_.description);
        inputs.push_back(descriptionBeside(request_.store));
        checkOutputFiles(std::vector{request_.store}, inputs);
        for (const auto& spec : shownNetworks(request_.description.experiment)) {
            const auto isIt = [&](const auto& each) { return each.second.spec == spec; };
            if (std::ranges::none_of(state_.networks, isIt)) {
                checkStarted(spec);
            }
        }
        planning_.emplace(request_.description, request_.folder);
        store_.emplace(request_.store, StudyStore::Access::Write);
        store_->setPatience(patienceOfStep);
    }

    void plan(const std::stop_token& stop) {
        sayAtWork("looking at its files");
        if (planning_->finished()) {
            plan_ = planning_->take();
        } else {
            planning_->next(stop);
        }
    }

    [[nodiscard]] StudyRunSettings settings() const {
        return {.device = state_.device,
                .maps = request_.maps,
                .retryFailed = request_.retryFailed,
                // One path image at a time: a newer request waits for one pass, and no batches are tried.
                .evaluation = {.batch = 1},
                .load = [this](const ModelSpec& spec) { return network(spec); }};
    }

    /// One that is open, where it is the plan's; otherwise it is loaded.
    [[nodiscard]] std::shared_ptr<const SrModel> network(const ModelSpec& spec) const {
        const auto planned = std::ranges::find(plan_->networks, spec, &StudyNetwork::spec);
        const auto open = std::ranges::find_if(state_.networks, [&](const auto& each) {
            return each.second.spec == spec && each.second.model->card().sha256 == planned->sha256;
        });
        return open != state_.networks.end() ? open->second.model : std::make_shared<const SrModel>(state_.load(spec));
    }

    void sayAtWork(const std::string& what) const {
        state_.sayProgress({.what = "study: " + what, .stoppable = false});
    }

    static std::size_t endedOf(const StudyRunProgress& progress) { return progress.done + progress.failed; }

    void report(const StudyRunProgress& progress) {
        const bool stored = endedOf(progress) != ended_;
        const bool begins = progress.image != image_ || progress.network != network_;
        const auto now = std::chrono::steady_clock::now();
        if (!stored && !begins && now - reported_ < betweenStudyReports) {
            return;
        }
        reported_ = now;
        ended_ = endedOf(progress);
        image_ = progress.image;
        network_ = progress.network;
        if (!image_.empty()) {
            const auto file = std::filesystem::path(image_).filename().string();
            sayAtWork(fmt::format("{}, {}", file, network_));
        }
        sink_(live::StudyProgressed{.run = number_, .progress = progress, .stored = stored});
    }

    const LiveState& state_;
    const Sink& sink_;
    std::int64_t number_;
    StudyJobRequest request_;
    std::optional<StudyStore> store_;        // unset before it is opened
    std::optional<StudyPlanning> planning_;  // the same
    std::optional<StudyPlan> plan_;          // unset before all files were looked at
    std::optional<StudyRun> run_;            // unset before the first task; looks at plan and store
    std::optional<std::chrono::steady_clock::time_point> lockedSince_;  // unset: the store is not locked
    // As of the latest report, of which the first comes at once:
    std::chrono::steady_clock::time_point reported_;
    std::size_t ended_ = 0;  // tasks
    std::string image_;
    std::string network_;
};

StudyJob::StudyJob(const LiveState& state, Sink sink)
    : state_(state)
    , sink_(std::move(sink)) {}

StudyJob::~StudyJob() = default;

void StudyJob::start(std::int64_t run, StudyJobRequest request) {
    pause();
    run_ = std::make_unique<Run>(state_, sink_, run, std::move(request));
}

bool StudyJob::hasWork() const {
    return run_ && !state_.moving;
}

LivePriority StudyJob::priority() const {
    return LivePriority::Studies;
}

void StudyJob::step(const std::stop_token& stop) {
    try {
        run_->step(stop);
        if (run_->finished()) {
            end(live::EndReason::Done, {});
        }
    } catch (const std::exception& error) {
        end(live::EndReason::Done, messageOf(error));
    }
}

void StudyJob::pause() {
    end(live::EndReason::Cancelled, {});
}

void StudyJob::end(live::EndReason reason, std::string message) {
    if (!run_) {
        return;
    }
    live::StudyEnded ended{
        .run = run_->number(), .reason = reason, .outcome = run_->outcome(), .message = std::move(message)};
    run_.reset();  // whoever hears of it can open the store
    sink_(std::move(ended));
}

}  // namespace lamscope
