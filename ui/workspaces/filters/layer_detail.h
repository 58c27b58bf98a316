// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "view/filter_map_picture.h"

namespace lamscope::ui {

/// The weights of one filter in both networks, row-major.
struct FilterWeights {
    int rows = 0;
    int columns = 0;
    std::vector<float> baseline;
    std::vector<float> target;

    friend bool operator==(const FilterWeights&, const FilterWeights&) = default;
};

/// The layer of the selected filter, every filter as a square, and the weights of the selected one in baseline and
/// target with their difference. A click or the arrow keys select another filter of the layer.
class LayerDetail final : public QWidget {
    Q_OBJECT

public:
    explicit LayerDetail(QWidget* parent = nullptr);

    void setMap(const FilterMap& map);
    void setDescriber(std::function<QString(std::size_t filter)> describe) { describe_ = std::move(describe); }
    void setSelected(std::optional<std::size_t> filter);
    /// Of the selected filter; nullopt: not known yet.
    void setWeights(const std::optional<FilterWeights>& weights);
    [[nodiscard]] const std::optional<FilterWeights>& weights() const { return weights_; }

    /// Where a filter of the layer is drawn, in logical pixels: for tests.
    [[nodiscard]] QPoint placeOf(std::size_t filter) const;

    [[nodiscard]] QSize sizeHint() const override { return {260, 240}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {150, 100}; }

signals:
    void filterChosen(std::size_t filter);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// In device pixels.
    struct Places {
        QRect layer;                   ///< of the layer's map; a whole number of pixels a filter where there is room
        std::array<QRect, 3> kernels;  ///< baseline, target, difference; with their captions above
        int caption = 0;               ///< height
    };
    [[nodiscard]] Places places() const;
    [[nodiscard]] const FilterMapLayer* layer() const;
    [[nodiscard]] std::optional<std::size_t> filterAt(QPointF position) const;
    void drawKernel(QPainter& painter, const QRect& place, int caption, const QString& name,
                    const std::vector<double>& values, double full) const;
    void describe();

    FilterMap map_;
    std::optional<std::size_t> selected_;
    std::optional<FilterWeights> weights_;
    std::function<QString(std::size_t)> describe_;
};

}  // namespace lamscope::ui
