// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/erf/erf.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

/// Over fewer images the mean depends on which they are.
constexpr int fewImages = 10;

/// The SR coordinate around which a crop at this offset lies.
int srCentre(int offset, int side, int scale) {
    return offset * scale + scale * side / 2;
}

/// A side of a crop for this network in an image of that extent.
int sideWithin(int extent, int side, int multiple, const std::optional<int>& fixed) {
    return fixed.value_or(std::min(extent, side) / multiple * multiple);
}

}  // namespace

void addErfWarnings(ErfResult& result, const ModelCard& card) {
    const int side = std::min(result.frame.width, result.frame.height);
    if (const auto& field = card.receptiveField; !field.global && field.radius && side < 2 * *field.radius + 1) {
        result.warnings.push_back(
            fmt::format("a side of {} cuts the field of this network, which can look {} LR pixels "
                        "far; {} would hold it",
                        side, *field.radius, 2 * *field.radius + 1));
    }
    if (result.imagesSeen < result.imagesPlanned) {
        result.warnings.push_back(
            fmt::format("the measurement was ended after {} of {} images; the numbers are of these "
                        "alone",
                        result.imagesSeen, result.imagesPlanned));
    }
    if (result.images < fewImages) {
        result.warnings.push_back(
            fmt::format("the mean is over {} image{}; over fewer than {} it depends on which they "
                        "are",
                        result.images, result.images == 1 ? "" : "s", fewImages));
    }
}

ErfFrame erfFrame(int side) {
    return {side, side, side / 2, side / 2};
}

std::optional<ErfCrop> erfCrop(const Image& lr, int scale, int side, const std::optional<std::pair<int, int>>& at) {
    const auto centre = [&](int extent, const std::optional<int>& pixelSr) {
        return pixelSr.value_or(srCentre((extent - side) / 2, side, scale));
    };
    const int x = centre(lr.width(), at ? std::optional(at->first) : std::nullopt);
    const int y = centre(lr.height(), at ? std::optional(at->second) : std::nullopt);
    const Rect part{x / scale - side / 2, y / scale - side / 2, side, side};
    const auto holds = [side](int offset, int extent) { return offset >= 0 && offset <= extent - side; };
    if (x < 0 || y < 0 || !holds(part.x, lr.width()) || !holds(part.y, lr.height())) {
        return std::nullopt;
    }
    return ErfCrop{.lr = lr.cropped(part), .phaseX = x % scale, .phaseY = y % scale};
}

std::vector<std::pair<int, int>> erfPlacesOver(const Image& lr, int scale, int side, int most) {
    const int columns = lr.width() / side;
    const int rows = lr.height() / side;
    const auto centre = [&](int extent, int count, int index) {
        return srCentre((extent - count * side) / 2 + index * side, side, scale);
    };
    const std::int64_t all = static_cast<std::int64_t>(columns) * rows;
    const auto used = std::min<std::int64_t>(all, most);
    std::vector<std::pair<int, int>> places;
    for (std::int64_t i = 0; i < used; ++i) {
        const auto index = i * all / used;
        places.emplace_back(centre(lr.width(), columns, static_cast<int>(index % columns)),
                            centre(lr.height(), rows, static_cast<int>(index / columns)));
    }
    return places;
}

ErfPlacedCrop erfCropAround(const Image& lr, const ModelCard& card, int side, std::pair<int, int> at) {
    const int x = at.first / card.scale;
    const int y = at.second / card.scale;
    if (at.first < 0 || at.second < 0 || x >= lr.width() || y >= lr.height()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the SR pixel ({}, {}) does not lie in the image of {}x{} LR pixels", at.first,
                                at.second, lr.width(), lr.height()));
    }
    const auto& fixed = card.fixedSize;
    const int width =
        sideWithin(lr.width(), side, card.sizeMultiple, fixed ? std::optional(fixed->first) : std::nullopt);
    const int height =
        sideWithin(lr.height(), side, card.sizeMultiple, fixed ? std::optional(fixed->second) : std::nullopt);
    if (width < 1 || height < 1 || width > lr.width() || height > lr.height()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the image of {}x{} LR pixels is too small for {}, choose a larger image", lr.width(),
                                lr.height(), card.name));
    }
    const Rect place{std::clamp(x - width / 2, 0, lr.width() - width),
                     std::clamp(y - height / 2, 0, lr.height() - height), width, height};
    return {.crop = {.lr = lr.cropped(place), .phaseX = at.first % card.scale, .phaseY = at.second % card.scale},
            .frame = {width, height, x - place.x, y - place.y},
            .place = place};
}

std::optional<ErfResult> computeErf(const SrModel& model, std::span<const ErfCrop> crops, const ErfOptions& options,
                                    const std::stop_token& stop, const ErfProgressCallback& progress) {
    if (crops.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no image: an effective receptive field needs at least one");
    }
    ErfMeasurement measurement(model, options, erfFrame(options.side));
    while (measurement.imagesSeen() < crops.size()) {
        const auto left = crops.subspan(measurement.imagesSeen());
        if (!measurement.add(left.first(std::min(measurement.imagesAtOnce(), left.size())), stop)) {
            return std::nullopt;
        }
        if (progress) {
            auto soFar = measurement.result(crops.size());
            progress({measurement.imagesSeen(), crops.size(),
                      soFar ? std::make_shared<const ErfResult>(*std::move(soFar)) : nullptr});
        }
    }
    auto result = measurement.result(crops.size());
    if (!result) {
        throw Error(ErrorCode::ModelFailure, measurement.whyNoResult());
    }
    addErfWarnings(*result, model.card());
    return result;
}

}  // namespace lamscope
