// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "image/image.h"

namespace lamscope {

/// A picture that training samples are cut from: an image, or a square of an image.
struct Background {
    std::string file;  ///< of the image, without its folder
    Rect part;         ///< of the image, in HR pixels

    friend bool operator==(const Background&, const Background&) = default;
};

/// Chooses `count` of `images` images at random: their indices, in the order in which they are chosen. A smaller count
/// with the same seed chooses the first of these. No image is chosen twice before all have been chosen once.
[[nodiscard]] std::vector<std::size_t> chosenBackgrounds(std::size_t images, std::size_t count, std::uint64_t seed);

/// Where background number `index` lies in its image: a square of `side` pixels at a random place. `side` is at most
/// the image's shorter side.
[[nodiscard]] Rect placeOfBackground(std::size_t index, int width, int height, int side, std::uint64_t seed);

}  // namespace lamscope
