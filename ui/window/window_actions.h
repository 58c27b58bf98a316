// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QMenu>
#include <array>
#include <vector>

#include "dialogs/shortcuts_dialog.h"
#include "session/session.h"

class QMainWindow;

namespace lamscope::ui {

/// All commands of the window with their menus and keys. Those that only change the session are connected here; the
/// window connects the others. GUI thread only.
class WindowActions {
public:
    WindowActions(Session& session, QMainWindow& window);

    /// Menus with their actions, for the table of keys.
    [[nodiscard]] std::vector<ShortcutGroup> groups() const;

    QAction* openImage = nullptr;
    QAction* nextImage = nullptr;
    QAction* previousImage = nullptr;
    QAction* addNetwork = nullptr;
    QAction* openSession = nullptr;
    QMenu* recentFiles = nullptr;
    QAction* saveSession = nullptr;
    QAction* saveSessionAs = nullptr;
    QMenu* exportMenu = nullptr;
    QAction* exportFigure = nullptr;
    QAction* exportMaps = nullptr;
    QAction* exportArrays = nullptr;
    QAction* exportDiMaps = nullptr;
    QAction* exportCsv = nullptr;
    QAction* exportJson = nullptr;
    QAction* exportLatex = nullptr;
    QAction* exportCurvesPdf = nullptr;
    QAction* exportCurvesPng = nullptr;
    QAction* exportWindow = nullptr;
    QAction* showExport = nullptr;
    QAction* quit = nullptr;

    QAction* undo = nullptr;
    QAction* redo = nullptr;
    QAction* copyCommand = nullptr;
    QAction* settings = nullptr;

    QAction* fit = nullptr;
    QAction* actualSize = nullptr;
    QAction* zoomIn = nullptr;
    QAction* zoomOut = nullptr;
    QAction* maximise = nullptr;
    QAction* allPanels = nullptr;
    QAction* fullScreen = nullptr;
    QMenu* panels = nullptr;

    QAction* card = nullptr;
    /// Shows or hides the n-th network of the list, counted from 0.
    void toggleNetwork(std::size_t n) const;
    std::array<QAction*, 9> showNetwork{};  ///< of the first networks of the list; not connected

    QAction* pause = nullptr;
    QAction* cancel = nullptr;
    QAction* diMap = nullptr;
    QAction* sanity = nullptr;
    QAction* log = nullptr;

    QAction* shortcuts = nullptr;
    QAction* about = nullptr;

private:
    static QAction* add(QMenu* menu, const QString& text, const QKeySequence& key, const QString& iconName = {});
    void makeFileMenu();
    void makeEditMenu();
    void makeViewMenu();
    void makeLayerActions(QMenu* menu);
    void makeNetworksMenu();
    void makeToolsMenu();
    void makeHelpMenu();
    void changeView(const std::function<void(ViewSettings&)>& change);

    Session& session_;
    QMainWindow& window_;
    std::vector<QMenu*> menus_;
};

}  // namespace lamscope::ui
