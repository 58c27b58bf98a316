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
/// those nearest to the box first and in all networks by turns, and goes on with the next tile after whatever came
/// between. A new box is served within one layer of a network of a known family, and within one tile of another.
class ImageJob final : public LiveJob {
public:
    ImageJob(LiveState& state, LiveEngine::EventSink& sink)
        : state_(state)
        , sink_(sink) {}

    /// The networks whose images are wanted, the most urgent first.
    void show(std::vector<NetworkId> networks) { shown_ = std::move(networks); }
    /// Where the user looks: tiles begin there.
    void lookAt(const ProbeTarget& target) { boxes_[target.id] = target.patch; }

    [[nodiscard]] bool hasWork() const override { return next() != 0; }
    [[nodiscard]] LivePriority priority() const override;
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override;
    void inputChanged() override;

private:
    /// 0: none. While a box moves nothing is begun. Large images come last, those first of which least is done.
    [[nodiscard]] NetworkId next() const;
    [[nodiscard]] double shareDone(NetworkId id) const;
    [[nodiscard]] Rect boxLr(NetworkId id) const;
    void sendTile(NetworkId id, const Rect& place) const;

    LiveState& state_;
    LiveEngine::EventSink& sink_;
    std::vector<NetworkId> shown_;
    std::map<NetworkId, Patch> boxes_;        // SR pixels; the latest
    std::map<NetworkId, int> newBeginnings_;  // of images of networks in training
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
