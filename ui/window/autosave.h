// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLockFile>
#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <memory>

#include "session/session.h"

namespace lamscope::ui {

/// Keeps the session in a file of its own while the program runs, and removes the file when the user closes the window.
/// What the next start finds was left by a crash, or by a program that was ended from outside and called keep() or
/// leave(). Programs that run at the same time do not disturb each other. GUI thread only, but for leave(); writing
/// happens on another thread.
class Autosave final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Autosave)

public:
    /// @param folder where the files lie; made if need be.
    Autosave(Session& session, const QString& folder, QObject* parent = nullptr);
    ~Autosave() override;

    /// The session that the program left last time; empty if none. It is moved aside, so that it is offered once.
    [[nodiscard]] QString recovered() const { return recovered_; }
    /// Whether a crash left recovered().
    [[nodiscard]] bool crashed() const { return crashed_; }

    void setEnabled(bool enabled);
    /// Writes now instead of some seconds after the last change.
    void saveNow();
    /// Writes the session, waits until it is written, and leaves it for the next start. The program may go on: its next
    /// change is kept as before.
    void keep();
    /// Leaves what was written last for the next start: one rename, for a program that has no time for more. Any
    /// thread.
    void leave() const;

private:
    Session& session_;
    QString file_;  ///< while the program runs; empty when too many programs run
    QString kept_;  ///< after keep() or leave()
    QString recovered_;
    bool crashed_ = false;
    std::unique_ptr<QLockFile> lock_;
    QTimer timer_;
    QThreadPool pool_;  // one thread
    bool enabled_ = true;
};

}  // namespace lamscope::ui
