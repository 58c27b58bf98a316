// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/layers.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "method/lam/signed_map.h"
#include "metrics/kernel_density.h"
#include "view/contours.h"

namespace lamscope::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("lamscope::ui::Layers", text);
}

std::vector<double> scaled(std::vector<double> values, double factor) {
    for (auto& value : values) {
        value *= factor;
    }
    return values;
}

/// What a map of range 0…1 is multiplied with to be divided by the shared maximum instead of its own.
double normalisation(const LamResult& result, double sharedMaximum) {
    return sharedMaximum > 0.0 ? attributionMaximum(result) / sharedMaximum : 1.0;
}

/// The map minus the reference's.
std::vector<double> difference(const PlacedResult& shown, const PlacedResult& reference, double sharedMaximum) {
    auto values = scaled(shown.result->map, normalisation(*shown.result, sharedMaximum));
    const double factor = normalisation(*reference.result, sharedMaximum);
    const auto& from = reference.result->context;
    const auto& context = shown.result->context;
    const double ratio = shown.lrPixel / reference.lrPixel;
    std::size_t i = 0;
    for (int y = 0; y < context.height; ++y) {
        const int row = static_cast<int>(std::floor((context.y + y + 0.5) * ratio)) - from.y;
        for (int x = 0; x < context.width; ++x, ++i) {
            const int column = static_cast<int>(std::floor((context.x + x + 0.5) * ratio)) - from.x;
            if (row >= 0 && row < from.height && column >= 0 && column < from.width) {
                values[i] -=
                    factor
                    * reference.result->map[static_cast<std::size_t>(row) * static_cast<std::size_t>(from.width)
                                            + static_cast<std::size_t>(column)];
            }
        }
    }
    return values;
}

bool isDiverging(Layer layer) {
    return layer == Layer::Signed || layer == Layer::Difference;
}

/// Opacity of a value's colour in a layer.
double opacityOf(double value, const ViewSettings& view) {
    if (view.layer != Layer::Overlay) {
        return 1.0;
    }
    return view.opacity * (view.overlay == OverlayStyle::FollowMap ? std::clamp(value, 0.0, 1.0) : 0.5);
}

QImage coloured(const LayerMap& map, const ViewSettings& view) {
    const auto width = static_cast<std::size_t>(map.width);
    const int height = static_cast<int>(map.values.size() / width);
    QImage picture(map.width, height, QImage::Format_ARGB32_Premultiplied);
    for (int y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (std::size_t x = 0; x < width; ++x) {
            const double value = map.values[static_cast<std::size_t>(y) * width + x];
            const QRgb colour = map.colours->ofValue(value);
            const auto alpha = static_cast<int>(std::lround(255.0 * opacityOf(value, view)));
            line[x] = qPremultiply(qRgba(qRed(colour), qGreen(colour), qBlue(colour), alpha));
        }
    }
    return picture;
}

}  // namespace

std::optional<QPoint> pixelAt(QPointF scene, const QRectF& place, double side) {
    const auto from = (scene - place.topLeft()) / side;
    const QPoint pixel(static_cast<int>(std::floor(from.x())), static_cast<int>(std::floor(from.y())));
    const QRect all(0, 0, static_cast<int>(std::lround(place.width() / side)),
                    static_cast<int>(std::lround(place.height() / side)));
    return all.contains(pixel) ? std::optional(pixel) : std::nullopt;
}

std::optional<std::size_t> LayerMap::indexAt(QPointF scene) const {
    const auto at = values.empty() ? std::nullopt : pixelAt(scene, place, place.width() / width);
    return at ? std::optional(static_cast<std::size_t>(at->y()) * static_cast<std::size_t>(width)
                              + static_cast<std::size_t>(at->x()))
              : std::nullopt;
}

bool hasValues(Layer layer) {
    return layer == Layer::Map || layer == Layer::Overlay || isDiverging(layer);
}

double attributionMaximum(const LamResult& result) {
    double maximum = 0.0;
    for (const double sum : signedMap(result)) {
        maximum = std::max(maximum, std::abs(sum));
    }
    return maximum;
}

LayerMap makeLayer(const PlacedResult& shown, const PlacedResult& reference, const ViewSettings& view,
                   double sharedMaximum) {
    const auto& result = *shown.result;
    const auto& context = result.context;
    LayerMap map;
    map.width = context.width;
    map.place = {context.x * shown.lrPixel, context.y * shown.lrPixel, context.width * shown.lrPixel,
                 context.height * shown.lrPixel};
    if (!hasValues(view.layer)) {
        return map;
    }
    if (!result.diffusionIndex) {
        map.trouble = undefinedMapText(result);
        return map;
    }
    if (view.layer == Layer::Difference) {
        if (reference.result == nullptr || !reference.result->diffusionIndex) {
            map.trouble = tr("The reference network has no map to compare with.");
            return map;
        }
        map.values = difference(shown, reference, sharedMaximum);
    } else if (view.layer == Layer::Signed) {
        const double maximum = sharedMaximum > 0.0 ? sharedMaximum : attributionMaximum(result);
        map.values = scaled(signedMap(result), 1.0 / maximum);
    } else {
        map.values = scaled(result.map, normalisation(result, sharedMaximum));
    }
    map.colours = isDiverging(view.layer) ? &divergingColourMap() : &colourMap(view.colourMap);
    map.picture = coloured(map, view);
    return map;
}

QString undefinedMapText(const LamResult& result) {
    QString text = tr("The map is not defined here.");
    for (const auto& warning : result.warnings) {
        text += QLatin1Char('\n') + QString::fromStdString(warning);
    }
    return text;
}

QImage desaturated(const QImage& picture) {
    QImage grey = picture.convertToFormat(QImage::Format_ARGB32);
    for (int y = 0; y < grey.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(grey.scanLine(y));
        for (int x = 0; x < grey.width(); ++x) {
            const int level = qGray(line[x]);
            line[x] = qRgba(level, level, level, qAlpha(line[x]));
        }
    }
    return grey;
}

AreaOfContribution areaOfContribution(const LamResult& result) {
    constexpr std::array levels{0.1, 0.3, 0.5, 0.7, 0.9};
    if (!result.diffusionIndex) {
        return {{}, undefinedMapText(result)};
    }
    const int width = result.context.width;
    const int height = result.context.height;
    AreaOfContribution area;
    try {
        const auto density = kernelDensity(result.map, width, height);
        for (const double level : levels) {
            area.bands.push_back({level, contour(density, width, height, level)});
        }
    } catch (const Error&) {
        area.trouble = tr("The area of contribution is not defined: the map's mass lies in one pixel or on one line.");
    }
    return area;
}

}  // namespace lamscope::ui
