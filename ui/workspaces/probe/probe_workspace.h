// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "session/di_map_controller.h"
#include "session/erf_controller.h"
#include "session/restoration_controller.h"
#include "workspaces/probe/probe_actions.h"
#include "workspaces/probe/probe_exports.h"
#include "workspaces/workspace.h"

class QStackedWidget;

namespace lamscope::ui {

class CurvesPanel;
class DegradationDialog;
class ErfPanel;
class NetworkPeek;
class PathPreview;
class RestorationPanel;
class ResultsPanel;
class SanityDialog;
class Samples;
class StartPage;
class ViewGrid;

/// Where do networks look: linked panes with the box, whose maps follow it, the path's curves, the table of results,
/// the DI map, effective receptive fields. Its empty state is the start page.
class ProbeWorkspace final : public Workspace {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProbeWorkspace)

public:
    ProbeWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus);
    ~ProbeWorkspace() override;

    [[nodiscard]] QWidget* centre() override;
    [[nodiscard]] QWidget* view() override;
    [[nodiscard]] bool isEmpty() const override;
    void addControls(CompactToolBar& bar) override;
    [[nodiscard]] QList<QAction*> buttons() const override;
    [[nodiscard]] std::vector<WorkspaceDock> docks() override;
    [[nodiscard]] QString command(DeviceChoice device, int threads) const override;
    void setOpen(bool open) override;

    [[nodiscard]] ViewGrid& grid() { return *grid_; }
    [[nodiscard]] const ProbeActions& actions() const { return actions_; }
    [[nodiscard]] ErfController& fields() { return fields_; }
    [[nodiscard]] RestorationController& restoration() { return restoration_; }
    [[nodiscard]] FigureEditor& figureEditor() { return exports_.figureEditor(); }

private:
    void connectStartPage();
    void connectView();
    void connectPanels();
    void showStartPageOrGrid();
    void showSanity();
    void showDegradation();

    const WorkspaceHost& host_;
    ProbeActions actions_;
    QStackedWidget* centre_;  // its widgets are the window's, see Workspace
    StartPage* startPage_;
    ViewGrid* grid_;
    PathPreview* pathPreview_;
    CurvesPanel* curves_;
    ResultsPanel* results_;
    NetworkPeek* peek_;
    bool isOpen_ = false;
    SanityDialog* sanity_ = nullptr;
    DegradationDialog* degradation_ = nullptr;
    DiMapController diMaps_;
    ErfController fields_;
    RestorationController restoration_;
    ErfPanel* fieldPanel_;
    RestorationPanel* restorationPanel_;
    ProbeExports exports_;
    std::unique_ptr<Samples> samples_;
};

}  // namespace lamscope::ui
