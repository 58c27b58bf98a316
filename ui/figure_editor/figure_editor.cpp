// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_editor.h"

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

#include "base/json_text.h"
#include "figure/figure_run.h"
#include "panels/results_document.h"
#include "session/queued_call.h"
#include "session/session_file.h"

namespace lamscope::ui {

namespace {

/// What the documents of a part depend on.
std::string keyOf(Experiment part) {
    const auto shown = figureOf(part).value_or(FigureLayout());
    FigureLayout layout;
    if (shown.kind == FigureKind::Paths) {
        layout.kind = FigureKind::Paths;
        layout.paths = shown.paths;
        layout.alphas = shown.alphas;
        layout.gradients = shown.gradients;
    } else {
        part.selected = {};
    }
    setFigure(part, layout);
    part.view.clear();
    part.reference = {};
    return dumpJson(jsonOf(part));
}

QString fileName(const Scene& scene) {
    return QString::fromStdString(scene.image.filename().string());
}

QStringList namesOf(const std::vector<Scene>& scenes) {
    QStringList names;
    for (const auto& scene : scenes) {
        const auto box = firstBoxOf(scene);
        names << QObject::tr("%1, %2 × %2 at (%3, %4)").arg(fileName(scene)).arg(box.size).arg(box.x).arg(box.y);
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

Experiment FigureEditor::session() const {
    auto saved = snapshot(session_);
    if (session_.hasImage()) {
        // Kept while it is open, it is shown once.
        const auto open = saved.scenes.front();
        std::erase(saved.scenes, open);
        saved.scenes.insert(saved.scenes.begin(), open);
    }
    return saved;
}

std::vector<Experiment> FigureEditor::parts() const {
    auto part = session();
    const auto scenes = std::exchange(part.scenes, {});
    const std::span all(scenes);
    // The maps of the open image are there, but for those of other paths.
    const auto missing = dialog_->figureLayout().kind == FigureKind::Paths ? all.first(1) : all.subspan(1);
    std::vector<Experiment> result;
    for (const auto& scene : missing) {
        part.scenes = {scene};
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

void FigureEditor::compute(const Experiment& part, const std::string& key) {
    if (key == computing_) {
        return;
    }
    stopComputing();
    computing_ = key;
    dialog_->setMessage(dialog_->figureLayout().kind == FigureKind::Paths
                            ? tr("Computing the maps of all paths …")
                            : tr("Computing the maps of %1 …").arg(fileName(part.scenes.front())));
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
    if (!session_.hasImage()) {
        return;
    }
    const auto open = snapshot(session_).scenes.front();
    auto scenes = session_.moreScenes();
    if (std::ranges::find(scenes, open) == scenes.end()) {
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
