// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QObject>
#include <QString>
#include <QThreadPool>
#include <filesystem>
#include <functional>

#include "base/atomic_file.h"
#include "session/session.h"

namespace lamscope::ui {

/// Adds a picture as PNG. Any thread.
void addPng(StagedFiles& files, const std::filesystem::path& file, const QImage& image);

/// Writes files on a thread of its own, one after the other, and reports in the session how each ended. GUI thread
/// only.
class FileWriter final : public QObject {
    Q_OBJECT

public:
    /// `session` must outlive this.
    explicit FileWriter(Session& session);

    /// @param what   names it, e.g. a file.
    /// @param write  writes it whole or not at all; may throw.
    void write(const QString& what, const std::function<void()>& write);
    void writePicture(const QString& file, const QImage& picture);

private:
    Session& session_;
    QThreadPool pool_;  // one thread
};

}  // namespace lamscope::ui
