// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QThreadPool>

namespace lamscope::ui {

/// The order of file names in which "x2" comes before "x10": digits count as numbers, letters regardless of case.
[[nodiscard]] bool naturallyBefore(const QString& a, const QString& b);

/// The image files of one folder in natural order, and which of them is open. GUI thread only; the folder is read on
/// another thread.
class FolderImages final : public QObject {
    Q_OBJECT

public:
    explicit FolderImages(QObject* parent = nullptr);
    ~FolderImages() override;
    Q_DISABLE_COPY_MOVE(FolderImages)

    /// Says which image is open. changed() follows when its folder has been read.
    void setCurrent(const QString& file);
    /// Whether there is an image `step` places after the current one (before it for a negative step).
    [[nodiscard]] bool has(int step) const;
    /// That image's file, which becomes the current one; empty if there is none. An image that cannot be opened is the
    /// current one, too: the next step passes it.
    QString take(int step);

signals:
    void changed();

private:
    QString current_;
    QStringList files_;
    qsizetype position_ = -1;  ///< of the current image in `files_`; -1: the folder is not known yet
    QThreadPool pool_;         // one thread; last: its work reports to the others
};

}  // namespace lamscope::ui
