// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/features/features_workspace.h"

#include <QAction>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>

#include "dialogs/icons.h"
#include "session/queued_call.h"
#include "study/features/feature_pictures.h"
#include "study/shipped_files.h"
#include "view/pyramid.h"
#include "workspaces/features/features_form.h"
#include "workspaces/features/features_start.h"
#include "workspaces/features/generalization_view.h"
#include "workspaces/features/patch_scatter.h"
#include "workspaces/features/representations_view.h"

namespace lamscope::ui {

namespace {

constexpr QSize pageOfPlot{640, 360};

struct FeaturesSample {
    std::vector<std::filesystem::path> images;
    std::vector<ModelSpec> networks;
};

/// All shipped scenes, and the two networks that are fastest.
FeaturesSample sampleFeatures() {
    FeaturesSample sample;
    for (const auto& scene : shippedScenes()) {
        sample.images.push_back(scene.hr);
    }
    sample.networks = shippedNetworks();
    constexpr std::size_t few = 2;
    sample.networks.resize(std::min(sample.networks.size(), few));
    return sample;
}

/// The same as text that is written whole.
std::function<void(StagedFiles&, const std::filesystem::path&)> writesText(std::string text) {
    return [text = std::move(text)](StagedFiles& files, const std::filesystem::path& file) {
        files.add(file, std::string_view(text));
    };
}

}  // namespace

FeaturesWorkspace::FeaturesWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus)
    : host_(host)
    , actions_(menus)
    , features_(host.session, host.controller)
    , centre_(new QWidget)
    , tabs_(new QTabBar)
    , pages_(new QStackedWidget)
    , start_(new FeaturesStart)
    , generalization_(new GeneralizationView(features_))
    , representations_(new RepresentationsView(features_))
    , curves_(new QStackedWidget)
    , form_(new FeaturesForm(host, features_, *actions_.run)) {
    pool_.setMaxThreadCount(1);
    tabs_->addTab(tr("Generalization"));
    tabs_->addTab(tr("Representations"));
    tabs_->setTabToolTip(0, tr("SRGA: how far features move when the input is degraded (G)"));
    tabs_->setTabToolTip(1, tr("DDR: what features sort images by, content or degradation (R)"));
    tabs_->setDocumentMode(true);
    tabs_->setExpanding(false);
    tabs_->setDrawBase(false);
    tabs_->setObjectName(QStringLiteral("featureViews"));
    tabs_->setAccessibleName(tr("View of the features"));
    pages_->addWidget(start_);
    pages_->addWidget(generalization_);
    pages_->addWidget(representations_);
    curves_->addWidget(&generalization_->curve());
    curves_->addWidget(&representations_->depth());
    auto* column = new QVBoxLayout(centre_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(tabs_);
    column->addWidget(pages_, 1);
    centre_->setAcceptDrops(true);
    centre_->installEventFilter(form_);
    connect(tabs_, &QTabBar::currentChanged, this,
            [this](int index) { setView(index == 0 ? FeaturesView::Generalization : FeaturesView::Representations); });
    connect(start_, &FeaturesStart::sampleRequested, this, &FeaturesWorkspace::runSample);
    connect(generalization_, &GeneralizationView::commandRequested, &host_.copyCommand, &QAction::trigger);
    connect(representations_, &RepresentationsView::commandRequested, &host_.copyCommand, &QAction::trigger);
    for (const auto signal : {&FeaturesController::stateChanged, &FeaturesController::lookChanged}) {
        connect(&features_, signal, this, &FeaturesWorkspace::keptChanged);
    }
    for (const auto signal : {&FeaturesController::stateChanged, &FeaturesController::lookChanged,
                              &FeaturesController::runChanged, &FeaturesController::resultsChanged}) {
        connect(&features_, signal, this, &FeaturesWorkspace::follow);
    }
    connect(&host_.controller, &LiveController::networkLoaded, this, &FeaturesWorkspace::runWhenLoaded);
    connect(&host_.controller, &LiveController::networkFailed, this, &FeaturesWorkspace::runWhenLoaded);
    connectCommands();
    connectExports();
    follow();
}

FeaturesWorkspace::~FeaturesWorkspace() {
    pool_.clear();
    pool_.waitForDone();
}

QWidget* FeaturesWorkspace::centre() {
    return centre_;
}

QWidget* FeaturesWorkspace::view() {
    return tabs_;
}

bool FeaturesWorkspace::isEmpty() const {
    return !features_.hasAnyResults() && !features_.isRunning();
}

std::vector<WorkspaceDock> FeaturesWorkspace::docks() {
    return {{Qt::LeftDockWidgetArea, tr("Features"), "features-setup", form_},
            {Qt::BottomDockWidgetArea, tr("Curve"), "features-curve", curves_}};
}

QString FeaturesWorkspace::command(DeviceChoice device, int threads) const {
    return features_.command(device, threads);
}

nlohmann::ordered_json FeaturesWorkspace::kept() const {
    return features_.isUntouched() ? nlohmann::ordered_json() : features_.kept();
}

void FeaturesWorkspace::restore(const nlohmann::ordered_json& kept) {
    try {
        if (kept.is_null()) {
            features_.clear();
        } else {
            features_.restore(kept);
        }
    } catch (const std::exception& error) {
        features_.clear();
        host_.session.reportTrouble(
            tr("The features of the session cannot be read: %1").arg(QString::fromUtf8(error.what())));
    }
}

void FeaturesWorkspace::setOpen(bool open) {
    isOpen_ = open;
    if (open) {
        features_.surveyNetworks();
    }
}

// --- connections

void FeaturesWorkspace::connectCommands() {
    connect(actions_.run, &QAction::triggered, this, &FeaturesWorkspace::runOrCancel);
    connect(actions_.sample, &QAction::triggered, this, &FeaturesWorkspace::runSample);
    connect(actions_.clear, &QAction::triggered, &features_, &FeaturesController::clear);
    connect(actions_.generalization, &QAction::triggered, this, [this] { setView(FeaturesView::Generalization); });
    connect(actions_.representations, &QAction::triggered, this, [this] { setView(FeaturesView::Representations); });
}

void FeaturesWorkspace::exportTo(
    QAction* action, const QString& filter, const QString& suffix,
    const std::function<std::function<void(StagedFiles&, const std::filesystem::path&)>()>& adder) {
    connect(action, &QAction::triggered, this, [this, action, filter, suffix, adder] {
        host_.choice.target(action->text().remove(QStringLiteral("…")), filter, suffix,
                            [this, adder](const QString& file) {
                                if (features_.hasResults()) {
                                    host_.writer.write(file, [add = adder(), target = file.toStdString()] {
                                        StagedFiles files;
                                        add(files, target);
                                        files.commit();
                                    });
                                }
                            });
    });
}

void FeaturesWorkspace::exportPlot(QAction* action, const std::function<void(const std::filesystem::path&)>& save) {
    connect(action, &QAction::triggered, this, [this, action, save] {
        host_.choice.target(action->text().remove(QStringLiteral("…")), tr("PDF (*.pdf)"), QStringLiteral("pdf"),
                            [this, save](const QString& file) {
                                try {  // Qt draws on this thread
                                    save(file.toStdString());
                                    host_.session.reportNote(tr("Saved %1").arg(file));
                                } catch (const std::exception& error) {
                                    host_.session.reportTrouble(QString::fromUtf8(error.what()));
                                }
                            });
    });
}

void FeaturesWorkspace::connectExports() {
    using Adder = std::function<void(StagedFiles&, const std::filesystem::path&)>;
    exportTo(actions_.exportJson, tr("JSON (*.json)"), QStringLiteral("json"), [this]() -> Adder {
        return writesText(features_.isGeneralization() ? toJson(*features_.srga()) : toJson(*features_.ddr()));
    });
    exportTo(actions_.exportCsv, tr("CSV (*.csv)"), QStringLiteral("csv"), [this]() -> Adder {
        return writesText(features_.isGeneralization() ? toCsv(*features_.srga()) : toCsv(*features_.ddr()));
    });
    exportTo(actions_.exportFigure, tr("Pictures (*.png)"), QStringLiteral("png"), [this]() -> Adder {
        return [generalization = features_.isGeneralization(), srga = features_.srga(), ddr = features_.ddr()](
                   StagedFiles& files, const std::filesystem::path& file) {
            addPng(files, file, toQImage(generalization ? drawSrga(*srga) : drawDdr(*ddr)));
        };
    });
    exportPlot(actions_.exportCurve, [this](const std::filesystem::path& file) {
        (features_.isGeneralization() ? generalization_->curve() : representations_->depth()).savePdf(file, pageOfPlot);
    });
    exportPlot(actions_.exportScores,
               [this](const std::filesystem::path& file) { generalization_->scores().savePdf(file, pageOfPlot); });
    connect(actions_.exportArrays, &QAction::triggered, this, [this] {
        host_.choice.folder(tr("Folder for the arrays"), [this](const QString& folder) {
            if (!features_.hasResults()) {
                return;
            }
            host_.writer.write(folder, [generalization = features_.isGeneralization(), srga = features_.srga(),
                                        ddr = features_.ddr(), target = folder.toStdString()] {
                StagedFiles files;
                if (generalization) {
                    auto document = *srga;
                    addSrgaArrays(files, document, target);
                } else {
                    auto document = *ddr;
                    addDdrArrays(files, document, target);
                }
                files.commit();
            });
        });
    });
}

// --- what it does

void FeaturesWorkspace::setView(FeaturesView view) {
    auto look = features_.look();
    look.view = view;
    features_.setLook(look);
}

void FeaturesWorkspace::runOrCancel() {
    if (features_.isRunning()) {
        features_.cancel();
    } else {
        features_.run();
    }
}

void FeaturesWorkspace::runSample() {
    computeOn(
        pool_, this, [] { return sampleFeatures(); },
        [this](const FeaturesSample& sample) {
            auto state = features_.state();
            state.images = sample.images;
            // Scenes of 256 HR pixels hold 16 patches of 16 LR pixels each.
            constexpr int side = 16;
            state.srga.patch = side;
            state.ddr.patch = side;
            features_.change(tr("shipped scenes"), state);
            for (const auto& spec : sample.networks) {
                const auto isSame = [&spec](const NetworkEntry& entry) { return entry.spec.file == spec.file; };
                if (std::ranges::none_of(host_.session.networks(), isSame)) {
                    host_.session.addNetwork(spec);
                }
            }
            runsSample_ = true;
            runWhenLoaded();
        },
        [this](const QString& reason) { host_.session.reportTrouble(reason); });
}

void FeaturesWorkspace::runWhenLoaded() {
    if (isOpen_) {
        features_.surveyNetworks();
    }
    const auto isLoading = [](const NetworkEntry& entry) { return entry.state == NetworkEntry::State::Loading; };
    if (runsSample_ && std::ranges::none_of(host_.session.networks(), isLoading)) {
        runsSample_ = false;
        features_.run();
    }
}

void FeaturesWorkspace::follow() {
    const bool running = features_.isRunning();
    const bool results = features_.hasResults();
    const bool generalization = features_.isGeneralization();
    actions_.run->setText(running ? tr("Cancel") : results ? tr("Run again") : tr("Run"));
    actions_.run->setIcon(icon(running ? QStringLiteral("cancel") : QStringLiteral("play")));
    actions_.run->setToolTip(running ? tr("Networks that are finished stay (Ctrl+Return)")
                                     : tr("Computes the features of all ticked networks (Ctrl+Return)"));
    actions_.run->setEnabled(running || features_.whatIsMissing().isEmpty());
    actions_.sample->setEnabled(!running);
    actions_.clear->setEnabled(!running);
    for (auto* action : {actions_.exportJson, actions_.exportCsv, actions_.exportFigure, actions_.exportCurve,
                         actions_.exportArrays}) {
        action->setEnabled(results);
    }
    actions_.exportScores->setEnabled(results && generalization);
    tabs_->setCurrentIndex(generalization ? 0 : 1);
    curves_->setCurrentIndex(generalization ? 0 : 1);
    start_->ask(generalization);
    const bool empty = isEmpty();
    QWidget* page = empty            ? static_cast<QWidget*>(start_)
                    : generalization ? static_cast<QWidget*>(generalization_)
                                     : representations_;
    if (pages_->currentWidget() != page) {
        pages_->setCurrentWidget(page);
    }
    if (empty != wasEmpty_) {
        wasEmpty_ = empty;
        emit emptyChanged();
    }
}

}  // namespace lamscope::ui
