// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

#include "method/cem/interventions.h"

namespace lamscope {

/// The most patches that are cut from images; the published set has as many.
constexpr std::size_t patchesFromImages = 10000;

/// Reads the patches that take the place of blocks.
///
/// @param given  One of three things. Images of 8x8 pixels, or folders of them: each is a patch. Larger images, or
///   folders of them (a folder that holds both kinds may not be given): patches of 8x8 are cut at places that depend on
///   the seed, the image's index and the patch alone, patchesFromImages in all, evenly over the images; patch k of
///   image i lies at x = integer(2k) mod (width − 7), y = integer(2k + 1) mod (height − 7) of PortableRandom
///   "cem.places/SEED/i". One .npy file of uint8 [draw, b, b, 3]: a record, used in its order and pasted as it is.
///   Images are taken in the order given, those of a folder by imagesOfRole(), HR, and rounded to 8 bits.
/// @return nullopt when stopped. Throws Error(BadFile) naming a file that is missing, cannot be read or is smaller than
/// 8x8, and an array of another shape or type; Error(InvalidArgument) where nothing is given, or patches, images and
/// records together. Thread-safe.
[[nodiscard]] std::optional<CemInterventions> readInterventions(const std::vector<std::filesystem::path>& given,
                                                                int seed, const std::stop_token& stop = {});

}  // namespace lamscope
