// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <torch/types.h>

#include "image/low_resolution.h"
#include "training/training_options.h"

namespace lamscope {

/// Crops of LR images with the matching crops of HR images, values in [0, 1].
struct TrainingBatch {
    torch::Tensor lr;  ///< [n, 3, crop, crop]
    torch::Tensor hr;  ///< [n, 3, scale*crop, scale*crop]
};

/// The HR images of a folder with their LR images: crops to train on, and whole pairs to validate on. The crops come
/// from images kept in memory at 8 bits per value.
class TrainingImages {
public:
    /// Reads all images of the folder, in the order of their names. Throws Error: BadFile (no folder, no image, an
    /// image that cannot be read), InvalidArgument (an image is smaller than a crop; no image is left to train on),
    /// OutOfMemory.
    TrainingImages(const std::filesystem::path& folder, const TrainingOptions& options);

    /// Crops from random places of random images, each turned and mirrored at random. They depend only on the seed and
    /// the step.
    [[nodiscard]] TrainingBatch batch(std::int64_t step) const;

    [[nodiscard]] std::size_t trainingCount() const { return training_.size(); }
    [[nodiscard]] const std::vector<LowResolutionPair>& validation() const { return validation_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    struct Pair {
        torch::Tensor lr;  ///< [3, h, w], uint8
        torch::Tensor hr;
    };

    std::uint64_t seed_;
    int scale_;
    int crop_;
    int batch_;
    std::vector<Pair> training_;
    std::vector<LowResolutionPair> validation_;
    std::vector<std::string> warnings_;
};

}  // namespace lamscope
