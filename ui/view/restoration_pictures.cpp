// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/restoration_pictures.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <new>

#include "view/colour_map.h"

namespace lamscope::ui {

namespace {

constexpr double highestLevel = 255.0;

QImage emptyPicture(int width, int height) {
    QImage picture(width, height, QImage::Format_RGB32);
    if (picture.isNull() && width * height > 0) {
        throw std::bad_alloc();  // which QImage does not say
    }
    return picture;
}

SignedPicture signedPicture(const RealPlane& plane) {
    SignedPicture result;
    result.levels.reserve(plane.values.size());
    std::ranges::transform(plane.values, std::back_inserter(result.levels),
                           [](double value) { return static_cast<float>(highestLevel * value); });
    auto picture = emptyPicture(plane.width, plane.height);
    const auto& colours = divergingColourMap();
    std::size_t i = 0;
    for (int y = 0; y < plane.height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < plane.width; ++x) {
            line[x] = colours.ofValue(result.levels[i++] / restorationRange);
        }
    }
    result.pyramid = makePyramid(picture);
    return result;
}

RealPlane meanOverColours(const RealImage& image) {
    RealPlane plane{.width = image.width, .height = image.height, .values = std::vector(image.pixels(), 0.0)};
    for (std::size_t i = 0; i < image.values.size(); ++i) {
        plane.values[i % image.pixels()] += image.values[i] / Image::channels;
    }
    return plane;
}

DegradedPair pairAt(const RestorationImages& images, const Rect& place) {
    const auto rain = images.rain ? images.rain->cropped(place) : Image();
    return degradedPair(images.degraded->cropped(place), images.clean->cropped(place), &rain, images.source);
}

Rect wholeOf(const Image& image) {
    return {0, 0, image.width(), image.height()};
}

}  // namespace

DegradationPictures makeDegradationPictures(const RestorationImages& images) {
    auto pair = pairAt(images, wholeOf(*images.degraded));
    DegradationPictures pictures;
    pictures.added = signedPicture(meanOverColours(difference(pair.degraded, pair.clean)));
    auto mask = emptyPicture(pair.mask.width, pair.mask.height);
    std::size_t i = 0;
    for (int y = 0; y < mask.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(mask.scanLine(y));
        for (int x = 0; x < mask.width(); ++x) {
            line[x] = pair.mask.pixels[i++] != 0 ? qRgb(255, 255, 255) : qRgb(0, 0, 0);
        }
    }
    pictures.maskPyramid = makePyramid(mask);
    pictures.mask = std::move(pair.mask);
    return pictures;
}

RestorationPictures makeRestorationPictures(const Image& output, const RestorationImages& images, const Rect& place) {
    const auto pair = pairAt(images, place);
    const auto maps = restorationMaps(pair.degraded, pair.clean, clippedImage(output), pair.mask);
    return {.removed = signedPicture(maps.removed),
            .leftOver = signedPicture(maps.leftOver),
            .background = signedPicture(maps.background)};
}

}  // namespace lamscope::ui
