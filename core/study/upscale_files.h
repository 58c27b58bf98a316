// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image_reading.h"
#include "model/sr_model.h"
#include "scene/network_input.h"

namespace lamscope {

struct UpscaleOptions {
    std::vector<std::filesystem::path> images;
    InputRecipe input{};                 ///< what is made of the images first; by default nothing
    ImageReading reading{};              ///< of all images, which are stretched alike: see sharedReading()
    std::filesystem::path outputFolder;  ///< created if missing
};

struct UpscaleSummary {
    std::vector<std::filesystem::path> written;
    std::vector<std::string> warnings;  ///< of the network's card first, then of the images
};

/// Runs a network on image files. For each image NAME.png is written, with the bit depth of the image (16 for
/// floating-point images); for a NumPy array NAME.npy: 3 x H x W float32 on the [0, 1] scale, neither clamped nor
/// rounded, for comparison with other implementations. All files are written together at the end, or none.
/// @return nullopt when stopped. Throws as readImage() and SrModel::upscale(); Error(InvalidArgument), before anything
/// is computed, when two images have one stem or when a result would be written over an image or the network;
/// Error(WriteFailed).
[[nodiscard]] std::optional<UpscaleSummary> upscaleFiles(
    const SrModel& model, const UpscaleOptions& options, const std::stop_token& stop = {},
    const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace lamscope
