// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QMenu>
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

    QAction* openImage;
    QAction* addNetwork;
    QAction* openSession;
    QMenu* recentFiles;
    QAction* saveSession;
    QAction* saveSessionAs;
    QMenu* exportMenu;
    QAction* exportMaps;
    QAction* exportArrays;
    QAction* exportCsv;
    QAction* exportJson;
    QAction* exportLatex;
    QAction* exportCurvesPdf;
    QAction* exportCurvesPng;
    QAction* exportWindow;
    QAction* showExport;
    QAction* quit;

    QAction* undo;
    QAction* redo;
    QAction* copyCommand;
    QAction* settings;

    QAction* fit;
    QAction* actualSize;
    QAction* zoomIn;
    QAction* zoomOut;
    QAction* maximise;
    QMenu* panels;

    QAction* pause;
    QAction* cancel;
    QAction* sanity;
    QAction* log;

    QAction* shortcuts;
    QAction* about;

private:
    QAction* add(QMenu* menu, const QString& text, const QKeySequence& key, const QString& iconName = {});
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
