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

// A figure as it is printed: items at fixed places, in points (1/72 inch), (0, 0) at the top left. The places are
// decided once, so that screen, PDF, SVG and pixels show the same figure.

/// The typeface, size and colour of a text.
struct SheetStyle {
    QString family;
    double size = 7;  ///< height of the typeface, points
    bool bold = false;
    QColor colour{0, 0, 0};

    friend bool operator==(const SheetStyle&, const SheetStyle&) = default;
};

/// Measures text at any size, in points, from the outlines of the typeface, without the rounding for screens.
class SheetFont {
public:
    explicit SheetFont(SheetStyle style);

    [[nodiscard]] double width(const QString& text) const;
    [[nodiscard]] double capHeight() const;  ///< height of a capital letter
    /// The rectangle that the letters of a text cover when the text starts at (0, 0).
    [[nodiscard]] QRectF extent(const QString& text) const;
    /// The text; if it is wider than `width`, its middle is left out.
    [[nodiscard]] QString elided(const QString& text, double width) const;

private:
    SheetStyle style_;
};

struct SheetText {
    QPointF start;  ///< the start of the baseline
    QString text;
    SheetStyle style;
    bool upwards = false;  ///< turned by 90 degrees counterclockwise: the text runs upwards

    /// The rectangle that the letters cover.
    [[nodiscard]] QRectF extent() const;
};

struct SheetPicture {
    QRectF place;
    QImage image;  ///< opaque, in its own pixels: only the output device resamples it
};

struct SheetPath {
    QPainterPath path;
    QColor fill;         ///< invalid: none
    QColor line;         ///< invalid: none
    double width = 0.5;  ///< width of the line, points
    bool dashed = false;
};

using SheetItem = std::variant<SheetPicture, SheetPath, SheetText>;

/// The items of a sheet, from the bottom to the top.
struct FigureSheet {
    QSizeF size;
    std::vector<SheetItem> items;
    std::vector<QString> warnings;  ///< what cannot show as intended: a letter that no installed typeface has

    void addPicture(const QRectF& place, const QImage& image) { items.emplace_back(SheetPicture{place, image}); }
    void addLine(const QPointF& from, const QPointF& to, const QColor& colour, double width, bool dashed = false);
    void addFrame(const QRectF& rect, const QColor& colour, double width);
    void addFilled(const QRectF& rect, const QColor& colour);
    /// Adds one line of text. The capitals are centred in the height of `rect`, since extents differ from text to text.
    /// `alignment` places the text left, centred or right. Text that is wider than `rect` is elided.
    void addText(const QRectF& rect, Qt::Alignment alignment, const QString& text, const SheetStyle& style);
    /// Adds one line of text that runs upwards: its width lies along the height of `rect`.
    void addTextUpwards(const QRectF& rect, const QString& text, const SheetStyle& style);
};

/// Rounds to half a point: edges that stand on one grid look aligned at any resolution.
[[nodiscard]] double onGrid(double points);
[[nodiscard]] double downToGrid(double points);

/// Paints the sheet on white. The painter's unit is a point. Pixels of pictures are never smoothed.
///
/// @param wholePixels moves the edges of pictures to the device's pixels, so that every pixel of a picture is as sharp
///                    as the device allows; for devices whose unit is a pixel.
void paintSheet(QPainter& painter, const FigureSheet& sheet, bool wholePixels);

}  // namespace lamscope::ui
