// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>
#include <utility>
#include <vector>

#include "panels/series_plot.h"
#include "session/features_controller.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QTabWidget;
class QTableWidget;
class QToolButton;

namespace lamscope::ui {

class CopyRow;
class MutedLabel;
class PatchList;
class PatchScatter;

/// DDR: the patches as points at a tap, the ratio over the depth, and the table of the taps. GUI thread only; the
/// controller must outlive it.
class RepresentationsView final : public QWidget {
    Q_OBJECT

public:
    explicit RepresentationsView(FeaturesController& features, QWidget* parent = nullptr);

    [[nodiscard]] PatchScatter& scatter() const { return *scatter_; }
    /// Stands in a panel of the window, which owns it.
    [[nodiscard]] SeriesPlot& depth() const { return *depth_; }
    [[nodiscard]] QTableWidget& table() const { return *table_; }
    [[nodiscard]] PatchList& patches() const { return *patches_; }

signals:
    void commandRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void follow();
    void followLook();
    void fillChoices();
    void fillScatter();
    void fillLegend();
    void fillDepth();
    void fillTable();
    void chooseTap(std::size_t result, std::size_t tap);
    void chooseEmbedding();
    void showPatches(std::optional<std::size_t> point, bool withSr);
    void showSelection();
    [[nodiscard]] const DdrDocument* document() const;
    [[nodiscard]] PatchSrRequest patchOf(std::size_t point) const;

    FeaturesController& features_;
    MutedLabel* note_;
    QLabel* warnings_;
    CopyRow* copyRow_;
    QComboBox* network_;
    QComboBox* tap_;
    QComboBox* embedding_;
    QLabel* ratio_;
    PatchScatter* scatter_;
    QWidget* legendRow_;
    std::vector<QToolButton*> legend_;
    SeriesPlot* depth_;
    QTableWidget* table_;
    PatchList* patches_;
    QTabWidget* tabs_;
    std::pair<const DdrDocument*, std::optional<std::size_t>> tableOf_{};  ///< whose taps stand in the table
    std::optional<std::size_t> chosenPoint_;
    bool follows_ = false;
};

}  // namespace lamscope::ui
