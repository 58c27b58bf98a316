// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/low_resolution.h"
#include "model/sr_model.h"

namespace lamscope {

struct UpscaleOptions {
    std::vector<std::filesystem::path> images;
    bool imagesAreHr = false;  ///< reduced by `reduction` first
    Reduction reduction = Reduction::Pillow;
    std::filesystem::path outputFolder;  ///< made if need be
};

struct UpscaleSummary {
    std::vector<std::filesystem::path> written;
    std::vector<std::string> warnings;  ///< of the network's card, then of the images
};

/// Runs a network on image files. NAME.png comes out, with the bit depth of the image (16 for floating-point
/// ones); of a NumPy array NAME.npy: 3 x H x W float32 on the [0, 1] scale, neither clamped nor rounded, for checks
/// against other implementations. All files are written together at the end, or none.
/// @return nullopt when stopped. Throws as readImage() and SrModel::upscale(); InvalidArgument when two images have the
/// same stem or a result would be written over an image or the network (before anything is computed); WriteFailed.
[[nodiscard]] std::optional<UpscaleSummary> upscaleFiles(
    const SrModel& model, const UpscaleOptions& options, const std::stop_token& stop = {},
    const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace lamscope
