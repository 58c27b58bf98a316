// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_editor.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "figure/figure_run.h"
#include "panels/results_document.h"
#include "session/queued_call.h"

namespace lamscope::ui {

namespace {

/// What the documents of a part depend on.
std::string keyOf(SavedSession part) {
    const auto shown = part.figure.value_or(FigureLayout());
    FigureLayout layout;
    if (shown.kind == FigureKind::Paths) {
        layout.kind = FigureKind::Paths;
        layout.paths = shown.paths;
        layout.alphas = shown.alphas;
        layout.gradients = shown.gradients;
    } else {
        part.selected = {};
    }
    part.figure = layout;
    part.view = {};
    part.reference = {};
    return toJson(part, std::filesystem::current_path());
}

QString fileName(const SavedScene& scene) {
    return QString::fromStdString(scene.image.filename().string());
}

QStringList namesOf(const std::vector<SavedScene>& scenes) {
    QStringList names;
    for (const auto& scene : scenes) {
        names << QObject::tr("%1, %2 × %2 at (%3, %4)")
                     .arg(fileName(scene))
                     .arg(scene.box.size)
                     .arg(scene.box.x)
                     .arg(scene.box.y);
    }
    return names;
}

}  // namespace

FigureEditor::FigureEditor(Session& session, QWidget& window)
    : session_(session)
    , window_(window) {
    pool_.setMaxThreadCount(1);
    constexpr int calm = 150;  // ms; maps come in quick succession while they sharpen
    later_.setInterval(calm);
    later_.setSingleShot(true);
    connect(&later_, &QTimer::timeout, this, &FigureEditor::refresh);
    const auto refreshLater = [this] {
        if (dialog_ != nullptr) {
            later_.start();
        }
    };
    connect(&session_, &Session::networkChanged, this, refreshLater);
    connect(&session_, &Session::networkListChanged, this, refreshLater);
    connect(&session_, &Session::selectionChanged, this, refreshLater);
    connect(&session_, &Session::imageChanged, this, refreshLater);
    connect(&session_, &Session::boxChanged, this, refreshLater);
    connect(&session_, &Session::optionsChanged, this, refreshLater);
    connect(&session_, &Session::moreScenesChanged, this, refreshLater);
}

FigureEditor::~FigureEditor() {
    stopComputing();
    pool_.waitForDone();
}

void FigureEditor::show() {
    if (dialog_ == nullptr) {
        dialog_ = new FigureDialog(session_.figureLayout().value_or(FigureLayout()), &window_);
        dialog_->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog_, &FigureDialog::layoutChanged, this, [this](const FigureLayout& layout) {
            const auto before = session_.figureLayout();
            session_.setFigureLayout(layout);
            if (!before || before->kind != layout.kind || layout.kind == FigureKind::Paths) {
                refresh();  // computes only where something else is shown
            }
        });
        connect(dialog_, &FigureDialog::exportRequested, this, &FigureEditor::exportRequested);
        connect(dialog_, &FigureDialog::keepImageRequested, this, &FigureEditor::keepImage);
        connect(dialog_, &FigureDialog::removeImageRequested, this, &FigureEditor::removeImage);
        connect(dialog_, &QObject::destroyed, this, [this] {
            stopComputing();
            computed_.clear();
        });
        session_.setFigureLayout(dialog_->figureLayout());
        refresh();
    }
    dialog_->show();
    dialog_->raise();
}

SavedSession FigureEditor::session() const {
    auto saved = snapshot(session_);
    // Kept while it is open, it is shown once.
    std::erase(saved.moreScenes, static_cast<const SavedScene&>(saved));
    return saved;
}

std::vector<SavedSession> FigureEditor::parts() const {
    auto part = session();
    const auto scenes = std::exchange(part.moreScenes, {});
    if (dialog_->figureLayout().kind == FigureKind::Paths) {
        return {part};
    }
    std::vector<SavedSession> result;
    for (const auto& scene : scenes) {
        static_cast<SavedScene&>(part) = scene;
        result.push_back(part);
    }
    return result;
}

void FigureEditor::refresh() {
    if (dialog_ == nullptr) {
        return;
    }
    dialog_->setFurtherImages(namesOf(session_.moreScenes()));
    std::vector<LamDocument> documents;
    if (dialog_->figureLayout().kind != FigureKind::Paths) {
        auto open = resultsDocument(session_);
        if (open.results.empty()) {
            stopComputing();
            dialog_->setMessage(tr("There is no current map: open an image and a network, and let a map be computed."));
            return;
        }
        documents.push_back(std::move(open));
    } else if (!session_.hasImage() || session_.networks().empty()) {
        stopComputing();
        dialog_->setMessage(tr("Open an image and a network first."));
        return;
    }
    std::map<std::string, std::vector<LamDocument>> kept;
    for (const auto& part : parts()) {
        const auto key = keyOf(part);
        const auto found = computed_.find(key);
        if (found == computed_.end()) {
            compute(part, key);
            return;
        }
        documents.insert(documents.end(), found->second.begin(), found->second.end());
        kept.insert(*found);
    }
    computed_ = std::move(kept);  // what is no longer shown
    stopComputing();
    dialog_->setDocuments(std::move(documents));
}

void FigureEditor::compute(const SavedSession& part, const std::string& key) {
    if (key == computing_) {
        return;
    }
    stopComputing();
    computing_ = key;
    dialog_->setMessage(dialog_->figureLayout().kind == FigureKind::Paths
                            ? tr("Computing the maps of all paths …")
                            : tr("Computing the maps of %1 …").arg(fileName(part)));
    stop_ = std::stop_source();
    startOn(pool_, [this, part, key, stop = stop_.get_token(), device = session_.device().toStdString()] {
        std::optional<FigureRun> run;
        QString trouble;
        try {
            run = computeFigure(part, device.empty() ? "cpu" : device, stop);
        } catch (const std::exception& error) {
            trouble = QString::fromStdString(error.what());
        }
        callQueued(this, [this, key, run = std::move(run), trouble]() mutable {
            if (dialog_ == nullptr || key != computing_) {
                return;  // something else is wanted meanwhile
            }
            if (run) {
                computed_[key] = std::move(run->documents);
                refresh();
            } else if (!trouble.isEmpty()) {
                dialog_->setMessage(trouble);
            }
        });
    });
}

void FigureEditor::stopComputing() {
    stop_.request_stop();
    computing_.clear();
}

void FigureEditor::keepImage() {
    const auto open = static_cast<const SavedScene&>(snapshot(session_));
    auto scenes = session_.moreScenes();
    if (!open.image.empty() && std::ranges::find(scenes, open) == scenes.end()) {
        scenes.push_back(open);
        session_.setMoreScenes(scenes);
    }
}

void FigureEditor::removeImage(int index) {
    auto scenes = session_.moreScenes();
    scenes.erase(scenes.begin() + index);
    session_.setMoreScenes(scenes);
}

}  // namespace lamscope::ui
