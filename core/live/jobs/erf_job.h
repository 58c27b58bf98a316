// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "live/live_events.h"
#include "live/live_job.h"
#include "method/erf/erf.h"

namespace lamscope {

/// One network's share of a measurement of effective receptive fields.
struct ErfTarget {
    NetworkId id = 0;
    /// The SR pixel to look from: one crop, see erfCropAround(). Unset: the mean over the image, see erfPlacesOver().
    std::optional<std::pair<int, int>> at{};

    friend bool operator==(const ErfTarget&, const ErfTarget&) = default;
};

namespace live {

/// A crop is about to be measured.
struct ErfMeasuring {
    std::int64_t run = 0;      ///< number of the measurement that it belongs to
    std::int64_t done = 0;     ///< gradients of all its networks
    std::int64_t planned = 0;  ///< the most that can be needed
};

/// A network's effective receptive field as far as it is measured.
struct ErfReady {
    std::int64_t run = 0;
    ErfTarget target;
    InputIdentity input;
    ErfOptions options;
    Rect place;  ///< of the map in the LR image; empty for a mean over the image
    std::shared_ptr<const ErfResult> result;
    bool finished = false;  ///< its warnings are complete, too
};

/// The network's field cannot be measured.
struct ErfFailed {
    std::int64_t run = 0;
    ErfTarget target;
    InputIdentity input;
    ErfOptions options;
    std::string message;
};

/// Nothing more comes of a measurement.
struct ErfEnded {
    std::int64_t run = 0;
    EndReason reason = EndReason::Done;
};

}  // namespace live

/// The effective receptive fields of some networks on the open image, crop by crop, the network that is furthest behind
/// first.
class ErfJob final : public LiveJob {
public:
    using Event = std::variant<live::ErfMeasuring, live::ErfReady, live::ErfFailed, live::ErfEnded>;
    using Sink = std::function<void(Event)>;

    /// @param sink called on the compute thread; must not block and must not throw.
    ErfJob(const LiveState& state, Sink sink)
        : state_(state)
        , sink_(std::move(sink)) {}

    /// Takes the place of an earlier measurement, which is cancelled.
    /// @param run     its number, above 0, which its events carry.
    /// @param options `images` are the most crops of the image.
    void start(std::int64_t run, const std::vector<ErfTarget>& targets, const ErfOptions& options);

    [[nodiscard]] bool hasWork() const override { return run_ != 0; }
    /// A field at one place is what the user looks at; a mean over the image can wait.
    [[nodiscard]] LivePriority priority() const override {
        return isAtOnePlace_ ? LivePriority::FinerMaps : LivePriority::DiMaps;
    }
    /// Measures one crop more. A crop that was stopped is measured anew with the next step.
    void step(const std::stop_token& stop) override;
    void forget(NetworkId id) override;
    void inputChanged() override { end(live::EndReason::InputChanged); }
    void cancel() override { end(live::EndReason::Cancelled); }

private:
    /// One network's field.
    struct Field {
        ErfTarget target;
        InputIdentity input{};                          ///< set when it began
        std::shared_ptr<const Image> lr{};              ///< the same
        std::vector<std::pair<int, int>> places{};      ///< SR pixels to look from
        Rect place{};                                   ///< as of ErfReady
        std::unique_ptr<ErfMeasurement> measurement{};  ///< null before it began, and when it is over
        std::size_t measured = 0;                       ///< of `places`
        std::int64_t gradients = 0;                     ///< of each crop
        bool over = false;                              ///< finished or failed
    };

    void begin(Field& field) const;
    /// Throws what the network throws.
    void advance(Field& field, const std::stop_token& stop) const;
    void fail(Field& field, const std::exception& error) const;
    void sayProgress() const;
    void end(live::EndReason reason);

    const LiveState& state_;
    Sink sink_;
    std::int64_t run_ = 0;  // 0: nothing is measured
    ErfOptions options_;
    bool isAtOnePlace_ = false;
    std::vector<Field> fields_;
};

}  // namespace lamscope
