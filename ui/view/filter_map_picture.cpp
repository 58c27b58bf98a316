// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/filter_map_picture.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "view/colour_map.h"

namespace lamscope::ui {

namespace {

/// The cells [first, last) of `cells` in pixel `pixel` of `pixels`: each cell in one pixel where there are more cells
/// than pixels, otherwise one cell.
std::pair<int, int> cellsOfPixel(int pixel, int pixels, int cells) {
    const auto edge = [&](int at) {
        return static_cast<int>(static_cast<std::int64_t>(at) * cells / std::max(pixels, 1));
    };
    const int first = std::clamp(edge(pixel), 0, cells - 1);
    return {first, std::clamp(edge(pixel + 1), first + 1, cells)};
}

/// The pixels [first, last) that show a cell.
std::pair<int, int> pixelsOfCell(int cell, int pixels, int cells) {
    const auto edge = [&](int at) {  // the first pixel whose first cell is not before `at`
        return static_cast<int>((static_cast<std::int64_t>(at) * pixels + cells - 1) / cells);
    };
    if (pixels >= cells) {
        return {edge(cell), std::max(edge(cell + 1), edge(cell) + 1)};
    }
    const int pixel =
        std::clamp(static_cast<int>((static_cast<std::int64_t>(cell + 1) * pixels - 1) / cells), 0, pixels - 1);
    return {pixel, pixel + 1};
}

/// Of the filters of a pixel, the one with the value of the largest size; the first of equals.
std::size_t largestIn(const FilterMap& map, const FilterMapLayer& layer, std::pair<int, int> outs,
                      std::pair<int, int> ins) {
    const auto index = [&](int o, int i) {
        return layer.first + static_cast<std::size_t>(o) * static_cast<std::size_t>(layer.in)
               + static_cast<std::size_t>(i);
    };
    auto best = index(outs.first, ins.first);
    for (int o = outs.first; o < outs.second; ++o) {
        for (int i = ins.first; i < ins.second; ++i) {
            if (std::abs(map.values[index(o, i)]) > std::abs(map.values[best])) {
                best = index(o, i);
            }
        }
    }
    return best;
}

}  // namespace

std::size_t FilterMap::layerOf(std::size_t filter) const {
    const auto after = std::ranges::upper_bound(layers, filter, {}, &FilterMapLayer::first);
    return after == layers.begin() ? 0 : static_cast<std::size_t>(after - layers.begin()) - 1;
}

double FilterMap::share(std::size_t filter) const {
    return full > 0.0 ? std::clamp(values[filter] / full, -1.0, 1.0) : 0.0;
}

double fullColourOf(const std::vector<double>& values) {
    if (values.empty()) {
        return 0.0;
    }
    std::vector<double> sizes(values.size());
    std::ranges::transform(values, sizes.begin(), [](double value) { return std::abs(value); });
    const auto place = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() * 99 / 100);
    std::ranges::nth_element(sizes, place);
    return *place > 0.0 ? *place : *std::ranges::max_element(sizes);
}

SignColours::SignColours(const QPalette& palette)
    : dark_(palette.color(QPalette::Base).lightness() < 128)
    , zero_(palette.color(QPalette::Base)) {}

QRgb SignColours::at(double share) const {
    if (!dark_) {
        return divergingColourMap().ofValue(share);
    }
    // Bright ends: the dark ones of the light map would be lost here.
    const QColor end = share < 0.0 ? QColor(110, 180, 255) : QColor(255, 130, 95);
    const double part = std::min(std::abs(share), 1.0);
    const auto mix = [part](int from, int to) { return static_cast<int>(std::lround(from + part * (to - from))); };
    return qRgb(mix(zero_.red(), end.red()), mix(zero_.green(), end.green()), mix(zero_.blue(), end.blue()));
}

