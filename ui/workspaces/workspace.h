// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>
#include <QWidget>
#include <array>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dialogs/recent_files.h"
#include "session/live_controller.h"
#include "view/readout.h"
#include "workspaces/compact_tool_bar.h"
#include "workspaces/file_choice.h"
#include "workspaces/file_writer.h"
#include "workspaces/menu_section.h"

class QAction;

namespace lamscope::ui {

/// A workspace's places in the window's menus.
struct WorkspaceMenus {
    MenuSection exports;
    MenuSection view;
    MenuSection tools;
};

/// What the window has for its workspaces. All of it outlives them.
struct WorkspaceHost {
    QWidget& window;  ///< parent of dialogs
    Session& session;
    LiveController& controller;
    RecentFiles& recentFiles;
    const FileChoice& choice;
    FileWriter& writer;
    QAction& openImage;
    QAction& addNetwork;
    QAction& copyCommand;
    /// The keys of the first networks; what they do is toggleNetwork(), which the probe calls when they are released.
    std::array<QAction*, 9> showNetwork;
    std::function<void(std::size_t n)> toggleNetwork;
    /// Opens images, networks, sessions and studies.
    std::function<void(const QStringList& files)> open;
    /// Opens the image of a scene with the box at its first place.
    std::function<void(const Scene& scene)> openAt;
    /// Brings the probe to the front, from where Esc leads to the workspace of this name.
    std::function<void(std::string_view from)> lookInProbe;
    QString folder;  ///< for files that are written without asking where to; may not exist yet
};

/// A panel of a workspace. The window owns its content.
struct WorkspaceDock {
    Qt::DockWidgetArea area;
    QString title;
    const char* name;  ///< in saved layouts; never renamed
    QWidget* content;
};

/// A way of working with the open image and networks, such as probing them: what stands in the middle of the window,
/// with its commands, controls and panels. Image, networks, undo, log, theme and device are the window's.
///
/// The window makes a workspace when it is first opened and keeps it. It owns all widgets that the workspace hands out,
/// and deletes them before the workspace. Commands are put into WorkspaceMenus by the constructor. While another
/// workspace is in front, commands, controls and panels are hidden and nothing else changes. GUI thread only.
class Workspace : public QObject {
    Q_OBJECT

public:
    /// What stands in the middle; also the empty state, which says in one line what the workspace answers.
    [[nodiscard]] virtual QWidget* centre() = 0;
    /// The part of centre() that takes the focus.
    [[nodiscard]] virtual QWidget* view() = 0;
    /// Whether the Tab key in view() hides and shows the panels. Otherwise it goes to the next control, as it must where
    /// there are several.
    [[nodiscard]] virtual bool tabHidesPanels() const { return true; }
    /// The empty state is shown, and the panels below have nothing to say. emptyChanged() announces it.
    [[nodiscard]] virtual bool isEmpty() const = 0;

    /// Adds its controls to the toolbar, which owns them; called once.
    virtual void addControls(CompactToolBar& bar) = 0;
    /// Commands that have a button beside undo and redo.
    [[nodiscard]] virtual QList<QAction*> buttons() const { return {}; }
    /// Its panels; those at the bottom share one place with the log. Called once.
    [[nodiscard]] virtual std::vector<WorkspaceDock> docks() { return {}; }
    /// The `lamscope-cli` lines that give what is shown, for *Copy as command*; empty where there is nothing to repeat.
    /// @param device, threads  as they were chosen.
    [[nodiscard]] virtual QString command(DeviceChoice device, int threads) const = 0;

    /// What session files keep for it beside the Session; null: nothing. keptChanged() announces a change.
    [[nodiscard]] virtual nlohmann::ordered_json kept() const { return nullptr; }
    /// Takes back what kept() gave, in this or in another version; null: begins anew. Reports trouble in the session
    /// and does not throw.
    virtual void restore(const nlohmann::ordered_json& /*kept*/) {}
    /// Opens a file that this workspace alone reads.
    virtual void openFile(const QString& /*file*/) {}
    /// It has come to the front, also as the first one of a window, or has left it. Behind, it must not take the focus.
    virtual void setOpen(bool /*open*/) {}

signals:
    void emptyChanged();
    void keptChanged();
    /// The pointer is over a pixel, for the status line; pointerLeft(): no longer.
    void hovered(const lamscope::ui::Readout& readout);
    void pointerLeft();
};

/// A workspace as the window lists it.
struct WorkspaceRow {
    const char* name;  ///< in session files; never renamed
    QString title;
    QString icon;  ///< see icon()
    std::function<std::unique_ptr<Workspace>(const WorkspaceHost& host, WorkspaceMenus& menus)> make;
};

/// The window's workspaces, in the order of their tabs: the first opens with the window.
[[nodiscard]] std::vector<WorkspaceRow> allWorkspaces();

}  // namespace lamscope::ui
