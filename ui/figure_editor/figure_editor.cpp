// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure_editor/figure_editor.h"

#include <exception>
#include <utility>

#include "figure/figure_run.h"
#include "panels/results_document.h"
#include "session/queued_call.h"

namespace lamscope::ui {

namespace {

/// What documents of several paths depend on.
std::string pathsKey(SavedSession session) {
    FigureLayout layout;
    layout.kind = FigureKind::Paths;
    layout.paths = session.figure.value_or(FigureLayout()).paths;
    session.figure = layout;
    session.view = {};
    session.reference = {};
    return toJson(session, std::filesystem::current_path());
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
            if (!before || before->kind != layout.kind || before->paths != layout.paths) {
                refresh();
            }
        });
        connect(dialog_, &FigureDialog::exportRequested, this, &FigureEditor::exportRequested);
        connect(dialog_, &QObject::destroyed, this, &FigureEditor::stopComputing);
        session_.setFigureLayout(dialog_->figureLayout());
        computedFor_.clear();
        refresh();
    }
    dialog_->show();
    dialog_->raise();
}

SavedSession FigureEditor::session() const {
    return snapshot(session_);
}

void FigureEditor::refresh() {
    if (dialog_ == nullptr) {
        return;
    }
    if (dialog_->figureLayout().kind == FigureKind::Paths) {
        computePaths();
        return;
    }
    stopComputing();
    auto document = resultsDocument(session_);
    if (document.results.empty()) {
        dialog_->setMessage(tr("There is no current map: open an image and a network, and let a map be computed."));
        return;
    }
    dialog_->setDocuments({std::move(document)});
}

void FigureEditor::computePaths() {
    const auto saved = snapshot(session_);
    const auto key = pathsKey(saved);
    if (key == computedFor_) {
        return;
    }
    stopComputing();
    computedFor_ = key;
    if (!session_.hasImage() || session_.networks().empty()) {
        dialog_->setMessage(tr("Open an image and a network first."));
        return;
    }
    dialog_->setMessage(tr("Computing the maps of all paths …"));
    stop_ = std::stop_source();
    pool_.start([this, saved, key, stop = stop_.get_token(), device = session_.device().toStdString()] {
        std::optional<FigureRun> run;
        QString trouble;
        try {
            run = computeFigure(saved, device.empty() ? "cpu" : device, stop);
        } catch (const std::exception& error) {
            trouble = QString::fromStdString(error.what());
        }
        callQueued(this, [this, key, run = std::move(run), trouble]() mutable {
            if (dialog_ == nullptr || key != computedFor_) {
                return;  // something else is wanted meanwhile
            }
            if (run) {
                dialog_->setDocuments(std::move(run->documents));
            } else if (!trouble.isEmpty()) {
                dialog_->setMessage(trouble);
            }
        });
    });
}

void FigureEditor::stopComputing() {
    stop_.request_stop();
    computedFor_.clear();
}

}  // namespace lamscope::ui
