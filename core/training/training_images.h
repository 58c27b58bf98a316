// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "image/low_resolution.h"
#include "training/backgrounds.h"
#include "training/rain_pool.h"
#include "training/training_options.h"

namespace lamscope {

/// Crops of LR images with the matching crops of HR images, values in [0, 1].
struct TrainingBatch {
    torch::Tensor lr;  ///< [n, 3, crop, crop]
    torch::Tensor hr;  ///< [n, 3, scale*crop, scale*crop]
};

/// The HR images of a folder with their LR images: crops to train on, and whole pairs to validate on. The crops come
/// from backgrounds kept in memory at 8 bits per value. Where the options have recipes, each LR crop is made by
/// degrade() from its HR crop and what the recipe needs around it, so that it shows no border of the crop; the LR of a
/// sample without a step is made in the same way. The rain of crops comes from a RainPool, and falls in its own
/// direction however the crop is turned.
class TrainingImages {
public:
    /// Reads the images of the folder: all in the order of their names, or those that were chosen as backgrounds; and
    /// draws the rain. Throws Error: BadFile (no folder, no image, an image that cannot be read), InvalidArgument (an
    /// image is smaller than a crop; fewer images are left to train on than were asked for), OutOfMemory.
    TrainingImages(const std::filesystem::path& folder, const TrainingOptions& options);

    /// Crops from random places of random images, each degraded by a recipe drawn at random and then turned and
    /// mirrored at random. They depend only on the seed and the step.
    [[nodiscard]] TrainingBatch batch(std::int64_t step) const;

    [[nodiscard]] std::size_t trainingCount() const { return training_.size(); }
    [[nodiscard]] std::size_t validationCount() const { return validationFiles_.size(); }
    [[nodiscard]] const std::vector<std::filesystem::path>& validationFiles() const { return validationFiles_; }
    /// The whole images kept out of training, each under every recipe that samples can have.
    [[nodiscard]] const std::vector<LowResolutionPair>& validation() const { return validation_; }
    /// What crops are taken from, in the order in which they were chosen; empty where they come from all images.
    [[nodiscard]] const std::vector<Background>& backgrounds() const { return backgrounds_; }
    /// Which backgrounds and which rain the samples are made of, in words; empty without either.
    [[nodiscard]] std::string about() const;
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    struct Pair {
        torch::Tensor lr;  ///< [3, h, w], uint8; undefined where samples are degraded
        torch::Tensor hr;
    };

    struct Recipe {
        Degradation degradation;
        double probability = 0.0;
        std::optional<RainPool> rain;
    };

    [[nodiscard]] const Recipe& chosenRecipe(double chance) const;
    /// The LR crop at (x, y), [3, crop, crop], uint8. The recipe and its random numbers are those of the name.
    /// @param way  how the sample will be turned.
    [[nodiscard]] torch::Tensor degradedCrop(const torch::Tensor& hr, std::int64_t x, std::int64_t y, std::uint64_t way,
                                             const std::string& name) const;
    [[nodiscard]] Image read(const std::filesystem::path& file);
    void keepForTraining(const Image& hr);
    void keepForValidation(const Image& hr);

    std::uint64_t seed_;
    int scale_;
    int crop_;
    int batch_;
    int backgroundCrop_;
    int rainLayers_;
    Reduction reduction_;
    std::vector<Recipe> recipes_;
    std::vector<Background> backgrounds_;
    std::vector<Pair> training_;
    std::vector<std::filesystem::path> validationFiles_;
    std::vector<LowResolutionPair> validation_;
    std::vector<std::string> warnings_;
};

}  // namespace lamscope
