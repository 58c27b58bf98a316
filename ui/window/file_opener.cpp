// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/file_opener.h"

#include <QMetaObject>
#include <algorithm>
#include <iterator>
#include <span>

#include "base/error.h"
#include "figure/figure_file.h"
#include "model/model_spec.h"
#include "session/queued_call.h"

namespace lamscope::ui {

namespace {

/// None where the file is an image alone, or cannot be read: whoever reads the image says what is wrong with it.
std::optional<Experiment> sessionOfImage(const std::filesystem::path& file) {
    try {
        return figureFormat(file) ? sessionOfFigure(file) : std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

std::vector<std::filesystem::path> filesNamedBy(const QStringList& arguments) {
    std::vector<std::filesystem::path> files;
    for (const auto& argument : arguments) {
        const auto text = argument.toStdString();
        const auto kind = kindOfFile(argument);
        if (kind == FileKind::Network) {
            const auto spec = ModelSpec::parse(text);
            std::ranges::move(lamscope::filesOf(std::span(&spec, 1)), std::back_inserter(files));
            continue;
        }
        files.emplace_back(text);
        if (const auto session = kind == FileKind::Session ? readAnySession(text) : sessionOfImage(text)) {
            std::ranges::move(filesOf(*session), std::back_inserter(files));
        }
    }
    return files;
}

FileOpener::FileOpener(Session& session, LiveController& controller, QObject* parent)
    : QObject(parent)
    , session_(session)
    , controller_(controller)
    , opener_(session, controller) {
    pool_.setMaxThreadCount(1);
    connect(&controller_, &LiveController::imageOpened, this, [this] {
        if (awaitedRole_) {
            session_.setRole(*awaitedRole_);
        }
        if (awaitedReduction_) {
            session_.setReduction(*awaitedReduction_);
        }
        if (awaitedDegradation_) {
            session_.setDegradation(awaitedDegradation_->first, awaitedDegradation_->second);
        }
        if (awaitedBox_) {
            session_.setBox(*awaitedBox_);
            session_.undoStack().clear();
        }
        settle();
        if (neighboursToOpen_ == 0) {
            images_.setCurrent(QString::fromStdString(session_.image().file));
        }
        emit opened(QString::fromStdString(session_.image().file));
    });
    connect(&controller_, &LiveController::imageFailed, this, &FileOpener::settle);
    connect(&controller_, &LiveController::networkLoaded, this, [this](int id) {
        const auto* entry = session_.network(id);
        if (entry != nullptr && !entry->spec.isAnalytic()) {
            emit opened(QString::fromStdString(entry->spec.file.string()));
        }
        if (entry != nullptr && wholeServers_.erase(id) > 0) {
            for (const auto& other : std::vector(entry->card.others)) {  // each new entry moves the old ones
                session_.addNetwork({.file = other, .settings = {}});
            }
        }
    });
}

void FileOpener::open(const QStringList& files) {
    for (const auto& file : files) {
        switch (kindOfFile(file)) {
            case FileKind::Image:
                openImageOrFigure(file);
                break;
            case FileKind::Network:
                openNetwork(file);
                break;
            case FileKind::Session:
                openSession(file);
                break;
            case FileKind::Study:
                emit studyChosen(file);
                break;
        }
    }
}

void FileOpener::openImage(const QString& file, const ImageReading& reading) {
    controller_.openImage(file, reading);
}

void FileOpener::openReference(const QString& file) {
    controller_.openReference(file, session_.image().reading);
}

void FileOpener::openScene(const Scene& scene) {
    awaitedDegradation_ = {scene.degradation, scene.degradationSeed};
    awaitedRole_ = scene.role;
    awaitedReduction_ = scene.reduction;
    placeBox(firstBoxOf(scene));
    openImage(QString::fromStdString(scene.image.string()), scene.reading);
}

void FileOpener::openNeighbour(int step) {
    const auto file = images_.take(step);
    if (file.isEmpty()) {
        return;
    }
    // A role that was chosen stays; one that was guessed is guessed again.
    if (session_.role() != guessRole(*session_.image().pixels)) {
        awaitedRole_ = session_.role();
    }
    placeBox(session_.box());
    ++neighboursToOpen_;
    openImage(file);
}

void FileOpener::settle() {
    neighboursToOpen_ = std::max(neighboursToOpen_ - 1, 0);
    if (neighboursToOpen_ == 0) {
        awaitedRole_.reset();
        awaitedReduction_.reset();
        awaitedDegradation_.reset();
        awaitedBox_.reset();
    }
}

void FileOpener::openNetwork(const QString& fileWithSettings) {
    try {
        const auto id = session_.addNetwork(ModelSpec::parse(fileWithSettings.toStdString()));
        if (session_.network(id)->spec.isRemote()) {
            wholeServers_.insert(id);
        }
    } catch (const Error& error) {
        session_.reportTrouble(QString::fromStdString(error.what()));
    }
}

void FileOpener::openSession(const QString& file) {
    startOn(pool_, [this, file] {
        try {
            const auto saved = readAnySession(file.toStdString());
            callQueued(this, [this, saved, file] { restore(saved, file); });
        } catch (const std::exception& error) {
            callQueued(this, [this, text = QString::fromStdString(error.what())] { session_.reportTrouble(text); });
        }
    });
}

void FileOpener::openImageOrFigure(const QString& file) {
    if (!figureFormat(file.toStdString())) {
        openImage(file);
        return;
    }
    startOn(pool_, [this, file] {
        const auto saved = sessionOfImage(file.toStdString());
        callQueued(this, [this, file, saved] {
            if (saved) {
                restore(*saved, file);
            } else {
                openImage(file);
            }
        });
    });
}

void FileOpener::restore(const Experiment& saved, const QString& file) {
    opener_.open(saved);
    emit opened(file);
    if (!figureFormat(file.toStdString())) {  // a session is never saved over a figure
        emit sessionOpened(file);
    }
}

void FileOpener::saveSession(const QString& file) {
    startOn(pool_, [this, file, saved = wholeSession(session_)] {
        try {
            writeExperiment(saved, file.toStdString());
            callQueued(this, [this, file] {
                emit opened(file);
                emit sessionSaved(file);
            });
        } catch (const std::exception& error) {
            callQueued(this, [this, text = QString::fromStdString(error.what())] { session_.reportTrouble(text); });
        }
    });
}

}  // namespace lamscope::ui
