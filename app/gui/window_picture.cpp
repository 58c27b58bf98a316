// SPDX-License-Identifier: GPL-3.0-or-later
#include "window_picture.h"

#include <QBuffer>
#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <algorithm>
#include <iostream>
#include <span>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/output_files.h"
#include "event_wait.h"
#include "figure/figure_file.h"
#include "session/session_file.h"
#include "study/studies/study_description.h"
#include "study/studies/study_store.h"

namespace lamscope {

namespace {

constexpr std::chrono::minutes longestSettling{10};
// Longer than the window takes to draw what it prepares on another thread.
constexpr std::chrono::milliseconds rest{500};

/// Fails before maps are computed for nothing.
void checkFolder(const std::filesystem::path& target) {
    const auto folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
    const QFileInfo info(QString::fromStdString(folder.string()));
    if (!info.isDir() || !info.isWritable()) {
        throw Error(ErrorCode::WriteFailed,
                    fmt::format("the picture {} cannot be written: {} is not a folder that may be written to",
                                target.string(), folder.string()));
    }
}

/// Throws where the window would only say what is wrong with it.
void checkStudy(const std::filesystem::path& file) {
    if (file.extension() == ".json") {
        static_cast<void>(readStudyDescription(file));
    } else {
        static_cast<void>(StudyStore(file, StudyStore::Access::Read));
    }
}

/// A window of its own over copies of the user's settings.
class PictureWindow {
public:
    PictureWindow(ui::MainWindowOptions options, QSize size)
        : window_(inOwnFolder(std::move(options))) {
        QObject::connect(&window_.session(), &ui::Session::troubleReported, &window_,
                         [](const QString& text) { std::cerr << "lamscope: " << text.toStdString() << '\n'; });
        QObject::connect(&window_.controller(), &ui::LiveController::imageOpened, &window_,
                         [this] { waitsForImage_ = false; });
        QObject::connect(&window_.controller(), &ui::LiveController::imageFailed, &window_,
                         [this] { imageFailed_ = true; });
        QObject::connect(&window_.files(), &ui::FileOpener::sessionOpened, &window_, [this] { --sessionsToRead_; });
        window_.setAttribute(Qt::WA_DontShowOnScreen);
        window_.showNormal();
        window_.resize(size);
    }

    /// @return whether everything came to an end in time and the image could be read.
    bool open(const QStringList& files, const std::optional<Box>& box) {
        for (const auto& file : files) {
            const auto kind = ui::kindOfFile(file);
            waitsForImage_ = waitsForImage_ || kind == ui::FileKind::Image;
            if (kind == ui::FileKind::Session) {
                static_cast<void>(ui::readAnySession(file.toStdString()));  // throws where the window would only say so
                ++sessionsToRead_;
            }
            if (kind == ui::FileKind::Study) {
                checkStudy(file.toStdString());
                waitsForStudy_ = true;
            }
        }
        if (box) {
            window_.files().placeBox(*box);
        }
        window_.files().open(files);
        if (!waitUntil([this] { return imageFailed_ || isSettled(); }, longestSettling)) {
            std::cerr << fmt::format("lamscope: no picture: the maps were not finished after {} minutes\n",
                                     longestSettling.count());
            return false;
        }
        return !imageFailed_;
    }

    /// The window once two pictures of it are the same.
    QImage picture() {
        QImage latest = window_.grab().toImage();
        while (true) {
            waitUntil([] { return false; }, rest);
            QImage next = window_.grab().toImage();
            if (next == latest) {
                return next;
            }
            latest = std::move(next);
        }
    }

private:
    ui::MainWindowOptions inOwnFolder(ui::MainWindowOptions options) const {
        const QDir folder(options.stateFolder);
        for (const auto& name : folder.entryList({QStringLiteral("*.ini")}, QDir::Files)) {
            QFile::copy(folder.filePath(name), state_.filePath(name));
        }
        options.stateFolder = state_.path();
        return options;
    }

    bool isSettled() {
        const auto& session = window_.session();
        if (waitsForStudy_ && window_.workspaces().current().isEmpty()) {
            return false;
        }
        // A session that is being opened pauses the computation.
        if (waitsForImage_ || sessionsToRead_ > 0 || session.isPaused() || session.progress().busy) {
            return false;
        }
        return std::ranges::all_of(session.networks(), [&session](const ui::NetworkEntry& entry) {
            if (entry.state != ui::NetworkEntry::State::Ready) {
                return entry.state == ui::NetworkEntry::State::Failed;
            }
            const bool mapped = entry.currentResult() != nullptr && entry.finished && entry.sr != nullptr;
            return !session.hasImage() || !entry.shown || !entry.message.isEmpty() || mapped;
        });
    }

    QTemporaryDir state_;
    ui::MainWindow window_;
    bool waitsForImage_ = false;
    bool imageFailed_ = false;
    int sessionsToRead_ = 0;
    bool waitsForStudy_ = false;
};

}  // namespace

int saveWindowPicture(ui::MainWindowOptions options, const QStringList& files, const std::filesystem::path& target,
                      QSize size, const std::optional<Box>& box) {
    try {
        checkFolder(target);
        checkOutputFiles(std::span(&target, 1), ui::filesNamedBy(files));
        PictureWindow window(std::move(options), size);
        if (!window.open(files, box)) {
            return 1;
        }
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        constexpr int smallest = 0;  // Qt's "quality" of a PNG is how little it is compressed
        window.picture().save(&buffer, "PNG", smallest);
        writeFileAtomically(target,
                            std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "lamscope: " << error.what() << '\n';
        return 1;
    }
}

}  // namespace lamscope
