// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/restoration/real_image.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include <fmt/format.h>

#include "base/error.h"
#include "image/gaussian_blur.h"
#include "image/real_plane.h"

namespace lamscope {

namespace {

constexpr double whiteLevel = 255.0;

}  // namespace

RealImage realImage(const Image& image) {
    RealImage result{.width = image.width(), .height = image.height()};
    result.values.reserve(image.values().size());
    for (int channel = 0; channel < Image::channels; ++channel) {
        const auto levels = realLevels(image, channel);
        std::ranges::transform(levels.values, std::back_inserter(result.values),
                               [](double level) { return level / whiteLevel; });
    }
    return result;
}

RealImage clippedImage(const Image& output) {
    RealImage result{.width = output.width(), .height = output.height()};
    result.values.reserve(output.values().size());
    std::ranges::transform(output.values(), std::back_inserter(result.values),
                           [](float value) { return std::clamp(static_cast<double>(value), 0.0, 1.0); });
    return result;
}

RealImage difference(const RealImage& first, const RealImage& second) {
    if (first.width != second.width || first.height != second.height) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("images of {}x{} and {}x{} pixels cannot be subtracted",
                                                            first.width, first.height, second.width, second.height));
    }
    RealImage result{.width = first.width, .height = first.height};
    result.values.resize(first.values.size());
    std::ranges::transform(first.values, second.values, result.values.begin(), std::minus<>());
    return result;
}

RealImage blurred(const RealImage& image, double sigma) {
    RealImage result{.width = image.width, .height = image.height};
    result.values.reserve(image.values.size());
    const auto pixels = static_cast<std::ptrdiff_t>(image.pixels());
    for (auto first = image.values.begin(); first != image.values.end(); first += pixels) {
        RealPlane plane{.width = image.width, .height = image.height, .values = {first, first + pixels}};
        blurPlane(plane, sigma, gaussianSide(sigma));
        result.values.insert(result.values.end(), plane.values.begin(), plane.values.end());
    }
    return result;
}

}  // namespace lamscope
