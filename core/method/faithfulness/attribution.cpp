// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/attribution.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/npy.h"

namespace lamscope {

namespace {

std::int64_t blocksAlong(int side, int block) {
    return (side + block - 1) / block;
}

/// Side of the blocks; nullopt where no blocks make so many rows and columns.
std::optional<int> blockSide(std::int64_t rows, std::int64_t columns, int width, int height) {
    std::optional<int> smallest;
    for (int block = 2; block <= std::max(width, height); ++block) {
        if (blocksAlong(height, block) != rows || blocksAlong(width, block) != columns) {
            continue;
        }
        if (height % block == 0 && width % block == 0) {
            return block;
        }
        smallest = smallest.value_or(block);
    }
    return smallest;
}

/// One plane of an image, of which a part is asked for.
struct Plane {
    std::span<const double> values;
    int width = 0;
    Rect part;

    void appendTo(std::vector<double>& target) const {
        for (int y = part.y; y < part.y + part.height; ++y) {
            const auto row = values.subspan(
                static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(part.x),
                static_cast<std::size_t>(part.width));
            target.insert(target.end(), row.begin(), row.end());
        }
    }
};

/// height x width, each block's value divided by its pixels, of which the image cuts off some at its edges.
std::vector<double> spread(const NpyArray& blocks, int block, int width, int height) {
    const auto columns = blocks.shape[1];
    std::vector<double> values;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const int left = x / block * block;
            const int top = y / block * block;
            const int pixels = std::min(block, width - left) * std::min(block, height - top);
            const auto index = std::int64_t{y / block} * columns + x / block;
            values.push_back(blocks.values[static_cast<std::size_t>(index)] / pixels);
        }
    }
    return values;
}

}  // namespace

std::vector<double> Attribution::ofPixels() const {
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    std::vector<double> sums(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(pixels));
    for (std::size_t i = pixels; i < values.size(); ++i) {
        sums[i % pixels] += values[i];
    }
    return sums;
}

Attribution attributionOf(const LamResult& result) {
    return {.width = result.context.width,
            .height = result.context.height,
            .values = {result.attribution.begin(), result.attribution.end()}};
}

std::vector<double> mapOf(const Attribution& attribution) {
    auto map = attribution.ofPixels();
    std::ranges::transform(map, map.begin(), [](double value) { return std::abs(value); });
    if (const double largest = *std::ranges::max_element(map); largest > 0.0) {
        std::ranges::transform(map, map.begin(), [largest](double value) { return value / largest; });
    }
    return map;
}

AttributionFile readAttribution(const std::filesystem::path& file, const Rect& context, int lrWidth, int lrHeight) {
    constexpr std::size_t withColours = 3;
    const auto sidesAre = [](std::span<const std::int64_t> shape, int width, int height) {
        return shape[shape.size() - 2] == height && shape[shape.size() - 1] == width;
    };
    bool isOfContext = false;
    bool isOfImage = false;
    std::optional<int> block;
    const auto array = readNpy(file, [&](std::span<const std::int64_t> shape) {
        const bool hasColours = shape.size() == withColours && shape.front() == Image::channels;
        if (hasColours || shape.size() == 2) {
            isOfContext = sidesAre(shape, context.width, context.height);
            isOfImage = sidesAre(shape, lrWidth, lrHeight);
        }
        if (shape.size() == 2 && !isOfContext && !isOfImage) {
            block = blockSide(shape[0], shape[1], lrWidth, lrHeight);
        }
        if (!isOfContext && !isOfImage && !block) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("{}: an attribution of {} values; expected 3x{}x{} or {}x{} for the context, the "
                                    "same for the whole LR image of {}x{} pixels, or a value for each block of it",
                                    file.string(), fmt::join(shape, "x"), context.height, context.width, context.height,
                                    context.width, lrWidth, lrHeight));
        }
    });
    if (!std::ranges::all_of(array.values, [](double value) { return std::isfinite(value); })) {
        throw Error(
            ErrorCode::BadFile,
            fmt::format("{}: the attribution holds NaN or infinite values; give one of finite values", file.string()));
    }
    AttributionFile result{.attribution = {.width = context.width, .height = context.height}};
    auto& attribution = result.attribution;
    attribution.colours = array.shape.size() == withColours ? Image::channels : 1;
    if (isOfContext) {
        attribution.values = array.values;
        return result;
    }
    std::vector<double> whole = array.values;
    if (block) {
        result.block = *block;
        whole = spread(array, *block, lrWidth, lrHeight);
    }
    const auto pixels = static_cast<std::size_t>(lrWidth) * static_cast<std::size_t>(lrHeight);
    for (std::size_t plane = 0; plane < static_cast<std::size_t>(attribution.colours); ++plane) {
        Plane{std::span(whole).subspan(plane * pixels, pixels), lrWidth, context}.appendTo(attribution.values);
    }
    return result;
}

}  // namespace lamscope
