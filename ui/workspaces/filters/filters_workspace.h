// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <functional>

#include "base/atomic_file.h"
#include "session/faig_controller.h"
#include "workspaces/filters/filters_actions.h"
#include "workspaces/workspace.h"

class QStackedWidget;

namespace lamscope::ui {

class FiltersAccuracy;
class FiltersForm;
class FiltersResults;
class FiltersStart;
class FilterTable;
class MaskingPanel;

/// Which filters of a network do one job: their scores as a map and a table, what masking or re-weighting them does to
/// pictures, and curves over how many are masked (FAIG).
class FiltersWorkspace final : public Workspace {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FiltersWorkspace)

public:
    FiltersWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus);
    ~FiltersWorkspace() override = default;

    [[nodiscard]] QWidget* centre() override;
    [[nodiscard]] QWidget* view() override;
    [[nodiscard]] bool tabHidesPanels() const override { return false; }
    [[nodiscard]] bool isEmpty() const override;
    void addControls(CompactToolBar& bar) override;
    [[nodiscard]] std::vector<WorkspaceDock> docks() override;
    [[nodiscard]] QString command(DeviceChoice device, int threads) const override;
    [[nodiscard]] nlohmann::ordered_json kept() const override;
    void restore(const nlohmann::ordered_json& kept) override;

    [[nodiscard]] FaigController& filters() { return filters_; }
    /// Opens and runs the shipped pair.
    void runSample();

private:
    void connectCommands();
    void connectExports();
    void runOrCancel();
    void saveNetwork();
    void exportTo(QAction* action, const QString& filter, const QString& suffix,
                  const std::function<void(StagedFiles&, const FaigDocument&, const std::filesystem::path&)>& add);
    void follow();

    const WorkspaceHost& host_;
    FiltersActions actions_;
    FaigController filters_;
    QStackedWidget* centre_;  // its widgets are the window's, see Workspace
    FiltersStart* start_;
    FiltersResults* results_;
    FiltersForm* form_;
    FilterTable* table_;
    MaskingPanel* masking_;
    FiltersAccuracy* accuracy_;
    bool wasEmpty_ = true;
    QThreadPool pool_;  // last: its work reports to the others
};

}  // namespace lamscope::ui
