// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QThreadPool>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "session/live_controller.h"
#include "session/session_opener.h"
#include "window/folder_images.h"
#include "workspaces/file_kind.h"

namespace lamscope::ui {

/// The files that are read to open such arguments, those of sessions (also in figures) included: for
/// checkOutputFiles(). Throws Error(InvalidArgument) for settings that ModelSpec::parse() refuses, Error(BadFile) for a
/// session that cannot be read.
[[nodiscard]] std::vector<std::filesystem::path> filesNamedBy(const QStringList& arguments);

/// Opens whatever the user hands to the program: images, networks, sessions and studies, by argument, dialog or drop.
/// GUI thread only; reading happens on others.
class FileOpener final : public QObject {
    Q_OBJECT

public:
    FileOpener(Session& session, LiveController& controller, QObject* parent = nullptr);

    /// In the order given; of several images the last one stays. A figure made by Lamscope opens as its session.
    void open(const QStringList& files);
    void openImage(const QString& file, const ImageReading& reading = {});
    /// The clean or HR image beside the open one; read as that.
    void openReference(const QString& file);
    /// Opens the image of a scene in its role, with the box at its first place, as the beginning of the undo history.
    void openScene(const Scene& scene);
    /// Opens the image `step` places after the open one in its folder (before it for a negative step), in the same
    /// role; the box keeps its place as far as it fits. Nothing happens where there is none: see images().
    void openNeighbour(int step);
    [[nodiscard]] const FolderImages& images() const { return images_; }
    /// Where the box goes in the next image that opens, as the beginning of its undo history.
    void placeBox(const Box& box) { awaitedBox_ = box; }
    /// Of a server whose address names none of its networks, all of them.
    void openNetwork(const QString& fileWithSettings);
    void openSession(const QString& file);  ///< its own file, or a figure's
    /// Writes the session in the background.
    void saveSession(const QString& file);

signals:
    /// It could be read: worth remembering.
    void opened(const QString& file);
    void sessionOpened(const QString& file);
    void sessionSaved(const QString& file);
    /// The study of it opens it.
    void studyChosen(const QString& file);

private:
    void openImageOrFigure(const QString& file);
    /// Whatever was awaited of an image has been done, unless more images of the folder are on their way.
    void settle();
    void restore(const Experiment& saved, const QString& file);

    Session& session_;
    LiveController& controller_;
    SessionOpener opener_;
    std::optional<Box> awaitedBox_;
    std::optional<ImageRole> awaitedRole_;
    std::optional<Reduction> awaitedReduction_;
    std::optional<std::pair<Degradation, std::uint64_t>> awaitedDegradation_;
    int neighboursToOpen_ = 0;  ///< that were asked for faster than they are read
    FolderImages images_;
    std::set<int> wholeServers_;  // networks whose servers' other networks are wanted, too
    QThreadPool pool_;            // one thread: saving and opening keep their order
};

}  // namespace lamscope::ui
