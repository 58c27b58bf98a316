// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "live/live_engine.h"
#include "live/live_job.h"
#include "model/tiled_image.h"

namespace lamscope {

/// The SR of the whole image for the networks that are shown. That of a large image is made in tiles, behind the maps,
/// and goes on with the next tile after whatever came between.
class ImageJob final : public LiveJob {
public:
    ImageJob(LiveState& state, LiveEngine::EventSink& sink)
        : state_(state)
        , sink_(sink) {}

    /// The networks whose images are wanted, the most urgent first.
    void show(std::vector<NetworkId> networks) { shown_ = std::move(networks); }

    [[nodiscard]] bool hasWork() const override { return next() != 0; }
    [[nodiscard]] LivePriority priority() const override;
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override { tiles_.erase(id); }
    void inputChanged() override { tiles_.clear(); }

private:
    /// 0: none. One evaluation of the whole image, or of a tile, cannot be interrupted: a moving box does not wait for
    /// it. Large images come last.
    [[nodiscard]] NetworkId next() const;

    LiveState& state_;
    LiveEngine::EventSink& sink_;
    std::vector<NetworkId> shown_;
    std::map<NetworkId, TiledImage> tiles_;  // images that have been begun
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
