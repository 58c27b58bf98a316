// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/tiled_image.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/cropping.h"

namespace lamscope {

namespace {

constexpr double largestCost = 1.15;
/// An LR image of this many pixels keeps the activations of a 64-channel network under about 3 GiB.
constexpr std::int64_t mostPixels = 1024L * 1024L;
/// No tile contributes less to each side, LR pixels.
constexpr int smallestSide = 64;

struct Stretch {
    int begin = 0;
    int end = 0;

    [[nodiscard]] int length() const { return end - begin; }
};

/// An axis of the image, divided.
struct Division {
    std::vector<Stretch> parts;
    std::vector<Stretch> seen;
    std::int64_t evaluated = 0;  // pixels of all that is seen
    std::int64_t longest = 0;    // of what is seen for one part
};

/// Into `count` parts that begin at multiples of `multiple`; fewer where there are not so many.
template <typename Seen>
Division divided(int extent, int count, int multiple, const Seen& seenFor) {
    Division division;
    int begin = 0;
    for (int i = 1; i <= count; ++i) {
        const auto ideal = static_cast<std::int64_t>(extent) * i / count;
        const int end = i == count ? extent : static_cast<int>((ideal + multiple / 2) / multiple * multiple);
        if (end <= begin) {
            continue;
        }
        const Stretch seen = seenFor(Stretch{begin, end});
        division.parts.push_back({begin, end});
        division.seen.push_back(seen);
        division.evaluated += seen.length();
        division.longest = std::max<std::int64_t>(division.longest, seen.length());
        begin = end;
    }
    return division;
}

/// Every division of an axis that may be chosen, coarse to fine.
template <typename Seen>
std::vector<Division> divisions(int extent, int multiple, const Seen& seenFor) {
    std::vector<Division> all;
    for (int count = 1; count <= std::max(extent / smallestSide, 1); ++count) {
        all.push_back(divided(extent, count, multiple, seenFor));
    }
    return all;
}

Rect rectOf(const Stretch& x, const Stretch& y) {
    return {x.begin, y.begin, x.length(), y.length()};
}

double squaredDistance(const Rect& a, const Rect& b) {
    const double dx = a.x + a.width / 2.0 - b.x - b.width / 2.0;
    const double dy = a.y + a.height / 2.0 - b.y - b.height / 2.0;
    return dx * dx + dy * dy;
}

}  // namespace

TiledImage::TiledImage(const ModelCard& card, int lrWidth, int lrHeight)
    : scale_(card.scale)
    , lrWidth_(lrWidth)
    , lrHeight_(lrHeight) {
    const Rect whole{0, 0, lrWidth, lrHeight};
    const auto pixels = static_cast<std::int64_t>(lrWidth) * lrHeight;
    if (pixels <= enoughPixels || !mayBeCropped(card, lrWidth, lrHeight)) {
        tiles_.push_back({whole, whole});
        return;
    }
    const int multiple = std::lcm(*card.cropping.multiple, card.sizeMultiple);
    const auto across = divisions(lrWidth, multiple, [&](const Stretch& part) {
        const auto seen = *croppedAround(card, {part.begin, 0, part.length(), lrHeight}, lrWidth, lrHeight);
        return Stretch{seen.x, seen.x + seen.width};
    });
    const auto down = divisions(lrHeight, multiple, [&](const Stretch& part) {
        const auto seen = *croppedAround(card, {0, part.begin, lrWidth, part.length()}, lrWidth, lrHeight);
        return Stretch{seen.y, seen.y + seen.height};
    });
    struct Choice {
        const Division* columns;
        const Division* rows;
        std::int64_t largest;
        std::int64_t evaluated;
    };
    std::vector<Choice> choices;
    for (const auto& columns : across) {
        for (const auto& rows : down) {
            choices.push_back({&columns, &rows, columns.longest * rows.longest, columns.evaluated * rows.evaluated});
        }
    }
    const auto best = [&](std::int64_t smallEnough, const auto& allowed) {
        const Choice* chosen = nullptr;
        const auto rank = [&](const Choice& choice) {
            return std::pair(std::max(choice.largest, smallEnough), choice.evaluated);
        };
        for (const auto& choice : choices) {
            if (allowed(choice) && (chosen == nullptr || rank(choice) < rank(*chosen))) {
                chosen = &choice;
            }
        }
        return chosen;
    };
    const auto* chosen = best(enoughPixels, [&](const Choice& choice) {
        return static_cast<double>(choice.evaluated) <= largestCost * static_cast<double>(pixels);
    });
    if (chosen->largest > mostPixels) {
        chosen = best(mostPixels, [](const Choice& /*choice*/) { return true; });
    }
    for (std::size_t row = 0; row < chosen->rows->parts.size(); ++row) {
        for (std::size_t column = 0; column < chosen->columns->parts.size(); ++column) {
            tiles_.push_back({rectOf(chosen->columns->parts[column], chosen->rows->parts[row]),
                              rectOf(chosen->columns->seen[column], chosen->rows->seen[row])});
        }
    }
}

double TiledImage::cost() const {
    double evaluated = 0.0;
    for (const auto& tile : tiles_) {
        evaluated += static_cast<double>(tile.seen.width) * tile.seen.height;
    }
    return evaluated / (static_cast<double>(lrWidth_) * lrHeight_);
}

std::optional<Rect> TiledImage::next(const Image& lr, const Evaluate& evaluate, const Rect& near) {
    auto& tile = *std::ranges::min_element(
        tiles_, {}, [&](const Tile& each) { return std::pair(each.done, squaredDistance(each.part, near)); });
    const auto& [part, seen, done] = tile;
    auto made = evaluate(tiles_.size() == 1 ? lr : lr.cropped(seen));
    if (!made) {
        return std::nullopt;
    }
    tile.done = true;
    ++done_;
    if (tiles_.size() == 1) {
        sr_ = std::move(*made);
        sr_.file = lr.file;
        return part;
    }
    if (sr_.empty()) {
        sr_ = Image(lr.width() * scale_, lr.height() * scale_);
        sr_.file = lr.file;
    }
    const auto width = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(scale_);
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int row = part.y * scale_; row < (part.y + part.height) * scale_; ++row) {
            const auto first = static_cast<std::size_t>(row - seen.y * scale_) * static_cast<std::size_t>(made->width())
                               + static_cast<std::size_t>(part.x - seen.x) * static_cast<std::size_t>(scale_);
            std::ranges::copy(made->plane(channel).subspan(first, width), &sr_.at(channel, row, part.x * scale_));
        }
    }
    return part;
}

}  // namespace lamscope
