// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_images.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "base/portable_random.h"
#include "image/image_file.h"
#include "runtime/process_memory.h"
#include "runtime/torch_headers.h"
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

/// A part of [3, h, w], uint8.
Image imageOf(const torch::Tensor& bytes, const Rect& rect) {
    const auto part = bytes.narrow(1, rect.y, rect.height).narrow(2, rect.x, rect.width).contiguous();
    constexpr float white = 255.0F;
    Image image(rect.width, rect.height);
    const auto* source = part.data_ptr<std::uint8_t>();
    for (auto& value : image.values()) {
        value = static_cast<float>(*source++) / white;
    }
    return image;
}

const Degradation& chosen(const std::vector<SampleDegradation>& degradations, double chance) {
    for (const auto& [degradation, probability] : degradations) {
        chance -= probability;
        if (chance < 0.0) {
            return degradation;
        }
    }
    return degradations.back().degradation;
}

/// The square turned and mirrored in one of eight ways, 0…7.
torch::Tensor turned(const torch::Tensor& square, std::uint64_t way) {
    auto result = at::rot90(square, static_cast<std::int64_t>(way % 4), {1, 2});
    constexpr std::uint64_t mirrored = 4;
    return way >= mirrored ? result.flip(2) : result;
}

}  // namespace

TrainingImages::TrainingImages(const std::filesystem::path& folder, const TrainingOptions& options)
    : seed_(options.seed)
    , scale_(options.scale)
    , crop_(options.crop)
    , batch_(options.batch)
    , reduction_(options.reduction)
    , degradations_(options.degradations) {
    std::erase_if(degradations_, [](const SampleDegradation& sample) { return sample.probability <= 0.0; });
    const auto files = pairImages(folder, {}, options.scale);
    const auto validating = static_cast<std::size_t>(options.validationImages);
    if (files.size() <= validating) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("{}: the folder has {} images and keeps {} for validation, so that none is left to train on; "
                        "choose a smaller 'validation'",
                        folder.string(), files.size(), validating));
    }
    std::int64_t bytes = 0;
    for (const auto& file : files) {
        auto loaded = readImage(file.hr);
        warnings_.insert(warnings_.end(), loaded.warnings.begin(), loaded.warnings.end());
        const int width = loaded.image.width() / scale_;
        const int height = loaded.image.height() / scale_;
        if (width < crop_ || height < crop_) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("{}: its LR has {}x{} pixels, less than a crop of {}; leave the image out or choose "
                            "a smaller 'crop'",
                            file.hr.string(), width, height, crop_));
        }
        if (training_.size() + validating == files.size()) {
            keepForValidation(loaded.image);
            continue;
        }
        if (degradations_.empty()) {
            const auto pair = makeLowResolution(loaded.image, scale_, reduction_);
            training_.push_back({toBytes(pair.lr), toBytes(pair.hr)});
            bytes += training_.back().lr.numel();
        } else {
            training_.push_back({{}, toBytes(loaded.image.croppedToMultiple(scale_))});
        }
        bytes += training_.back().hr.numel();
        const auto available = availableMemory();
        if (available > 0 && bytes > available) {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("{}: the first {} of {} images fill half of the memory; train on fewer at a time",
                                    folder.string(), training_.size(), files.size()));
        }
    }
}

void TrainingImages::keepForValidation(const Image& hr) {
    ++validationCount_;
    if (degradations_.empty()) {
        validation_.push_back(makeLowResolution(hr, scale_, reduction_));
    }
    for (const auto& sample : degradations_) {
        validation_.push_back(degrade(hr, scale_, reduction_, sample.degradation, seed_));
    }
}

torch::Tensor TrainingImages::degradedCrop(const torch::Tensor& hr, std::int64_t x, std::int64_t y,
                                           const std::string& name) const {
    const PortableRandom random(fmt::format("recipe/{}/{}", seed_, name));
    const auto& degradation = chosen(degradations_, random.uniform(0));
    // LR pixels around the crop that its pixels depend on: those of the kernel, and two for bicubic weights. At the
    // border of the image there are fewer, and the mirrored border is that of the image.
    const int margin = (blurRadius(degradation) + scale_ - 1) / scale_ + 2;
    const auto begin = [&](std::int64_t at) { return std::max(static_cast<int>(at) - margin, 0); };
    const auto end = [&](std::int64_t at, std::int64_t side) {
        return std::min(static_cast<int>(at) + crop_ + margin, static_cast<int>(side) / scale_);
    };
    const int left = begin(x);
    const int top = begin(y);
    auto around = imageOf(hr, {.x = left * scale_,
                               .y = top * scale_,
                               .width = (end(x, hr.size(2)) - left) * scale_,
                               .height = (end(y, hr.size(1)) - top) * scale_});
    around.file = name;
    const auto lr = toBytes(degrade(around, scale_, reduction_, degradation, seed_).lr);
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
        constexpr std::uint64_t ways = 8;
        const auto way = random.below(ways);
        const auto square = degradations_.empty() ? pair.lr.narrow(1, y, crop).narrow(2, x, crop)
                                                  : degradedCrop(pair.hr, x, y, fmt::format("{}-{}", step, i));
        lr.push_back(turned(square, way));
        hr.push_back(turned(pair.hr.narrow(1, y * scale, crop * scale).narrow(2, x * scale, crop * scale), way));
    }
    const auto toBatch = [](const std::vector<torch::Tensor>& crops) {
        return (at::stack(crops).to(torch::kFloat32) / 255.0F).contiguous(torch::MemoryFormat::ChannelsLast);
    };
    return {toBatch(lr), toBatch(hr)};
}

}  // namespace lamscope
