// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scene/scene.h"

namespace lamscope {

/// An HR image with its LR image, if an LR folder was given.
struct ImagePair {
    std::filesystem::path hr;
    std::optional<std::filesystem::path> lr;
};

/// Pairs the images of two folders by their stems, without the marks that state an image's role. The marks, in upper or
/// lower case: `_HR`, `_GT`, `_LR`, `_LQ`, `_LRBI`, `_LRBD`, `_LRDN`, `_LRBIC`, `_LRBICUBIC`, also with a scale
/// (`_HR_x2`, `_LR4`); `x2` to `x8`; DIV2K's `x4m`, `x4d` and `x4w1`; DRealSR's `_x1`; `_SRF_4`. So `baby.png` meets
/// `babyx4.png`, `img_001_SRF_4_HR.png` meets `img_001_SRF_4_LR.png`, `butterfly_HR_x2.png` meets
/// `butterfly_LRBI_x2.png`, and `Butterfly.PNG` meets `butterfly.jpg`.
///
/// One folder may hold both HR and LR images; if files in it are marked _HR, only those are HR images. LR files are
/// tried in this order: a file marked with `scale`; a file in another folder with the same name as the HR file,
/// whatever scale the name states; a file without a scale. Files marked with another scale are not taken. Of HR files
/// made for several scales, the file for `scale` is taken. Names that differ only in upper and lower case count as
/// equal if no other file fits better.
///
/// @param lrFolder empty: HR images only.
/// @return sorted by the HR stem without marks.
/// Throws Error: BadFile (a folder is missing or holds no image; an HR image, which is named, has no LR image),
/// InvalidArgument (two files claim the same role).
[[nodiscard]] std::vector<ImagePair> pairImages(const std::filesystem::path& hrFolder,
                                                const std::filesystem::path& lrFolder, int scale);

/// The images of one role in a folder, in the order of their names, by the marks that pairImages() knows: without those
/// marked as the other role, and only the marked ones where some are marked as this role. Throws Error(BadFile): no
/// folder, or no such image in it.
[[nodiscard]] std::vector<std::filesystem::path> imagesOfRole(const std::filesystem::path& folder, ImageRole role);

/// The files among `given`, and imagesOfRole() of the folders among them, in their order. Throws as imagesOfRole().
[[nodiscard]] std::vector<std::filesystem::path> imagesNamed(const std::vector<std::string>& given, ImageRole role);

/// All files of the pairs.
[[nodiscard]] std::vector<std::filesystem::path> filesOf(const std::vector<ImagePair>& pairs);

}  // namespace lamscope
