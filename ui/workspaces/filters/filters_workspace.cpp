// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/filters/filters_workspace.h"

#include <QAction>
#include <QFileInfo>
#include <QStackedWidget>
#include <algorithm>
#include <span>

#include "base/atomic_file.h"
#include "dialogs/icons.h"
#include "image/image_file.h"
#include "method/faig/filter_ranking.h"
#include "panels/masking_plot.h"
#include "session/queued_call.h"
#include "study/faig/faig_picture.h"
#include "study/faig/faig_tables.h"
#include "study/shipped_files.h"
#include "view/pyramid.h"
#include "workspaces/filters/filter_pictures.h"
#include "workspaces/filters/filter_table.h"
#include "workspaces/filters/filters_controls.h"
#include "workspaces/filters/filters_form.h"
#include "workspaces/filters/filters_results.h"
#include "workspaces/filters/filters_start.h"
#include "workspaces/filters/masking_panel.h"

namespace lamscope::ui {

namespace {

/// The shipped pair on its scene.
FaigState sampleFilters() {
    const auto pairs = shippedPairs();
    if (pairs.empty()) {
        throw Error(ErrorCode::BadFile, "no pair of networks ships with this program");
    }
    const auto& pair = pairs.front();
    FaigState state;
    state.baseline = pair.baseline;
    state.target = pair.target;
    state.images = {{.image = pair.scene.hr}};
    state.options.reduction = pair.reduction;
    for (const auto& [name, degradation] : pair.degradations) {
        state.options.degradations.push_back({.name = name, .recipe = toString(degradation)});
    }
    return state;
}

}  // namespace

FiltersWorkspace::FiltersWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus)
    : host_(host)
    , actions_(menus)
    , filters_(host.session, host.controller)
    , centre_(new QStackedWidget)
    , start_(new FiltersStart)
    , results_(new FiltersResults(filters_))
    , form_(new FiltersForm(host, filters_, *actions_.run))
    , table_(new FilterTable(filters_))
    , masking_(new MaskingPanel(filters_))
    , accuracy_(new FiltersAccuracy(filters_)) {
    pool_.setMaxThreadCount(1);
    if (!host.folder.isEmpty()) {
        filters_.setResultsFolder(std::filesystem::path(host.folder.toStdString()) / "filters");
    }
    centre_->addWidget(start_);
    centre_->addWidget(results_);
    centre_->setAcceptDrops(true);
    centre_->installEventFilter(form_);
    connect(start_, &FiltersStart::sampleRequested, this, &FiltersWorkspace::runSample);
    connect(table_, &FilterTable::commandRequested, &host_.copyCommand, &QAction::trigger);
    for (const auto signal : {&FaigController::stateChanged, &FaigController::lookChanged}) {
        connect(&filters_, signal, this, &FiltersWorkspace::keptChanged);
    }
    for (const auto signal :
         {&FaigController::stateChanged, &FaigController::runChanged, &FaigController::resultsChanged,
          &FaigController::rankingChanged, &FaigController::curvesChanged}) {
        connect(&filters_, signal, this, &FiltersWorkspace::follow);
    }
    connectCommands();
    connectExports();
    follow();
}

QWidget* FiltersWorkspace::centre() {
    return centre_;
}

QWidget* FiltersWorkspace::view() {
    return results_;
}

bool FiltersWorkspace::isEmpty() const {
    return !filters_.ran();
}

void FiltersWorkspace::addControls(CompactToolBar& bar) {
    new FiltersControls(filters_, bar);
    bar.addDivider();
}

std::vector<WorkspaceDock> FiltersWorkspace::docks() {
    return {{Qt::LeftDockWidgetArea, tr("Filters"), "filters-setup", form_},
            {Qt::BottomDockWidgetArea, tr("Masking curve"), "filters-masking", masking_},
            {Qt::BottomDockWidgetArea, tr("Ranking"), "filters-ranking", table_},
            {Qt::BottomDockWidgetArea, tr("Accuracy"), "filters-accuracy", accuracy_}};
}

QString FiltersWorkspace::command(DeviceChoice device, int threads) const {
    const auto experiment = filters_.experiment();
    return experiment ? QString::fromStdString(faigCommandLine(*experiment, device, threads)) : QString();
}

nlohmann::ordered_json FiltersWorkspace::kept() const {
    const auto& state = filters_.state();
    const bool untouched = !filters_.ran() && !state.baseline && !state.target && state.images.empty();
    return untouched ? nlohmann::ordered_json() : filters_.kept();
}

void FiltersWorkspace::restore(const nlohmann::ordered_json& kept) {
    try {
        if (kept.is_null()) {
            filters_.clear();
        } else {
            filters_.restore(kept);
        }
    } catch (const std::exception& error) {
        filters_.clear();
        host_.session.reportTrouble(
            tr("The filters of the session cannot be read: %1").arg(QString::fromUtf8(error.what())));
    }
}

// --- connections

void FiltersWorkspace::connectCommands() {
    connect(actions_.run, &QAction::triggered, this, &FiltersWorkspace::runOrCancel);
    connect(actions_.saveNetwork, &QAction::triggered, this, &FiltersWorkspace::saveNetwork);
    connect(actions_.sample, &QAction::triggered, this, &FiltersWorkspace::runSample);
    connect(actions_.clear, &QAction::triggered, &filters_, &FaigController::startAnew);
    connect(actions_.fit, &QAction::triggered, this, [this] { results_->pictures().transform().fit(); });
}

