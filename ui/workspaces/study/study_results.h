// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTabWidget>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "session/study_controller.h"
#include "workspaces/study/report_view.h"

class QComboBox;
class QLabel;

namespace lamscope::ui {

class CopyRow;
class MutedLabel;
class PlotPage;

/// What has come of a study, as far as it has come: the table of networks, the single maps, and a tab for each plot;
/// those of pairs share one. The study must outlive it.
class StudyResults final : public QTabWidget {
    Q_OBJECT

public:
    explicit StudyResults(StudyController& study, QWidget* parent = nullptr);

    /// The table of networks as it is shown.
    [[nodiscard]] ReportTable networks() const { return networks_->sortedTable(); }

signals:
    void commandRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeNetworksPage();
    void makeMapsPage();
    void makePairsPage();
    void copy(std::string (*format)(const ReportTable&), const QWidget* source) const;
    void beginAnew();
    void follow();
    void followNetworks();
    /// Says whether the results are those of another description.
    void followDescription();
    void followMaps();
    void followPlots();
    void showPair();
    /// The page of a plot, in its tab, made if need be.
    [[nodiscard]] PlotPage& pageOf(const StudyPlot& plot, int tab);

    StudyController& study_;
    ReportView* networks_;
    MutedLabel* networksNote_;
    CopyRow* copyRow_ = nullptr;
    ReportView* maps_;
    MutedLabel* mapsNote_;
    std::map<std::string, PlotPage*> plots_;  ///< by the names of their plots
    QWidget* pairs_;
    QComboBox* pair_;
    PlotPage* pairPage_;
};

}  // namespace lamscope::ui
