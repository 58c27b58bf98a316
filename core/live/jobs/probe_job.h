// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>

#include "live/live_engine.h"
#include "live/live_job.h"
#include "method/lam/batch_calibration.h"
#include "method/lam/lam_context.h"
#include "method/lam/lam_refinement.h"

namespace lamscope {

/// The maps of the box in all networks that show it: serves one request after the other.
class ProbeJob final : public LiveJob {
public:
    /// @param batches for devices that evaluate many path images at once.
    ProbeJob(LiveState& state, LiveEngine::EventSink& sink, RetentionBudget& budget, BatchCalibration& batches)
        : state_(state)
        , sink_(sink)
        , budget_(budget)
        , batches_(batches) {}

    void setRequest(const ProbeRequest& request, std::chrono::steady_clock::time_point asked);
    [[nodiscard]] std::int64_t number() const { return request_ ? request_->number : 0; }
    /// Forgets contexts, and the forward passes that they keep.
    void dropContexts();
    /// True when the first map of this network is at work and should be finished before a newer request is served:
    /// since a while no map has been seen. May be called on any thread.
    [[nodiscard]] bool owesMap(NetworkId id) const;

    [[nodiscard]] bool hasWork() const override { return nextCoarse() != nullptr || nextFine() != nullptr; }
    [[nodiscard]] LivePriority priority() const override {
        return nextCoarse() != nullptr ? LivePriority::CoarseMaps : LivePriority::FinerMaps;
    }
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override { maps_.erase(id); }
    void inputChanged() override;
    void cancel() override { request_.reset(); }

private:
    /// What is kept of one network between requests.
    struct Maps {
        bool refused = false;                 // the request cannot be served for this network
        std::unique_ptr<LamContext> context;  // of the latest patch
        LamOptions refined;                   // options, with the patch, of `refinement`
        std::unique_ptr<LamRefinement> refinement;
        bool isPreview = false;      // `refinement` is of few cells, and another one follows
        int levels = 0;              // done
        std::int64_t nodesDone = 0;  // done by `refinement`
        int newBeginnings = 0;       // for this request, of a network in training
        double nodeSeconds = 0.0;    // of the latest nodes of a level; 0 while not known

        void dropContext();
        void dropRefinement();
    };

    /// The first maps of networks that have none yet; nullptr when there are none.
    [[nodiscard]] const ProbeTarget* nextCoarse() const;
    /// The least refined network that the request wants finer.
    [[nodiscard]] const ProbeTarget* nextFine() const;
    /// Computes a level for a target; reports it, or why it cannot be had.
    void refine(const ProbeTarget& target, const std::stop_token& stop);
    /// Null where the request cannot be served.
    [[nodiscard]] const Maps* mapsOf(const ProbeTarget& target) const;
    [[nodiscard]] int wantedLevels(const Maps& maps) const;
    [[nodiscard]] LamOptions optionsFor(const ProbeTarget& target) const;
    /// False when stopped.
    bool prepare(Maps& maps, const ProbeTarget& target, const std::stop_token& stop);
    /// Where the context is the whole image, its SR is the image's.
    void takeImage(NetworkId id);
    /// The request's options, resolved when they are needed first. Throws as makePlan().
    [[nodiscard]] const LamPlan& plan();

    LiveState& state_;
    LiveEngine::EventSink& sink_;
    RetentionBudget& budget_;
    BatchCalibration& batches_;
    std::map<NetworkId, Maps> maps_;
    std::optional<ProbeRequest> request_;
    std::optional<LamPlan> plan_;  // of the request
    std::chrono::steady_clock::time_point asked_;
    std::chrono::steady_clock::time_point reported_;
    SharedPaths paths_;
    std::atomic<std::chrono::steady_clock::rep> lastMap_{0};
    std::atomic<NetworkId> workingFor_{0};  // whose first map is at work; 0: none
};

}  // namespace lamscope
