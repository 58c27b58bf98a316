// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <vector>

#include "view/colour_map.h"

namespace lamscope::ui {

/// The colours of a pane's map, from the lowest value to the highest, with their meaning beside them; or a key to
/// single colours. A bar without either is blank and keeps its thickness, so that panes keep their size when the layer
/// changes.
class ColourBar : public QWidget {
    Q_OBJECT

public:
    explicit ColourBar(QWidget* parent = nullptr);

    struct Key {
        QRgb colour;
        QString meaning;
    };

    /// Without colours: blank.
    void setScale(const ColourScale& scale);
    /// Shows single colours, each with its meaning, instead of a scale; empty: blank.
    void setKeys(const std::vector<Key>& keys);
    /// Shows what another bar shows.
    void copy(const ColourBar& other);
    [[nodiscard]] const ColourMap* colours() const { return scale_.colours; }

    /// Vertical: the highest value is at the top. Horizontal: it is at the right.
    void setOrientation(Qt::Orientation orientation);
    [[nodiscard]] Qt::Orientation orientation() const { return orientation_; }
    /// Width of an upright bar or height of a lying one with its texts, in logical pixels.
    [[nodiscard]] int thickness(Qt::Orientation orientation) const;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void drawUpright(QPainter& painter) const;
    void drawUprightKeys(QPainter& painter, const QRect& bar) const;
    void drawLying(QPainter& painter) const;
    void drawLyingKeys(QPainter& painter) const;
    void drawColours(QPainter& painter, const QRect& bar) const;
    [[nodiscard]] QColor inked(float opacity) const;

    ColourScale scale_;
    std::vector<Key> keys_;
    Qt::Orientation orientation_ = Qt::Vertical;
};

}  // namespace lamscope::ui
