// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <vector>

#include "image/image.h"

namespace lamscope::ui {

/// The image clamped to [0, 1] and rounded to 8 bits for display; Format_RGB32. About 10 ms a megapixel.
[[nodiscard]] QImage toQImage(const Image& image);

/// What `toQImage` has there; `pixel` lies in the image.
[[nodiscard]] QRgb colourAt(const Image& image, QPoint pixel);

/// A picture with reduced copies of itself, so that it can be drawn small both fast and without aliasing.
struct Pyramid {
    std::vector<QImage> levels;  ///< the picture itself, then each half of the one before; never empty

    [[nodiscard]] QSize size() const { return levels.front().size(); }
    /// The smallest level that still has at least one pixel per device pixel, for a picture drawn with `zoom` device
    /// pixels per pixel.
    [[nodiscard]] const QImage& levelFor(double zoom) const;
};

[[nodiscard]] Pyramid makePyramid(const Image& image);

/// The same in shades of grey from dark grey to white: what a coloured map is laid over, whatever the image's colours.
struct GreyPyramid {
    Pyramid pyramid;
};

[[nodiscard]] GreyPyramid makeGreyPyramid(const Image& image);

}  // namespace lamscope::ui
