// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QSettings>
#include <memory>

#include "dialogs/recent_files.h"
#include "dialogs/settings.h"
#include "session/live_controller.h"
#include "window/autosave.h"
#include "window/file_actions.h"
#include "window/file_opener.h"
#include "window/window_actions.h"
#include "window/window_workspaces.h"
#include "workspaces/file_choice.h"
#include "workspaces/file_writer.h"
#include "workspaces/workspace.h"

class QDockWidget;
class QToolButton;

namespace lamscope::ui {

class LogView;
class MessageBar;
class NetworkPanel;
class ProbeWorkspace;
class StatusLine;
class WindowDocks;

/// What a window needs to know beside the user's settings.
struct MainWindowOptions {
    QString stateFolder;                 ///< settings, autosaved session; made if need be
    std::optional<DeviceChoice> device;  ///< instead of the settings'
    std::optional<int> threads;          ///< instead of the settings'
    /// Makes networks; replaced by tests.
    std::function<SrModel(const ModelSpec&, const std::string& device)> load = loadModel;
    std::vector<WorkspaceRow> workspaces = allWorkspaces();  ///< tests add some
};

/// The program's window: what is open, with its files, networks, undo, log, theme and device, and a workspace in its
/// middle.
class MainWindow final : public QMainWindow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MainWindow)

public:
    explicit MainWindow(const MainWindowOptions& options, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] LiveController& controller() { return *controller_; }
    [[nodiscard]] WindowWorkspaces& workspaces() { return *workspaces_; }
    [[nodiscard]] ProbeWorkspace& probe();
    [[nodiscard]] const WindowActions& actions() const { return *actions_; }
    [[nodiscard]] MessageBar& messages() { return *messages_; }
    [[nodiscard]] FileOpener& files() { return *opener_; }
    [[nodiscard]] Autosave& autosave() { return *autosave_; }

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeWorkspaces();
    void makeCentre();
    void makeDocks();
    void makeToolBar();
    void makeStatusLine();
    void connectPanels();
    void connectTools();
    void connectController();
    void offerRecovered();

    void applySettings(const Settings& settings);
    [[nodiscard]] LiveEngineOptions engineOptions() const;
    void showTrouble(const QString& text);
    /// Where the image could be read in another way too (turned, stretched): says so, with a click that does it.
    void offerReadings();
    /// Asks what a dropped image is, where it may be the reference as well: not modal.
    void offerReference(const QString& file);
    void showNote(const QString& text);

    MainWindowOptions options_;
    QSettings store_;
    Settings settings_;
    Session session_;
    RecentFiles recentFiles_;
    std::unique_ptr<LiveController> controller_;
    std::unique_ptr<FileOpener> opener_;
    std::unique_ptr<Autosave> autosave_;
    std::unique_ptr<WindowActions> actions_;
    FileChoice choice_;
    FileWriter writer_;
    ThemeSwitch theme_;
    std::unique_ptr<FileActions> fileActions_;
    qint64 latencyShownFor_ = 0;

    MessageBar* messages_ = nullptr;
    NetworkPanel* networkPanel_ = nullptr;
    WindowDocks* docks_ = nullptr;
    QDockWidget* networksDock_ = nullptr;
    QDockWidget* logDock_ = nullptr;
    StatusLine* status_ = nullptr;
    LogView* log_ = nullptr;
    QToolButton* exportButton_ = nullptr;
    std::unique_ptr<WindowWorkspaces> workspaces_;  // last: they use all the others
};

}  // namespace lamscope::ui
