// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/pyramid.h"

#include <algorithm>
#include <new>
#include <utility>

#include "image/colour.h"

namespace lamscope::ui {

QRgb colourAt(const Image& image, QPoint pixel) {
    const auto level = [&](int channel) { return nearestLevel(image.at(channel, pixel.y(), pixel.x()), 255); };
    return qRgb(level(0), level(1), level(2));
}

QImage toQImage(const Image& image) {
    QImage picture(image.width(), image.height(), QImage::Format_RGB32);
    if (picture.isNull() && image.width() > 0 && image.height() > 0) {
        throw std::bad_alloc();  // which QImage does not say
    }
    const auto red = image.plane(0);
    const auto green = image.plane(1);
    const auto blue = image.plane(2);
    std::size_t i = 0;
    for (int y = 0; y < image.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < image.width(); ++x, ++i) {
            line[x] = qRgb(nearestLevel(red[i], 255), nearestLevel(green[i], 255), nearestLevel(blue[i], 255));
        }
    }
    return picture;
}

const QImage& Pyramid::levelFor(double zoom) const {
    std::size_t level = 0;
    while (zoom <= 0.5 && level + 1 < levels.size()) {
        zoom *= 2.0;
        ++level;
    }
    return levels[level];
}

Pyramid makePyramid(const QImage& picture) {
    constexpr int smallestSide = 32;
    Pyramid pyramid{{picture}};
    for (;;) {
        const auto& last = pyramid.levels.back();
        const QSize half((last.width() + 1) / 2, (last.height() + 1) / 2);
        if (std::min(half.width(), half.height()) < smallestSide) {
            return pyramid;
        }
        auto level = last.scaled(half, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        if (level.isNull()) {
            throw std::bad_alloc();
        }
        pyramid.levels.push_back(std::move(level));
    }
}

Pyramid makePyramid(const Image& image) {
    return makePyramid(toQImage(image));
}

GreyPyramid makeGreyPyramid(const Image& image) {
    constexpr double contrast = 0.8;
    auto picture = toQImage(image);
    for (int y = 0; y < picture.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < picture.width(); ++x) {
            const int level = qRound(255.0 - contrast * (255 - qGray(line[x])));
            line[x] = qRgb(level, level, level);
        }
    }
    return {makePyramid(picture)};
}

}  // namespace lamscope::ui