FilterMapPlaces::FilterMapPlaces(const QRect& area, std::size_t layers, int barHeight, int gap)
    : columns_(area.adjusted(0, std::min(barHeight, area.height()), 0, 0))
    , bars_(area.left(), area.top(), area.width(), std::max(std::min(barHeight, area.height()) - 3, 0))
    , layers_(std::max<std::size_t>(layers, 1))
    , pitch_(static_cast<double>(area.width()) / static_cast<double>(layers_))
    , gap_(pitch_ >= 4.0 * gap ? gap
           : pitch_ >= 3.0     ? 1
                               : 0) {}

QRect FilterMapPlaces::column(std::size_t layer) const {
    const auto edge = [this](std::size_t at) {
        return columns_.left() + static_cast<int>(std::floor(static_cast<double>(at) * pitch_));
    };
    return {edge(layer), columns_.top(), std::max(edge(layer + 1) - edge(layer) - gap_, 1), columns_.height()};
}

std::optional<std::size_t> FilterMapPlaces::layerAt(QPoint point) const {
    if (!columns_.united(bars_).contains(point)) {
        return std::nullopt;
    }
    const auto layer = static_cast<std::size_t>(std::max((point.x() - columns_.left() + 0.5) / pitch_, 0.0));
    return std::min(layer, layers_ - 1);
}

QImage filterLayerPicture(const FilterMap& map, std::size_t layer, QSize size, const SignColours& colours) {
    const auto& own = map.layers[layer];
    QImage picture(size, QImage::Format_RGB32);
    for (int y = 0; y < size.height(); ++y) {
        const auto outs = cellsOfPixel(y, size.height(), own.out);
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));  // NOLINT: how Qt gives its pixels
        for (int x = 0; x < size.width(); ++x) {
            line[x] = colours.at(map.share(largestIn(map, own, outs, cellsOfPixel(x, size.width(), own.in))));
        }
    }
    return picture;
}

std::size_t filterAtPixel(const FilterMap& map, std::size_t layer, QSize size, QPoint pixel) {
    const auto& own = map.layers[layer];
    const int x = std::clamp(pixel.x(), 0, std::max(size.width() - 1, 0));
    const int y = std::clamp(pixel.y(), 0, std::max(size.height() - 1, 0));
    return largestIn(map, own, cellsOfPixel(y, size.height(), own.out), cellsOfPixel(x, size.width(), own.in));
}

QRect pixelsOfFilter(const FilterMapLayer& layer, QSize size, std::size_t filter) {
    const auto place = static_cast<int>(filter - layer.first);
    const auto [left, right] = pixelsOfCell(place % layer.in, size.width(), layer.in);
    const auto [top, bottom] = pixelsOfCell(place / layer.in, size.height(), layer.out);
    return {left, top, right - left, bottom - top};
}

void paintFilterMap(QPainter& painter, const FilterMap& map, const FilterMapPlaces& places, const QPalette& palette) {
    const SignColours colours(palette);
    const auto base = palette.color(QPalette::Base);
    const auto text = palette.color(QPalette::Text);
    const auto mix = [&](double share) {
        const auto part = [share](int a, int b) { return qRound(share * a + (1.0 - share) * b); };
        return QColor(part(text.red(), base.red()), part(text.green(), base.green()), part(text.blue(), base.blue()));
    };
    const auto most = map.counts.empty() ? std::size_t{0} : *std::ranges::max_element(map.counts);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(Qt::NoPen);
    for (std::size_t layer = 0; layer < map.layers.size(); ++layer) {
        const auto column = places.column(layer);
        painter.drawImage(column.topLeft(), filterLayerPicture(map, layer, column.size(), colours));
        if (most > 0 && layer < map.counts.size() && map.counts[layer] > 0) {
            const double share = static_cast<double>(map.counts[layer]) / static_cast<double>(most);
            const int height = std::max(qRound(share * places.bars().height()), 1);
            painter.fillRect(QRect(column.left(), places.bars().bottom() + 1 - height, column.width(), height),
                             mix(0.62));
        }
    }
    painter.fillRect(QRect(places.bars().left(), places.bars().bottom() + 1, places.bars().width(), 1), mix(0.3));
    painter.restore();
}

}  // namespace lamscope::ui
