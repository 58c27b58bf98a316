// SPDX-License-Identifier: GPL-3.0-or-later
// Foreign content that takes the place of a block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "method/cem/cem_options.h"

namespace lamscope {

/// Patches of 8-bit RGB, of which each draw takes one; or a record of what was pasted once, used again in its order.
/// Plain data.
struct CemInterventions {
    static constexpr int patchSide = 8;

    int side = patchSide;                ///< pixels; of a record, the LR pixels of a block
    std::vector<std::uint8_t> values{};  ///< patches x side x side x RGB
    bool isRecord = false;               ///< pasted as it is: coarse draws block by block, then fine ones likewise
    /// Of a record: the blocks of its fine draws, row-major indices, ascending. Empty: those that the coarse draws
    /// find.
    std::vector<std::size_t> recordedFine{};
    std::string source{};                 ///< in words for the user: files and folders
    std::string sha256{};                 ///< of `values`, lower-case hex
    std::vector<std::string> warnings{};  ///< about the files

    [[nodiscard]] std::size_t count() const { return values.size() / bytesOfOne(); }
    [[nodiscard]] std::span<const std::uint8_t> patch(std::size_t index) const {
        return std::span(values).subspan(index * bytesOfOne(), bytesOfOne());
    }

private:
    [[nodiscard]] std::size_t bytesOfOne() const {
        return static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3;
    }
};

/// Which estimate a draw is for.
enum class CemStage { Coarse, Fine };

/// One replacement of a block.
struct CemDraw {
    CemStage stage = CemStage::Coarse;
    int row = 0;  ///< of the block
    int column = 0;
    int index = 0;  ///< among the draws of this block and stage

    friend bool operator==(const CemDraw&, const CemDraw&) = default;
};

/// "cem/SEED/STAGE/ROW/COLUMN": names the random numbers of a block, see PortableRandom.
[[nodiscard]] std::string keyOf(const CemDraw& draw, int seed);

/// The patch that a draw takes of `count`: integer(draw.index) of keyOf() modulo `count`.
[[nodiscard]] std::size_t drawnPatch(const CemDraw& draw, int seed, std::size_t count);

/// A patch at another side: bicubic with a = -0.75, without antialiasing, as OpenCV's INTER_CUBIC, on 8-bit values, the
/// edge repeated; both axes in float64, then rounded, half to even. From 8 to 4, 2 and 1 nothing but that is rounded:
/// the weights are (-3, 19, 19, -3)/32 on each axis.
/// @param patch from x from x RGB.
[[nodiscard]] std::vector<std::uint8_t> resizedPatch(std::span<const std::uint8_t> patch, int from, int to);

/// Adds N(0, deviation²) in levels to each value of `patch`, side x side x RGB; clipped to 0…255, then truncated.
/// Normal number e of keyOf() with "cem.noise" in place of "cem" and the draw's index at the end, e counting values in
/// the order channel, row, column.
void addNoise(std::vector<std::uint8_t>& patch, int side, const CemDraw& draw, int seed, double deviation);

}  // namespace lamscope
