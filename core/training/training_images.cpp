// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_images.h"

#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
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
    , batch_(options.batch) {
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
        auto pair = makeLowResolution(loaded.image, scale_, options.reduction);
        if (pair.lr.width() < crop_ || pair.lr.height() < crop_) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("{}: its LR has {}x{} pixels, less than a crop of {}; leave the image out or choose "
                            "a smaller 'crop'",
                            file.hr.string(), pair.lr.width(), pair.lr.height(), crop_));
        }
        if (training_.size() + validating == files.size()) {
            validation_.push_back(std::move(pair));
            continue;
        }
        training_.push_back({toBytes(pair.lr), toBytes(pair.hr)});
        bytes += training_.back().hr.numel() + training_.back().lr.numel();
        const auto available = availableMemory();
        if (available > 0 && bytes > available) {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("{}: the first {} of {} images fill half of the memory; train on fewer at a time",
                                    folder.string(), training_.size(), files.size()));
        }
    }
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
        const auto y = place(pair.lr.size(1));
        const auto x = place(pair.lr.size(2));
        constexpr std::uint64_t ways = 8;
        const auto way = random.below(ways);
        lr.push_back(turned(pair.lr.narrow(1, y, crop).narrow(2, x, crop), way));
        hr.push_back(turned(pair.hr.narrow(1, y * scale, crop * scale).narrow(2, x * scale, crop * scale), way));
    }
    const auto toBatch = [](const std::vector<torch::Tensor>& crops) {
        return (at::stack(crops).to(torch::kFloat32) / 255.0F).contiguous(torch::MemoryFormat::ChannelsLast);
    };
    return {toBatch(lr), toBatch(hr)};
}

}  // namespace lamscope
