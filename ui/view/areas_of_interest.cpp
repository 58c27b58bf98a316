// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/areas_of_interest.h"

#include <QRect>
#include <algorithm>
#include <numeric>

namespace lamscope::ui {

namespace {

constexpr double massFraction = 0.95;

QRect toQRect(const Rect& rect) {
    return {rect.x, rect.y, rect.width, rect.height};
}

}  // namespace

MassSet massSet(const LamResult& result) {
    if (!result.diffusionIndex) {
        return {};
    }
    const auto& map = result.map;
    std::vector<std::size_t> order(map.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return map[a] > map[b]; });
    const double wanted = massFraction * std::accumulate(map.begin(), map.end(), 0.0);
    MassSet set{result.context, std::vector<char>(map.size(), 0)};
    double mass = 0.0;
    for (const auto pixel : order) {
        if (mass >= wanted) {
            break;
        }
        mass += map[pixel];
        set.inside[pixel] = 1;
    }
    return set;
}

AreasOfInterest areasOfInterest(const std::vector<std::shared_ptr<const MassSet>>& sets) {
    QRect all;
    AreasOfInterest areas;
    for (const auto& set : sets) {
        if (!set->inside.empty()) {
            all |= toQRect(set->context);
            ++areas.networks;
        }
    }
    areas.place = {all.x(), all.y(), all.width(), all.height()};
    areas.counts.assign(static_cast<std::size_t>(all.width()) * static_cast<std::size_t>(all.height()), 0);
    for (const auto& set : sets) {
        if (set->inside.empty()) {
            continue;
        }
        std::size_t from = 0;
        for (int y = 0; y < set->context.height; ++y) {
            const int row = set->context.y + y - all.y();
            auto to = static_cast<std::size_t>(row) * static_cast<std::size_t>(all.width())
                      + static_cast<std::size_t>(set->context.x - all.x());
            for (int x = 0; x < set->context.width; ++x) {
                areas.counts[to++] += set->inside[from++];
            }
        }
    }
    return areas;
}

QImage areasPicture(const AreasOfInterest& areas) {
    if (areas.networks == 0) {
        return {};
    }
    constexpr int alpha = 140;
    const auto translucent = [](QRgb colour) {
        return qPremultiply(qRgba(qRed(colour), qGreen(colour), qBlue(colour), alpha));
    };
    const QRgb most = translucent(mostLookColour);
    const QRgb some = translucent(someLookColour);
    QImage picture(areas.place.width, areas.place.height, QImage::Format_ARGB32_Premultiplied);
    std::size_t i = 0;
    for (int y = 0; y < picture.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < picture.width(); ++x, ++i) {
            const int count = areas.counts[i];
            line[x] = 2 * count > areas.networks ? most : count > 0 ? some : qRgba(0, 0, 0, 0);
        }
    }
    return picture;
}

}  // namespace lamscope::ui
