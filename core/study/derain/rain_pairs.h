// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace lamscope {

/// A degraded image with the clean one, and with the layer that was added where it is known.
struct RainPair {
    std::filesystem::path rainy;
    std::filesystem::path clean;
    std::optional<std::filesystem::path> layer{};
};

/// Pairs the images of two folders, which may be one, by their stems, whatever upper or lower case they have:
/// `a.png` meets `a.jpg`, and `rain-001.png` meets `norain-001.png`. With a folder of layers, the layer of `a.png` is
/// `a_rain.*`, `a_streak.*` or `a.*`. Files `a_rain.*`, `a_streak.*` and `a_mask.*` beside `a.png` are no rainy images,
/// so that a folder that `degrade` has written serves as it is.
/// @param layerFolder  empty: no layers.
/// @return by the names of the rainy images. Clean images without a rainy one are left out.
/// Throws Error: BadFile (a folder is missing or holds no image; a rainy image, which is named, has no clean image or
/// no layer), InvalidArgument (two files could be the clean image, or the layer).
[[nodiscard]] std::vector<RainPair> rainPairs(const std::filesystem::path& rainyFolder,
                                              const std::filesystem::path& cleanFolder,
                                              const std::filesystem::path& layerFolder = {});

}  // namespace lamscope
