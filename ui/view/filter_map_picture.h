// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QPainter>
#include <QPalette>
#include <QPoint>
#include <QRect>
#include <QRgb>
#include <QSize>
#include <QString>
#include <cstddef>
#include <optional>
#include <vector>

namespace lamscope::ui {

/// A convolution as a block of filters: `out` rows of `in` cells, filter `first + o * in + i` at row o, column i.
struct FilterMapLayer {
    QString name;
    int out = 0;
    int in = 0;
    std::size_t first = 0;  ///< index of its first filter among those of the network

    [[nodiscard]] std::size_t filters() const { return static_cast<std::size_t>(out) * static_cast<std::size_t>(in); }
    [[nodiscard]] bool holds(std::size_t filter) const { return filter >= first && filter < first + filters(); }
};

/// Signed values of all filters of a network, in the order of the file.
struct FilterMap {
    std::vector<FilterMapLayer> layers;
    std::vector<double> values;       ///< one a filter; finite
    std::vector<std::size_t> counts;  ///< of each layer: how many filters are chosen; the bars
    double full = 0.0;                ///< the size of a value that has the full colour; 0: all have that of zero

    [[nodiscard]] bool empty() const { return layers.empty(); }
    /// The layer of a filter, index in `layers`.
    [[nodiscard]] std::size_t layerOf(std::size_t filter) const;
    /// From the first value to the second, by colour: -1…1, cut off.
    [[nodiscard]] double share(std::size_t filter) const;
};

/// The size that all but one in a hundred values stay below, 0 for none or where all are 0: single large values do not
/// make the others pale.
[[nodiscard]] double fullColourOf(const std::vector<double>& values);

/// Blue for negative, red for positive values, told apart by those who see no red, too. Zero is the palette's
/// background, so that a network of small values is no lamp in a dark window.
class SignColours {
public:
    explicit SignColours(const QPalette& palette);

    /// @param share  -1…1.
    [[nodiscard]] QRgb at(double share) const;

private:
    bool dark_;
    QColor zero_;
};

/// Where the parts of a map lie: a column a layer, the bars above. In pixels of the picture, whatever they are.
class FilterMapPlaces {
public:
    /// @param area    of the bars and the columns, without captions.
    /// @param layers  at least 1.
    FilterMapPlaces(const QRect& area, std::size_t layers, int barHeight, int gap);

    [[nodiscard]] const QRect& columns() const { return columns_; }
    [[nodiscard]] const QRect& bars() const { return bars_; }
    /// Never narrower than a pixel: the columns of more layers than pixels lie on each other.
    [[nodiscard]] QRect column(std::size_t layer) const;
    /// The layer under a point, also in the gap beside it and above and below the column; nullopt outside of the area.
    [[nodiscard]] std::optional<std::size_t> layerAt(QPoint point) const;

private:
    QRect columns_;
    QRect bars_;
    std::size_t layers_;
    double pitch_;
    int gap_;
};

/// A layer as a picture of this size: rows of outputs, columns of inputs. Where several filters share a pixel, that of
/// the largest size counts: what is rare is what is looked for. @param size  not empty.
[[nodiscard]] QImage filterLayerPicture(const FilterMap& map, std::size_t layer, QSize size,
                                        const SignColours& colours);

/// The filter that filterLayerPicture() shows in a pixel.
[[nodiscard]] std::size_t filterAtPixel(const FilterMap& map, std::size_t layer, QSize size, QPoint pixel);

/// The pixels in which filterLayerPicture() shows a filter, at least one.
[[nodiscard]] QRect pixelsOfFilter(const FilterMapLayer& layer, QSize size, std::size_t filter);

/// Bars and columns, one device pixel a pixel of the painter.
void paintFilterMap(QPainter& painter, const FilterMap& map, const FilterMapPlaces& places, const QPalette& palette);

}  // namespace lamscope::ui
