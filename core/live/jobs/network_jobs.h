// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "live/live_engine.h"
#include "live/live_job.h"

namespace lamscope {

/// The SR of the whole image for the networks that are shown.
class ImageJob final : public LiveJob {
public:
    ImageJob(LiveState& state, LiveEngine::EventSink& sink)
        : state_(state)
        , sink_(sink) {}

    /// The networks whose images are wanted, the most urgent first.
    void show(std::vector<NetworkId> networks) { shown_ = std::move(networks); }

    [[nodiscard]] bool hasWork() const override { return next() != 0; }
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Images; }
    void step(const std::stop_token& stop) override;

private:
    /// 0: none. One evaluation of the whole image cannot be interrupted: a moving box does not wait for it.
    [[nodiscard]] NetworkId next() const;

    LiveState& state_;
    LiveEngine::EventSink& sink_;
    std::vector<NetworkId> shown_;
};

/// What loading leaves out of the networks' cards, see measuredCard().
class CardJob final : public LiveJob {
public:
    CardJob(const LiveState& state, LiveEngine::EventSink& sink)
        : state_(state)
        , sink_(sink) {}

    [[nodiscard]] bool hasWork() const override { return next() != 0; }
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Cards; }
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override { measured_.erase(id); }

private:
    /// 0: none.
    [[nodiscard]] NetworkId next() const;

    const LiveState& state_;
    LiveEngine::EventSink& sink_;
    std::set<NetworkId> measured_;  // their cards are complete, or cannot be
};

}  // namespace lamscope
