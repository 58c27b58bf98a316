// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <filesystem>
#include <functional>

#include "base/atomic_file.h"
#include "session/features_controller.h"
#include "workspaces/features/features_actions.h"
#include "workspaces/workspace.h"

class QStackedWidget;
class QTabBar;

namespace lamscope::ui {

class FeaturesForm;
class FeaturesStart;
class GeneralizationView;
class RepresentationsView;

/// Features of networks: whether they move when the input is degraded (Generalization, SRGA), and what they sort images
/// by (Representations, DDR).
class FeaturesWorkspace final : public Workspace {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(FeaturesWorkspace)

public:
    FeaturesWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus);
    ~FeaturesWorkspace() override;

    [[nodiscard]] QWidget* centre() override;
    [[nodiscard]] QWidget* view() override;
    [[nodiscard]] bool tabHidesPanels() const override { return false; }
    [[nodiscard]] bool isEmpty() const override;
    void addControls(CompactToolBar& /*bar*/) override {}
    [[nodiscard]] std::vector<WorkspaceDock> docks() override;
    [[nodiscard]] QString command(DeviceChoice device, int threads) const override;
    [[nodiscard]] nlohmann::ordered_json kept() const override;
    void restore(const nlohmann::ordered_json& kept) override;
    void setOpen(bool open) override;

    [[nodiscard]] FeaturesController& features() { return features_; }
    [[nodiscard]] GeneralizationView& generalization() { return *generalization_; }
    [[nodiscard]] RepresentationsView& representations() { return *representations_; }

private:
    void connectCommands();
    void connectExports();
    void exportTo(QAction* action, const QString& filter, const QString& suffix,
                  const std::function<std::function<void(StagedFiles&, const std::filesystem::path&)>()>& adder);
    void exportPlot(QAction* action, const std::function<void(const std::filesystem::path&)>& save);
    void setView(FeaturesView view);
    void runOrCancel();
    void runSample();
    void runWhenLoaded();
    void follow();

    const WorkspaceHost& host_;
    FeaturesActions actions_;
    FeaturesController features_;
    QWidget* centre_;  // its widgets are the window's, see Workspace
    QTabBar* tabs_;
    QStackedWidget* pages_;
    FeaturesStart* start_;
    GeneralizationView* generalization_;
    RepresentationsView* representations_;
    QStackedWidget* curves_;
    FeaturesForm* form_;
    bool wasEmpty_ = true;
    bool isOpen_ = false;
    bool runsSample_ = false;  ///< as soon as its networks are loaded
    QThreadPool pool_;         // last: its work reports to the others
};

}  // namespace lamscope::ui
