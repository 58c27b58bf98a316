// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "image/image.h"
#include "model/model_card.h"

namespace lamscope {

/// The SR image of a whole LR image, made one tile after the other. Tiles overlap by the receptive field, so that the
/// SR is that of one evaluation of the whole up to rounding.
///
/// There are as many tiles as the overlaps allow: all of them evaluate at most 1.15 times the pixels of the image, and
/// none is smaller than needed to have at most `enoughPixels`. Where the receptive field is too wide for two tiles, and
/// where the network may not be cropped (see mayBeCropped()), the whole image is one tile. An image that would be too
/// much for the memory is divided at any cost, where the network may be cropped.
class TiledImage {
public:
    /// LR pixels that are evaluated at once without a thought of dividing them.
    static constexpr std::int64_t enoughPixels = 40'000;

    /// The SR of the LR pixels it is given; nullopt when stopped.
    using Evaluate = std::function<std::optional<Image>(const Image& lr)>;

    TiledImage(const ModelCard& card, int lrWidth, int lrHeight);

    [[nodiscard]] std::size_t tiles() const { return tiles_.size(); }
    [[nodiscard]] std::size_t done() const { return done_; }
    [[nodiscard]] bool finished() const { return done_ == tiles_.size(); }
    /// LR pixels that all tiles evaluate, as a multiple of those of the image.
    [[nodiscard]] double cost() const;

    /// Makes one more tile: of those that are left, the one whose middle is nearest to that of `near` (LR pixels).
    /// Returns the LR pixels of which the SR is known now; nullopt when stopped. After that, and after what `evaluate`
    /// throws, the tile can be tried again.
    std::optional<Rect> next(const Image& lr, const Evaluate& evaluate, const Rect& near = {});

    /// The SR image as far as it is known, from the first tile on; 0 elsewhere.
    [[nodiscard]] const Image& sr() const { return sr_; }
    /// The SR image; to be called once, when all tiles are done.
    [[nodiscard]] Image take() { return std::move(sr_); }

private:
    struct Tile {
        Rect part;  ///< LR pixels that it contributes
        Rect seen;  ///< LR pixels that are evaluated for it
        bool done = false;
    };

    int scale_;
    int lrWidth_;
    int lrHeight_;
    std::vector<Tile> tiles_;
    std::size_t done_ = 0;
    Image sr_;
};

}  // namespace lamscope
