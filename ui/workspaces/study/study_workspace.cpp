// SPDX-License-Identifier: GPL-3.0-or-later
#include "workspaces/study/study_workspace.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QStackedWidget>
#include <algorithm>

#include "base/error.h"
#include "dialogs/icons.h"
#include "figure/figure_file.h"
#include "figure/study_plot_figure.h"
#include "method/lam/lam_experiment.h"
#include "session/queued_call.h"
#include "study/shipped_files.h"
#include "study/studies/study_command_line.h"
#include "study/studies/study_report.h"
#include "workspaces/file_kind.h"
#include "workspaces/probe/option_controls.h"
#include "workspaces/study/study_drops.h"
#include "workspaces/study/study_form.h"
#include "workspaces/study/study_networks.h"
#include "workspaces/study/study_progress.h"
#include "workspaces/study/study_results.h"
#include "workspaces/study/study_start.h"

namespace lamscope::ui {

namespace {

/// Of a study of more networks, the chosen one alone is opened: that many panes would show little.
constexpr std::size_t mostTogether = 5;

/// All shipped networks and bicubic on all shipped scenes, with few nodes.
StudyDescription sampleStudy() {
    StudyDescription description;
    for (const auto& scene : shippedScenes()) {
        description.experiment.scenes.push_back({.image = scene.hr});
    }
    description.experiment.networks.push_back({.spec = ModelSpec::parse("bicubic")});
    for (const auto& spec : shippedNetworks()) {
        description.experiment.networks.push_back({.spec = spec});
    }
    constexpr int fewNodes = 5;
    LamOptions options;
    options.nodes = fewNodes;
    setLamOptions(description.experiment, options);
    description.id = newStudyId(description);
    return description;
}

}  // namespace

StudyWorkspace::StudyWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus)
    : host_(host)
    , actions_(menus)
    , study_(host.session, host.controller)
    , centre_(new QStackedWidget)
    , start_(new StudyStart)
    , results_(new StudyResults(study_))
    , form_(new StudyForm(host, study_, *actions_.run, *actions_.saveAs))
    , progress_(new StudyProgress(study_, *actions_.run)) {
    pool_.setMaxThreadCount(1);
    auto* drops = new StudyDrops(host, study_, this);
    drops->acceptOn(*centre_);
    drops->acceptOn(*form_);
    centre_->addWidget(start_);
    centre_->addWidget(results_);
    connectStart();
    connectStudy();
    connectCommands();
    connectExports();
    beginAnew();
    followRun();
}

QWidget* StudyWorkspace::centre() {
    return centre_;
}

QWidget* StudyWorkspace::view() {
    return results_;
}

bool StudyWorkspace::isEmpty() const {
    return study_.store().empty();
}

void StudyWorkspace::addControls(CompactToolBar& bar) {
    new ComputeControls(options_, bar);
    bar.addDivider();
}

std::vector<WorkspaceDock> StudyWorkspace::docks() {
    return {{Qt::LeftDockWidgetArea, tr("Study"), "study-setup", form_},
            {Qt::BottomDockWidgetArea, tr("Progress"), "study-progress", progress_}};
}

QString StudyWorkspace::command(DeviceChoice device, int threads) const {
    return isEmpty() || !study_.isWritten()  // the line names the file of the description
               ? QString()
               : QString::fromStdString(studyCommandLine(study_.store(), study_.keepsMaps(), device, threads));
}

bool StudyWorkspace::isUnsaved() const {
    const auto& experiment = study_.description().experiment;
    return study_.snapshot() == nullptr && !study_.isWritten()
           && !(experiment.scenes.empty() && experiment.networks.empty());
}

nlohmann::ordered_json StudyWorkspace::kept() const {
    if (!opening_.is_null() && !isUnsaved()) {
        return opening_;
    }
    if (isEmpty() && !isUnsaved()) {
        return nullptr;
    }
    nlohmann::ordered_json kept{{"store", study_.store().string()}, {"maps", study_.keepsMaps()}};
    if (isUnsaved()) {
        kept["description"] = nlohmann::ordered_json::parse(toJson(study_.description(), {}));
    }
    return kept;
}

