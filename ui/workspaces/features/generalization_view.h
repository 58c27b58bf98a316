// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "panels/score_plot.h"
#include "panels/series_plot.h"
#include "session/features_controller.h"

class QAction;
class QCheckBox;
class QLabel;
class QTableWidget;

namespace lamscope::ui {

class CopyRow;
class MutedLabel;
class PatchList;

/// SRGA: the table of networks and degradations; of the chosen cell the densities of the scores, the curve over the
/// strength, and patches with their SR. GUI thread only; the controller must outlive it.
class GeneralizationView final : public QWidget {
    Q_OBJECT

public:
    explicit GeneralizationView(FeaturesController& features, QWidget* parent = nullptr);

    [[nodiscard]] QTableWidget& table() const { return *table_; }
    [[nodiscard]] ScorePlot& scores() const { return *scores_; }
    /// Stands in a panel of the window, which owns it.
    [[nodiscard]] SeriesPlot& curve() const { return *curve_; }

signals:
    void commandRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void follow();
    void followLook();
    void fillTable();
    void fillScores();
    void fillCurve();
    void fillPatches();
    void choose(int row, int column);
    [[nodiscard]] const SrgaDocument* document() const;

    FeaturesController& features_;
    MutedLabel* note_;
    QLabel* warnings_;
    CopyRow* copyRow_;
    QTableWidget* table_;
    std::array<QLabel*, 2> words_{};
    QCheckBox* logarithmic_;
    ScorePlot* scores_;
    SeriesPlot* curve_;
    PatchList* patches_;
    std::vector<std::vector<std::size_t>> curvePoints_;  ///< [network][point]: candidates
    bool follows_ = false;
};

/// What warnings of a document say, in one line, and all of them as its tool tip.
void showWarnings(QLabel& label, const std::vector<std::string>& warnings);

}  // namespace lamscope::ui
