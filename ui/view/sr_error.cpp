// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/sr_error.h"

#include <new>

#include "image/colour.h"
#include "view/colour_map.h"

namespace lamscope::ui {

double srErrorAt(const Image& sr, const Image& hr, QPoint pixel) {
    double sum = 0.0;
    for (int c = 0; c < Image::channels; ++c) {
        sum += nearestLevel(sr.at(c, pixel.y(), pixel.x()), 255) - 255.0 * hr.at(c, pixel.y(), pixel.x());
    }
    return sum / Image::channels;
}

SrErrorPyramid makeSrErrorPyramid(const Image& sr, const Image& hr) {
    QImage picture(sr.width(), sr.height(), QImage::Format_RGB32);
    if (picture.isNull() && !sr.empty()) {
        throw std::bad_alloc();  // which QImage does not say
    }
    const auto& colours = divergingColourMap();
    for (int y = 0; y < picture.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
        for (int x = 0; x < picture.width(); ++x) {
            line[x] = colours.ofValue(srErrorAt(sr, hr, {x, y}) / srErrorRange);
        }
    }
    return {makePyramid(picture)};
}

}  // namespace lamscope::ui
