// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <array>
#include <csignal>
#include <memory>

#include "window/main_window.h"

namespace lamscope::ui {

/// Ends the program as closing its window does where not the user ends it, and keeps what is open for the next start
/// (Autosave::keep()). While it lives, it handles:
///  - SIGTERM, SIGHUP (log-out, a closed terminal) and SIGINT (Ctrl-C): the window is closed, and
///    QCoreApplication::exec() returns 0, or 130 after SIGINT. A second signal ends the process at once. A signal that
///    is ignored when the program starts, as nohup ignores SIGHUP, stays ignored.
///  - the end of the desktop's session: the user may still call it off, so the program goes on.
///  - the loss of the display: Qt ends the process then and returns to nobody. What was written last is kept, which may
///    lack the last seconds.
/// One at a time, in the GUI thread, while there is a QGuiApplication.
class Termination final : public QObject {
    Q_DISABLE_COPY_MOVE(Termination)

public:
    /// @param window outlives this.
    explicit Termination(MainWindow& window);
    ~Termination() override;

private:
    void handleSignals();
    void restoreSignals() const;
    void end(int signal);

    static constexpr std::array signals_{SIGTERM, SIGHUP, SIGINT};
    MainWindow& window_;
    std::array<int, 2> sockets_{-1, -1};  ///< a handler of signals writes to the first; the notifier watches the second
    std::unique_ptr<QSocketNotifier> notifier_;
    std::array<struct sigaction, signals_.size()> actionsBefore_{};
};

}  // namespace lamscope::ui
