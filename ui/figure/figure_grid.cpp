// SPDX-License-Identifier: GPL-3.0-or-later
#include "figure/figure_grid.h"

#include <QTransform>
#include <algorithm>
#include <array>
#include <cmath>

#include "view/colour_map.h"

namespace lamscope::ui {

namespace {

constexpr double largestSide = 130.0;
constexpr double tallest = 1.5;  // of a picture's place, in its widths
constexpr double barWidth = 5.0;
const QColor frameColour(150, 150, 150);

/// Sizes that all rows and columns share.
struct GridMeasures {
    double besideWidth = 0.0;
    double barSpace = 0.0;
    double side = 0.0;
    double left = 0.0;   // of the first column
    double pitch = 0.0;  // from column to column
};

double besideWidth(const FigureGrid& grid, double width, const FigureLayout& layout) {
    const auto style = labelStyle(layout);
    const SheetFont font(style);
    double space = 0.0;
    for (const auto& lines : grid.beside) {
        if (grid.besideUpwards) {
            space = std::max(space, static_cast<double>(lines.size()) * lineHeight(style));
            continue;
        }
        for (const auto& line : lines) {
            space = std::max(space, font.width(line) + figureGap);
        }
    }
    return onGrid(std::min(space, width / 4.0));
}

GridMeasures measure(const FigureGrid& grid, double width, const FigureLayout& layout) {
    const auto columns = static_cast<double>(grid.rows.front().size());
    GridMeasures measures;
    measures.besideWidth = besideWidth(grid, width, layout);
    measures.barSpace =
        grid.barRow < 0 && !grid.leavesBarSpace
            ? 0.0
            : onGrid(figureGap + barWidth + 2.0 + SheetFont(numberStyle(layout)).width(QStringLiteral("0")));
    const double space = width - measures.besideWidth - measures.barSpace;
    measures.side = std::min(downToGrid((space - (columns - 1.0) * figureGap) / columns), largestSide);
    measures.pitch =
        measures.side == largestSide ? largestSide + figureGap : (space - measures.side) / std::max(columns - 1.0, 1.0);
    const double used = measures.besideWidth + measures.pitch * (columns - 1.0) + measures.side + measures.barSpace;
    measures.left = (width - used) / 2.0 + measures.besideWidth;
    return measures;
}

double rowHeight(const std::vector<GridCell>& row, double side) {
    double height = 0.0;
    for (const auto& cell : row) {
        if (cell.picture) {
            const auto size = QSizeF(cell.picture->image.size());
            height = std::max(height, side * std::min(size.height() / size.width(), tallest));
        }
    }
    return onGrid(height);
}

void placeInset(FigureSheet& sheet, const GridCell& cell, const QRectF& place, const FigureLayout& layout) {
    constexpr double part = 0.36;
    const double side = onGrid(part * std::min(place.width(), place.height()));
    const double ratio = place.width() / cell.picture->image.width();
    const QPointF box = place.topLeft() + cell.picture->box.center() * ratio;
    // In the corner that is farthest from the box.
    const double x = box.x() > place.center().x() ? place.left() : place.right() - side;
    const double y = box.y() > place.center().y() ? place.top() : place.bottom() - side;
    const QRectF corner(x, y, side, side);
    sheet.addPicture(corner, cell.inset->image);
    sheet.addFrame(corner, QColor(QString::fromStdString(layout.boxColour)), layout.boxWidth);
}

void placeColourBar(FigureSheet& sheet, const QRectF& row, const FigureLayout& layout) {
    const auto& colours = colourMap(layout.colourMap);
    QImage ramp(1, ColourMap::size, QImage::Format_RGB32);
    for (int i = 0; i < ColourMap::size; ++i) {
        ramp.setPixel(0, i, colours.at(1.0 - static_cast<double>(i) / (ColourMap::size - 1)));
    }
    const QRectF bar(row.right() + figureGap, row.top(), barWidth, row.height());
    sheet.addPicture(bar, ramp);
    sheet.addFrame(bar, frameColour, layout.lineWidth);
    const auto style = numberStyle(layout);
    const double height = SheetFont(style).capHeight();
    const double x = bar.right() + 2.0;
    sheet.addText({x, bar.top(), barWidth * 2.0, height}, Qt::AlignLeft, QStringLiteral("1"), style);
    sheet.addText({x, bar.bottom() - height, barWidth * 2.0, height}, Qt::AlignLeft, QStringLiteral("0"), style);
}

/// As large as the layout wants, or so much smaller that the longest line fits; never too small to read.
SheetStyle fittingStyle(const std::vector<QStringList>& labels, double width, const FigureLayout& layout) {
    constexpr double smallest = 6.0;
    constexpr double step = 0.25;
    auto style = labelStyle(layout);
    for (const auto& lines : labels) {
        for (const auto& line : lines) {
            while (style.size - step >= smallest && SheetFont(style).width(line) > width) {
                style.size -= step;
            }
        }
    }
    return style;
}

void placeBeside(FigureSheet& sheet, const FigureGrid& grid, std::size_t row, const QRectF& place,
                 const SheetStyle& style) {
    const auto& lines = grid.beside[row];
    const double step = lineHeight(style);
    if (grid.besideUpwards) {
        double x = place.left();
        for (const auto& line : lines) {
            sheet.addTextUpwards({x, place.top(), step, place.height()}, line, style);
            x += step;
        }
        return;
    }
    double y = place.center().y() - step * static_cast<double>(lines.size()) / 2.0;
    for (const auto& line : lines) {
        sheet.addText({place.left(), y, place.width() - figureGap, step}, Qt::AlignLeft, line, style);
        y += step;
    }
}

}  // namespace

QString FigureLetters::next() {
    constexpr int letters = 26;
    if (!wanted_) {
        return {};
    }
    QString name;
    for (int rest = count_++; rest >= 0; rest = rest / letters - 1) {
        name.prepend(QChar(u'a' + rest % letters));
    }
    return u'(' + name + QStringLiteral(") ");
}

SheetStyle labelStyle(const FigureLayout& layout) {
    return {.family = QString::fromStdString(layout.font), .size = layout.fontSize};
}

SheetStyle numberStyle(const FigureLayout& layout) {
    return {.family = QString::fromStdString(layout.font), .size = layout.smallFontSize};
}

double lineHeight(const SheetStyle& style) {
    return onGrid(1.3 * style.size);
}

QString numberText(const std::optional<double>& value, const FigureLayout& layout) {
    if (!value || !std::isfinite(*value)) {
        return QStringLiteral("–");
    }
    auto text = QString::number(*value, 'f', layout.decimals);
    if (text.startsWith(u'-')) {
        text = text.toDouble() == 0.0 ? text.mid(1) : QChar(0x2212) + text.mid(1);
    }
    return text.replace(u'.', QString::fromStdString(layout.decimalMark));
}

QStringList networkLines(const NamedLamResult& named, const LamDocument& document, const FigureLayout& layout) {
    auto name = QString::fromStdString(named.card.name);
    const auto otherScale = [&](const auto& other) { return other.card.scale != named.card.scale; };
    if (std::ranges::any_of(document.results, otherScale)) {
        name += QStringLiteral(" ×%1").arg(named.card.scale);
    }
    return {name, QStringLiteral("DI %1").arg(numberText(named.result.diffusionIndex, layout))};
}

int balancedColumns(int count, int fixed, double smallest, double width) {
    const int most = std::max(static_cast<int>((width + figureGap) / (smallest + figureGap)) - fixed, 1);
    const int lines = (count + most - 1) / most;
    return (count + lines - 1) / lines;
}

QRectF placePicture(FigureSheet& sheet, const FigurePicture& picture, const QRectF& place, const FigureLayout& layout) {
    const auto size = QSizeF(picture.image.size()).scaled(place.size(), Qt::KeepAspectRatio);
    const QRectF target(place.left() + onGrid((place.width() - size.width()) / 2.0),
                        place.top() + onGrid((place.height() - size.height()) / 2.0), size.width(), size.height());
    sheet.addPicture(target, picture.image);
    const double ratio = target.width() / picture.image.width();
    const auto toSheet = QTransform(ratio, 0.0, 0.0, ratio, target.left(), target.top());
    for (const auto& band : picture.bands) {
        auto line = band.colour.darker(120);
        line.setAlphaF(1.0F);
        sheet.items.emplace_back(SheetPath{
            .path = toSheet.map(band.outline), .fill = band.colour, .line = line, .width = layout.lineWidth / 2.0});
    }
    if (picture.framed) {
        sheet.addFrame(target, frameColour, layout.lineWidth);
    }
    if (!picture.box.isEmpty()) {
        sheet.addFrame(toSheet.mapRect(picture.box), QColor(QString::fromStdString(layout.boxColour)), layout.boxWidth);
    }
    return target;
}

double placeGrid(FigureSheet& sheet, const FigureGrid& grid, const QPointF& start, double width,
                 const FigureLayout& layout) {
    const auto measures = measure(grid, width, layout);
    const auto columns = grid.rows.front().size();
    const double left = start.x() + measures.left;
    const auto columnLeft = [&](std::size_t column) {
        return onGrid(left + static_cast<double>(column) * measures.pitch);
    };
    std::vector<double> heights;
    for (const auto& row : grid.rows) {
        heights.push_back(rowHeight(row, measures.side));
    }
    const auto besideStyle = fittingStyle(
        grid.beside, grid.besideUpwards ? *std::ranges::min_element(heights) : measures.besideWidth - figureGap,
        layout);
    double y = start.y();
    for (std::size_t row = 0; row < grid.rows.size(); ++row) {
        const double height = heights[row];
        for (std::size_t column = 0; column < columns; ++column) {
            const auto& cell = grid.rows[row][column];
            if (!cell.picture) {
                continue;
            }
            const auto place =
                placePicture(sheet, *cell.picture, {columnLeft(column), y, measures.side, height}, layout);
            if (cell.inset) {
                placeInset(sheet, cell, place, layout);
            }
        }
        const QRectF whole(columnLeft(0), y, columnLeft(columns - 1) + measures.side - columnLeft(0), height);
        if (!grid.beside.empty()) {
            placeBeside(sheet, grid, row, {left - measures.besideWidth, y, measures.besideWidth, height}, besideStyle);
        }
        if (static_cast<int>(row) == grid.barRow) {
            placeColourBar(sheet, whole, layout);
        }
        y += height + figureGap;
    }
    y -= figureGap;
    if (grid.under.empty()) {
        return y;
    }
    const auto style = fittingStyle(grid.under, measures.side, layout);
    qsizetype lines = 0;
    for (std::size_t column = 0; column < columns; ++column) {
        double top = y + 1.0;
        for (const auto& line : grid.under[column]) {
            sheet.addText({columnLeft(column), top, measures.side, lineHeight(style)}, Qt::AlignHCenter, line, style);
            top += lineHeight(style);
        }
        lines = std::max(lines, grid.under[column].size());
    }
    return y + 1.0 + static_cast<double>(lines) * lineHeight(style);
}

}  // namespace lamscope::ui
