// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <vector>

#include "image/image.h"

namespace lamscope::ui {

/// The image clamped to [0, 1] and rounded to 8 bits for display, in Format_RGB32. About 10 ms per megapixel.
[[nodiscard]] QImage toQImage(const Image& image);

/// The colour of one pixel in toQImage(); `pixel` must lie in the image.
[[nodiscard]] QRgb colourAt(const Image& image, QPoint pixel);

/// A picture with reduced copies, so that it can be drawn small fast and without aliasing.
struct Pyramid {
    std::vector<QImage> levels;  ///< the picture itself, then copies, each half of the one before; never empty

    [[nodiscard]] QSize size() const { return levels.front().size(); }
    /// The smallest level that still has at least one pixel per device pixel, for a picture drawn with `zoom` device
    /// pixels per pixel.
    [[nodiscard]] const QImage& levelFor(double zoom) const;
};

[[nodiscard]] Pyramid makePyramid(const QImage& picture);
[[nodiscard]] Pyramid makePyramid(const Image& image);

/// The picture in shades from dark grey to white. A coloured map lies over it, whatever colours the image has.
struct GreyPyramid {
    Pyramid pyramid;
};

[[nodiscard]] GreyPyramid makeGreyPyramid(const Image& image);

}  // namespace lamscope::ui
