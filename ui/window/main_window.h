// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QSettings>
#include <QThreadPool>
#include <memory>

#include "dialogs/recent_files.h"
#include "dialogs/settings.h"
#include "dialogs/start_page.h"
#include "figure_editor/figure_editor.h"
#include "session/live_controller.h"
#include "study/shipped_files.h"
#include "window/autosave.h"
#include "window/exporter.h"
#include "window/file_opener.h"
#include "window/window_actions.h"

class QDockWidget;
class QStackedWidget;
class QToolButton;

namespace lamscope::ui {

class CurvesPanel;
class LogView;
class MessageBar;
class NetworkPanel;
class PathPreview;
class ResultsPanel;
class SanityDialog;
class StatusLine;
class ViewGrid;
class WindowDocks;

/// What a window needs to know beside the user's settings.
struct MainWindowOptions {
    QString stateFolder;                 ///< settings, autosaved session; made if need be
    std::optional<DeviceChoice> device;  ///< instead of the settings'
    std::optional<int> threads;          ///< instead of the settings'
    /// Makes networks; replaced by tests.
    std::function<SrModel(const ModelSpec&, const std::string& device)> load = loadModel;
};

/// The program's window: panes in the middle, networks on the left; curves, results and log below as tabs.
class MainWindow final : public QMainWindow {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(MainWindow)

public:
    explicit MainWindow(const MainWindowOptions& options, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] LiveController& controller() { return *controller_; }
    [[nodiscard]] ViewGrid& grid() { return *grid_; }
    [[nodiscard]] const WindowActions& actions() const { return *actions_; }
    [[nodiscard]] MessageBar& messages() { return *messages_; }
    [[nodiscard]] FileOpener& files() { return *opener_; }
    [[nodiscard]] Autosave& autosave() { return *autosave_; }
    [[nodiscard]] FigureEditor& figureEditor() { return figureEditor_; }

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeCentre();
    void makeDocks();
    void makeToolBar();
    void makeStatusLine();
    void connectFileActions();
    void connectExports();
    void connectViewActions();
    void connectPanels();
    void connectTools();
    void connectController();
    void makeSamples();
    /// A scene that ships with the program, under all networks that do, at the place to begin with.
    void openScene(std::size_t index);
    void offerRecovered();

    void applySettings(const Settings& settings);
    [[nodiscard]] LiveEngineOptions engineOptions() const;
    void showStartPageOrGrid();
    void updateTitle();
    void updateRecentFiles();
    void chooseFiles(const QString& title, const QString& filter, bool several,
                     const std::function<void(const QStringList&)>& use);
    void chooseTarget(const QString& title, const QString& filter, const QString& suffix,
                      const std::function<void(const QString&)>& use);
    void chooseFolder(const QString& title, const std::function<void(const QString&)>& use);
    void saveSession();
    void saveSessionAs();
    void showSanity();
    void showTrouble(const QString& text);
    /// Where the image is stored turned: says so, with a click that turns it.
    void offerTurn();
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
    Exporter exporter_;
    FigureEditor figureEditor_;
    ThemeSwitch theme_;
    QString sessionFile_;
    qint64 latencyShownFor_ = 0;
    std::vector<ShippedScene> scenes_;
    std::vector<ModelSpec> shippedNetworks_;

    MessageBar* messages_ = nullptr;
    QStackedWidget* stack_ = nullptr;
    StartPage* startPage_ = nullptr;
    ViewGrid* grid_ = nullptr;
    PathPreview* pathPreview_ = nullptr;
    NetworkPanel* networkPanel_ = nullptr;
    CurvesPanel* curves_ = nullptr;
    ResultsPanel* results_ = nullptr;
    WindowDocks* docks_ = nullptr;
    QDockWidget* networksDock_ = nullptr;
    QDockWidget* curvesDock_ = nullptr;
    QDockWidget* resultsDock_ = nullptr;
    QDockWidget* erfDock_ = nullptr;
    QDockWidget* logDock_ = nullptr;
    StatusLine* status_ = nullptr;
    LogView* log_ = nullptr;
    SanityDialog* sanity_ = nullptr;
    QToolButton* exportButton_ = nullptr;
    QThreadPool pool_;  // one thread; last: its work reports to the others
};

}  // namespace lamscope::ui
