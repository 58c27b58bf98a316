// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <vector>

#include "live/live_engine.h"
#include "live/probe.h"
#include "method/lam/di_map.h"

namespace lamscope {

/// The DI maps of some networks, side by side: first the coarse one of each, then all of them finer. Compute thread
/// only.
class DiMapRun {
public:
    /// Goes on with what was begun with the same options and reports it again; forgets the rest.
    void start(const std::vector<DiMapTarget>& targets, const LamOptions& options);
    /// Keeps what was begun.
    void stop() { running_ = false; }
    /// Forgets a network, which must still be there.
    void remove(NetworkId id);
    void clear() { scans_.clear(); }

    [[nodiscard]] bool hasWork() const;
    /// Computes a little more of the map that is furthest behind; to be called while hasWork().
    void step(const Probe::Networks& loaded, const LiveEngine::EventSink& sink, const std::stop_token& stop);

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

    static void begin(Scan& scan, const Probe::Networks& loaded);
    /// Throws what the network throws.
    void advance(Scan& scan, const LiveEngine::EventSink& sink, const std::stop_token& stop);
    static void fail(Scan& scan, const std::exception& error, const LiveEngine::EventSink& sink);
    static void report(Scan& scan, const LiveEngine::EventSink& sink);
    void sayProgress(const LiveEngine::EventSink& sink);

    std::vector<Scan> scans_;
    bool running_ = false;
    Clock::time_point progressSaid_;
};

}  // namespace lamscope
