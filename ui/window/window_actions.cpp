// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/window_actions.h"

#include <QMainWindow>
#include <QMenuBar>

#include "dialogs/icons.h"

namespace lamscope::ui {

namespace {

/// The n-th network of the list, counted from 0; null if there are fewer.
const NetworkEntry* nth(const Session& session, std::size_t n) {
    return n < session.networks().size() ? &session.networks()[n] : nullptr;
}

}  // namespace

WindowActions::WindowActions(Session& session, QMainWindow& window)
    : session_(session)
    , window_(window) {
    makeFileMenu();
    makeEditMenu();
    makeViewMenu();
    makeNetworksMenu();
    makeToolsMenu();
    makeHelpMenu();
}

QAction* WindowActions::add(QMenu* menu, const QString& text, const QKeySequence& key, const QString& iconName) {
    auto* action = menu->addAction(text);
    action->setShortcut(key);
    if (!iconName.isEmpty()) {
        action->setIcon(icon(iconName));
    }
    return action;
}

void WindowActions::makeFileMenu() {
    auto* menu = menus_.emplace_back(window_.menuBar()->addMenu(QObject::tr("&File")));
    openImage = add(menu, QObject::tr("&Open image…"), QKeySequence::Open, QStringLiteral("open-image"));
    openReference = add(menu, QObject::tr("Open re&ference image…"), QObject::tr("Ctrl+Shift+R"));
    openReference->setToolTip(QObject::tr("The clean or HR image beside the open one, which is then the input"));
    removeReference = add(menu, QObject::tr("Remo&ve the reference image"), {});
    for (auto* action : {openReference, removeReference}) {
        action->setEnabled(false);
    }
    nextImage = add(menu, QObject::tr("Next ima&ge of the folder"), QKeySequence::MoveToNextPage);
    previousImage = add(menu, QObject::tr("&Previous image of the folder"), QKeySequence::MoveToPreviousPage);
    for (auto* action : {nextImage, previousImage}) {
        action->setEnabled(false);
    }
    addNetwork = add(menu, QObject::tr("Add &network…"), QObject::tr("Ctrl+N"), QStringLiteral("add-network"));
    recentFiles = menu->addMenu(QObject::tr("Open &recent"));
    menu->addSeparator();
    openSession = add(menu, QObject::tr("Open s&ession…"), QObject::tr("Ctrl+Shift+O"));
    saveSession = add(menu, QObject::tr("&Save session"), QKeySequence::Save, QStringLiteral("save"));
    saveSessionAs = add(menu, QObject::tr("Save session &as…"), QObject::tr("Ctrl+Shift+S"));
    menu->addSeparator();
    exportMenu = menu->addMenu(icon(QStringLiteral("export")), QObject::tr("E&xport"));
    exportWindow =
        add(exportMenu, QObject::tr("Window as PNG…"), QObject::tr("Ctrl+Shift+P"), QStringLiteral("camera"));
    showExport = add(menu, QObject::tr("Export menu"), QObject::tr("E"));
    menu->addSeparator();
    quit = add(menu, QObject::tr("&Quit"), QKeySequence::Quit);
}

void WindowActions::makeEditMenu() {
    auto* menu = menus_.emplace_back(window_.menuBar()->addMenu(QObject::tr("&Edit")));
    undo = session_.undoStack().createUndoAction(&window_, QObject::tr("Undo"));
    undo->setShortcut(QKeySequence::Undo);
    undo->setIcon(icon(QStringLiteral("undo")));
    redo = session_.undoStack().createRedoAction(&window_, QObject::tr("Redo"));
    redo->setShortcuts({QKeySequence(QObject::tr("Ctrl+Y")), QKeySequence(QObject::tr("Ctrl+Shift+Z"))});
    redo->setIcon(icon(QStringLiteral("redo")));
    menu->addActions({undo, redo});
    menu->addSeparator();
    copyCommand = add(menu, QObject::tr("Copy as &command"), QObject::tr("Ctrl+Shift+C"), QStringLiteral("copy"));
    copyCommand->setToolTip(QObject::tr("The lamscope-cli line that gives the numbers shown"));
    menu->addSeparator();
    settings = add(menu, QObject::tr("&Settings…"), QObject::tr("Ctrl+,"), QStringLiteral("settings"));
}

void WindowActions::makeViewMenu() {
    auto* menu = view_ = menus_.emplace_back(window_.menuBar()->addMenu(QObject::tr("&View")));
    workspaces = menu->addMenu(QObject::tr("Workspaces"));
    workspaces->menuAction()->setVisible(false);
    panels = menu->addMenu(QObject::tr("Panels"));
    allPanels = add(menu, QObject::tr("Hide or show all panels"), Qt::Key_Tab);
    // Elsewhere Tab goes to the next control; the window adds the action to the views.
    allPanels->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    fullScreen = add(menu, QObject::tr("Full screen"), Qt::Key_F11);
    fullScreen->setCheckable(true);
}

void WindowActions::makeNetworksMenu() {
    auto* menu = menus_.emplace_back(window_.menuBar()->addMenu(QObject::tr("&Networks")));
    menu->addAction(addNetwork);
    connectNetwork = add(menu, QObject::tr("&Connect…"), QObject::tr("Ctrl+Shift+N"));
    connectNetwork->setToolTip(QObject::tr("A network that runs in a Python process, here or on another machine"));
    card = add(menu, QObject::tr("Card of the selected network"), QObject::tr("I"), QStringLiteral("info"));
    auto* sort = add(menu, QObject::tr("Sort by DI"), QObject::tr("D"));
    QObject::connect(sort, &QAction::triggered, &session_, &Session::sortByDiffusionIndex);
    auto* remove =
        add(menu, QObject::tr("Remove selected network"), QObject::tr("Ctrl+Delete"), QStringLiteral("remove"));
    QObject::connect(remove, &QAction::triggered, &session_, [this] { session_.removeNetwork(session_.selected()); });
    menu->addSeparator();
    auto* show = menu->addMenu(QObject::tr("Show or hide"));
    auto* reference = menu->addMenu(QObject::tr("Reference network"));
    for (std::size_t n = 0; n < showNetwork.size(); ++n) {
        const auto name = QObject::tr("Network %1").arg(n + 1);
        auto* toggle = showNetwork.at(n) = add(show, name, QKeySequence(QString::number(n + 1)));
        auto* choose = add(reference, name, QKeySequence(QStringLiteral("Shift+%1").arg(n + 1)));
        QObject::connect(choose, &QAction::triggered, &session_, [this, n] {
            if (const auto* entry = nth(session_, n)) {
                session_.setReference(entry->id);
            }
        });
        const auto follow = [this, toggle, choose, name, n] {
            const auto* entry = nth(session_, n);
            for (auto* action : {toggle, choose}) {
                action->setEnabled(entry != nullptr);
                action->setText(entry != nullptr ? entry->name().replace(QLatin1Char('&'), QLatin1String("&&")) : name);
            }
        };
        QObject::connect(&session_, &Session::networkListChanged, toggle, follow);
        QObject::connect(&session_, &Session::networkChanged, toggle, follow);
        follow();
    }
}

void WindowActions::toggleNetwork(std::size_t n) const {
    if (const auto* entry = nth(session_, n)) {
        const auto id = entry->id;
        const bool shown = !entry->shown;
        session_.setShown(id, shown);
        if (shown) {
            session_.select(id);
        }
    }
}

void WindowActions::makeToolsMenu() {
    auto* menu = tools_ = menus_.emplace_back(window_.menuBar()->addMenu(QObject::tr("&Tools")));
    pause = add(menu, QObject::tr("Pause live"), QObject::tr("Space"), QStringLiteral("pause"));
    pause->setCheckable(true);
    pause->setToolTip(QObject::tr("Maps wait until this is pressed again; images and networks are still loaded"));
    QObject::connect(pause, &QAction::triggered, &session_, &Session::setPaused);
    QObject::connect(&session_, &Session::pausedChanged, pause, [this] {
        pause->setChecked(session_.isPaused());
        pause->setIcon(icon(session_.isPaused() ? QStringLiteral("play") : QStringLiteral("pause")));
    });
    cancel = add(menu, QObject::tr("Stop computing"), QObject::tr("Esc"), QStringLiteral("cancel"));
    log = add(menu, QObject::tr("Log"), QObject::tr("Ctrl+L"));
}

void WindowActions::makeHelpMenu() {
    auto* menu = menus_.emplace_back(window_.menuBar()->addMenu(QObject::tr("&Help")));
    shortcuts = add(menu, QObject::tr("&Keyboard and mouse"), QObject::tr("?"), QStringLiteral("help"));
    shortcuts->setShortcuts({QKeySequence(QObject::tr("?")), QKeySequence(QObject::tr("F1"))});
    about = add(menu, QObject::tr("&About and citation"), {}, QStringLiteral("info"));
}

WorkspaceMenus WindowActions::addWorkspace() const {
    return {.exports = {*exportMenu, *exportWindow}, .view = {*view_, *panels->menuAction()}, .tools = {*tools_, *log}};
}

std::vector<ShortcutGroup> WindowActions::groups() const {
    std::vector<ShortcutGroup> groups;
    for (auto* menu : menus_) {
        groups.push_back({menu->title().remove(QLatin1Char('&')), menu->actions()});
    }
    return groups;
}

}  // namespace lamscope::ui
