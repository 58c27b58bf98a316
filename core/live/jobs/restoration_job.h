// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "live/live_events.h"
#include "live/live_job.h"
#include "method/restoration/degraded_pair.h"
#include "method/restoration/derain_document.h"
#include "model/tiled_image.h"

namespace lamscope {

namespace live {

/// What a network removes of the input's degradation, and what it spoils.
struct RestorationMeasured {
    NetworkId id = 0;
    InputIdentity input;
    std::shared_ptr<const DerainImage> image;
    std::vector<std::string> warnings;
};

/// It cannot be measured.
struct RestorationFailed {
    NetworkId id = 0;
    InputIdentity input;
    std::string message;
};

/// Gaussian blurs in place of a network on the same input, see blurLineSigmas().
struct BlurLineMeasured {
    InputIdentity input;
    std::vector<BlurPoint> line;
};

}  // namespace live

/// The measures of networks of scale 1 on the input, where the clean image is known: after their images, and behind all
/// maps. One forward more a network, of the clean image, says what comes through of the degradation. Then the blurs.
class RestorationJob final : public LiveJob {
public:
    using Event = std::variant<live::RestorationMeasured, live::RestorationFailed, live::BlurLineMeasured>;
    using Sink = std::function<void(Event)>;

    /// @param sink called on the compute thread; must not block and must not throw.
    RestorationJob(const LiveState& state, Sink sink)
        : state_(state)
        , sink_(std::move(sink)) {}

    /// From now on these networks are measured on every input; what is measured of the input already stays.
    void measure(std::vector<NetworkId> networks) { wanted_ = std::move(networks); }

    [[nodiscard]] bool hasWork() const override;
    [[nodiscard]] LivePriority priority() const override { return LivePriority::Checks; }
    /// One tile of the clean image, or one blur, more.
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override { measurements_.erase(id); }
    void inputChanged() override;
    void cancel() override { wanted_.clear(); }

private:
    struct Measurement {
        std::unique_ptr<TiledImage> restoredClean{};  ///< null before it began, and when it is over
        std::chrono::duration<double> spent{};
        std::int64_t weights = 0;  ///< SrModel::weightChanges() of it
        bool over = false;
    };

    /// Whether measures of it mean something, its output included.
    [[nodiscard]] bool isMeasurable(NetworkId id) const;
    /// 0: none.
    [[nodiscard]] NetworkId next() const;
    [[nodiscard]] bool wantsBlur() const;
    void makePair(const ScaledInput& input);
    void measureNetwork(NetworkId id, const std::stop_token& stop);
    void finish(NetworkId id, const Image& restoredClean);
    void addBlur();

    const LiveState& state_;
    Sink sink_;
    std::vector<NetworkId> wanted_;
    std::map<NetworkId, Measurement> measurements_;  // of the input
    std::optional<DegradedPair> pair_;               // the same
    InputIdentity pairOf_;
    std::vector<BlurPoint> blurs_;  // the same
    bool noBlurs_ = false;          // they cannot be made
};

}  // namespace lamscope
