// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/tiled_image.h"

#include <algorithm>

#include "model/cropping.h"

namespace lamscope {

TiledImage::TiledImage(const ModelCard& card, int lrWidth, int lrHeight, int side)
    : scale_(card.scale) {
    const Rect whole{0, 0, lrWidth, lrHeight};
    const bool oneTile = !mayBeCropped(card, lrWidth, lrHeight) || (lrWidth <= side && lrHeight <= side);
    const int stepX = oneTile ? lrWidth : side;
    const int stepY = oneTile ? lrHeight : side;
    for (int y = 0; y < lrHeight; y += stepY) {
        for (int x = 0; x < lrWidth; x += stepX) {
            const Rect part{x, y, std::min(stepX, lrWidth - x), std::min(stepY, lrHeight - y)};
            tiles_.push_back({part, oneTile ? whole : croppedAround(card, part, lrWidth, lrHeight).value()});
        }
    }
}

void TiledImage::next(const Image& lr, const Evaluate& evaluate) {
    const auto& [part, seen] = tiles_.at(done_);
    if (tiles_.size() == 1) {
        sr_ = evaluate(lr);
        sr_.file = lr.file;
        ++done_;
        return;
    }
    const auto tile = evaluate(lr.cropped(seen));
    if (sr_.empty()) {
        sr_ = Image(lr.width() * scale_, lr.height() * scale_);
        sr_.file = lr.file;
    }
    const auto width = static_cast<std::size_t>(part.width) * static_cast<std::size_t>(scale_);
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int row = part.y * scale_; row < (part.y + part.height) * scale_; ++row) {
            const auto first = static_cast<std::size_t>(row - seen.y * scale_) * static_cast<std::size_t>(tile.width())
                               + static_cast<std::size_t>(part.x - seen.x) * static_cast<std::size_t>(scale_);
            std::ranges::copy(tile.plane(channel).subspan(first, width), &sr_.at(channel, row, part.x * scale_));
        }
    }
    ++done_;
}

}  // namespace lamscope