void StudyWorkspace::restore(const nlohmann::ordered_json& kept) {
    try {
        if (!kept.is_null()) {
            open(kept);
        } else if (study_.isRunning()) {
            host_.session.reportNote(tr("The study goes on; the session has none."));
        } else if (!isUnsaved()) {
            beginAnew();
        }
    } catch (const std::exception& error) {
        if (!study_.isRunning() && !isUnsaved()) {
            beginAnew();
        }
        host_.session.reportTrouble(
            tr("The study of the session cannot be read: %1").arg(QString::fromUtf8(error.what())));
    }
}

void StudyWorkspace::open(const nlohmann::ordered_json& kept) {
    const std::filesystem::path store = kept.value("store", std::string());
    const bool maps = kept.value("maps", false);
    const auto description = descriptionBeside(store);
    const bool hasResults = !store.empty() && std::filesystem::exists(store);
    const bool isDescribed = !store.empty() && std::filesystem::exists(description);
    if (kept.contains("description") && !hasResults && !isDescribed) {
        const auto unsaved = studyDescriptionFromText(kept.at("description").dump(), "session", {});
        study_.clear();
        study_.setDescription(unsaved);
        study_.setKeepsMaps(maps);
        if (!store.empty()) {
            study_.setStore(store);
        }
    } else if (store.empty()) {
        beginAnew();
    } else {
        if (store != study_.store()) {
            opening_ = kept;
            study_.open(QString::fromStdString((hasResults || !isDescribed ? store : description).string()));
        }
        study_.setKeepsMaps(maps);
    }
}

void StudyWorkspace::openFile(const QString& file) {
    study_.open(file);
}

void StudyWorkspace::setOpen(bool open) {
    study_.setFollowing(open);
}

// --- connections

void StudyWorkspace::connectStart() {
    connect(start_, &StudyStart::sampleRequested, this, &StudyWorkspace::runSample);
    connect(start_, &StudyStart::openRequested, this, &StudyWorkspace::chooseStudy);
}

void StudyWorkspace::connectStudy() {
    connect(&options_, &Session::optionsChanged, this, &StudyWorkspace::takeOptions);
    connect(&options_, &Session::boxChanged, this, &StudyWorkspace::takeOptions);
    connect(&study_, &StudyController::descriptionChanged, this, &StudyWorkspace::followOptions);
    connect(&study_, &StudyController::descriptionChanged, this, &StudyWorkspace::followRun);
    connect(&study_, &StudyController::runChanged, this, &StudyWorkspace::followRun);
    connect(&study_, &StudyController::snapshotChanged, this, &StudyWorkspace::followRun);
    connect(&study_, &StudyController::descriptionChanged, this, &StudyWorkspace::keptChanged);
    connect(&study_, &StudyController::runChanged, this, [this] {
        const auto store = QString::fromStdString(study_.store().string());
        if (!study_.isRunning() && QFileInfo::exists(store)) {
            host_.recentFiles.add(store);
        }
    });
    connect(&study_, &StudyController::storeChanged, this, [this] {
        opening_ = nullptr;
        centre_->setCurrentWidget(isEmpty() ? static_cast<QWidget*>(start_) : results_);
        emit emptyChanged();
        emit keptChanged();
    });
    connect(&study_, &StudyController::opened, &host_.recentFiles, &RecentFiles::add);
    connect(&study_, &StudyController::placeFound, this, &StudyWorkspace::show);
    connect(&host_.controller, &LiveController::networkLoaded, this, &StudyWorkspace::placeBox);
    connect(&host_.controller, &LiveController::imageOpened, this, &StudyWorkspace::placeBox);
}

void StudyWorkspace::connectCommands() {
    connect(actions_.run, &QAction::triggered, this, &StudyWorkspace::runOrPause);
    connect(actions_.retry, &QAction::triggered, this, [this] { study_.run(/*retryFailed=*/true); });
    connect(actions_.open, &QAction::triggered, this, &StudyWorkspace::chooseStudy);
    connect(actions_.saveAs, &QAction::triggered, this, [this] { saveAs(/*thenRun=*/false); });
    connect(actions_.begin, &QAction::triggered, this, &StudyWorkspace::beginAnew);
    connect(results_, &StudyResults::commandRequested, &host_.copyCommand, &QAction::trigger);
}

