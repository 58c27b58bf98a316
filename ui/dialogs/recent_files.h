// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSettings>
#include <QStringList>
#include <QThreadPool>

namespace lamscope::ui {

/// The files opened last, and the addresses of servers, newest first, without duplicates, kept in `settings`. GUI
/// thread only.
class RecentFiles : public QObject {
    Q_OBJECT

public:
    /// `settings` must outlive this; at most `limit` files are kept (0: none).
    RecentFiles(QSettings& settings, int limit, QObject* parent = nullptr);

    /// Puts a file at the top, under its absolute path; an address as it is.
    void add(const QString& file);
    void remove(const QString& file);
    void clear();
    void setLimit(int limit);
    [[nodiscard]] QStringList all() const;
    /// The addresses alone.
    [[nodiscard]] QStringList servers() const;
    [[nodiscard]] static bool isServer(const QString& file);
    /// Those of `files` that still exist. Asks the file system, which may take long on a network drive: from any
    /// thread, better not from the GUI's.
    [[nodiscard]] static QStringList existing(QStringList files);
    /// Looks on another thread which files still exist; found() follows. Done whenever the list has changed.
    void find();

signals:
    void changed();
    void found(const QStringList& existing);

private:
    void keep(QStringList files);

    QSettings& settings_;
    int limit_;
    QThreadPool pool_;  // one thread: the newest list is found last
};

}  // namespace lamscope::ui
