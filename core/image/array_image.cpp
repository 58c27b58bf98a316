// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/array_image.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/npy.h"
#include "image/low_bits.h"

namespace lamscope::detail {

namespace {

/// Strides of an array, in values: where the value of (channel, y, x) lies.
struct ArrayLayout {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t channelStride = 0;
    std::int64_t rowStride = 0;
    std::int64_t columnStride = 0;
};

/// nullopt for a shape that is not an image's. The product of `shape` must fit into 64 bits, unless one of the sizes is
/// 0.
std::optional<ArrayLayout> arrayLayout(std::vector<std::int64_t> shape) {
    if (std::ranges::find(shape, 0) != shape.end()) {
        return std::nullopt;
    }
    if (shape.size() == 4 && shape.front() == 1) {
        shape.erase(shape.begin());  // a batch of one
    }
    const bool three = shape.size() == 3;
    if (three && shape[0] == Image::channels) {
        return ArrayLayout{shape[2], shape[1], shape[1] * shape[2], shape[2], 1};
    }
    if (three && shape[2] == Image::channels) {
        return ArrayLayout{shape[1], shape[0], 1, shape[1] * Image::channels, Image::channels};
    }
    if (three && shape[2] == 1) {
        return ArrayLayout{shape[1], shape[0], 0, shape[1], 1};
    }
    if (three && shape[0] == 1) {
        return ArrayLayout{shape[2], shape[1], 0, shape[2], 1};
    }
    if (shape.size() == 2) {
        return ArrayLayout{shape[1], shape[0], 0, shape[1], 1};
    }
    return std::nullopt;
}

[[noreturn]] void throwNoImage(const std::filesystem::path& path, std::span<const std::int64_t> shape) {
    std::string remedy = "give 3 x height x width, height x width x 3 or height x width";
    if (shape.size() == 4 && shape.front() > 1) {
        remedy = "it may be several images: save one of them, array[0]";
    } else if (shape.size() == 3 && shape[2] == 4) {
        remedy = "if its fourth channel is transparency, save the colours alone, array[..., :3]";
    }
    throwBadFile(
        path, fmt::format("holds an array of shape ({}), which is not an image; {}", fmt::join(shape, ", "), remedy));
}

}  // namespace

void throwBadFile(const std::filesystem::path& path, const std::string& reason) {
    throw Error(ErrorCode::BadFile, fmt::format("'{}' {}", path.string(), reason));
}

void checkValues(const std::filesystem::path& path, std::span<const float> values) {
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
        throwBadFile(path, "holds values that are not finite (NaN or infinity); an image needs values from 0 to 1");
    }
    const auto [smallest, largest] = std::ranges::minmax(values);
    constexpr float tolerance = 0.01F;
    if (smallest >= -tolerance && largest <= 1.0F + tolerance) {
        return;
    }
    std::string remedy = "scale them to that range";
    for (const int white : {65535, 255}) {
        if (smallest >= -tolerance && largest <= static_cast<float>(white)) {
            remedy = fmt::format("divide them by {} if they are levels of {} bits", white, white == 255 ? 8 : 16);
        }
    }
    throwBadFile(path, fmt::format("holds values from {:.6g} to {:.6g}, but an image needs values from 0 to 1; {}",
                                   smallest, largest, remedy));
}

LoadedImage readArrayImage(const std::filesystem::path& path, const ImageReading& reading) {
    std::optional<ArrayLayout> layout;
    const auto array = readNpy(path, [&](std::span<const std::int64_t> shape) {
        layout = arrayLayout({shape.begin(), shape.end()});
        if (!layout) {
            throwNoImage(path, shape);
        }
        if (layout->height > maxImagePixels / layout->width) {
            throwBadFile(path, fmt::format("has {}x{} pixels, more than the {} that can be read; crop or reduce it",
                                           layout->width, layout->height, maxImagePixels));
        }
    });
    LoadedImage loaded{.image = Image(static_cast<int>(layout->width), static_cast<int>(layout->height)),
                       .warnings = {}};
    loaded.image.file = path.string();
    auto white = array.maxLevel > 0 ? static_cast<float>(array.maxLevel) : 1.0F;
    if (array.maxLevel == std::numeric_limits<std::uint16_t>::max()) {
        LowBits levels;
        for (const double value : array.values) {
            levels.add(static_cast<std::uint16_t>(value));
        }
        white = whiteLevel(levels, reading, loaded);
    }
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < loaded.image.height(); ++y) {
            for (int x = 0; x < loaded.image.width(); ++x) {
                const auto place = channel * layout->channelStride + y * layout->rowStride + x * layout->columnStride;
                loaded.image.at(channel, y, x) =
                    static_cast<float>(array.values[static_cast<std::size_t>(place)]) / white;
            }
        }
    }
    checkValues(path, loaded.image.values());
    return loaded;
}

}  // namespace lamscope::detail
