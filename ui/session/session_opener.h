// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <map>

#include "session/live_controller.h"
#include "session/session_file.h"

namespace lamscope::ui {

/// Brings a saved session back: opens its image and networks in the background, and sets box, options and view when all
/// of them are there or known to be missing. What is missing or has changed since is reported; the rest opens. GUI
/// thread only.
class SessionOpener final : public QObject {
    Q_OBJECT

public:
    SessionOpener(Session& session, LiveController& controller, QObject* parent = nullptr);

    /// Replaces everything that is open. Of several images the window shows the first, of several boxes in it too. A
    /// session that is still being opened is given up for this one.
    /// @param saved as readSession() gives it.
    void open(const Experiment& saved);
    [[nodiscard]] bool isOpening() const { return opening_; }

signals:
    void opened();

private:
    void imageSettled();
    void referenceSettled();
    void networkSettled(int id);
    void finishWhenSettled();

    Session& session_;
    LiveController& controller_;
    [[nodiscard]] bool hasImage() const { return !saved_.scenes.empty(); }

    Experiment saved_;
    std::map<NetworkId, std::size_t> waitingFor_;  // network -> its index in `saved_`
    std::vector<NetworkId> ids_;                   // of all networks of `saved_`
    bool waitingForImage_ = false;
    bool waitingForReference_ = false;
    bool opening_ = false;
};

}  // namespace lamscope::ui
