// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/autosave.h"

#include <QDir>
#include <QFile>
#include <filesystem>
#include <system_error>

#include "session/queued_call.h"
#include "session/session_file.h"

namespace lamscope::ui {

namespace {

constexpr int mostPrograms = 16;
constexpr int millisecondsAfterChange = 5000;

}  // namespace

Autosave::Autosave(Session& session, const QString& folder, QObject* parent)
    : QObject(parent)
    , session_(session) {
    pool_.setMaxThreadCount(1);
    QDir().mkpath(folder);
    for (int i = 0; i < mostPrograms && file_.isEmpty(); ++i) {
        const auto candidate = QDir(folder).filePath(QStringLiteral("autosave-%1.lamscope").arg(i));
        auto lock = std::make_unique<QLockFile>(candidate + QStringLiteral(".lock"));
        lock->setStaleLockTime(0);  // a lock is stale when its program is gone, however old it is
        if (lock->tryLock(0)) {
            lock_ = std::move(lock);
            file_ = candidate;
            kept_ = QDir(folder).filePath(QStringLiteral("kept-%1.lamscope").arg(i));
        }
    }
    crashed_ = QFile::exists(file_);
    if (crashed_ || QFile::exists(kept_)) {
        recovered_ = QDir(folder).filePath(QStringLiteral("recovered.lamscope"));
        QFile::remove(recovered_);
        QFile::rename(crashed_ ? file_ : kept_, recovered_);
        QFile::remove(kept_);
    }
    timer_.setSingleShot(true);
    timer_.setInterval(millisecondsAfterChange);
    connect(&timer_, &QTimer::timeout, this, &Autosave::saveNow);
    for (const auto signal : {&Session::imageChanged, &Session::boxChanged, &Session::networkListChanged,
                              &Session::optionsChanged, &Session::viewChanged, &Session::workspacesChanged}) {
        connect(&session_, signal, this, [this] {
            if (!timer_.isActive()) {
                timer_.start();
            }
        });
    }
}

Autosave::~Autosave() {
    pool_.waitForDone();
    QFile::remove(file_);
}

void Autosave::setEnabled(bool enabled) {
    enabled_ = enabled;
    if (!enabled_) {
        startOn(pool_, [file = file_, kept = kept_] {
            QFile::remove(file);
            QFile::remove(kept);
        });
    }
}

void Autosave::saveNow() {
    const bool nothing = !session_.hasImage() && session_.networks().empty();
    if (!enabled_ || file_.isEmpty() || nothing) {
        return;
    }
    startOn(pool_, [saved = wholeSession(session_), file = file_.toStdString(), kept = kept_.toStdString()] {
        try {
            // The program goes on after keep(). Renamed, not removed: one of the two names always holds a session.
            std::error_code ignored;
            std::filesystem::rename(kept, file, ignored);
            writeExperiment(saved, file);
        } catch (const std::exception&) {
            // A full disk must not disturb the work: the next change tries again.
            return;
        }
    });
}

void Autosave::keep() {
    timer_.stop();
    saveNow();
    pool_.waitForDone();
    leave();
}

void Autosave::leave() const {
    // Not QFile::rename(), which replaces no file.
    std::error_code ignored;
    std::filesystem::rename(file_.toStdString(), kept_.toStdString(), ignored);
}

}  // namespace lamscope::ui
