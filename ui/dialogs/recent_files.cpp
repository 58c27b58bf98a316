// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialogs/recent_files.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>

#include "model/remote/address.h"
#include "session/queued_call.h"

namespace lamscope::ui {

namespace {

const QString settingsKey = QStringLiteral("recentFiles");

/// Addresses of servers are kept as they are, and nobody asks whether they are still there.
QString tidy(const QString& file) {
    return RecentFiles::isServer(file) ? file : QDir::cleanPath(QFileInfo(file).absoluteFilePath());
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

bool RecentFiles::isServer(const QString& file) {
    return remote::isAddress(file.toStdString());
}

QStringList RecentFiles::servers() const {
    auto addresses = all();
    addresses.removeIf([](const QString& file) { return !isServer(file); });
    return addresses;
}

QStringList RecentFiles::existing(QStringList files) {
    files.removeIf([](const QString& file) { return !isServer(file) && !QFileInfo::exists(file); });
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