void StudyWorkspace::connectExports() {
    connect(actions_.exportReport, &QAction::triggered, this, [this] {
        host_.choice.folder(tr("Folder for the report"), [this](const QString& folder) { writeReport(folder); });
    });
    const auto toFile = [this](QAction* action, const QString& suffix, std::string (*format)(const ReportTable&)) {
        connect(action, &QAction::triggered, this, [this, action, suffix, format] {
            host_.choice.target(
                action->text().remove(QStringLiteral("…")), QStringLiteral("%1 (*.%2)").arg(suffix.toUpper(), suffix),
                suffix, [this, text = format(results_->networks())](const QString& file) {
                    host_.writer.write(
                        file, [file, text] { writeFileAtomically(file.toStdString(), std::string_view(text)); });
                });
        });
    };
    toFile(actions_.exportCsv, QStringLiteral("csv"), csvOf);
    toFile(actions_.exportLatex, QStringLiteral("tex"), latexOf);
}

// --- the study

void StudyWorkspace::beginAnew() {
    study_.clear();
    StudyDescription description;
    setLamOptions(description.experiment, host_.session.options());
    study_.setDescription(description);
}

void StudyWorkspace::runOrPause() {
    if (study_.isRunning()) {
        study_.pause();
    } else if (study_.store().empty()) {
        saveAs(/*thenRun=*/true);
    } else {
        study_.run();
    }
}

void StudyWorkspace::saveAs(bool thenRun) {
    host_.choice.target(
        tr("Results of the study"), tr("Studies (*.sqlite)"), QStringLiteral("sqlite"),
        [this, thenRun](const QString& file) {
            study_.setStore(file.toStdString());
            if (thenRun) {
                study_.run();
            }
        },
        FileChoice::Existing::GoneOnWith);
}

void StudyWorkspace::chooseStudy() {
    host_.choice.files(tr("Open study"), studyFilter(), false,
                       [this](const QStringList& files) { study_.open(files.front()); });
}

void StudyWorkspace::runSample() {
    computeOn(
        pool_, this,
        [folder = host_.folder] {
            const auto description = sampleStudy();
            // Another version of the program has other scenes and networks: another study.
            const auto own =
                QDir(folder).filePath(QStringLiteral("studies/%1").arg(QString::fromStdString(description.id)));
            std::filesystem::create_directories(own.toStdString());
            return std::pair(description, QDir(own).filePath(QStringLiteral("shipped-scenes.sqlite")));
        },
        [this](const std::pair<StudyDescription, QString>& sample) {
            study_.setDescription(sample.first);
            study_.setStore(sample.second.toStdString());
            study_.run();
        },
        [this](const QString& reason) { host_.session.reportTrouble(reason); });
}

void StudyWorkspace::writeReport(const QString& folder) {
    host_.writer.write(folder, [store = study_.store(), folder = std::filesystem::path(folder.toStdString())] {
        const StudyStore results(store, StudyStore::Access::Read);
        StudyReportSettings settings{.command = studyReportLine(store, folder)};
        settings.draw = [&results](StagedFiles& files, const StudyPlot& plot, const std::filesystem::path& stem) {
            return drawStudyPlot(files, plot, picturesOf(results, plot), studyPlotLayout(), {stem.string() + ".svg"},
                                 FigureFileOptions().dpi);
        };
        StagedFiles files;
        static_cast<void>(addStudyReport(files, results, settings, folder));
        files.commit();
    });
}

void StudyWorkspace::takeOptions() {
    if (followsOptions_) {
        return;
    }
    auto changed = study_.description();
    setLamOptions(changed.experiment, options_.options());
    changed.patches.size = options_.box().size;
    study_.setDescription(changed);
}

