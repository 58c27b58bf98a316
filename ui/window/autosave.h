// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLockFile>
#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <memory>

#include "session/session.h"

namespace lamscope::ui {

/// Keeps the session in a file of its own while the program runs, and removes it when the program ends properly: what
/// is found at the next start is left of a crash. Programs that run at the same time do not disturb each other. GUI
/// thread only; writing happens on another.
class Autosave final : public QObject {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Autosave)

public:
    /// @param folder where the files lie; made if need be.
    Autosave(Session& session, const QString& folder, QObject* parent = nullptr);
    ~Autosave() override;

    /// The session left by a crash; empty if none. It is moved aside, so that it is offered once.
    [[nodiscard]] QString recovered() const { return recovered_; }

    void setEnabled(bool enabled);
    /// Writes now instead of some seconds after the last change.
    void saveNow();

private:
    Session& session_;
    QString file_;
    QString recovered_;
    std::unique_ptr<QLockFile> lock_;
    QTimer timer_;
    QThreadPool pool_;  // one thread
    bool enabled_ = true;
};

}  // namespace lamscope::ui
