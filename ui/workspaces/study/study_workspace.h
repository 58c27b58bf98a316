// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <optional>

#include "session/study_controller.h"
#include "workspaces/study/study_actions.h"
#include "workspaces/workspace.h"

class QStackedWidget;

namespace lamscope::ui {

class StudyForm;
class StudyProgress;
class StudyResults;
class StudyStart;

/// Do networks that look further restore better: many images by many networks, computed behind the probe, as a table
/// and plots, each point of which opens its map in the probe.
class StudyWorkspace final : public Workspace {
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(StudyWorkspace)

public:
    StudyWorkspace(const WorkspaceHost& host, WorkspaceMenus& menus);
    ~StudyWorkspace() override = default;

    [[nodiscard]] QWidget* centre() override;
    [[nodiscard]] QWidget* view() override;
    [[nodiscard]] bool tabHidesPanels() const override { return false; }
    [[nodiscard]] bool isEmpty() const override;
    void addControls(CompactToolBar& bar) override;
    [[nodiscard]] std::vector<WorkspaceDock> docks() override;
    [[nodiscard]] QString command(DeviceChoice device, int threads) const override;
    [[nodiscard]] nlohmann::ordered_json kept() const override;
    void restore(const nlohmann::ordered_json& kept) override;
    void openFile(const QString& file) override;
    void setOpen(bool open) override;

    [[nodiscard]] StudyController& study() { return study_; }

private:
    /// What only this window knows of the study: nothing of it lies in a file yet.
    [[nodiscard]] bool isUnsaved() const;
    void open(const nlohmann::ordered_json& kept);
    void connectStart();
    void connectStudy();
    void connectCommands();
    void connectExports();
    void beginAnew();
    void runOrPause();
    void saveAs(bool thenRun);
    void chooseStudy();
    void runSample();
    void writeReport(const QString& folder);
    /// Opens image, patch and networks of a map in the probe.
    void show(const StudyPlace& place);
    /// Those of a study, of which one is shown.
    void addNetworks(std::vector<ModelSpec> specs, const ModelSpec& chosen);
    void placeBox();
    /// Options and the side of patches are those of the toolbar.
    void takeOptions();
    void followOptions();
    void followRun();

    const WorkspaceHost& host_;
    StudyActions actions_;
    Session options_;  ///< holds what the toolbar's controls choose, and nothing else
    bool followsOptions_ = false;
    StudyController study_;
    QStackedWidget* centre_;  // its widgets are the window's, see Workspace
    StudyStart* start_;
    StudyResults* results_;
    StudyForm* form_;
    StudyProgress* progress_;
    /// A place of an LR image, which waits for the scale of its network.
    struct AwaitedBox {
        NetworkId network;
        std::string image;
        Patch patch;
    };
    std::optional<AwaitedBox> awaited_;
    nlohmann::ordered_json opening_;  ///< that restore() was given, until a study is shown; null: nothing
    bool wasShown_ = false;           ///< it was said how to come back
    QThreadPool pool_;                // last: its work reports to the others
};

}  // namespace lamscope::ui
