// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <utility>
#include <vector>

#include "live/live_engine.h"
#include "live/live_job.h"
#include "method/lam/parameter_randomisation.h"

namespace lamscope {

/// The parameter-randomisation check of some networks: for each, maps with the last layer, half of the layers and all
/// of them randomised, compared with the trained network's.
class SanityJob final : public LiveJob {
public:
    using Loader = std::function<SrModel(const ModelSpec&)>;

    struct Network {
        NetworkId id = 0;
        ModelSpec spec;
        LamOptions options;  ///< with the patch
    };

    SanityJob(const LiveState& state, LiveEngine::EventSink& sink, Loader load)
        : state_(state)
        , sink_(sink)
        , load_(std::move(load)) {}

    /// Takes the place of an earlier check, which is cancelled.
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
    LiveEngine::EventSink& sink_;
    Loader load_;
    std::int64_t run_ = 0;  // 0: no check is at work
    std::vector<Network> networks_;
    std::vector<Map> maps_;
    std::size_t next_ = 0;                                   // of `maps_`
    std::map<std::size_t, std::vector<LamResult>> trained_;  // one map for each network
};

}  // namespace lamscope
