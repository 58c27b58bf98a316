// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineF>
#include <QWidget>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "figure/name_places.h"
#include "figure/study_plot_figure.h"
#include "study/studies/study_plots.h"

class QCPGraph;
class QCPItemLine;
class QCPItemRect;
class QCPItemText;
class QCPLayoutGrid;
class QCPTextElement;
class QCustomPlot;
class QKeyEvent;

namespace lamscope::ui {

/// A plot of a study: a sign for each network, names beside the points or a legend, the fitted line and what goes with
/// it in numbers. Arrow keys go from point to point, Enter is a click on it. What surrounds the signs follows the
/// palette; repaints are queued.
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
    void showLegend(bool shown);
    void putStatement();
    void layOut();
    void putNames();
    void setNames(const std::vector<std::optional<NamePlace>>& places, const std::set<std::size_t>& inLegend);
    [[nodiscard]] std::vector<std::optional<NamePlace>> namePlaces() const;
    void putFocusRing();
    void describe();
    void step(bool right);
    /// @return whether the key meant something.
    bool takeKey(const QKeyEvent& key);
    using PointKey = std::pair<std::string, std::optional<std::int64_t>>;
    /// What tells a point from others while numbers come in.
    [[nodiscard]] PointKey keyOf(std::size_t point) const;
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
    QCPItemRect* focusRing_;  ///< around the point that the keyboard has reached
    struct Name {
        QCPItemText* item;
        QCPItemLine* leader;  ///< from the point to a name that stands away from it
        std::size_t point;
    };
    std::vector<Name> names_;
    std::vector<QCPGraph*> graphs_;       ///< of the networks, in their order
    std::optional<std::size_t> current_;  ///< the point that the keyboard has reached
    QPointF pressedAt_;
};

}  // namespace lamscope::ui
