// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/main_window.h"

#include <QAbstractButton>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QFileInfo>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QListWidget>
#include <QScreen>
#include <QToolButton>
#include <QVBoxLayout>

#include "dialogs/about_dialog.h"
#include "dialogs/drop_zone.h"
#include "dialogs/icons.h"
#include "dialogs/log_view.h"
#include "dialogs/message_bar.h"
#include "dialogs/settings_dialog.h"
#include "panels/network_panel.h"
#include "window/status_line.h"
#include "window/window_docks.h"
#include "workspaces/probe/probe_workspace.h"

namespace lamscope::ui {

namespace {

constexpr std::int64_t bytesPerMiB = 1LL << 20;

/// Whether Space presses the widget, or ticks the row that is current in it.
bool takesSpace(const QWidget* widget) {
    if (qobject_cast<const QAbstractButton*>(widget) != nullptr) {
        return true;
    }
    const auto* list = qobject_cast<const QListWidget*>(widget);
    return list != nullptr && list->currentIndex().flags().testFlag(Qt::ItemIsUserCheckable);
}

}  // namespace

MainWindow::MainWindow(const MainWindowOptions& options, QWidget* parent)
    : QMainWindow(parent)
    , options_(options)
    , store_(QDir(options.stateFolder).filePath(QStringLiteral("lamscope.ini")), QSettings::IniFormat)
    , settings_(loadSettings(store_))
    , recentFiles_(store_, settings_.recentFiles)
    , choice_(*this, store_)
    , writer_(session_) {
    setObjectName(QStringLiteral("lamscope"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    theme_.apply(settings_.theme);
    autosave_ = std::make_unique<Autosave>(session_, options_.stateFolder);
    autosave_->setEnabled(settings_.autosave);
    log_ = new LogView(this);
    controller_ = std::make_unique<LiveController>(session_, engineOptions());
    controller_->setLiveWhileDragging(settings_.liveWhileDragging);
    opener_ = std::make_unique<FileOpener>(session_, *controller_);
    actions_ = std::make_unique<WindowActions>(session_, *this);

    makeWorkspaces();
    makeCentre();
    makeDocks();
    makeToolBar();
    makeStatusLine();
    fileActions_ = std::make_unique<FileActions>(session_, *opener_, *actions_, recentFiles_, choice_, *this);
    connectPanels();
    connectTools();
    connectController();
    offerRecovered();
    recentFiles_.find();

    constexpr QSize defaultSize(1400, 900);
    resize(defaultSize.boundedTo(screen()->availableSize()));
    restoreGeometry(store_.value(QStringLiteral("window/geometry")).toByteArray());
    workspaces_->begin(store_);
    for (auto* button : findChildren<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"))) {
        button->setAccessibleName(tr("More of the toolbar"));
    }
}

MainWindow::~MainWindow() {
    // The parts look at the session, which goes before the window's children would.
    delete takeCentralWidget();
    qDeleteAll(findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
}

// --- parts

void MainWindow::makeWorkspaces() {
    const WorkspaceHost host{.window = *this,
                             .session = session_,
                             .controller = *controller_,
                             .recentFiles = recentFiles_,
                             .choice = choice_,
                             .writer = writer_,
                             .openImage = *actions_->openImage,
                             .addNetwork = *actions_->addNetwork,
                             .copyCommand = *actions_->copyCommand,
                             .showNetwork = actions_->showNetwork,
                             .toggleNetwork = [this](std::size_t n) { actions_->toggleNetwork(n); },
                             .open = [this](const QStringList& files) { opener_->open(files); },
                             .openAt = [this](const Scene& scene) { opener_->openScene(scene); },
                             .lookInProbe = [this](std::string_view from) { workspaces_->visit("probe", from); },
                             .folder = options_.stateFolder};
    workspaces_ = std::make_unique<WindowWorkspaces>(options_.workspaces, host, *actions_);
}

ProbeWorkspace& MainWindow::probe() {
    return dynamic_cast<ProbeWorkspace&>(*workspaces_->find(QStringLiteral("probe")));
}

void MainWindow::makeCentre() {
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    messages_ = new MessageBar;
    layout->addWidget(messages_);
    layout->addWidget(workspaces_->pages(), 1);
    setCentralWidget(centre);
    connect(messages_, &MessageBar::logRequested, this, [this] { docks_->bringToFront(*logDock_); });
}

void MainWindow::makeDocks() {
    constexpr int listWidth = 196;
    constexpr int bottomHeight = 163;  // curves to read and a table of five networks; the pictures get the rest
    networkPanel_ = new NetworkPanel(session_);
    docks_ = new WindowDocks(*this);
    networksDock_ = docks_->add({Qt::LeftDockWidgetArea, tr("Networks"), "networks", networkPanel_});
    workspaces_->addDocks(*docks_);
    logDock_ = docks_->add({Qt::BottomDockWidgetArea, tr("Log"), "log", log_});
    resizeDocks({networksDock_}, {listWidth}, Qt::Horizontal);
    docks_->resizeBottom(bottomHeight);
    connect(networkPanel_, &NetworkPanel::addRequested, actions_->addNetwork, &QAction::trigger);
}

void MainWindow::makeToolBar() {
    auto* bar = new CompactToolBar(tr("Toolbar"));
    bar->setObjectName(QStringLiteral("toolbar"));
    addToolBar(bar);
    workspaces_->addTabs(*bar);
    bar->addButton(actions_->openImage);
    bar->addButton(actions_->addNetwork);
    workspaces_->addControls(*bar);
    for (auto* action : {actions_->undo, actions_->redo}) {
        bar->addSpareButton(action);
    }
    workspaces_->addButtons(*bar);
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
    connect(workspaces_.get(), &WindowWorkspaces::hovered, status_, &StatusLine::showReadout);
    connect(workspaces_.get(), &WindowWorkspaces::pointerLeft, status_, &StatusLine::clearReadout);
    connect(status_, &StatusLine::cancelRequested, controller_.get(), &LiveController::cancel);
}

// --- actions

void MainWindow::connectPanels() {
    connect(actions_->allPanels, &QAction::triggered, this, [this] {
        docks_->toggleAll();
        if (auto& workspace = workspaces_->current(); !workspace.isEmpty()) {
            workspace.view()->setFocus();  // what had it may be hidden now
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
        const auto command = workspaces_->current().command(engine.device, engine.threads);
        if (command.isEmpty()) {
            showTrouble(tr("There is nothing to repeat: open an image and a network, or run the study first."));
            return;
        }
        QGuiApplication::clipboard()->setText(command);
        showNote(tr("Copied: %1").arg(command));
    });
    connect(actions_->exportWindow, &QAction::triggered, this, [this] {
        choice_.target(actions_->exportWindow->text().remove(QStringLiteral("…")), QStringLiteral("PNG (*.png)"),
                       QStringLiteral("png"),
                       [this](const QString& file) { writer_.writePicture(file, grab().toImage()); });
    });
    connect(actions_->cancel, &QAction::triggered, this, [this] {
        if (!workspaces_->goBack()) {
            controller_->cancel();
        }
    });
    connect(opener_.get(), &FileOpener::studyChosen, this,
            [this](const QString& file) { workspaces_->open("study").openFile(file); });
    connect(actions_->settings, &QAction::triggered, this, [this] {
        auto* dialog = new SettingsDialog(settings_, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &SettingsDialog::settingsChosen, this, &MainWindow::applySettings);
        dialog->open();
    });
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
    connect(&session_, &Session::startWanted, this, [this](int id, const QString& script) {
        const auto text = tr("%1 would be started over ssh: %2. Start it only if you trust the file that names it.")
                              .arg(session_.network(id)->name(), script);
        messages_->showTrouble(text, {{tr("Start it"), [this, id] { session_.start(id); }}});
        log_->append(LogView::Severity::Trouble, text);
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
        offerReadings();
    });
    connect(controller_.get(), &LiveController::networkLoaded, this, [this](int id) {
        log_->append(LogView::Severity::Info, tr("Loaded %1").arg(session_.network(id)->name()));
    });
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

void MainWindow::offerReadings() {
    const auto file = session_.image().file;
    for (const auto& [member, note] : session_.image().offers) {
        const auto openSo = [this, file, chosen = member] {
            auto reading = session_.image().file == file ? session_.image().reading : ImageReading();
            reading.*chosen = true;
            opener_->openImage(QString::fromStdString(file), reading);
        };
        const auto text = QString::fromStdString(note);
        messages_->showNote(text, {{member == &ImageReading::upright ? tr("Turn it") : tr("Stretch"), openSo}});
        log_->append(LogView::Severity::Note, text);
    }
}

void MainWindow::offerReference(const QString& file) {
    const auto open = QFileInfo(QString::fromStdString(session_.image().file)).fileName();
    messages_->showTrouble(
        tr("%1: another image to look at, or the clean reference of %2?").arg(QFileInfo(file).fileName(), open),
        {{tr("Open it"), [this, file] { opener_->open({file}); }},
         {tr("Reference"), [this, file] { opener_->openReference(file); }}});
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
    // Space is a key of the window, too, which would take it from the focused control.
    if (event->type() == QEvent::ShortcutOverride && takesSpace(focusWidget())) {
        const auto& key = dynamic_cast<const QKeyEvent&>(*event);
        if (key.key() == Qt::Key_Space && key.modifiers() == Qt::NoModifier) {
            event->accept();
            return true;
        }
    }
    // Where no widget has the focus, Tab means what it means in the views.
    if (event->type() == QEvent::KeyPress && focusWidget() == nullptr && workspaces_->current().tabHidesPanels()
        && !workspaces_->current().isEmpty()) {
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
    workspaces_->saveLayouts(store_);
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!localFiles(*event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    const auto files = localFiles(*event->mimeData());
    const bool isImage = files.size() == 1 && kindOfFile(files.front()) == FileKind::Image;
    if (isImage && session_.hasImage() && session_.keepsSize()) {
        offerReference(files.front());
    } else {
        opener_->open(files);
    }
    event->acceptProposedAction();
}

}  // namespace lamscope::ui
