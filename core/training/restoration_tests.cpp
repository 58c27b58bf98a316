// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/restoration_tests.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "image/image_file.h"
#include "metrics/psnr_ssim.h"

namespace lamscope {

namespace {

constexpr std::uint64_t testSeed = 0;

Image middleOf(const std::filesystem::path& file, int crop) {
    auto image = readImage(file).image;
    if (crop == 0) {
        return image;
    }
    checkHoldsMeasuredSquare(image, crop);
    return image.cropped(
        {.x = (image.width() - crop) / 2, .y = (image.height() - crop) / 2, .width = crop, .height = crop});
}

/// The moments of one degradation while its images are measured.
struct Moments {
    std::vector<RestorationMoments> network;
    std::vector<std::vector<RestorationMoments>> blurs =
        std::vector<std::vector<RestorationMoments>>(blurLineSigmas().size());
    double inputPsnr = 0.0;  ///< the sum
};

void measure(Moments& moments, const LowResolutionPair& pair, const RealImage& restored,
             const RealImage& restoredClean) {
    const auto degraded = realImage(pair.lr);
    const auto clean = realImage(pair.hr);
    const bool rains = pair.rain.width() > 0;
    const auto mask =
        rains ? layerMask(realImage(pair.rain), 0.0) : layerMask(difference(degraded, clean), 0.0, LayerSign::Either);
    moments.network.push_back(restorationMoments(degraded, clean, restored, mask, &restoredClean));
    for (std::size_t i = 0; i < moments.blurs.size(); ++i) {
        moments.blurs[i].push_back(blurMoments(degraded, clean, mask, blurLineSigmas()[i]));
    }
    moments.inputPsnr += peakSignalToNoise(pair.lr, pair.hr, Channel::Rgb);
}

RestorationTest result(const NamedDegradation& degradation, const Moments& moments) {
    const auto images = moments.network.size();
    RestorationTest test{.degradation = degradation,
                         .images = images,
                         .measures = restorationMeasures(moments.network),
                         .inputPsnr = moments.inputPsnr / static_cast<double>(images),
                         .blurs = {}};
    for (std::size_t i = 0; i < moments.blurs.size(); ++i) {
        test.blurs.push_back({.sigma = blurLineSigmas()[i], .measures = restorationMeasures(moments.blurs[i])});
    }
    return test;
}

}  // namespace

void checkHoldsMeasuredSquare(const Image& image, int crop) {
    if (std::min(image.width(), image.height()) < crop) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} has {}x{} pixels, less than the square of {} that is to be measured; choose a "
                                "smaller 'crop' of 'evaluate'",
                                image.file, image.width(), image.height(), crop));
    }
}

std::optional<std::vector<RestorationTest>> testRestoration(
    const SrModel& model, const std::vector<std::filesystem::path>& images,
    const std::vector<NamedDegradation>& degradations, int crop, const std::stop_token& stop,
    const std::function<void(std::size_t, std::size_t)>& progress) {
    std::vector<Moments> moments(degradations.size());
    std::size_t done = 0;
    for (const auto& file : images) {
        const auto image = middleOf(file, crop);
        const auto restoredClean = model.upscale(image, stop);
        for (std::size_t i = 0; restoredClean && i < degradations.size(); ++i) {
            if (progress) {
                progress(done++, images.size() * degradations.size());
            }
            const auto pair = degrade(image, 1, Reduction::Pillow, degradations[i].degradation, testSeed);
            const auto restored = model.upscale(pair.lr, stop);
            if (!restored) {
                return std::nullopt;
            }
            measure(moments[i], pair, clippedImage(*restored), clippedImage(*restoredClean));
        }
        if (stop.stop_requested() || !restoredClean) {
            return std::nullopt;
        }
    }
    std::vector<RestorationTest> tests;
    for (std::size_t i = 0; i < degradations.size(); ++i) {
        tests.push_back(result(degradations[i], moments[i]));
    }
    return tests;
}

}  // namespace lamscope
