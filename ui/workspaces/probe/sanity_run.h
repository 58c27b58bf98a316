// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "dialogs/sanity_dialog.h"
#include "live/job_handle.h"
#include "live/jobs/sanity_job.h"
#include "session/live_controller.h"

namespace lamscope::ui {

/// Answers a SanityDialog: runs the check of all shown networks, with the session's box and options, by a job of the
/// engine and fills the table as maps arrive, of the latest check alone. Lives as long as the dialog.
class SanityRun final : public QObject {
    Q_OBJECT

public:
    SanityRun(Session& session, LiveController& controller, SanityDialog& dialog);

signals:
    /// What the job reports; ended() also where the engine has gone.
    void checked(const lamscope::live::SanityChecked& check);
    void ended(const lamscope::live::SanityEnded& end);

private:
    void takeEngine();
    void run();
    void receive(const live::SanityChecked& check);
    void receive(const live::SanityEnded& end);
    [[nodiscard]] QString subject() const;

    Session& session_;
    LiveController& controller_;
    SanityDialog& dialog_;
    std::optional<JobHandle<SanityJob>> job_;
    std::int64_t run_ = 0;  // number of the latest check
    bool running_ = false;
    std::map<NetworkId, QString> names_;  // of its networks, which may go meanwhile
    std::vector<SanityRow> rows_;
};

}  // namespace lamscope::ui
