// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lamscope {

/// An HR image and, where it was given, its LR image.
struct ImagePair {
    std::filesystem::path hr;
    std::optional<std::filesystem::path> lr;
};

/// Pairs the images of two folders by their stems after removing what marks the role: `_HR`, `_LR`, `x2`, `x3`, `x4`,
/// `x8`, `_SRF_4`. So `baby.png` meets `babyx4.png`, and `img_001_SRF_4_HR.png` meets `img_001_SRF_4_LR.png`. One
/// folder may serve as both. LR files marked with another scale than `scale` are passed over.
///
/// @param lrFolder empty: HR images alone.
/// @return sorted by HR file name.
/// Throws Error: BadFile (a folder is missing or holds no image, an HR without its LR, which is named),
/// InvalidArgument (two files claim the same role).
[[nodiscard]] std::vector<ImagePair> pairImages(const std::filesystem::path& hrFolder,
                                                const std::filesystem::path& lrFolder, int scale);

}  // namespace lamscope
