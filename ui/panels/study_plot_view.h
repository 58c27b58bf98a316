// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "study/studies/study_plots.h"

class QCPAxis;
class QCPItemText;
class QCPLayoutGrid;
class QCustomPlot;

namespace lamscope::ui {

/// A plot of a study: points in the colours of their networks, names beside them or a legend, the fitted line and what
/// goes with it in numbers. Colours follow the palette, repaints are queued.
class StudyPlotView final : public QWidget {
    Q_OBJECT

public:
    explicit StudyPlotView(QWidget* parent = nullptr);

    /// @param colours  of the networks by their names.
    void setPlot(const StudyPlot& plot, const std::map<std::string, QColor>& colours);
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
    void placeNames();
    void applyColours();
    [[nodiscard]] QColor colourOf(std::size_t network) const;
    [[nodiscard]] std::optional<std::size_t> pointAt(QPointF position) const;
    [[nodiscard]] QString textOf(const StudyPlotPoint& point) const;

    StudyPlot shown_;
    std::map<std::string, QColor> colours_;
    QCustomPlot* plot_;
    QCPLayoutGrid* legendColumn_;
    QCPItemText* statement_;
    struct Name {
        QCPItemText* item;
        std::size_t point;
    };
    std::vector<Name> names_;
    QPointF pressedAt_;
};

}  // namespace lamscope::ui
