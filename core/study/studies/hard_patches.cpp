// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/hard_patches.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <new>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"
#include "image/image_file.h"
#include "image/low_resolution.h"
#include "metrics/correlation.h"
#include "metrics/psnr_ssim.h"
#include "metrics/shifted_correlation.h"

namespace lamscope {

namespace {

/// The side of an LR image divided by the shift at which a near-duplicate is still found.
constexpr int sideOverShift = 8;

[[noreturn]] void refuse(const std::string& message) {
    throw Error(ErrorCode::InvalidArgument, message);
}

int checkedScale(std::span<const SrModel> models, std::span<const Scene> scenes, const MiningOptions& options) {
    if (models.empty() || scenes.empty()) {
        refuse("hard patches are found by networks in images: give at least one of each");
    }
    const auto& first = models.front().card();
    for (const auto& model : models) {
        if (const auto& card = model.card(); card.scale != first.scale) {
            refuse(fmt::format("hard patches are found by networks of one scale: {} enlarges {} times, {} {} times",
                               first.name, first.scale, card.name, card.scale));
        }
    }
    const auto isLr = [](const Scene& scene) { return scene.role == ImageRole::Lr; };
    if (const auto lr = std::ranges::find_if(scenes, isLr); lr != scenes.end()) {
        refuse(fmt::format("{} is an LR image; hard patches are found in HR images, which are reduced",
                           lr->image.string()));
    }
    if (first.scale == 1) {
        refuse(
            fmt::format("hard patches are found by networks that enlarge reduced images; {} does not enlarge: list "
                        "patches in a file",
                        first.name));
    }
    if (const auto degraded = std::ranges::find_if_not(scenes, &Degradation::isClean, &Scene::degradation);
        degraded != scenes.end()) {
        refuse(
            fmt::format("hard patches are found in images that are reduced alone, {} is to be degraded by {} too: "
                        "list patches in a file",
                        degraded->image.string(), toString(degraded->degradation)));
    }
    if (const int least = std::max(3 * first.scale, Box().size);
        options.size % first.scale != 0 || options.size < least) {
        refuse(
            fmt::format("sub-images of {0}x{0} pixels do not fit networks that enlarge {1} times: the side must be a "
                        "multiple of {1} and at least {2}",
                        options.size, first.scale, least));
    }
    if (options.stride < 1 || options.keep < 1) {
        refuse(fmt::format("sub-images need a stride and a number to keep of at least 1, found {} and {}",
                           options.stride, options.keep));
    }
    return first.scale;
}

std::vector<Box> placesIn(const Image& image, const MiningOptions& options) {
    std::vector<Box> places;
    for (int y = 0; y + options.size <= image.height(); y += options.stride) {
        for (int x = 0; x + options.size <= image.width(); x += options.stride) {
            places.push_back({.x = x, .y = y, .size = options.size});
        }
    }
    return places;
}

Image cropOf(const Image& image, const Box& place) {
    return image.cropped({place.x, place.y, place.size, place.size});
}

/// Nullopt when stopped.
std::optional<double> psnrOf(const SrModel& model, const LowResolutionPair& pair, const std::stop_token& stop) {
    const auto sr = model.upscale(pair.lr, stop);
    if (!sr || stop.stop_requested()) {
        return std::nullopt;
    }
    const auto isFinite = [](float value) { return std::isfinite(value); };
    if (!std::ranges::all_of(sr->values(), isFinite)) {
        throw Error(ErrorCode::ModelFailure, fmt::format("{} gives NaN or infinity", model.card().name));
    }
    const int border = model.card().scale;
    const Rect inner{border, border, pair.hr.width() - 2 * border, pair.hr.height() - 2 * border};
    return peakSignalToNoise(quantise8(*sr).cropped(inner), pair.hr.cropped(inner), Channel::Y);
}

void addMoments(SubImage& subImage) {
    const auto count = static_cast<double>(subImage.psnr.size());
    for (const double psnr : subImage.psnr) {
        subImage.meanPsnr += psnr / count;
    }
    for (const double psnr : subImage.psnr) {
        subImage.psnrVariance += (psnr - subImage.meanPsnr) * (psnr - subImage.meanPsnr) / count;
    }
}

bool overlap(const SubImage& one, const SubImage& other) {
    const int side = one.place.size;
    return one.scene == other.scene && std::abs(one.place.x - other.place.x) < side
           && std::abs(one.place.y - other.place.y) < side;
}

class Mining {
public:
    Mining(std::span<const SrModel> models, std::span<const Scene> scenes, const MiningOptions& options,
           const std::stop_token& stop, const std::function<void(const MiningProgress&)>& progress)
        : models_(models)
        , scenes_(scenes)
        , options_(options)
        , stop_(stop)
        , progress_(progress)
        , scale_(checkedScale(models, scenes, options)) {}

