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
/// from images kept in memory at 8 bits per value. Where the options have recipes, each LR crop is made by degrade()
/// from its HR crop and what the recipe needs around it, so that it shows no border of the crop; the LR of a sample
/// without a step is made in the same way.
class TrainingImages {
public:
    /// Reads all images of the folder, in the order of their names. Throws Error: BadFile (no folder, no image, an
    /// image that cannot be read), InvalidArgument (an image is smaller than a crop; no image is left to train on),
    /// OutOfMemory.
    TrainingImages(const std::filesystem::path& folder, const TrainingOptions& options);

    /// Crops from random places of random images, each degraded by a recipe drawn at random and then turned and
    /// mirrored at random. They depend only on the seed and the step.
    [[nodiscard]] TrainingBatch batch(std::int64_t step) const;

    [[nodiscard]] std::size_t trainingCount() const { return training_.size(); }
    [[nodiscard]] std::size_t validationCount() const { return validationCount_; }
    /// The whole images kept out of training, each under every recipe that samples can have.
    [[nodiscard]] const std::vector<LowResolutionPair>& validation() const { return validation_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    struct Pair {
        torch::Tensor lr;  ///< [3, h, w], uint8; undefined where samples are degraded
        torch::Tensor hr;
    };

    /// The LR crop at (x, y), [3, crop, crop], uint8. The recipe and its random numbers are those of the name.
    [[nodiscard]] torch::Tensor degradedCrop(const torch::Tensor& hr, std::int64_t x, std::int64_t y,
                                             const std::string& name) const;
    void keepForValidation(const Image& hr);

    std::uint64_t seed_;
    int scale_;
    int crop_;
    int batch_;
    Reduction reduction_;
    std::vector<SampleDegradation> degradations_;
    std::vector<Pair> training_;
    std::size_t validationCount_ = 0;
    std::vector<LowResolutionPair> validation_;
    std::vector<std::string> warnings_;
};

}  // namespace lamscope
