// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/orientation.h"

#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

/// Where the stored rows and columns lie in the picture. Source: TIFF 6.0, tag Orientation.
struct Placement {
    bool swapsAxes;   ///< stored rows are columns of the picture
    bool fromRight;   ///< the picture's left column is stored last
    bool fromBottom;  ///< the picture's top row is stored last
    std::string_view text;
};

constexpr std::array<Placement, 8> placements{{
    {false, false, false, ""},
    {false, true, false, "mirrored left to right"},
    {false, true, true, "turned by 180 degrees"},
    {false, false, true, "mirrored top to bottom"},
    {true, false, false, "mirrored at the diagonal"},
    {true, true, false, "turned by 90 degrees clockwise"},
    {true, true, true, "mirrored at the other diagonal"},
    {true, false, true, "turned by 90 degrees counterclockwise"},
}};

const Placement& placement(int orientation) {
    if (orientation < 1 || orientation > static_cast<int>(placements.size())) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("there is no orientation {}; they are numbered 1 to 8", orientation));
    }
    return placements.at(static_cast<std::size_t>(orientation) - 1);
}

}  // namespace

Image oriented(const Image& image, int orientation) {
    const auto& [swapsAxes, fromRight, fromBottom, text] = placement(orientation);
    const int width = swapsAxes ? image.height() : image.width();
    const int height = swapsAxes ? image.width() : image.height();
    Image result(width, height);
    result.file = image.file;
    result.bitDepth = image.bitDepth;
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < height; ++y) {
            const int down = fromBottom ? height - 1 - y : y;
            for (int x = 0; x < width; ++x) {
                const int right = fromRight ? width - 1 - x : x;
                result.at(channel, y, x) = swapsAxes ? image.at(channel, right, down) : image.at(channel, down, right);
            }
        }
    }
    return result;
}

std::string_view orientationText(int orientation) {
    return placement(orientation).text;
}

}  // namespace lamscope