void FiltersWorkspace::exportTo(
    QAction* action, const QString& filter, const QString& suffix,
    const std::function<void(StagedFiles&, const FaigDocument&, const std::filesystem::path&)>& add) {
    connect(action, &QAction::triggered, this, [this, action, filter, suffix, add] {
        host_.choice.target(
            action->text().remove(QStringLiteral("…")), filter, suffix, [this, add](const QString& file) {
                host_.writer.write(file, [add, document = filters_.document(), target = file.toStdString()] {
                    StagedFiles files;
                    add(files, document, target);
                    files.commit();
                });
            });
    });
}

void FiltersWorkspace::connectExports() {
    const auto addText = [](StagedFiles& files, const std::filesystem::path& file, const std::string& text) {
        files.add(file, std::string_view(text));
    };
    exportTo(actions_.exportJson, tr("JSON (*.json)"), QStringLiteral("json"),
             [addText, this](StagedFiles& files, const FaigDocument& document, const std::filesystem::path& file) {
                 addText(files, file, toJson(document));
             });
    exportTo(actions_.exportCsv, tr("CSV (*.csv)"), QStringLiteral("csv"),
             [addText](StagedFiles& files, const FaigDocument& document, const std::filesystem::path& file) {
                 addText(files, file, csvOf(filterTable(document, 0)));
             });
    exportTo(actions_.exportMasking, tr("CSV (*.csv)"), QStringLiteral("csv"),
             [addText](StagedFiles& files, const FaigDocument& document, const std::filesystem::path& file) {
                 addText(files, file, csvOf(maskingTable(document)));
             });
    exportTo(actions_.exportOrder, tr("Lists (*.txt)"), QStringLiteral("txt"),
             [addText](StagedFiles& files, const FaigDocument& document, const std::filesystem::path& file) {
                 addText(files, file, orderText(document.ranking.order));
             });
    connect(actions_.exportFigure, &QAction::triggered, this, [this] {
        host_.choice.target(tr("Picture of map and curve"), tr("Pictures (*.png)"), QStringLiteral("png"),
                            [this](const QString& file) {
                                host_.writer.write(file, [document = filters_.document(), target = file.toStdString(),
                                                          percent = filters_.state().percent] {
                                    StagedFiles files;
                                    addPng(files, target, toQImage(drawFaig(document, percent)));
                                    files.commit();
                                });
                            });
    });
    connect(actions_.exportArrays, &QAction::triggered, this, [this] {
        host_.choice.folder(tr("Folder for the arrays"), [this](const QString& folder) {
            host_.writer.write(folder, [document = filters_.document(), target = folder.toStdString()]() mutable {
                StagedFiles files;
                addFaigArrays(files, document, target);
                files.commit();
            });
        });
    });
    connect(actions_.exportCurve, &QAction::triggered, this, [this] {
        host_.choice.target(tr("Masking curve"), tr("PDF (*.pdf)"), QStringLiteral("pdf"), [this](const QString& file) {
            constexpr QSize page(640, 360);
            host_.writer.write(file, [bytes = masking_->plot().pdf(page), target = file.toStdString()] {
                writeFileAtomically(
                    target, std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
            });
        });
    });
}

// --- what it does

void FiltersWorkspace::runOrCancel() {
    if (filters_.isRunning()) {
        filters_.cancel();
    } else {
        filters_.run();
    }
}

void FiltersWorkspace::runSample() {
    computeOn(
        pool_, this, [] { return sampleFilters(); },
        [this](const FaigState& sample) {
            auto state = sample;
            state.options.mask = filters_.state().options.mask;
            filters_.change(tr("shipped pair"), state);
            filters_.run();
        },
        [this](const QString& reason) { host_.session.reportTrouble(reason); });
}

void FiltersWorkspace::saveNetwork() {
    host_.choice.target(tr("Network with changed filters"), tr("Networks (*.safetensors)"),
                        QStringLiteral("safetensors"), [this](const QString& file) {
                            if (!filters_.ran() || filters_.opened() == nullptr) {
                                return;
                            }
                            host_.writer.write(
                                file,
                                [baseline = filters_.ran()->baseline, target = filters_.ran()->target,
                                 index = filters_.opened()->filters, change = filters_.shownChange(),
                                 to = file.toStdString()] { saveChangedWeights(baseline, target, index, change, to); });
                        });
}

void FiltersWorkspace::follow() {
    const bool running = filters_.isRunning();
    actions_.run->setText(running ? tr("Cancel") : filters_.finishedImages() > 0 ? tr("Run again") : tr("Run"));
    actions_.run->setIcon(icon(running ? QStringLiteral("cancel") : QStringLiteral("play")));
    actions_.run->setToolTip(running ? tr("Images that are finished stay (Ctrl+Return)")
                                     : tr("Computes scores, ranking and curve (Ctrl+Return)"));
    actions_.run->setEnabled(running || filters_.whatIsMissing().isEmpty());
    actions_.sample->setEnabled(!running);
    actions_.clear->setEnabled(!running);
    const bool ranked = filters_.ranked() != nullptr;
    for (auto* action : {actions_.exportJson, actions_.exportCsv, actions_.exportOrder, actions_.exportFigure,
                         actions_.exportArrays, actions_.saveNetwork}) {
        action->setEnabled(ranked);
    }
    const bool curves = !filters_.curves().empty();
    actions_.exportMasking->setEnabled(curves);
    actions_.exportCurve->setEnabled(curves);
    if (isEmpty() != wasEmpty_ || centre_->currentWidget() == nullptr) {
        wasEmpty_ = isEmpty();
        centre_->setCurrentWidget(wasEmpty_ ? static_cast<QWidget*>(start_) : results_);
        emit emptyChanged();
    }
}

}  // namespace lamscope::ui
