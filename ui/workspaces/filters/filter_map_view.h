// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "view/filter_map_picture.h"

namespace lamscope::ui {

/// The map of a network's filters: a column a convolution, above it a bar with its share of the chosen filters. A click
/// selects the filter under the pointer, one on a bar the first of the layer in the ranking. Left and right go to the
/// layer beside, up and down from rank to rank within the layer, page up and page down through all ranks.
class FilterMapView final : public QWidget {
    Q_OBJECT

public:
    explicit FilterMapView(QWidget* parent = nullptr);

    /// @param order  all filters, the first in the ranking first.
    void setMap(const FilterMap& map, const std::vector<std::size_t>& order);
    [[nodiscard]] const FilterMap& map() const { return map_; }
    /// What stands at the ends of the colours, e.g. "blur" for positive values.
    void setMeaning(const QString& negative, const QString& positive);
    /// What is said of a filter where the pointer is.
    void setDescriber(std::function<QString(std::size_t filter)> describe) { describe_ = std::move(describe); }
    void setSelected(std::optional<std::size_t> filter);
    [[nodiscard]] std::optional<std::size_t> selected() const { return selected_; }

    /// Where a filter is drawn, and where the bar of a layer stands, in logical pixels: for tests.
    [[nodiscard]] QPoint placeOf(std::size_t filter) const;
    [[nodiscard]] QPoint placeOfBar(std::size_t layer) const;

    [[nodiscard]] QSize sizeHint() const override { return {640, 220}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 90}; }

signals:
    void filterChosen(std::size_t filter);
    void pointedAt(std::optional<std::size_t> filter);  ///< nullopt: the pointer has left

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] QRect area() const;  ///< of bars and columns, device pixels
    [[nodiscard]] FilterMapPlaces places() const;
    [[nodiscard]] std::optional<std::size_t> filterAt(QPointF position) const;
    [[nodiscard]] std::optional<std::size_t> firstOf(std::size_t layer) const;
    [[nodiscard]] std::optional<std::size_t> stepFrom(int key) const;
    void drawSelection(QPainter& painter, const FilterMapPlaces& places) const;
    void drawNumbers(QPainter& painter, const FilterMapPlaces& places) const;
    void drawColours(QPainter& painter) const;
    void describeSelected();

    FilterMap map_;
    std::vector<std::size_t> order_;
    std::vector<std::size_t> rank_;  ///< by filter
    std::optional<std::size_t> selected_;
    QString negative_;
    QString positive_;
    std::function<QString(std::size_t)> describe_;
    QImage drawn_;  ///< bars and columns; null: to be drawn anew
};

}  // namespace lamscope::ui
