// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "live/live_engine.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam_context.h"
#include "method/lam/lam_refinement.h"
#include "model/sr_model.h"

namespace lamscope {

/// LR and HR images at one scale.
struct ScaledInput {
    InputIdentity of;
    std::shared_ptr<const Image> lr;
    std::shared_ptr<const Image> hr;  ///< null where it is not known
};

/// A network of a LiveEngine with everything that is kept for it between requests. Compute thread only.
struct LiveNetwork {
    std::unique_ptr<SrModel> model;
    ScaledInput input;                ///< empty while there is none, or when it does not fit the network
    std::shared_ptr<const Image> sr;  ///< of the whole input
    bool measured = false;            ///< its card is complete, or cannot be
    bool failed = false;              ///< its SR cannot be computed: not tried again for this input
    bool refused = false;             ///< the request cannot be served for this network

    std::unique_ptr<LamContext> context;  ///< of the latest patch
    LamOptions refined;                   ///< options, with the patch, of `refinement`
    std::unique_ptr<LamRefinement> refinement;
    int levels = 0;              ///< done by `refinement`
    std::int64_t nodesDone = 0;  ///< done by `refinement`
    double nodeSeconds = 0.0;    ///< of the latest nodes of a level; 0 while not known

    /// Forgets what depends on the input.
    void dropInput();
    void dropContext();
    void dropRefinement();
};

/// An error of any library in words for the user.
[[nodiscard]] std::string messageOf(const std::exception& error);

/// Serves one request after the other on loaded networks. Compute thread only.
class Probe {
public:
    using Networks = std::map<NetworkId, LiveNetwork>;

    /// @param batches for devices that evaluate many path images at once.
    Probe(Networks& networks, LiveEngine::EventSink& sink, RetentionBudget& budget, BatchCalibration& batches)
        : networks_(networks)
        , sink_(sink)
        , budget_(budget)
        , batches_(batches) {}

    void setRequest(const ProbeRequest& request, std::chrono::steady_clock::time_point asked);
    void clear() { request_.reset(); }
    [[nodiscard]] std::int64_t number() const { return request_ ? request_->number : 0; }
    /// Null while no maps are wanted.
    [[nodiscard]] const ProbeRequest* request() const { return request_ ? &*request_ : nullptr; }

    /// The first maps of networks that have none yet; nullptr when there are none.
    [[nodiscard]] const ProbeTarget* nextCoarse() const;
    /// The least refined network that the request wants finer.
    [[nodiscard]] const ProbeTarget* nextFine() const;
    /// Computes a level for a target; reports it, or why it cannot be had.
    void refine(const ProbeTarget& target, const std::stop_token& stop);

private:
    [[nodiscard]] const LiveNetwork* usable(const ProbeTarget& target) const;
    [[nodiscard]] int wantedLevels(const LiveNetwork& network) const;
    [[nodiscard]] LamOptions optionsFor(const ProbeTarget& target) const;
    /// False when stopped.
    bool prepare(LiveNetwork& network, const ProbeTarget& target, const std::stop_token& stop);
    /// The request's options, resolved when they are needed first. Throws as makePlan().
    [[nodiscard]] const LamPlan& plan();

    Networks& networks_;
    LiveEngine::EventSink& sink_;
    RetentionBudget& budget_;
    BatchCalibration& batches_;
    std::optional<ProbeRequest> request_;
    std::optional<LamPlan> plan_;  // of the request
    std::chrono::steady_clock::time_point asked_;
    std::chrono::steady_clock::time_point reported_;
    SharedPaths paths_;
};

}  // namespace lamscope
