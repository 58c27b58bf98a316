// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPainterPath>
#include <QRectF>
#include <QString>
#include <variant>
#include <vector>

class QPainter;

namespace lamscope::ui {

// A figure as it is printed: things at places, in points (1/72 inch), (0, 0) top left. Where things go is decided once;
// screen, PDF, SVG and pixels then show the same.

/// How a text is set.
struct SheetStyle {
    QString family;
    double size = 7;  ///< of the letters
    bool bold = false;
    QColor colour{0, 0, 0};

    friend bool operator==(const SheetStyle&, const SheetStyle&) = default;
};

/// Lengths of text at any size: from the outlines of the typeface, without the rounding that screens want.
class SheetFont {
public:
    explicit SheetFont(SheetStyle style);

    [[nodiscard]] double width(const QString& text) const;
    [[nodiscard]] double capHeight() const;  ///< of a capital letter
    /// What the letters of a text that starts at (0, 0) cover.
    [[nodiscard]] QRectF extent(const QString& text) const;
    /// The text, with its middle left out where it would be wider.
    [[nodiscard]] QString elided(const QString& text, double width) const;

private:
    SheetStyle style_;
};

struct SheetText {
    QPointF start;  ///< on the line that the letters stand on
    QString text;
    SheetStyle style;
    bool upwards = false;  ///< turned to be read from the right

    /// What the letters cover.
    [[nodiscard]] QRectF extent() const;
};

struct SheetPicture {
    QRectF place;
    QImage image;  ///< opaque, its own pixels: nothing is resampled before the last device
};

struct SheetPath {
    QPainterPath path;
    QColor fill;         ///< invalid: none
    QColor line;         ///< invalid: none
    double width = 0.5;  ///< of the line
    bool dashed = false;
};

using SheetItem = std::variant<SheetPicture, SheetPath, SheetText>;

/// What lies on the sheet, from the bottom up.
struct FigureSheet {
    QSizeF size;
    std::vector<SheetItem> items;
    std::vector<QString> warnings;  ///< what does not show as it should: a letter that no typeface here has

    void addPicture(const QRectF& place, const QImage& image) { items.emplace_back(SheetPicture{place, image}); }
    void addLine(const QPointF& from, const QPointF& to, const QColor& colour, double width, bool dashed = false);
    void addFrame(const QRectF& rect, const QColor& colour, double width);
    void addFilled(const QRectF& rect, const QColor& colour);
    /// One line of text: its capitals (not their extents, which differ from text to text) are centred in the height of
    /// `rect`, its width is aligned left, centred or right. Elided where it is wider.
    void addText(const QRectF& rect, Qt::Alignment alignment, const QString& text, const SheetStyle& style);
    /// The same, upwards: the width of the text runs along the height of `rect`.
    void addTextUpwards(const QRectF& rect, const QString& text, const SheetStyle& style);
};

/// To the half point: edges that stand on one grid look aligned at any resolution.
[[nodiscard]] double onGrid(double points);
[[nodiscard]] double downToGrid(double points);

/// Paints the sheet, white beneath. The painter's units are points; pixels of pictures are never smoothed.
///
/// @param wholePixels move the edges of pictures to the device's pixels, so that every pixel of a picture is as sharp
///                    as the device allows; for devices whose unit is a pixel.
void paintSheet(QPainter& painter, const FigureSheet& sheet, bool wholePixels);

}  // namespace lamscope::ui
