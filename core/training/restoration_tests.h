// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "method/restoration/restoration_measures.h"
#include "model/sr_model.h"

namespace lamscope {

/// What a network of scale 1 makes of one degradation.
struct RestorationTest {
    /// A Gaussian blur in place of the network.
    struct Blur {
        double sigma = 0.0;  ///< pixels
        RestorationMeasures measures;
    };

    NamedDegradation degradation;
    std::size_t images = 0;
    RestorationMeasures measures;
    std::optional<double> inputPsnr;  ///< of the degraded images, all colours, dB
    std::vector<Blur> blurs;          ///< on the same images: see blurLineSigmas()
};

/// Throws Error(InvalidArgument) where an image is smaller than the middle square of it that is to be measured.
void checkHoldsMeasuredSquare(const Image& image, int crop);

/// Measures a network of scale 1 on images that are degraded by each recipe in turn, with the numbers of the seed 0,
/// whatever the training's: networks of several seeds are compared on the same rain. Rain is masked where it fell,
/// other degradations where they changed the image.
/// @param crop  side of the middle square of each image that is degraded and measured; 0: whole images.
/// @param progress  called before each image of each degradation with their number and the number of all; must not
/// throw; may be empty.
/// @return in the order of `degradations`; nullopt when stopped.
/// Throws as checkHoldsMeasuredSquare(), readImage() and SrModel::upscale().
[[nodiscard]] std::optional<std::vector<RestorationTest>> testRestoration(
    const SrModel& model, const std::vector<std::filesystem::path>& images,
    const std::vector<NamedDegradation>& degradations, int crop, const std::stop_token& stop = {},
    const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace lamscope
