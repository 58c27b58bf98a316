// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/main_window.h"

#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "dialogs/about_dialog.h"
#include "dialogs/icons.h"
#include "dialogs/log_view.h"
#include "dialogs/message_bar.h"
#include "dialogs/settings_dialog.h"
#include "image/image_file.h"
#include "panels/curves_panel.h"
#include "panels/erf_panel.h"
#include "panels/network_panel.h"
#include "panels/results_panel.h"
#include "session/command_line.h"
#include "session/erf_controller.h"
#include "session/queued_call.h"
#include "view/pyramid.h"
#include "view/view_grid.h"
#include "window/network_peek.h"
#include "window/option_controls.h"
#include "window/path_preview.h"
#include "window/sanity_run.h"
#include "window/status_line.h"
#include "window/window_docks.h"

namespace lamscope::ui {

namespace {

constexpr double zoomStep = 1.25;
constexpr std::int64_t bytesPerMiB = 1LL << 20;

QStringList localFiles(const QMimeData* data) {
    QStringList files;
    for (const auto& url : data->urls()) {
        if (url.isLocalFile()) {
            files << url.toLocalFile();
        }
    }
    return files;
}

}  // namespace

MainWindow::MainWindow(const MainWindowOptions& options, QWidget* parent)
    : QMainWindow(parent)
    , options_(options)
    , store_(QDir(options.stateFolder).filePath(QStringLiteral("lamscope.ini")), QSettings::IniFormat)
    , settings_(loadSettings(store_))
    , recentFiles_(store_, settings_.recentFiles)
    , exporter_(session_)
    , figureEditor_(session_, *this) {
    setObjectName(QStringLiteral("lamscope"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    pool_.setMaxThreadCount(1);
    theme_.apply(settings_.theme);
    autosave_ = std::make_unique<Autosave>(session_, options_.stateFolder);
    autosave_->setEnabled(settings_.autosave);
    log_ = new LogView(this);
    controller_ = std::make_unique<LiveController>(session_, engineOptions());
    controller_->setLiveWhileDragging(settings_.liveWhileDragging);
    opener_ = std::make_unique<FileOpener>(session_, *controller_);
    actions_ = std::make_unique<WindowActions>(session_, *this);

    makeCentre();
    makeDocks();
    makeToolBar();
    makeStatusLine();
    connectFileActions();
    connectExports();
    connectViewActions();
    connectPanels();
    connectTools();
    connectController();
    makeSamples();
    offerRecovered();
    updateRecentFiles();
    updateTitle();

    constexpr QSize defaultSize(1400, 900);
    resize(defaultSize.boundedTo(screen()->availableSize()));
    restoreGeometry(store_.value(QStringLiteral("window/geometry")).toByteArray());
    docks_->restore(store_.value(QStringLiteral("window/layout")).toByteArray());
    for (auto* button : findChildren<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"))) {
        button->setAccessibleName(tr("More of the toolbar"));
    }
    showStartPageOrGrid();
    grid_->setFocus();
}

MainWindow::~MainWindow() {
    pool_.waitForDone();
    // The parts look at the session, which goes before the window's children would.
    delete takeCentralWidget();
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
}

// --- parts

void MainWindow::makeCentre() {
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    messages_ = new MessageBar;
    stack_ = new QStackedWidget;
    startPage_ = new StartPage;
    grid_ = new ViewGrid(session_);
    pathPreview_ = new PathPreview(session_, grid_);
    stack_->addWidget(startPage_);
    stack_->addWidget(grid_);
    layout->addWidget(messages_);
    layout->addWidget(stack_, 1);
    setCentralWidget(centre);
    connect(messages_, &MessageBar::logRequested, this, [this] { docks_->bringToFront(*logDock_); });
    connect(startPage_, &StartPage::fileChosen, this, [this](const QString& file) { opener_->open({file}); });
    connect(startPage_, &StartPage::openImageRequested, actions_->openImage, &QAction::trigger);
    connect(startPage_, &StartPage::addNetworkRequested, actions_->addNetwork, &QAction::trigger);
    connect(startPage_, &StartPage::sampleChosen, this,
            [this](int index) { openScene(static_cast<std::size_t>(index)); });
    connect(&session_, &Session::imageChanged, this, &MainWindow::showStartPageOrGrid);
    connect(&session_, &Session::imageChanged, this, &MainWindow::updateTitle);
}

void MainWindow::makeDocks() {
    constexpr int listWidth = 196;
    constexpr int bottomHeight = 163;  // curves to read and a table of five networks; the pictures get the rest
    networkPanel_ = new NetworkPanel(session_);
    curves_ = new CurvesPanel(session_);
    results_ = new ResultsPanel(session_);
    docks_ = new WindowDocks(*this);
    networksDock_ = docks_->add(Qt::LeftDockWidgetArea, tr("Networks"), "networks", networkPanel_);
    curvesDock_ = docks_->add(Qt::BottomDockWidgetArea, tr("Curves"), "curves", curves_);
    resultsDock_ = docks_->add(Qt::BottomDockWidgetArea, tr("Results"), "results", results_);
    auto* erfPanel = new ErfPanel(session_, *new ErfController(session_, *controller_));
    erfDock_ = docks_->add(Qt::BottomDockWidgetArea, tr("Receptive field"), "receptive-field", erfPanel);
    logDock_ = docks_->add(Qt::BottomDockWidgetArea, tr("Log"), "log", log_);
    docks_->stack({curvesDock_, resultsDock_, erfDock_, logDock_});
    resizeDocks({networksDock_}, {listWidth}, Qt::Horizontal);
    resizeDocks({curvesDock_}, {bottomHeight}, Qt::Vertical);
    actions_->panels->addActions(docks_->toggleActions());
    connect(networkPanel_, &NetworkPanel::addRequested, actions_->addNetwork, &QAction::trigger);
    connect(results_, &ResultsPanel::commandRequested, actions_->copyCommand, &QAction::trigger);
    connect(curves_, &CurvesPanel::pathPositionHovered, pathPreview_, &PathPreview::showAt);
    connect(curves_, &CurvesPanel::pathPositionLeft, pathPreview_, &PathPreview::leave);
}

void MainWindow::makeToolBar() {
    auto* bar = new CompactToolBar(tr("Toolbar"));
    bar->setObjectName(QStringLiteral("toolbar"));
    addToolBar(bar);
    bar->addButton(actions_->openImage);
    bar->addButton(actions_->addNetwork);
    new ComputeControls(session_, *bar);
    bar->addSeparator();
    new ViewControls(session_, *bar);
    bar->addSeparator();
    for (auto* action : {actions_->undo, actions_->redo, actions_->fit, actions_->actualSize}) {
        bar->addSpareButton(action);
    }
    auto* spacer = new QWidget;
    spacer->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(spacer);
    bar->addButton(actions_->pause);
    exportButton_ = new QToolButton;
    exportButton_->setText(tr("Export"));
    exportButton_->setIcon(icon(QStringLiteral("export")));
    exportButton_->setPopupMode(QToolButton::InstantPopup);
    exportButton_->setMenu(actions_->exportMenu);
    exportButton_->setToolTip(tr("Maps, tables, curves, the window (E)"));
    bar->addButton(exportButton_);
    connect(actions_->showExport, &QAction::triggered, exportButton_, &QToolButton::showMenu);
}

void MainWindow::makeStatusLine() {
    status_ = new StatusLine(session_);
    setStatusBar(status_);
    connect(grid_, &ViewGrid::hovered, status_, &StatusLine::showReadout);
    connect(grid_, &ViewGrid::left, status_, &StatusLine::clearReadout);
    connect(status_, &StatusLine::cancelRequested, actions_->cancel, &QAction::trigger);
}

// --- actions

void MainWindow::chooseFiles(const QString& title, const QString& filter, bool several,
                             const std::function<void(const QStringList&)>& use) {
    auto* dialog = new QFileDialog(this, title, store_.value(QStringLiteral("window/folder")).toString(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(several ? QFileDialog::ExistingFiles : QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::filesSelected, this, [this, use](const QStringList& files) {
        store_.setValue(QStringLiteral("window/folder"), QFileInfo(files.front()).absolutePath());
        use(files);
    });
    dialog->open();
}

void MainWindow::chooseTarget(const QString& title, const QString& filter, const QString& suffix,
                              const std::function<void(const QString&)>& use) {
    auto* dialog = new QFileDialog(this, title, store_.value(QStringLiteral("window/target")).toString(), filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, [this, use](const QString& file) {
        store_.setValue(QStringLiteral("window/target"), QFileInfo(file).absolutePath());
        use(file);
    });
    dialog->open();
}

void MainWindow::chooseFolder(const QString& title, const std::function<void(const QString&)>& use) {
    auto* dialog = new QFileDialog(this, title, store_.value(QStringLiteral("window/target")).toString());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this, use](const QString& folder) {
        store_.setValue(QStringLiteral("window/target"), folder);
        use(folder);
    });
    dialog->open();
}

void MainWindow::connectFileActions() {
    connect(actions_->openImage, &QAction::triggered, this, [this] {
        chooseFiles(tr("Open image"), imageFilter(), false,
                    [this](const QStringList& files) { opener_->openImage(files.front()); });
    });
    connect(actions_->nextImage, &QAction::triggered, opener_.get(), [this] { opener_->openNeighbour(1); });
    connect(actions_->previousImage, &QAction::triggered, opener_.get(), [this] { opener_->openNeighbour(-1); });
    connect(&opener_->images(), &FolderImages::changed, this, [this] {
        actions_->nextImage->setEnabled(opener_->images().has(1));
        actions_->previousImage->setEnabled(opener_->images().has(-1));
    });
    connect(actions_->addNetwork, &QAction::triggered, this, [this] {
        chooseFiles(tr("Add networks"), networkFilter(), true, [this](const QStringList& files) {
            for (const auto& file : files) {
                opener_->openNetwork(file);
            }
        });
    });
    connect(actions_->openSession, &QAction::triggered, this, [this] {
        chooseFiles(tr("Open session"), savedSessionFilter(), false,
                    [this](const QStringList& files) { opener_->openSession(files.front()); });
    });
    connect(actions_->saveSession, &QAction::triggered, this, &MainWindow::saveSession);
    connect(actions_->saveSessionAs, &QAction::triggered, this, &MainWindow::saveSessionAs);
    connect(actions_->quit, &QAction::triggered, this, &QWidget::close);
    connect(opener_.get(), &FileOpener::opened, &recentFiles_, &RecentFiles::add);
    const auto remember = [this](const QString& file) {
        sessionFile_ = file;
        updateTitle();
    };
    connect(opener_.get(), &FileOpener::sessionOpened, this, remember);
    connect(opener_.get(), &FileOpener::sessionSaved, this, remember);
    connect(opener_.get(), &FileOpener::sessionSaved, this,
            [this](const QString& file) { showNote(tr("Saved %1").arg(file)); });
    connect(&recentFiles_, &RecentFiles::changed, this, &MainWindow::updateRecentFiles);
}

void MainWindow::saveSession() {
    if (!sessionFile_.isEmpty()) {
        opener_->saveSession(sessionFile_);
    } else {
        saveSessionAs();
    }
}

void MainWindow::saveSessionAs() {
    chooseTarget(tr("Save session"), sessionFilter(), QStringLiteral("lamscope"),
                 [this](const QString& file) { opener_->saveSession(file); });
}

void MainWindow::connectExports() {
    connect(actions_->exportFigure, &QAction::triggered, &figureEditor_, &FigureEditor::show);
    connect(&figureEditor_, &FigureEditor::exportRequested, this, [this] {
        const auto* dialog = figureEditor_.dialog();
        chooseTarget(
            tr("Export figure"), tr("Figures (*.pdf *.svg *.png *.tif *.tiff)"), QStringLiteral("pdf"),
            [this, saved = figureEditor_.session(), documents = dialog->documents(), options = dialog->fileOptions()](
                const QString& file) { exporter_.exportFigure(file, saved, documents, options); });
    });
    connect(actions_->exportMaps, &QAction::triggered, this, [this] {
        chooseFolder(tr("Folder for the maps"), [this](const QString& folder) { exporter_.exportMaps(folder); });
    });
    connect(actions_->exportArrays, &QAction::triggered, this, [this] {
        chooseFolder(tr("Folder for the arrays"), [this](const QString& folder) { exporter_.exportArrays(folder); });
    });
    connect(actions_->exportDiMaps, &QAction::triggered, this, [this] {
        chooseFolder(tr("Folder for the DI maps"), [this](const QString& folder) { exporter_.exportDiMaps(folder); });
    });
    const auto toFile = [this](QAction* action, const QString& suffix, auto write) {
        connect(action, &QAction::triggered, this, [this, action, suffix, write] {
            chooseTarget(action->text().remove(QStringLiteral("…")),
                         QStringLiteral("%1 (*.%2)").arg(suffix.toUpper(), suffix), suffix, write);
        });
    };
    toFile(actions_->exportCsv, QStringLiteral("csv"), [this](const QString& file) { exporter_.exportCsv(file); });
    toFile(actions_->exportLatex, QStringLiteral("tex"), [this](const QString& file) { exporter_.exportLatex(file); });
    toFile(actions_->exportJson, QStringLiteral("json"), [this](const QString& file) { exporter_.exportJson(file); });
    toFile(actions_->exportCurvesPng, QStringLiteral("png"),
           [this](const QString& file) { exporter_.exportPicture(file, curves_->picture()); });
    toFile(actions_->exportWindow, QStringLiteral("png"),
           [this](const QString& file) { exporter_.exportPicture(file, grab().toImage()); });
    toFile(actions_->exportCurvesPdf, QStringLiteral("pdf"), [this](const QString& file) {
        try {
            curves_->savePdf(file.toStdString());
            showNote(tr("Saved %1").arg(file));
        } catch (const std::exception& error) {
            showTrouble(QString::fromStdString(error.what()));
        }
    });
}

void MainWindow::connectViewActions() {
    auto& transform = grid_->transform();
    connect(actions_->fit, &QAction::triggered, grid_, &ViewGrid::toggleWhole);
    connect(actions_->actualSize, &QAction::triggered, &transform, [&transform] { transform.setZoom(1.0); });
    connect(actions_->zoomIn, &QAction::triggered, &transform,
            [&transform] { transform.setZoom(transform.zoom() * zoomStep); });
    connect(actions_->zoomOut, &QAction::triggered, &transform,
            [&transform] { transform.setZoom(transform.zoom() / zoomStep); });
    connect(actions_->maximise, &QAction::triggered, this, [this](bool on) {
        grid_->setMaximised(on && session_.selected() != 0 ? ViewGrid::Maximised::Network : ViewGrid::Maximised::None,
                            session_.selected());
    });
    auto* peek = new NetworkPeek(*grid_, grid_);
    for (std::size_t n = 0; n < actions_->showNetwork.size(); ++n) {
        peek->add(
            actions_->showNetwork.at(n),
            [this, n] { return n < session_.networks().size() ? session_.networks()[n].id : 0; },
            [this, n] { actions_->toggleNetwork(n); });
    }
    connect(grid_, &ViewGrid::maximisedChanged, this,
            [this] { actions_->maximise->setChecked(grid_->maximised() != ViewGrid::Maximised::None); });
}

void MainWindow::connectPanels() {
    grid_->addAction(actions_->allPanels);
    connect(actions_->allPanels, &QAction::triggered, this, [this] {
        docks_->toggleAll();
        if (session_.hasImage()) {
            grid_->setFocus();  // what had it may be hidden now
        }
    });
    connect(actions_->fullScreen, &QAction::triggered, this,
            [this](bool on) { setWindowState(windowState().setFlag(Qt::WindowFullScreen, on)); });
    connect(actions_->card, &QAction::triggered, this, [this] {
        if (networkPanel_->isCardOpen() && networkPanel_->isVisible()) {
            networkPanel_->closeCard();
        } else {
            docks_->bringToFront(*networksDock_);
            networkPanel_->openCard();
        }
    });
    connect(actions_->log, &QAction::triggered, this, [this] { docks_->bringToFront(*logDock_); });
}

void MainWindow::connectTools() {
    connect(actions_->copyCommand, &QAction::triggered, this, [this] {
        const auto engine = engineOptions();
        const auto command = commandLine(session_, engine.device, engine.threads);
        if (command.isEmpty()) {
            showTrouble(tr("There is nothing to repeat: open an image and a network first."));
            return;
        }
        QGuiApplication::clipboard()->setText(command);
        showNote(tr("Copied: %1").arg(command));
    });
    connect(actions_->cancel, &QAction::triggered, controller_.get(), &LiveController::cancel);
    connect(actions_->diMap, &QAction::triggered, controller_.get(), &LiveController::scanDiMaps);
    connect(actions_->settings, &QAction::triggered, this, [this] {
        auto* dialog = new SettingsDialog(settings_, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &SettingsDialog::settingsChosen, this, &MainWindow::applySettings);
        dialog->open();
    });
    connect(actions_->sanity, &QAction::triggered, this, &MainWindow::showSanity);
    connect(actions_->about, &QAction::triggered, this, [this] {
        auto* dialog = new AboutDialog(this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    connect(actions_->shortcuts, &QAction::triggered, this, [this] {
        auto* dialog = new ShortcutsDialog(actions_->groups(), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->show();
    });
    connect(&session_, &Session::troubleReported, this, &MainWindow::showTrouble);
    connect(&session_, &Session::noteReported, this, &MainWindow::showNote);
}

void MainWindow::connectController() {
    connect(controller_.get(), &LiveController::deviceChosen, this, [this](const QString& device, int threads) {
        session_.setDevice(device, threads);
        const auto cores = threads == 1 ? tr("CPU, 1 thread") : tr("CPU, %1 threads").arg(threads);
        status_->setDevice(device == QLatin1String("cpu") ? cores : tr("CUDA"));
    });
    connect(controller_.get(), &LiveController::mapArrived, this, [this](int id, qint64 request) {
        if (request != latencyShownFor_) {
            latencyShownFor_ = request;
            status_->setLatency(session_.network(id)->latencySeconds);
        }
    });
    connect(controller_.get(), &LiveController::imageOpened, this, [this] {
        log_->append(LogView::Severity::Info, tr("Opened %1").arg(QString::fromStdString(session_.image().file)));
        offerTurn();
    });
    connect(controller_.get(), &LiveController::networkLoaded, this, [this](int id) {
        log_->append(LogView::Severity::Info, tr("Loaded %1").arg(session_.network(id)->name()));
    });
}

void MainWindow::showSanity() {
    if (sanity_ == nullptr) {
        sanity_ = new SanityDialog(this);
        new SanityRun(session_, *controller_, *sanity_);
    }
    sanity_->show();
    sanity_->raise();
}

// --- state

LiveEngineOptions MainWindow::engineOptions() const {
    LiveEngineOptions engine;
    engine.load = options_.load;
    engine.device = options_.device.value_or(settings_.device);
    engine.threads = options_.threads.value_or(settings_.computeThreads);
    engine.retainedBytes = settings_.cacheMiB * bytesPerMiB;
    return engine;
}

void MainWindow::applySettings(const Settings& settings) {
    const auto before = settings_;
    settings_ = settings;
    saveSettings(settings_, store_);
    theme_.apply(settings_.theme);
    recentFiles_.setLimit(settings_.recentFiles);
    autosave_->setEnabled(settings_.autosave);
    controller_->setLiveWhileDragging(settings_.liveWhileDragging);
    if (settings_.device != before.device || settings_.computeThreads != before.computeThreads) {
        options_.device.reset();
        options_.threads.reset();
        controller_->restart(engineOptions());
        return;
    }
    if (settings_.cacheMiB != before.cacheMiB) {
        controller_->setRetainedBytes(settings_.cacheMiB * bytesPerMiB);
    }
}

void MainWindow::showStartPageOrGrid() {
    const bool grid = session_.hasImage();
    const bool changes = grid != (stack_->currentWidget() == grid_);
    stack_->setCurrentWidget(grid ? static_cast<QWidget*>(grid_) : startPage_);
    if (changes && grid) {
        grid_->setFocus();
    }
    // Without an image there is nothing to say in them, and the start page needs the room.
    docks_->setAside({curvesDock_, resultsDock_, erfDock_, logDock_}, !grid);
}

void MainWindow::updateTitle() {
    QStringList parts;
    if (session_.hasImage()) {
        parts << QFileInfo(QString::fromStdString(session_.image().file)).fileName();
    }
    if (!sessionFile_.isEmpty()) {
        parts << QFileInfo(sessionFile_).fileName();
    }
    parts << QStringLiteral("Lamscope");
    setWindowTitle(parts.join(QStringLiteral(" – ")));
}

void MainWindow::updateRecentFiles() {
    startOn(pool_, [this, all = recentFiles_.all()] {
        const auto files = RecentFiles::existing(all);
        callQueued(this, [this, files] {
            startPage_->setRecentFiles(files);
            actions_->recentFiles->clear();
            for (const auto& file : files) {
                auto* action = actions_->recentFiles->addAction(QFileInfo(file).fileName());
                action->setToolTip(file);
                connect(action, &QAction::triggered, this, [this, file] { opener_->open({file}); });
            }
            actions_->recentFiles->setEnabled(!files.isEmpty());
            if (!files.isEmpty()) {
                actions_->recentFiles->addSeparator();
                connect(actions_->recentFiles->addAction(tr("Forget all")), &QAction::triggered, &recentFiles_,
                        &RecentFiles::clear);
            }
        });
    });
}

void MainWindow::makeSamples() {
    startOn(pool_, [this] {
        std::vector<ShippedScene> scenes;
        std::vector<ModelSpec> networks;
        std::vector<Sample> samples;
        try {
            networks = shippedNetworks();
            for (auto& scene : shippedScenes()) {
                samples.push_back({.title = QString::fromStdString(scene.title),
                                   .description = QString::fromStdString(scene.description),
                                   .thumbnail = toQImage(readImage(scene.hr).image)});
                scenes.push_back(std::move(scene));
            }
        } catch (const std::exception& error) {
            callQueued(this, [this, text = QString::fromStdString(error.what())] { showTrouble(text); });
        }
        callQueued(this, [this, scenes, networks, samples] {
            scenes_ = scenes;
            shippedNetworks_ = networks;
            startPage_->setSamples(samples);
        });
    });
}

void MainWindow::openScene(std::size_t index) {
    const auto& scene = scenes_.at(index);
    const auto& [x, y, size] = scene.patches.front().patch;
    opener_->placeBox({.x = x, .y = y, .size = size});
    opener_->openImage(QString::fromStdString(scene.hr.string()));
    for (const auto& spec : shippedNetworks_) {
        const auto isSame = [&](const NetworkEntry& entry) { return entry.spec.file == spec.file; };
        if (std::ranges::none_of(session_.networks(), isSame)) {
            session_.addNetwork(spec);
        }
    }
}

void MainWindow::offerRecovered() {
    const auto file = autosave_->recovered();
    if (!file.isEmpty()) {
        messages_->showTrouble(autosave_->crashed()
                                   ? tr("Lamscope did not end properly last time. What was open has been kept.")
                                   : tr("Last time Lamscope was ended by a log-out, a signal or the loss of its "
                                        "display. What was open has been kept."),
                               {{tr("Open it"), [this, file] { opener_->openSession(file); }}});
    }
}

void MainWindow::offerTurn() {
    const auto text = QString::fromStdString(session_.image().turnNote);
    if (text.isEmpty()) {
        return;
    }
    const auto file = QString::fromStdString(session_.image().file);
    messages_->showNote(text, {{tr("Turn it"), [this, file] { opener_->openImage(file, ExifOrientation::Applied); }}});
    log_->append(LogView::Severity::Note, text);
}

void MainWindow::showTrouble(const QString& text) {
    messages_->showTrouble(text);
    log_->append(LogView::Severity::Trouble, text);
}

void MainWindow::showNote(const QString& text) {
    messages_->showNote(text);
    log_->append(LogView::Severity::Note, text);
}

// --- events

bool MainWindow::event(QEvent* event) {
    // Where no widget has the focus, Tab means what it means in the views.
    if (event->type() == QEvent::KeyPress && focusWidget() == nullptr && session_.hasImage()) {
        const auto& key = dynamic_cast<const QKeyEvent&>(*event);
        if (key.key() == Qt::Key_Tab && key.modifiers() == Qt::NoModifier) {
            actions_->allPanels->trigger();
            return true;
        }
    }
    return QMainWindow::event(event);
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange && actions_ != nullptr) {
        actions_->fullScreen->setChecked(isFullScreen());
    }
}

void MainWindow::closeEvent(QCloseEvent* event) {
    store_.setValue(QStringLiteral("window/geometry"), saveGeometry());
    store_.setValue(QStringLiteral("window/layout"), docks_->saved());
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!localFiles(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    opener_->open(localFiles(event->mimeData()));
    event->acceptProposedAction();
}

}  // namespace lamscope::ui
