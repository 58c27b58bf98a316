// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <vector>

#include "dialogs/sanity_dialog.h"
#include "session/live_controller.h"

namespace lamscope::ui {

/// Answers a SanityDialog: runs the check on the compute thread and fills the table as maps arrive. Lives as long as
/// the dialog.
class SanityRun final : public QObject {
    Q_OBJECT

public:
    SanityRun(Session& session, LiveController& controller, SanityDialog& dialog);

private:
    void run();
    void receive(const live::SanityChecked& check);

    Session& session_;
    LiveController& controller_;
    SanityDialog& dialog_;
    std::vector<SanityRow> rows_;
};

}  // namespace lamscope::ui
