// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "image/image.h"
#include "model/model_card.h"

namespace lamscope {

/// The SR image of a whole LR image, made one tile after the other. Tiles overlap by the receptive field, so that the
/// SR is that of one evaluation of the whole up to rounding. Where the network may not be cropped (see mayBeCropped()),
/// the whole image is one tile.
class TiledImage {
public:
    using Evaluate = std::function<Image(const Image& lr)>;

    /// @param side  of what one tile contributes, LR pixels, at least 1; the receptive field comes on top.
    TiledImage(const ModelCard& card, int lrWidth, int lrHeight, int side);

    [[nodiscard]] std::size_t tiles() const { return tiles_.size(); }
    [[nodiscard]] std::size_t done() const { return done_; }
    [[nodiscard]] bool finished() const { return done_ == tiles_.size(); }

    /// Makes the next tile. What `evaluate` throws passes through; the tile can then be tried again.
    void next(const Image& lr, const Evaluate& evaluate);
    /// The SR image; to be called once, when all tiles are done.
    [[nodiscard]] Image take() { return std::move(sr_); }

private:
    struct Tile {
        Rect part;  ///< LR pixels that it contributes
        Rect seen;  ///< LR pixels that are evaluated for it
    };

    std::vector<Tile> tiles_;
    std::size_t done_ = 0;
    int scale_;
    Image sr_;
};

}  // namespace lamscope
