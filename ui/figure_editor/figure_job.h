// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "figure/figure_run.h"
#include "live/live_job.h"
#include "scene/experiment.h"

namespace lamscope::ui {

/// How the computation of a figure has ended.
struct FigureEnd {
    std::int64_t number = 0;               ///< as given to FigureJob::start()
    std::shared_ptr<const FigureRun> run;  ///< null where it was stopped or has failed
    std::string trouble;                   ///< why it has failed; empty where it has not
};

/// The maps of a figure on the compute thread, between the maps of the box. Networks that are open serve the figure as
/// they are, whatever has become of their files; others are loaded.
class FigureJob final : public LiveJob {
public:
    using Sink = std::function<void(FigureEnd)>;

    /// @param sink called on the compute thread; must not block and must not throw.
    FigureJob(const LiveState& state, Sink sink)
        : state_(state)
        , sink_(std::move(sink)) {}

    /// Takes the place of an earlier figure. FigureEnd follows.
    /// @param number above 0.
    void start(std::int64_t number, const Experiment& session);

    [[nodiscard]] bool hasWork() const override { return number_ != 0; }
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Figures; }
    void step(const std::stop_token& stop) override;
    void cancel() override { end(nullptr, {}); }

private:
    [[nodiscard]] std::shared_ptr<const SrModel> network(const ModelSpec& spec) const;
    void report(const LamRunProgress& progress);
    void end(std::shared_ptr<const FigureRun> run, std::string trouble);

    const LiveState& state_;
    Sink sink_;
    std::int64_t number_ = 0;  // 0: no figure is at work
    Experiment session_;
    std::optional<FigureComputation> computation_;  // unset before it has begun
    std::chrono::steady_clock::time_point reported_;
};

}  // namespace lamscope::ui
