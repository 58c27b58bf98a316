// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <optional>
#include <vector>

#include "live/job_handle.h"
#include "live/jobs/restoration_job.h"
#include "method/restoration/derain_document.h"
#include "session/live_controller.h"
#include "session/session.h"

namespace lamscope::ui {

/// What the shown networks of scale 1 remove of the degradation, and what they spoil: measured on every input whose
/// clean image is known, behind the maps. The results are Restoration of the session's entries. GUI thread only;
/// `session` and `controller` must outlive it.
class RestorationController final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RestorationController)

public:
    RestorationController(Session& session, LiveController& controller, QObject* parent = nullptr);
    ~RestorationController() override = default;

    /// Gaussian blurs on the input of now; empty while it is not measured.
    [[nodiscard]] std::vector<BlurPoint> blurLine() const;
    /// Of the shown networks whose measures are of the input of now, as `lamscope-cli derain` writes them.
    [[nodiscard]] DerainDocument document() const;
    /// The `lamscope-cli derain` line of that; empty where nothing is measured, and for a reference: the command takes
    /// folders of pairs.
    [[nodiscard]] QString command(DeviceChoice device, int threads) const;

signals:
    void blurLineChanged();

private:
    void takeEngine();
    void follow();
    void receive(const live::RestorationMeasured& event);
    void receive(const live::RestorationFailed& event);
    void receive(const live::BlurLineMeasured& event);

    Session& session_;
    LiveController& controller_;
    std::optional<JobHandle<RestorationJob>> job_;
    std::vector<NetworkId> asked_;
    live::BlurLineMeasured blurLine_;
};

/// Whether the clean image of the input of scale 1 is known, so that removal can be measured.
[[nodiscard]] bool knowsCleanImage(const Session& session);

/// Why nothing is measured, a sentence that says what to do; empty if something is.
[[nodiscard]] QString whyNoRestoration(const Session& session);

}  // namespace lamscope::ui
