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

/// Pairs the images of two folders by their stems after removing what marks the role, in any case of letters: `_HR`,
/// `_GT`, `_LR`, `_LQ`, `_LRBI`, `_LRBD`, `_LRDN`, also with a scale (`_HR_x2`, `_LR4`), `x2` to `x8`, DIV2K's `x4m`,
/// `x4d` and `x4w1`, `_SRF_4`. So `baby.png` meets `babyx4.png`, `img_001_SRF_4_HR.png` meets `img_001_SRF_4_LR.png`,
/// `butterfly_HR_x2.png` meets `butterfly_LRBI_x2.png`, and `Butterfly.PNG` meets `butterfly.jpg`.
///
/// One folder may serve as both; files marked _HR, where there are any, are the only HR images of it then. An LR file
/// that is marked with `scale` goes first, then one of the same name as the HR file in another folder, whatever scale
/// the name says, then one without a scale. Files marked with another scale are passed over. Of HR files made for
/// several scales that of `scale` is taken. Names that differ in the case of letters alone count as the same where
/// nothing fits better.
///
/// @param lrFolder empty: HR images alone.
/// @return sorted by HR stem without marks.
/// Throws Error: BadFile (a folder is missing or holds no image, an HR without its LR, which is named),
/// InvalidArgument (two files claim the same role).
[[nodiscard]] std::vector<ImagePair> pairImages(const std::filesystem::path& hrFolder,
                                                const std::filesystem::path& lrFolder, int scale);

/// All files of the pairs.
[[nodiscard]] std::vector<std::filesystem::path> filesOf(const std::vector<ImagePair>& pairs);

}  // namespace lamscope
