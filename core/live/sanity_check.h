// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "live/live_events.h"
#include "live/probe.h"
#include "method/lam/parameter_randomisation.h"

namespace lamscope {

/// The parameter-randomisation check of some networks: for each, maps with the last layer, half of the layers and all
/// of them randomised, compared with the trained network's. Compute thread only.
class SanityCheck {
public:
    using Loader = std::function<SrModel(const ModelSpec&)>;

    struct Network {
        NetworkId id = 0;
        ModelSpec spec;
        LamOptions options;  ///< with the patch
    };

    /// @param run its number, which its events carry.
    SanityCheck(std::int64_t run, std::vector<Network> networks, Loader load);

    [[nodiscard]] std::int64_t run() const { return run_; }
    [[nodiscard]] bool finished() const { return next_ == jobs_.size(); }
    /// Computes one map more and reports it; when stopped, the same map comes again with the next call.
    void step(const Probe::Networks& loaded, const LiveEngine::EventSink& sink, const std::stop_token& stop);

private:
    struct Job {
        std::size_t network = 0;
        RandomisedLayers layers = RandomisedLayers::Last;
    };

    std::int64_t run_;
    std::vector<Network> networks_;
    Loader load_;
    std::vector<Job> jobs_;
    std::size_t next_ = 0;
    std::map<std::size_t, std::vector<LamResult>> trained_;  // one map for each network
};

}  // namespace lamscope
