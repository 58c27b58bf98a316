// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/erf_layer.h"

#include <algorithm>
#include <cmath>

#include "view/image_layer.h"

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

PanePicture ErfLayer::picture(const LayerInput& input) const {
    const auto& field = input.entry.field;
    PanePicture picture;
    addImage(picture, input, BaseImage::SrOrLr, field.result != nullptr);
    if (field.result) {
        picture.map = makeErfLayer({.result = field.result.get(), .place = field.place, .lrPixel = input.lrPixel()},
                                   input.view());
        if (field.stale) {
            dim(picture);
        }
    }
    return picture;
}

QString ErfLayer::notice(const LayerInput& input, const PanePicture& /*picture*/) const {
    const auto& field = input.entry.field;
    return field.result || !field.trouble.isEmpty() ? field.trouble : QObject::tr("No receptive field yet.");
}

ColourScale ErfLayer::scale(const LayerInput& /*input*/, const PanePicture& picture) const {
    return {.colours = picture.map.colours,
            .caption = QObject::tr("share, N = %1").arg(picture.map.width),
            .dimmed = picture.dimmed,
            .lowest = QStringLiteral("10\u207B\u2074"),
            .highest = QObject::tr("largest")};
}

QString ErfLayer::readout(const LayerInput& input, const PanePicture& picture, QPointF scene) const {
    const auto at = picture.map.indexAt(scene);
    if (!at) {
        return {};
    }
    const auto text = picture.dimmed ? QObject::tr("%1 % of the field (old)") : QObject::tr("%1 % of the field");
    return text.arg(QString::number(100.0 * input.entry.field.result->map.at(*at), 'g', 3));
}

}  // namespace lamscope::ui
