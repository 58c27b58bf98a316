// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "live/job_handle.h"
#include "live/jobs/erf_job.h"
#include "method/erf/erf_document.h"
#include "session/live_controller.h"
#include "session/session.h"

namespace lamscope::ui {

/// The effective receptive fields of a session's networks: their mean over the open image when the user asks for it,
/// and the field at the box while its layer is shown. GUI thread only; `session` and `controller` must outlive it.
class ErfController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ErfController)

public:
    ErfController(Session& session, LiveController& controller, QObject* parent = nullptr);
    ~ErfController() override = default;

    /// A network's share of the latest measurement.
    struct Measured {
        std::shared_ptr<const ErfResult> result;  ///< over the crops so far; null before the first
        QString trouble;                          ///< why there is none; empty if all is well
        bool finished = false;                    ///< the result is over all crops
    };

    /// Measures all networks that are shown over crops of the open image, whenever nothing else is wanted; what was
    /// measured before is forgotten. Ends with the image that it began with, and when computing begins anew.
    /// @param side of the crops, LR pixels.
    void measure(int side);
    void cancel();
    [[nodiscard]] bool isMeasuring() const { return measuring_; }
    /// Of measure(), 0…1.
    [[nodiscard]] double shareDone() const { return shareDone_; }
    /// Why the latest measurement ended before all was measured, a sentence; empty if it did not.
    [[nodiscard]] const QString& remark() const { return remark_; }
    /// Of the latest measurement, and of the next unless measure() says otherwise.
    [[nodiscard]] const ErfOptions& options() const { return options_; }
    /// Null for a network that was not measured.
    [[nodiscard]] const Measured* measured(NetworkId id) const;

    /// The networks with a result that are shown, in the session's order.
    [[nodiscard]] std::vector<NetworkId> measuredNetworks() const;
    /// Their results in that order, as `lamscope-cli erf` writes them; the images are the crops. Its warnings say what
    /// has failed or ended early.
    [[nodiscard]] ErfDocument document() const;

signals:
    void changed();  ///< what is measured, or whether something is

private:
    using Place = std::pair<int, int>;  // an SR pixel

    void takeEngine();
    void dropResults();
    void dropRemoved();
    /// Of measure(): says why where it is early, and to each unfinished result what is missing in it.
    void endMeasuring(live::EndReason reason);
    /// Says which fields at the box are old, and has those measured that are wanted and not there.
    void followBox();
    [[nodiscard]] Place placeOf(const NetworkEntry& entry) const;
    void receive(const live::ErfMeasuring& event);
    void receive(const live::ErfReady& event);
    void receive(const live::ErfFailed& event);
    void receive(const live::ErfEnded& event);

    Session& session_;
    LiveController& controller_;
    std::optional<JobHandle<ErfJob>> overImage_;
    std::optional<JobHandle<ErfJob>> here_;
    std::int64_t lastRun_ = 0;  // of both jobs and all engines
    std::int64_t runOverImage_ = 0;
    std::int64_t runHere_ = 0;
    bool measuring_ = false;
    double shareDone_ = 0.0;
    QString remark_;
    bool measuringHere_ = false;
    ErfOptions options_;
    std::map<NetworkId, Measured> measured_;
    std::vector<ErfTarget> asked_;           // fields at the box that are wanted
    std::map<NetworkId, Place> measuredAt_;  // of the entries' fields
};

}  // namespace lamscope::ui
