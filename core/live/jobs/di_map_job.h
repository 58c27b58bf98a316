// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <vector>

#include "live/live_engine.h"
#include "live/live_job.h"
#include "method/lam/di_map.h"

namespace lamscope {

/// The DI maps of some networks, side by side: first the coarse one of each, then all of them finer.
class DiMapJob final : public LiveJob {
public:
    DiMapJob(const LiveState& state, LiveEngine::EventSink& sink)
        : state_(state)
        , sink_(sink) {}

    /// Goes on with what was begun with the same options and reports it again; forgets the rest.
    void start(const std::vector<DiMapTarget>& targets, const LamOptions& options);

    [[nodiscard]] bool hasWork() const override;
    [[nodiscard]] LivePriority priority() const override { return LivePriority::DiMaps; }
    /// Computes a little more of the map that is furthest behind.
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override;
    void inputChanged() override { scans_.clear(); }
    /// Keeps what was begun.
    void cancel() override { running_ = false; }

private:
    using Clock = std::chrono::steady_clock;

    struct Scan {
        DiMapTarget target;
        LamOptions options;                  ///< with the patch's size
        InputIdentity input{};               ///< set when it began
        std::unique_ptr<DiMapScan> scan{};   ///< null before it began, and when it is done
        std::shared_ptr<const DiMap> map{};  ///< as it was last reported
        bool done = false;                   ///< finished or failed
        bool failed = false;
        bool hasCoarseMap = false;
        bool changed = false;     ///< since it was last reported
        bool askedAgain = false;  ///< to be reported as it is
        Clock::time_point reported{};
        std::int64_t gradientsDone = 0;
        std::int64_t gradientsPlanned = 0;
    };

    void begin(Scan& scan) const;
    /// Throws what the network throws.
    void advance(Scan& scan, const std::stop_token& stop);
    void fail(Scan& scan, const std::exception& error) const;
    void report(Scan& scan) const;
    void sayProgress();

    const LiveState& state_;
    LiveEngine::EventSink& sink_;
    std::vector<Scan> scans_;
    bool running_ = false;
    Clock::time_point progressSaid_;
};

}  // namespace lamscope
