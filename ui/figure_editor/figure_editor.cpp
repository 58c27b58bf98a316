// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_editor.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/json_text.h"
#include "panels/results_document.h"
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

FigureEditor::FigureEditor(Session& session, LiveController& controller, QWidget& window)
    : session_(session)
    , controller_(controller)
    , window_(window) {
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
    connect(&controller_, &LiveController::restarted, this, &FigureEditor::takeEngine);
    takeEngine();
}

FigureEditor::~FigureEditor() {
    stopComputing();
}

void FigureEditor::takeEngine() {
    job_.emplace(controller_.engine(),
                 controller_.sinkFor<FigureEnd>(this, [this](const FigureEnd& end) { receive(end); }));
    computed_.clear();  // of another device or number of threads
    if (atWork_) {      // on the engine that has gone
        atWork_ = false;
        computing_.clear();
    }
    refresh();
}

void FigureEditor::show() {
    if (dialog_ == nullptr) {
        dialog_ = new FigureDialog(session_.figureLayout().value_or(FigureLayout()), &window_);
        dialog_->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog_, &FigureDialog::layoutChanged, this, [this](const FigureLayout& layout) {
            const auto before = session_.figureLayout();
            session_.setFigureLayout(layout);
            goOn();
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
    goOn();
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
    const bool paths = dialog_->figureLayout().kind == FigureKind::Paths;
    const auto noMap = tr("There is no current map: open an image and a network, and let a map be computed.");
    if (!session_.hasImage() || session_.networks().empty()) {
        stopComputing();
        dialog_->setMessage(paths ? tr("Open an image and a network first.") : noMap);
        return;
    }
    std::vector<LamDocument> documents;
    if (!paths) {
        auto open = resultsDocument(session_);
        if (open.results.empty()) {  // as while the box is dragged: the maps of further images are still wanted
            dialog_->setMessage(noMap);
            return;
        }
        documents.push_back(std::move(open));
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
        dialog_->setMessage(message_);
        return;
    }
    stopComputing();
    computing_ = key;
    message_ = dialog_->figureLayout().kind == FigureKind::Paths
                   ? tr("Computing the maps of all paths …")
                   : tr("Computing the maps of %1 …").arg(fileName(part.scenes.front()));
    dialog_->setMessage(message_);
    atWork_ = true;
    controller_.expectWork();
    job_->tell([number = ++number_, part](FigureJob& job) { job.start(number, part); }, /*interrupt=*/false);
}

void FigureEditor::stopComputing() {
    if (atWork_) {
        job_->tell([](FigureJob& job) { job.cancel(); });
    }
    atWork_ = false;
    stopped_ = false;
    computing_.clear();
}

void FigureEditor::goOn() {
    if (stopped_) {
        stopComputing();
        refresh();
    }
}

void FigureEditor::receive(const FigureEnd& end) {
    if (dialog_ == nullptr || !atWork_ || end.number != number_) {
        return;  // something else is wanted meanwhile
    }
    atWork_ = false;
    stopped_ = end.run == nullptr && end.trouble.empty();
    if (end.run) {
        computed_[computing_] = end.run->documents;
    } else {
        message_ =
            stopped_
                ? tr("Stopped before its end. Change the figure, or choose \u201cPaper figure\u201d again, to go on.")
                : QString::fromStdString(end.trouble);
    }
    refresh();
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
