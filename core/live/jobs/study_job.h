// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "live/live_events.h"
#include "live/live_job.h"
#include "study/studies/study_description.h"
#include "study/studies/study_run.h"

namespace lamscope {

namespace live {

/// How far a study has come: after it was planned, before and after each task, and within long ones.
struct StudyProgressed {
    std::int64_t run = 0;  ///< its number
    StudyRunProgress progress;
    bool stored = false;  ///< the store has a task more than before
};

/// Nothing more comes of a run. The store is closed.
struct StudyEnded {
    std::int64_t run = 0;
    EndReason reason = EndReason::Done;
    StudyRunOutcome outcome;  ///< all 0 where it ended before it was planned
    std::string message;      ///< why it failed as a whole, e.g. the store cannot be written; empty where it did not
};

}  // namespace live

/// What a run of a study in the window needs.
struct StudyJobRequest {
    StudyDescription description;
    std::filesystem::path folder;  ///< to which the description's text names files
    std::filesystem::path store;   ///< results; made where there is none, gone on with where there is one
    bool maps = false;
    bool retryFailed = false;
};

/// A study that runs behind the probe: whatever is more urgent stops it within one forward and backward pass, but for
/// an image that is read, a network that is loaded, and the weights of LPIPS, which are read when the run begins; the
/// task at work goes on where it was. It rests while the box is dragged. The store belongs to the job while it runs.
/// LiveEngine::stop() does not concern it: who stops the maps of the box wants no end of a run of hours.
///
/// Results are those of runStudy(), with path images evaluated one by one. A network that is open with the same file
/// and settings serves the study, too; others are loaded, and all stay in memory until the run ends.
class StudyJob final : public LiveJob {
public:
    using Event = std::variant<live::StudyProgressed, live::StudyEnded>;
    using Sink = std::function<void(Event)>;

    /// @param sink called on the compute thread; must not block and must not throw.
    StudyJob(const LiveState& state, Sink sink);
    ~StudyJob() override;

    /// Takes the place of an earlier run, which is cancelled.
    /// @param run its number, above 0, which its events carry.
    void start(std::int64_t run, StudyJobRequest request);
    /// Ends the run, which is cancelled: what was computed stays, and another run goes on.
    void pause();

    [[nodiscard]] bool hasWork() const override;
    [[nodiscard]] LivePriority priority() const override;
    void step(const std::stop_token& stop) override;

private:
    class Run;

    void end(live::EndReason reason, std::string message);

    const LiveState& state_;
    Sink sink_;
    std::unique_ptr<Run> run_;  // null: none is at work
};

}  // namespace lamscope
