// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/image.h"
#include "study/studies/study_plots.h"
#include "study/studies/study_store.h"

namespace lamscope {

/// What the networks looked at, small enough to stand beneath a plot.
struct StudyPicture {
    Image picture{};  ///< empty where the file cannot be read
    std::optional<Rect>
        patch{};            ///< the patch of the study in it, pixels of the picture; unset where there are several
    std::string trouble{};  ///< why there is no picture; empty where there is one
};

/// The pictures of StudyPlot::images in their order, from the files of the study's description: HR where it is known.
/// Of an image with one patch a square of 256 pixels around it, as large as the test images of the paper, otherwise the
/// square in the middle; reduced to 128 pixels a side. A file that cannot be read, or that no description can be read
/// for, has no picture.
[[nodiscard]] std::vector<StudyPicture> picturesOf(const StudyStore& store, const StudyPlot& plot);

}  // namespace lamscope
