// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSettings>
#include <QStringList>

namespace lamscope::ui {

/// The files opened last, newest first, without duplicates, kept in `settings`. GUI thread only.
class RecentFiles : public QObject {
    Q_OBJECT

public:
    /// `settings` must outlive this; at most `limit` files are kept (0: none).
    RecentFiles(QSettings& settings, int limit, QObject* parent = nullptr);

    /// Puts a file at the top, under its absolute path.
    void add(const QString& file);
    void remove(const QString& file);
    void clear();
    void setLimit(int limit);
    [[nodiscard]] QStringList all() const;
    /// Those of `files` that still exist. Asks the file system, which may take long on a network drive: from any
    /// thread, better not from the GUI's.
    [[nodiscard]] static QStringList existing(QStringList files);

signals:
    void changed();

private:
    void keep(QStringList files);

    QSettings& settings_;
    int limit_;
};

}  // namespace lamscope::ui
