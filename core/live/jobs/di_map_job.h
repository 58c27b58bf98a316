// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "live/live_job.h"
#include "method/lam/di_map.h"

namespace lamscope {

namespace live {

/// A network's DI map as far as it has come.
struct DiMapReady {
    NetworkId id = 0;
    InputIdentity input;
    LamOptions options;  ///< of the request; of the patch the size alone counts
    std::shared_ptr<const DiMap> map;
    bool finished = false;
};

/// The network's DI map cannot be computed.
struct DiMapFailed {
    NetworkId id = 0;
    InputIdentity input;
    LamOptions options;  ///< as of DiMapReady
    int stride = 0;      ///< that was asked for, SR pixels
    std::string message;
};

}  // namespace live

/// One network's share of a DI map, in its SR pixels.
struct DiMapTarget {
    NetworkId id = 0;
    int patchSize = 16;
    int stride = 16;  ///< from one patch to the next

    friend bool operator==(const DiMapTarget&, const DiMapTarget&) = default;
};

/// The DI maps of some networks, side by side, whenever nothing else is wanted: first the coarse one of each, then all
/// of them finer. Maps are reported as they grow, at most ten a second of each.
class DiMapJob final : public LiveJob {
public:
    using Event = std::variant<live::DiMapReady, live::DiMapFailed>;
    using Sink = std::function<void(Event)>;

    /// @param sink called on the compute thread; must not block and must not throw.
    DiMapJob(const LiveState& state, Sink sink)
        : state_(state)
        , sink_(std::move(sink)) {}

    /// Goes on with what was begun with the same options and reports it again at once; forgets the rest.
    void start(const std::vector<DiMapTarget>& targets, const LamOptions& options);

    [[nodiscard]] bool hasWork() const override;
    [[nodiscard]] LivePriority priority() const override { return LivePriority::DiMaps; }
    /// Computes a little more of the map that is furthest behind.
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override;
    void inputChanged() override { scans_.clear(); }
    /// Keeps what was begun for the next start(), until the input or the network changes.
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
    Sink sink_;
    std::vector<Scan> scans_;
    bool running_ = false;
    Clock::time_point progressSaid_;
};

}  // namespace lamscope
