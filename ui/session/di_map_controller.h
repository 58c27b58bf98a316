// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <map>
#include <optional>
#include <vector>

#include "live/job_handle.h"
#include "live/jobs/di_map_job.h"
#include "session/live_controller.h"
#include "session/session.h"

namespace lamscope::ui {

/// Keeps the DI maps of a session's networks current while their layer is shown. GUI thread only; `session` and
/// `controller` must outlive it.
class DiMapController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DiMapController)

public:
    DiMapController(Session& session, LiveController& controller, QObject* parent = nullptr);
    ~DiMapController() override = default;

    /// Goes on after LiveController::cancel().
    void scan();

private:
    void takeEngine();
    /// All maps are of another input, or of another engine.
    void dropAll();
    /// Drops maps that do not belong to the options of now, and asks for those that are wanted.
    void follow();
    [[nodiscard]] DiMapTarget targetOf(const NetworkEntry& entry) const;
    [[nodiscard]] bool isCurrent(const NetworkEntry& entry, const LamOptions& options, int stride) const;
    void receive(const live::DiMapReady& event);
    void receive(const live::DiMapFailed& event);

    Session& session_;
    LiveController& controller_;
    std::optional<JobHandle<DiMapJob>> job_;
    std::vector<DiMapTarget> asked_;  // what the job was last asked for
    LamOptions askedOptions_;
    std::map<NetworkId, LamOptions> options_;  // what the entries' maps were computed with
};

}  // namespace lamscope::ui
