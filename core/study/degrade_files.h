// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "image/image_reading.h"

namespace lamscope {

struct DegradeOptions {
    std::vector<std::filesystem::path> images;  ///< HR images
    std::vector<NamedDegradation> degradations;
    int scale = 4;  ///< HR side / LR side; 1: images keep their size
    Reduction reduction = Reduction::Pillow;
    std::uint64_t seed = 0;
    bool flat = false;                   ///< of one degradation: no folder of its name, and a document an image
    ImageReading reading{};              ///< of all images, which are stretched alike: see sharedReading()
    std::filesystem::path outputFolder;  ///< created if missing
};

struct DegradeSummary {
    std::vector<std::filesystem::path> written;
    std::vector<std::string> warnings;
};

/// Makes LR images by degrade(): NAME/STEM.png of 8 bits for each degradation NAME and each image, and degrade.json,
/// which states the options and, for each image, the recipe with the numbers that were drawn. With `flat`: STEM.png,
/// and STEM.json with the same for this image.
///
/// A recipe with rain also makes STEM_rain.png, what was added to the HR image before anything was clipped (8 bits; 16
/// where an amplitude makes fractions of levels), and STEM_mask.png, white where that is above 0.
///
/// All files are written together at the end, or none.
/// @param progress  images done and all images, on the calling thread; may be empty.
/// @return nullopt when stopped. Throws as readImage() and degrade(); Error(InvalidArgument), before anything is
/// computed, without images or degradations, with several degradations in one folder, when two images have one stem, or
/// when a result would be written over an image or another result; Error(WriteFailed).
[[nodiscard]] std::optional<DegradeSummary> degradeFiles(
    const DegradeOptions& options, const std::stop_token& stop = {},
    const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace lamscope
