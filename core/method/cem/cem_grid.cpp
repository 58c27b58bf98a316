// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/cem_grid.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "model/cropping.h"

namespace lamscope {

namespace {

[[noreturn]] void refusePlace(const std::string& message) {
    throw Error(ErrorCode::InvalidArgument, message);
}

Rect intersection(const Rect& a, const Rect& b) {
    const int x = std::max(a.x, b.x);
    const int y = std::max(a.y, b.y);
    return {x, y, std::min(a.x + a.width, b.x + b.width) - x, std::min(a.y + a.height, b.y + b.height) - y};
}

Rect grown(const Rect& rect, int beyond) {
    return {rect.x - beyond, rect.y - beyond, rect.width + 2 * beyond, rect.height + 2 * beyond};
}

void checkRoi(const Patch& roi, int scale, int lrWidth, int lrHeight) {
    const int width = lrWidth * scale;
    const int height = lrHeight * scale;
    if (roi.size < scale) {
        refusePlace(
            fmt::format("the region of interest has {0}x{0} SR pixels, fewer than one LR pixel makes at x{1}; choose "
                        "a larger size",
                        roi.size, scale));
    }
    if (roi.size > std::min(width, height)) {
        refusePlace(
            fmt::format("a region of interest of {0}x{0} SR pixels does not fit the {1}x{2} SR image; choose a "
                        "smaller size",
                        roi.size, width, height));
    }
    if (roi.x < 0 || roi.y < 0 || roi.x > width - roi.size || roi.y > height - roi.size) {
        refusePlace(
            fmt::format("the {0}x{0} region of interest at ({1}, {2}) does not lie inside the {3}x{4} SR image: x "
                        "can be 0 to {5} and y 0 to {6}",
                        roi.size, roi.x, roi.y, width, height, width - roi.size, height - roi.size));
    }
}

/// The square of `side` LR pixels around the ROI, moved to where the image holds it.
Rect contextOf(const Patch& roi, int scale, const Rect& whole, int side) {
    const auto along = [&](int position, int extent) {
        const double middle = (position + roi.size / 2.0) / scale;
        const int length = std::min(side, extent);
        return std::pair(std::clamp(static_cast<int>(std::floor(middle - side / 2.0)), 0, extent - length), length);
    };
    const auto [x, width] = along(roi.x, whole.width);
    const auto [y, height] = along(roi.y, whole.height);
    return {x, y, width, height};
}

void checkOfficialGrid(const CemGrid& grid) {
    if (grid.lrWidth != grid.lrHeight || grid.lrWidth % grid.side != 0) {
        refusePlace(
            fmt::format("the published scripts ('official') take square LR images alone whose sides are multiples of "
                        "a block's {0} LR pixels, found {1}x{2}; choose 'fast', or crop the image",
                        grid.side, grid.lrWidth, grid.lrHeight));
    }
}

}  // namespace

Rect CemGrid::rectOf(std::size_t block) const {
    const auto across = static_cast<std::size_t>(columns());
    const Rect rect{static_cast<int>(block % across) * side, static_cast<int>(block / across) * side, side, side};
    return intersection(rect, {0, 0, lrWidth, lrHeight});
}

Rect CemGrid::overlapping(const Rect& lr) const {
    const auto inside = intersection(lr, {0, 0, lrWidth, lrHeight});
    if (inside.width < 1 || inside.height < 1) {
        return {};
    }
    const int x = inside.x / side;
    const int y = inside.y / side;
    return {x, y, (inside.x + inside.width - 1) / side + 1 - x, (inside.y + inside.height - 1) / side + 1 - y};
}

CemPlace cemPlace(const ModelCard& card, int lrWidth, int lrHeight, const CemOptions& options, const Patch& roi) {
    const int scale = card.scale;
    checkRoi(roi, scale, lrWidth, lrHeight);
    if (options.block < scale) {
        refusePlace(fmt::format("a block of {} SR pixels is smaller than an LR pixel of {} (x{}); choose at least {}",
                                options.block, card.name, scale, scale));
    }
    CemPlace place{.roi = roi, .grid = {lrWidth, lrHeight, options.block / scale}};
    const int left = roi.x / scale;
    const int top = roi.y / scale;
    place.roiLr = {left, top, (roi.x + roi.size - 1) / scale + 1 - left, (roi.y + roi.size - 1) / scale + 1 - top};
    place.roiBlocks = place.grid.overlapping(place.roiLr);
    const int size = roi.size / options.block;
    place.officialRoiBlocks = {roi.x / options.block, roi.y / options.block, size, size};
    const Rect whole{0, 0, lrWidth, lrHeight};
    if (options.preset == CemPreset::Official) {
        checkOfficialGrid(place.grid);
    }
    if (options.preset == CemPreset::Official || options.context == 0) {
        place.window = place.reach = whole;
        return place;
    }
    const auto context = options.context ? contextOf(roi, scale, whole, *options.context) : whole;
    if (intersection(context, place.roiLr) != place.roiLr) {
        refusePlace(
            fmt::format("a context of {} LR pixels does not hold the region of interest of {}x{} SR pixels; choose "
                        "a larger one",
                        *options.context, roi.size, roi.size));
    }
    auto wanted = place.roiLr;
    wanted.x -= context.x;
    wanted.y -= context.y;
    const int reach = card.receptiveField.radius.value_or(0);
    const int ofColours = card.colour == ModelCard::Colour::Y ? std::max(cemReachOfColours - reach, 0) : 0;
    const auto part = croppedAround(card, wanted, context.width, context.height, ofColours);
    place.window = context;
    place.reach = context;
    auto wholeReach = whole;
    if (part) {
        place.window = {context.x + part->x, context.y + part->y, part->width, part->height};
        wholeReach = intersection(grown(place.roiLr, reach + ofColours), whole);
        place.reach = intersection(wholeReach, context);
    }
    place.isCut = place.reach != wholeReach;
    return place;
}

std::vector<std::size_t> outwardBlocks(const CemPlace& place, int scale) {
    const auto& grid = place.grid;
    const auto within = grid.overlapping(place.reach);
    std::vector<std::size_t> blocks;
    for (int row = within.y; row < within.y + within.height; ++row) {
        for (int column = within.x; column < within.x + within.width; ++column) {
            blocks.push_back(static_cast<std::size_t>(row) * static_cast<std::size_t>(grid.columns())
                             + static_cast<std::size_t>(column));
        }
    }
    // From middle to middle, in half SR pixels.
    const auto distance = [&](std::size_t block) {
        const auto across = static_cast<std::size_t>(grid.columns());
        const auto along = [&](std::size_t index, int position) {
            const auto middle = (2 * static_cast<long long>(index) + 1) * grid.side * scale;
            const auto away = middle - (2LL * position + place.roi.size);
            return away * away;
        };
        return along(block % across, place.roi.x) + along(block / across, place.roi.y);
    };
    std::ranges::stable_sort(blocks, {}, distance);
    return blocks;
}

}  // namespace lamscope