    /// False when stopped.
    bool measure() {
        for (std::size_t scene = 0; scene < scenes_.size(); ++scene) {
            std::vector<SubImage> found;
            if (!whereItCan(scene, [&] { return measure(scene, found); })) {
                return false;
            }
            std::ranges::move(found, std::back_inserter(ranked_));
        }
        rankByHardness(ranked_);
        return true;
    }

    /// The same.
    bool choose(const TakeSubImage& take) {
        const auto most = std::min(options_.keep, ranked_.size());
        for (const auto& subImage : ranked_) {
            if (mined_.hardest.size() == most) {
                break;
            }
            report(true, mined_.hardest.size(), most);
            if (stop_.stop_requested()) {
                return false;
            }
            if (overlapsOneBefore(subImage)) {
                ++mined_.nearDuplicates;
                continue;
            }
            auto pair = pairAgain(subImage);
            if (!pair) {
                continue;
            }
            if (looksLikeOneBefore(pair->lr)) {
                ++mined_.nearDuplicates;
                continue;
            }
            if (take) {
                take(subImage, pair->hr);
            }
            small_.push_back(std::move(pair->lr));
            mined_.hardest.push_back(subImage);
        }
        if (mined_.hardest.empty()) {
            throw Error(ErrorCode::BadFile, whyNone());
        }
        return true;
    }

    MinedPatches take() { return std::move(mined_); }

private:
    /// Runs `work` on an image, whose trouble makes it a skipped one. False when stopped, as `work`.
    template <typename Work>
    bool whereItCan(std::size_t scene, const Work& work) {
        try {
            return work();
        } catch (const std::bad_alloc&) {
            mined_.skipped.push_back({scene, "not enough memory"});
        } catch (const std::exception& error) {  // of this image alone, whatever it is
            mined_.skipped.push_back({scene, error.what()});
        }
        return true;
    }

    void report(bool choosing, std::size_t done, std::size_t all, double part = 0.0) {
        if (progress_) {
            progress_({choosing, (static_cast<double>(done) + part) / static_cast<double>(all)});
        }
    }

    bool measure(std::size_t scene, std::vector<SubImage>& found) {
        report(false, scene, scenes_.size());
        auto loaded = readImage(scenes_[scene].image, scenes_[scene].reading);
        std::ranges::move(loaded.warnings, std::back_inserter(mined_.warnings));
        const auto places = placesIn(loaded.image, options_);
        if (places.empty()) {
            ++mined_.tooSmall;
        }
        std::size_t flawless = 0;
        for (std::size_t i = 0; i < places.size(); ++i) {
            report(false, scene, scenes_.size(), static_cast<double>(i) / static_cast<double>(places.size()));
            const auto pair = makeLowResolution(cropOf(loaded.image, places[i]), scale_, scenes_[scene].reduction);
            SubImage subImage{.scene = scene, .place = places[i]};
            for (const auto& model : models_) {
                const auto psnr = psnrOf(model, pair, stop_);
                if (!psnr) {
                    return false;
                }
                subImage.psnr.push_back(*psnr);
            }
            addMoments(subImage);
            if (std::isfinite(subImage.meanPsnr)) {
                found.push_back(std::move(subImage));
            } else {
                ++flawless;
            }
        }
        mined_.measured += places.size();
        mined_.flawless += flawless;
        return true;
    }

    [[nodiscard]] bool isSkipped(std::size_t scene) const {
        return std::ranges::find(mined_.skipped, scene, &SkippedImage::scene) != mined_.skipped.end();
    }

