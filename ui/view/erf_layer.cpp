// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/erf_layer.h"

#include <algorithm>
#include <cmath>

namespace lamscope::ui {

LayerMap makeErfLayer(const PlacedErf& placed, const ViewSettings& view) {
    const auto& [result, place, lrPixel] = placed;
    const double top = *std::ranges::max_element(result->map);
    LayerMap layer;
    layer.width = place.width;
    layer.place = {place.x * lrPixel, place.y * lrPixel, place.width * lrPixel, place.height * lrPixel};
    layer.colours = &colourMap(view.colourMap);
    layer.picture = QImage(place.width, place.height, QImage::Format_ARGB32_Premultiplied);
    layer.values.reserve(result->map.size());
    for (int y = 0; y < place.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(layer.picture.scanLine(y));
        for (int x = 0; x < place.width; ++x) {
            const double level = shownLevel(result->map[layer.values.size()], top);
            const QRgb colour = layer.colours->ofValue(level);
            const auto alpha = static_cast<int>(std::lround(255.0 * view.opacity * level));
            line[x] = qPremultiply(qRgba(qRed(colour), qGreen(colour), qBlue(colour), alpha));
            layer.values.push_back(level);
        }
    }
    const double side = result->numbers.squares.back().side;
    if (std::isfinite(side)) {
        const double beyond = (side - 1.0) / 2.0;
        layer.outline.addRect((place.x + result->frame.x - beyond) * lrPixel,
                              (place.y + result->frame.y - beyond) * lrPixel, side * lrPixel, side * lrPixel);
    }
    return layer;
}

}  // namespace lamscope::ui
