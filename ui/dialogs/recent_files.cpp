// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/recent_files.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>

#include "session/queued_call.h"

namespace lamscope::ui {

namespace {

const QString settingsKey = QStringLiteral("recentFiles");

QString tidy(const QString& file) {
    return QDir::cleanPath(QFileInfo(file).absoluteFilePath());
}

}  // namespace

RecentFiles::RecentFiles(QSettings& settings, int limit, QObject* parent)
    : QObject(parent)
    , settings_(settings)
    , limit_(limit) {
    pool_.setMaxThreadCount(1);
    connect(this, &RecentFiles::changed, this, &RecentFiles::find);
}

void RecentFiles::add(const QString& file) {
    auto files = all();
    files.removeAll(tidy(file));
    files.prepend(tidy(file));
    keep(files);
}

void RecentFiles::remove(const QString& file) {
    auto files = all();
    files.removeAll(tidy(file));
    keep(files);
}

void RecentFiles::clear() {
    keep({});
}

void RecentFiles::setLimit(int limit) {
    limit_ = limit;
    keep(all());
}

QStringList RecentFiles::existing(QStringList files) {
    files.removeIf([](const QString& file) { return !QFileInfo::exists(file); });
    return files;
}

void RecentFiles::find() {
    startOn(pool_, [this, files = all()] {
        callQueued(this, [this, stillThere = existing(files)] { emit found(stillThere); });
    });
}

QStringList RecentFiles::all() const {
    return settings_.value(settingsKey).toStringList();
}

void RecentFiles::keep(QStringList files) {
    files = files.mid(0, limit_);
    if (files != all()) {
        settings_.setValue(settingsKey, files);
        emit changed();
    }
}

}  // namespace lamscope::ui