    /// Nullopt where the image can no longer be read.
    std::optional<LowResolutionPair> pairAgain(const SubImage& subImage) {
        std::optional<LowResolutionPair> pair;
        const auto read = [&] {
            const auto& scene = scenes_[subImage.scene];
            if (current_ != subImage.scene) {
                image_ = readImage(scene.image, scene.reading).image;
                current_ = subImage.scene;
            }
            pair = makeLowResolution(cropOf(image_, subImage.place), scale_, scene.reduction);
            return true;
        };
        if (!isSkipped(subImage.scene)) {
            static_cast<void>(whereItCan(subImage.scene, read));
        }
        return pair;
    }

    [[nodiscard]] bool overlapsOneBefore(const SubImage& subImage) const {
        return std::ranges::any_of(mined_.hardest, [&](const SubImage& before) { return overlap(before, subImage); });
    }

    [[nodiscard]] bool looksLikeOneBefore(const Image& lr) const {
        return std::ranges::any_of(small_, [&](const Image& before) {
            return largestShiftedCorrelation(before, lr, lr.width() / sideOverShift) > nearDuplicateCorrelation;
        });
    }

    [[nodiscard]] std::string whyNone() const {
        auto text = fmt::format("no sub-image of {0}x{0} pixels can be ranked", options_.size);
        if (mined_.tooSmall > 0) {
            text += fmt::format("; {} of {} images are smaller than that", mined_.tooSmall, scenes_.size());
        }
        if (mined_.flawless > 0) {
            text += fmt::format("; {} are restored without error", mined_.flawless);
        }
        if (!mined_.skipped.empty()) {
            const auto& [scene, why] = mined_.skipped.front();
            text += fmt::format("; {} of {} images failed, the first is {}: {}", mined_.skipped.size(), scenes_.size(),
                                scenes_[scene].image.string(), why);
        }
        return text;
    }

    std::span<const SrModel> models_;
    std::span<const Scene> scenes_;
    const MiningOptions& options_;
    const std::stop_token& stop_;
    const std::function<void(const MiningProgress&)>& progress_;
    int scale_;
    std::vector<SubImage> ranked_;
    std::vector<Image> small_;            // LR images of those that are kept
    std::optional<std::size_t> current_;  // the scene of image_
    Image image_;
    MinedPatches mined_;
};

}  // namespace

int subImageSideFor(int scale) {
    const int side = MiningOptions().size;
    return side - side % scale;
}

void rankByHardness(std::vector<SubImage>& subImages) {
    std::vector<double> means;
    std::vector<double> variances;
    for (const auto& subImage : subImages) {
        means.push_back(subImage.meanPsnr);
        variances.push_back(-subImage.psnrVariance);
    }
    const auto byMean = averageRanks(means);
    const auto byVariance = averageRanks(variances);
    for (std::size_t i = 0; i < subImages.size(); ++i) {
        subImages[i].rankSum = byMean[i] + byVariance[i];
    }
    std::ranges::stable_sort(subImages, {}, [](const SubImage& one) { return std::pair(one.rankSum, one.meanPsnr); });
}

std::optional<MinedPatches> mineHardPatches(std::span<const SrModel> models, std::span<const Scene> scenes,
                                            const MiningOptions& options, const std::stop_token& stop,
                                            const std::function<void(const MiningProgress&)>& progress,
                                            const TakeSubImage& take) {
    Mining mining(models, scenes, options, stop, progress);
    return mining.measure() && mining.choose(take) ? std::optional(mining.take()) : std::nullopt;
}

Box middlePatch(const SubImage& subImage, int patchSize) {
    const auto& [x, y, size] = subImage.place;
    if (patchSize > size) {
        refuse(fmt::format("a patch of {0}x{0} pixels has no place in a sub-image of {1}x{1}", patchSize, size));
    }
    return {.x = x + (size - patchSize) / 2, .y = y + (size - patchSize) / 2, .size = patchSize};
}

void placeHardest(std::vector<Scene>& scenes, std::span<const SubImage> hardest, int patchSize) {
    for (auto& scene : scenes) {
        scene.boxes.clear();
    }
    for (const auto& subImage : hardest) {
        scenes.at(subImage.scene).boxes.push_back(middlePatch(subImage, patchSize));
    }
    std::erase_if(scenes, [](const Scene& scene) { return scene.boxes.empty(); });
}

}  // namespace lamscope
