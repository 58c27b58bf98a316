// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_images.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/portable_random.h"
#include "image/image_file.h"
#include "runtime/process_memory.h"
#include "runtime/torch_headers.h"
#include "study/derain/derain_run.h"
#include "study/image_pairs.h"
#include "training/random.h"

namespace lamscope {

namespace {

torch::Tensor toBytes(const Image& image) {
    auto bytes = torch::empty({Image::channels, image.height(), image.width()}, torch::kUInt8);
    auto* target = bytes.data_ptr<std::uint8_t>();
    for (const float value : image.values()) {
        *target++ = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 1.0F) * 255.0F));
    }
    return bytes;
}

/// Of [3, h, w], uint8.
Image imageOf(const torch::Tensor& picture) {
    const auto bytes = picture.contiguous();
    constexpr float white = 255.0F;
    Image image(static_cast<int>(bytes.size(2)), static_cast<int>(bytes.size(1)));
    const auto* source = bytes.data_ptr<std::uint8_t>();
    for (auto& value : image.values()) {
        value = static_cast<float>(*source++) / white;
    }
    return image;
}

constexpr std::uint64_t ways = 8;
constexpr std::uint64_t mirrored = 4;

/// [3, h, w] turned and mirrored in one of eight ways, 0…7.
torch::Tensor turned(const torch::Tensor& picture, std::uint64_t way) {
    auto result = at::rot90(picture, static_cast<std::int64_t>(way % 4), {1, 2});
    return way >= mirrored ? result.flip(2) : result;
}

/// The inverse of turned().
torch::Tensor turnedBack(const torch::Tensor& picture, std::uint64_t way) {
    return at::rot90(way >= mirrored ? picture.flip(2) : picture, -static_cast<std::int64_t>(way % 4), {1, 2});
}

/// LR pixels around a crop that its pixels depend on: those of the kernel, and two for bicubic weights.
int marginOf(const Degradation& degradation, int scale) {
    return (blurRadius(degradation) + scale - 1) / scale + 2;
}

/// Sides of rain layers, HR pixels: the brightest place of a layer is white, so that streaks are fainter on larger
/// ones.
constexpr int usualLayerSide = 160;

int layerSide(const Degradation& degradation, int crop, int scale) {
    return std::max(usualLayerSide, (crop + 2 * marginOf(degradation, scale)) * scale);
}

}  // namespace

TrainingImages::TrainingImages(const std::filesystem::path& folder, const TrainingOptions& options)
    : seed_(options.seed)
    , scale_(options.scale)
    , crop_(options.crop)
    , batch_(options.batch)
    , backgroundCrop_(options.backgroundCrop)
    , rainLayers_(options.rainLayers)
    , reduction_(options.reduction) {
    const auto files = pairImages(folder, {}, options.scale);
    const auto validating = static_cast<std::size_t>(options.validationImages);
    if (files.size() <= validating) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("{}: the folder has {} images and keeps {} for validation, so that none is left to train on; "
                        "choose a smaller 'validation'",
                        folder.string(), files.size(), validating));
    }
    const auto left = files.size() - validating;
    const auto wanted = static_cast<std::size_t>(options.backgrounds);
    if (wanted > left && backgroundCrop_ == 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: {} whole images were asked for as backgrounds, and {} of {} are left to train on; "
                                "choose fewer 'backgrounds', or cut more than one of an image with 'background_crop'",
                                folder.string(), wanted, left, files.size()));
    }
    for (const auto& [degradation, probability] : options.degradations) {
        if (probability > 0.0) {
            recipes_.push_back({degradation, probability, std::nullopt});
            if (degradation.rain) {
                recipes_.back().rain.emplace(degradation.rain->range, rainLayers_,
                                             layerSide(degradation, crop_, scale_), seed_);
            }
        }
    }
    std::vector<std::size_t> chosen(left);
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    if (wanted > 0 || backgroundCrop_ > 0) {
        chosen = chosenBackgrounds(left, wanted > 0 ? wanted : left, seed_);
    }
    std::int64_t bytes = 0;
    for (const auto index : chosen) {
        keepForTraining(read(files[index].hr));
        const auto& [lr, hr] = training_.back();
        bytes += hr.numel() + (lr.defined() ? lr.numel() : 0);
        const auto available = availableMemory();
        if (available > 0 && bytes > available) {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("{}: the first {} of {} images fill half of the memory; train on fewer at a time",
                                    folder.string(), training_.size(), chosen.size()));
        }
    }
    if (wanted == 0 && backgroundCrop_ == 0) {
        backgrounds_.clear();
    }
    for (auto index = left; index < files.size(); ++index) {
        const auto hr = read(files[index].hr);
        if (options.evaluationCrop > 0) {
            static_cast<void>(middleSquare(hr, options.evaluationCrop));  // else the end of the training would fail
        }
        keepForValidation(hr);
        validationFiles_.push_back(files[index].hr);
    }
}

Image TrainingImages::read(const std::filesystem::path& file) {
    auto loaded = readImage(file);
    warnings_.insert(warnings_.end(), loaded.warnings.begin(), loaded.warnings.end());
    const int width = loaded.image.width() / scale_;
    const int height = loaded.image.height() / scale_;
    if (width < crop_ || height < crop_) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: its LR has {}x{} pixels, less than a crop of {}; leave the image out or choose a "
                                "smaller 'crop'",
                                file.string(), width, height, crop_));
    }
    return std::move(loaded.image);
}

