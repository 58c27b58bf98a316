// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "live/live_job.h"
#include "method/lam/lam.h"
#include "method/lam/parameter_randomisation.h"

namespace lamscope {

namespace live {

/// One map of the parameter-randomisation check, see SanityCheck.
struct SanityChecked {
    std::int64_t run = 0;  ///< number of the check that it belongs to
    NetworkId id = 0;
    RandomisedLayers layers = RandomisedLayers::Last;
    std::optional<double> correlation;  ///< of the signed map with the trained network's, -1...1
    std::optional<double> completenessError;
    std::string message;  ///< why there is no correlation; empty if all is well
    int done = 0;         ///< maps so far, this one included
    int total = 0;
};

/// A check has ended: nothing more comes of it.
struct SanityEnded {
    using Reason = EndReason;

    std::int64_t run = 0;
    Reason reason = Reason::Done;
};

}  // namespace live

/// The parameter-randomisation check of some networks: for each, maps with the last layer, half of the layers and all
/// of them randomised, compared with the trained network's.
class SanityJob final : public LiveJob {
public:
    using Event = std::variant<live::SanityChecked, live::SanityEnded>;
    using Sink = std::function<void(Event)>;

    struct Network {
        NetworkId id = 0;
        ModelSpec spec;
        LamOptions options;  ///< with the patch
    };

    /// @param sink called on the compute thread; must not block and must not throw.
    SanityJob(const LiveState& state, Sink sink)
        : state_(state)
        , sink_(std::move(sink)) {}

    /// Takes the place of an earlier check, which is cancelled. SanityChecked follows for each map, SanityEnded at
    /// last.
    /// @param run its number, which its events carry.
    void start(std::int64_t run, std::vector<Network> networks);

    [[nodiscard]] bool hasWork() const override { return run_ != 0; }
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Checks; }
    /// Computes one map more and reports it.
    void step(const std::stop_token& stop) override;
    void inputChanged() override { end(live::SanityEnded::Reason::InputChanged); }
    void cancel() override { end(live::SanityEnded::Reason::Cancelled); }

private:
    struct Map {
        std::size_t network = 0;
        RandomisedLayers layers = RandomisedLayers::Last;
    };

    void end(live::SanityEnded::Reason reason);
    /// Fills in what the map says; false when stopped.
    bool compare(live::SanityChecked& report, const Map& map, const std::stop_token& stop);

    const LiveState& state_;
    Sink sink_;
    std::int64_t run_ = 0;  // 0: no check is at work
    std::vector<Network> networks_;
    std::vector<Map> maps_;
    std::size_t next_ = 0;                                   // of `maps_`
    std::map<std::size_t, std::vector<LamResult>> trained_;  // one map for each network
};

}  // namespace lamscope
