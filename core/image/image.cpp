// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

Image::Image(int width, int height)
    : width_(width)
    , height_(height) {
    if (width < 1 || height < 1) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("an image needs sides of at least 1 pixel, asked for {}x{}", width, height));
    }
    values_.assign(
        static_cast<std::size_t>(channels) * static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0.0F);
}

std::span<const float> Image::plane(int channel) const {
    const auto size = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
    return std::span(values_).subspan(static_cast<std::size_t>(channel) * size, size);
}

std::span<float> Image::plane(int channel) {
    const auto size = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
    return std::span(values_).subspan(static_cast<std::size_t>(channel) * size, size);
}

Image Image::cropped(const Rect& rect) const {
    if (rect.x < 0 || rect.y < 0 || rect.width < 1 || rect.height < 1 || rect.width > width_ - rect.x
        || rect.height > height_ - rect.y) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the crop {}x{} at ({}, {}) does not lie inside the {}x{} image", rect.width,
                                rect.height, rect.x, rect.y, width_, height_));
    }
    Image result(rect.width, rect.height);
    result.file = file;
    result.bitDepth = bitDepth;
    for (int channel = 0; channel < channels; ++channel) {
        for (int row = 0; row < rect.height; ++row) {
            const auto source =
                plane(channel).subspan(static_cast<std::size_t>(rect.y + row) * static_cast<std::size_t>(width_)
                                           + static_cast<std::size_t>(rect.x),
                                       static_cast<std::size_t>(rect.width));
            std::ranges::copy(source, &result.at(channel, row, 0));
        }
    }
    return result;
}

Image Image::croppedToMultiple(int factor) const {
    if (factor < 1 || width_ < factor || height_ < factor) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a {}x{} image cannot be reduced by {}", width_, height_, factor));
    }
    return cropped({0, 0, width_ / factor * factor, height_ / factor * factor});
}

}  // namespace lamscope