void StudyWorkspace::followOptions() {
    followsOptions_ = true;
    auto box = options_.box();
    box.size = study_.description().patches.size;
    options_.setBox(box);
    options_.setOptions(lamOptionsOf(study_.description().experiment));
    followsOptions_ = false;
}

void StudyWorkspace::followRun() {
    const bool running = study_.isRunning();
    const bool begun = study_.snapshot() != nullptr && study_.snapshot()->status.left > 0
                       && study_.snapshot()->status.left < study_.snapshot()->status.tasks;
    actions_.run->setText(running ? tr("Pause") : begun ? tr("Continue") : tr("Run"));
    actions_.run->setIcon(icon(running ? QStringLiteral("pause") : QStringLiteral("play")));
    actions_.run->setToolTip(running ? tr("What is computed stays; the task at work begins again (Ctrl+Return)")
                                     : tr("Computes what is not computed yet, behind the probe (Ctrl+Return)"));
    actions_.run->setEnabled(running || study_.tasks() > 0);
    actions_.saveAs->setEnabled(!running);
    const bool any = study_.snapshot() != nullptr;
    actions_.retry->setEnabled(any && !running && study_.tasks() > 0 && study_.snapshot()->status.failed > 0);
    for (auto* action : {actions_.exportReport, actions_.exportCsv, actions_.exportLatex}) {
        action->setEnabled(any);
    }
}

// --- a map in the probe

void StudyWorkspace::show(const StudyPlace& place) {
    const auto& snapshot = study_.snapshot();  // its results are those of its own description
    const auto description =
        snapshot != nullptr && snapshot->description ? *snapshot->description : study_.description();
    auto scene = sceneOf(description, place.imageFile);
    const auto spec = networkOf(description, place.network);
    if (!scene || !spec || !place.patch) {
        host_.session.reportTrouble(
            place.patch ? tr("The description no longer names %1 or %2.")
                              .arg(QString::fromStdString(place.imageFile), QString::fromStdString(place.network))
                        : QString::fromStdString(place.error));
        return;
    }
    auto& session = host_.session;
    addNetworks(shownNetworks(description.experiment), *spec);
    session.setOptions(lamOptionsOf(description.experiment));
    const auto& [x, y, size] = *place.patch;
    scene->boxes = {{.x = x, .y = y, .size = size}};
    const bool isOpen = session.hasImage() && session.image().file == scene->image.string()
                        && session.image().reading == scene->reading;
    if (isOpen) {
        session.setRole(scene->role);
        session.setReduction(scene->reduction);
    } else {
        host_.openAt(*scene);
    }
    awaited_ = {.network = openNetwork(session, *spec), .image = scene->image.string(), .patch = *place.patch};
    placeBox();
    host_.lookInProbe("study");
    if (!wasShown_) {
        wasShown_ = true;
        session.reportNote(tr("Esc leads back to the study."));
    }
}

void StudyWorkspace::addNetworks(std::vector<ModelSpec> specs, const ModelSpec& chosen) {
    auto& session = host_.session;
    if (specs.size() > mostTogether) {
        specs = {chosen};
    }
    for (const auto& spec : specs) {
        if (openNetwork(session, spec) == 0) {
            session.addNamedNetwork(spec);
        }
    }
    const auto id = openNetwork(session, chosen);
    session.setShown(id, true);
    session.select(id);
}

void StudyWorkspace::placeBox() {
    auto& session = host_.session;
    if (!awaited_ || !session.hasImage() || session.image().file != awaited_->image) {
        return;
    }
    const auto* network = session.network(awaited_->network);
    if (session.role() == ImageRole::Lr && network != nullptr && network->state == NetworkEntry::State::Loading) {
        return;
    }
    const int scale = session.role() == ImageRole::Lr && network != nullptr ? network->card.scale : 1;
    const int pixel = session.role() == ImageRole::Lr ? session.gridScale() / std::max(scale, 1) : 1;
    const auto& [x, y, size] = awaited_->patch;
    session.setBox({.x = x * pixel, .y = y * pixel, .size = size * pixel});
    awaited_.reset();
}

}  // namespace lamscope::ui
