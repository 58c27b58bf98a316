// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineF>
#include <QWidget>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "figure/study_plot_figure.h"
#include "study/studies/study_plots.h"

class QCPItemLine;
class QCPItemText;
class QCPLayoutGrid;
class QCPTextElement;
class QCustomPlot;

namespace lamscope::ui {

/// A plot of a study: a sign for each network, names beside the points or a legend, the fitted line and what goes with
/// it in numbers. What surrounds the signs follows the palette; repaints are queued.
class StudyPlotView final : public QWidget {
    Q_OBJECT

public:
    explicit StudyPlotView(QWidget* parent = nullptr);

    /// @param signs  of the networks by their names.
    void setPlot(const StudyPlot& plot, const std::map<std::string, NetworkSign>& signs);
    [[nodiscard]] const StudyPlot& plot() const { return shown_; }
    /// The pixel of a point, index among StudyPlot::points.
    [[nodiscard]] QPoint pixelOf(std::size_t point) const;

    [[nodiscard]] QSize sizeHint() const override { return {480, 320}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 140}; }

signals:
    void pointClicked(const lamscope::StudyPlotPoint& point);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();
    void addNetwork(std::size_t network);
    void addFit();
    void addNames();
    void fitAxes();
    void putNames();
    void applyColours();
    /// The two ends of the fitted line, in the numbers of the axes; nullopt where there is none.
    [[nodiscard]] std::optional<QLineF> fittedLine() const;
    [[nodiscard]] NetworkSign signOf(std::size_t network) const;
    [[nodiscard]] std::optional<std::size_t> pointAt(QPointF position) const;
    [[nodiscard]] QString textOf(const StudyPlotPoint& point) const;

    StudyPlot shown_;
    std::map<std::string, NetworkSign> signs_;
    QCustomPlot* plot_;
    QCPLayoutGrid* legendColumn_;
    QCPTextElement* statement_;
    struct Name {
        QCPItemText* item;
        QCPItemLine* leader;  ///< from the point to a name that stands away from it
        std::size_t point;
    };
    std::vector<Name> names_;
    QPointF pressedAt_;
};

}  // namespace lamscope::ui
