// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "image/image.h"
#include "image/image_reading.h"
#include "image/low_resolution.h"
#include "method/features/feature_set.h"

namespace lamscope {

/// A folder of LR patches with its name in results.
struct NamedFolder {
    std::string name;
    std::filesystem::path folder;

    friend bool operator==(const NamedFolder&, const NamedFolder&) = default;
};

/// Reads "NAME=DIR" of each text; a text without '=' is a folder, whose own name it has. Throws Error(InvalidArgument)
/// for an empty name and a name that is given twice.
[[nodiscard]] std::vector<NamedFolder> namedFolders(const std::vector<std::string>& texts);

/// What sets of patches are made of: HR images and recipes, or folders.
struct PatchSource {
    std::vector<std::filesystem::path> hr{};       ///< HR images; empty where there are folders
    std::vector<NamedDegradation> degradations{};  ///< one set each
    std::vector<NamedFolder> folders{};            ///< one set each, of image files that are LR patches
    Reduction reduction = Reduction::Pillow;       ///< of HR patches
    ImageReading reading{};
    int patches = 100;  ///< the most of a set
    int side = 32;      ///< of a patch that is cut, LR pixels
    std::uint64_t seed = 0;
};

/// Sets of patches for the networks of one scale.
struct PatchSets {
    std::vector<FeatureSet> sets{};
    std::vector<std::vector<Image>> lr{};  ///< of each set; `file` names image and place
    std::vector<Image> hr{};               ///< what all sets were made of, in their order; empty for folders
    bool contentShared = false;            ///< patch i of each set is of the same content
    std::vector<std::string> warnings{};
};

/// Where patches are cut: the squares of `hrSide` HR pixels that lie side by side in an image, the rest evenly around
/// them, so that none overlap.
[[nodiscard]] std::vector<Rect> patchPlaces(int width, int height, int hrSide);

/// Makes the sets for a scale.
///
/// Of HR images: image i of m gives patches ⌊i·n/m⌋ … ⌊(i + 1)·n/m⌋ − 1 of n, as many as it holds without overlap, at
/// places of patchPlaces() that the seed chooses for each image by its name; what one image lacks the next gives. Each
/// recipe is applied to each HR patch by itself: blur at the patch's own border, random numbers by the patch's name,
/// STEM-X-Y with the HR pixel of its corner.
///
/// Of folders: the first n image files in the order of their names, each a patch. The content is shared where all
/// folders hold files of the same names.
///
/// @return nullopt when stopped. Throws Error: InvalidArgument (nothing to read, no image that holds a patch, patches
/// of different sizes), and as readImage() and imagesOfRole().
[[nodiscard]] std::optional<PatchSets> makePatchSets(const PatchSource& source, int scale,
                                                     const std::stop_token& stop = {});

}  // namespace lamscope
