// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "image/image_reading.h"
#include "image/low_resolution.h"
#include "metrics/lpips.h"
#include "metrics/psnr_ssim.h"
#include "model/sr_model.h"

namespace lamscope {

struct EvaluateOptions {
    std::filesystem::path hrFolder;
    std::filesystem::path lrFolder;  ///< empty: LR images are made from HR images by `reduction`
    Channel channel = Channel::Y;
    std::optional<int> border;  ///< SR pixels left out on each side; unset: the scale
    Reduction reduction = Reduction::Matlab;
    Degradation degradation{};  ///< of the HR images beside the reduction; networks of scale 1 need it or `lrFolder`
    std::uint64_t degradationSeed = 0;
    const Lpips* lpips = nullptr;                  ///< measures LPIPS on RGB, too; null: it is not measured
    ImageReading reading{};                        ///< of all images, which are stretched alike: see sharedReading()
    std::vector<std::filesystem::path> outputs{};  ///< files that will be written: see checkOutputFiles()
};

struct EvaluatedImage {
    std::string file;  ///< of the HR image
    Quality quality;
    std::optional<double> lpips{};  ///< lower is better; unset where it was not asked for
    double seconds = 0.0;           ///< time of the network alone
};

/// One network on one set of images.
struct Evaluation {
    ModelCard card;
    int border = 0;
    Quality mean;                       ///< over the images
    std::optional<double> meanLpips{};  ///< the same
    std::vector<EvaluatedImage> images;
    /// Time of the whole evaluation, including reading and comparing.
    double seconds = 0.0;
    std::vector<std::string> warnings;  ///< of the card, then of the images
};

/// PSNR, SSIM and LPIPS as the field reports them: the SR image is clamped, rounded to 8 bits and compared with the HR
/// image on Y or RGB, LPIPS on RGB, without the border. The HR image is cropped to scale times the LR image. For
/// several networks, see prepareEvaluations().
/// @param progress Called after each image with the number done and the total; must not throw; may be empty.
/// @return nullopt when stopped between images.
/// Throws Error as pairImages(), checkOutputFiles(), readImage(), SrModel::upscale(), compareImages() and
/// Lpips::distance() do; InvalidArgument for a network of scale 1 without a degradation and without LR images.
[[nodiscard]] std::optional<Evaluation> evaluate(const SrModel& model, const EvaluateOptions& options,
                                                 const std::stop_token& stop = {},
                                                 const std::function<void(std::size_t, std::size_t)>& progress = {});

/// Options for evaluations of several networks: the images are stretched alike for all of them, and read once to find
/// how. Makes the checks that evaluate() makes before it computes: that images pair up at each network's scale, and
/// that no image would be overwritten.
/// @return nullopt when stopped, between images.
/// Throws Error as pairImages(), checkOutputFiles() and sharedReading() do.
[[nodiscard]] std::optional<EvaluateOptions> prepareEvaluations(std::span<const SrModel> models,
                                                                const EvaluateOptions& options,
                                                                const std::stop_token& stop = {});

/// The document of `evaluate --json` for several networks, with a final newline.
[[nodiscard]] std::string toJson(const std::vector<Evaluation>& evaluations, const EvaluateOptions& options,
                                 const std::string& device);

/// CSV: for each network a line per image, then a line with the means.
[[nodiscard]] std::string toCsv(const std::vector<Evaluation>& evaluations);

}  // namespace lamscope
