// SPDX-License-Identifier: GPL-3.0-or-later
// Which blocks of an LR image are replaced for a region of interest, and which part of the image is evaluated.
// Thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "image/image.h"
#include "method/cem/cem_options.h"
#include "model/model_card.h"
#include "scene/geometry.h"

namespace lamscope {

/// How far the bicubic colours beside a network for luma look, LR pixels.
inline constexpr int cemReachOfColours = 2;

/// Square blocks side by side from the top-left corner of an LR image, ⌈width / side⌉ x ⌈height / side⌉ of them; those
/// of the last row and column are cut where the image ends.
struct CemGrid {
    int lrWidth = 0;
    int lrHeight = 0;
    int side = 0;  ///< of a block, LR pixels

    [[nodiscard]] int columns() const { return (lrWidth + side - 1) / side; }
    [[nodiscard]] int rows() const { return (lrHeight + side - 1) / side; }
    [[nodiscard]] std::size_t blocks() const {
        return static_cast<std::size_t>(columns()) * static_cast<std::size_t>(rows());
    }
    /// Of the block in row-major order, LR pixels.
    [[nodiscard]] Rect rectOf(std::size_t block) const;
    /// The blocks that overlap a rectangle (LR pixels): columns and rows of the grid. Empty where none does.
    [[nodiscard]] Rect overlapping(const Rect& lr) const;

    friend bool operator==(const CemGrid&, const CemGrid&) = default;
};

/// What is evaluated for a region of interest (ROI).
struct CemPlace {
    Patch roi{};         ///< SR pixels
    CemGrid grid{};      ///< of the image
    Rect roiLr{};        ///< the LR pixels under the ROI
    Rect window{};       ///< the LR pixels that the network sees
    Rect reach{};        ///< the LR pixels that the ROI can depend on
    bool isCut = false;  ///< the context leaves out some that the ROI depends on in the whole image
    Rect roiBlocks{};    ///< columns and rows of the blocks that overlap the ROI
    /// The same as the published scripts have it: ⌊x / block⌋, ⌊y / block⌋, ⌊size / block⌋.
    Rect officialRoiBlocks{};
};

/// Throws Error(InvalidArgument): a ROI that is not inside the image or smaller than an SR cell (`scale` pixels a
/// side), a block below `scale`, a context that does not hold the ROI; for `official` an image that is not square or
/// whose sides the blocks do not divide.
[[nodiscard]] CemPlace cemPlace(const ModelCard& card, int lrWidth, int lrHeight, const CemOptions& options,
                                const Patch& roi);

/// The blocks that overlap `place.reach`, from the middle of the ROI outwards; all others have no effect.
[[nodiscard]] std::vector<std::size_t> outwardBlocks(const CemPlace& place, int scale);

}  // namespace lamscope