void TrainingImages::keepForTraining(const Image& hr) {
    Background background{.file = std::filesystem::path(hr.file).filename().string(),
                          .part = {.x = 0, .y = 0, .width = hr.width(), .height = hr.height()}};
    if (backgroundCrop_ > 0) {
        if (std::min(hr.width(), hr.height()) < backgroundCrop_) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels, less than a background of {}; leave the image out or choose "
                                    "a smaller 'background_crop'",
                                    hr.file, hr.width(), hr.height(), backgroundCrop_));
        }
        background.part = placeOfBackground(backgrounds_.size(), hr.width(), hr.height(), backgroundCrop_, seed_);
    }
    const auto part = hr.cropped(background.part);
    if (recipes_.empty()) {
        const auto pair = makeLowResolution(part, scale_, reduction_);
        training_.push_back({toBytes(pair.lr), toBytes(pair.hr)});
    } else {
        training_.push_back({{}, toBytes(part.croppedToMultiple(scale_))});
    }
    backgrounds_.push_back(std::move(background));
}

void TrainingImages::keepForValidation(const Image& hr) {
    if (recipes_.empty()) {
        validation_.push_back(makeLowResolution(hr, scale_, reduction_));
    }
    for (const auto& recipe : recipes_) {
        validation_.push_back(degrade(hr, scale_, reduction_, recipe.degradation, seed_));
    }
}

std::string TrainingImages::about() const {
    std::vector<std::string> parts;
    if (backgroundCrop_ > 0) {
        parts.push_back(fmt::format("{} backgrounds of {}x{} pixels, chosen with the seed {}", backgrounds_.size(),
                                    backgroundCrop_, backgroundCrop_, seed_));
    } else if (!backgrounds_.empty()) {
        parts.push_back(
            fmt::format("{} whole images as backgrounds, chosen with the seed {}", backgrounds_.size(), seed_));
    }
    for (const auto& recipe : recipes_) {
        if (recipe.rain) {
            const int side = layerSide(recipe.degradation, crop_, scale_);
            parts.push_back(fmt::format("{} layers of {} with {}x{} pixels, drawn with the seed {}", rainLayers_,
                                        toString(Degradation{.rain = recipe.degradation.rain}), side, side, seed_));
        }
    }
    return fmt::format("{}", fmt::join(parts, "; "));
}

const TrainingImages::Recipe& TrainingImages::chosenRecipe(double chance) const {
    for (const auto& recipe : recipes_) {
        chance -= recipe.probability;
        if (chance < 0.0) {
            return recipe;
        }
    }
    return recipes_.back();
}

torch::Tensor TrainingImages::degradedCrop(const torch::Tensor& hr, std::int64_t x, std::int64_t y, std::uint64_t way,
                                           const std::string& name) const {
    const PortableRandom random(fmt::format("recipe/{}/{}", seed_, name));
    const auto& [degradation, probability, rain] = chosenRecipe(random.uniform(0));
    // At the border of the image the margin is smaller, and the mirrored border is that of the image.
    const int margin = marginOf(degradation, scale_);
    const auto begin = [&](std::int64_t at) { return std::max(static_cast<int>(at) - margin, 0); };
    const auto end = [&](std::int64_t at, std::int64_t side) {
        return std::min(static_cast<int>(at) + crop_ + margin, static_cast<int>(side) / scale_);
    };
    const int left = begin(x);
    const int top = begin(y);
    const int width = (end(x, hr.size(2)) - left) * scale_;
    const int height = (end(y, hr.size(1)) - top) * scale_;
    auto around = hr.narrow(1, top * scale_, height).narrow(2, left * scale_, width);
    torch::Tensor lr;
    if (rain) {
        // Rain keeps its direction: it falls on the turned background.
        auto image = imageOf(turned(around, way));
        image.file = name;
        const PortableRandom layer(fmt::format("layer/{}/{}", seed_, name));
        const auto pair =
            degrade(image, scale_, reduction_, degradation, seed_, rain->part(image.width(), image.height(), layer));
        lr = turnedBack(toBytes(pair.lr), way);
    } else {
        auto image = imageOf(around);
        image.file = name;
        lr = toBytes(degrade(image, scale_, reduction_, degradation, seed_).lr);
    }
    return lr.narrow(1, y - top, crop_).narrow(2, x - left, crop_);
}

TrainingBatch TrainingImages::batch(std::int64_t step) const {
    RandomNumbers random(seed_, static_cast<std::uint64_t>(step));
    std::vector<torch::Tensor> lr;
    std::vector<torch::Tensor> hr;
    const std::int64_t crop = crop_;
    const std::int64_t scale = scale_;
    for (int i = 0; i < batch_; ++i) {
        const auto& pair = training_[random.below(training_.size())];
        const auto place = [&](std::int64_t side) {
            return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(side - crop + 1)));
        };
        const auto y = place(pair.hr.size(1) / scale);
        const auto x = place(pair.hr.size(2) / scale);
        const auto way = random.below(ways);
        const auto square = recipes_.empty() ? pair.lr.narrow(1, y, crop).narrow(2, x, crop)
                                             : degradedCrop(pair.hr, x, y, way, fmt::format("{}-{}", step, i));
        lr.push_back(turned(square, way));
        hr.push_back(turned(pair.hr.narrow(1, y * scale, crop * scale).narrow(2, x * scale, crop * scale), way));
    }
    const auto toBatch = [](const std::vector<torch::Tensor>& crops) {
        return (at::stack(crops).to(torch::kFloat32) / 255.0F).contiguous(torch::MemoryFormat::ChannelsLast);
    };
    return {toBatch(lr), toBatch(hr)};
}

}  // namespace lamscope
