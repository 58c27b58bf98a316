// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QMenu>
#include <array>
#include <vector>

#include "dialogs/shortcuts_dialog.h"
#include "session/session.h"
#include "workspaces/workspace.h"

class QMainWindow;

namespace lamscope::ui {

/// The window's own commands with its menus and their keys; a workspace adds its own. Those that only change the
/// session are connected here; the window connects the others. GUI thread only.
class WindowActions {
public:
    WindowActions(Session& session, QMainWindow& window);

    /// Menus with their actions, for the table of keys.
    [[nodiscard]] std::vector<ShortcutGroup> groups() const;

    QAction* openImage = nullptr;
    QAction* openReference = nullptr;
    QAction* removeReference = nullptr;
    QAction* nextImage = nullptr;
    QAction* previousImage = nullptr;
    QAction* addNetwork = nullptr;
    QAction* connectNetwork = nullptr;
    QAction* openSession = nullptr;
    QMenu* recentFiles = nullptr;
    QAction* saveSession = nullptr;
    QAction* saveSessionAs = nullptr;
    QMenu* exportMenu = nullptr;
    QAction* exportWindow = nullptr;
    QAction* showExport = nullptr;
    QAction* quit = nullptr;

    QAction* undo = nullptr;
    QAction* redo = nullptr;
    QAction* copyCommand = nullptr;
    QAction* settings = nullptr;
    QAction* allPanels = nullptr;
    QAction* fullScreen = nullptr;
    QMenu* panels = nullptr;
    QMenu* workspaces = nullptr;  ///< empty and hidden, for a window of several

    QAction* card = nullptr;
    /// Shows or hides the n-th network of the list, counted from 0.
    void toggleNetwork(std::size_t n) const;
    std::array<QAction*, 9> showNetwork{};  ///< of the first networks of the list; not connected

    QAction* pause = nullptr;
    QAction* cancel = nullptr;
    QAction* log = nullptr;

    /// For the commands of one more workspace.
    [[nodiscard]] WorkspaceMenus addWorkspace() const;

    QAction* shortcuts = nullptr;
    QAction* about = nullptr;

private:
    static QAction* add(QMenu* menu, const QString& text, const QKeySequence& key, const QString& iconName = {});
    void makeFileMenu();
    void makeEditMenu();
    void makeViewMenu();
    void makeNetworksMenu();
    void makeToolsMenu();
    void makeHelpMenu();

    Session& session_;
    QMainWindow& window_;
    QMenu* view_ = nullptr;
    QMenu* tools_ = nullptr;
    std::vector<QMenu*> menus_;
};

}  // namespace lamscope::ui
