// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/erf/erf.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

/// Over fewer images the mean depends on which they are.
constexpr int fewImages = 10;

void addWarnings(ErfResult& result, const ModelCard& card, int side) {
    if (const auto& field = card.receptiveField; !field.global && field.radius && side < 2 * *field.radius + 1) {
        result.warnings.push_back(
            fmt::format("a side of {} cuts the field of this network, which can look {} LR pixels "
                        "far; {} would hold it",
                        side, *field.radius, 2 * *field.radius + 1));
    }
    if (result.images < fewImages) {
        result.warnings.push_back(
            fmt::format("the mean is over {} image{}; over fewer than {} it depends on which they "
                        "are",
                        result.images, result.images == 1 ? "" : "s", fewImages));
    }
}

}  // namespace

ErfFrame erfFrame(int side) {
    return {side, side, side / 2, side / 2};
}

std::optional<ErfCrop> erfCrop(const Image& lr, int scale, int side, const std::optional<std::pair<int, int>>& at) {
    const auto centre = [&](int extent, const std::optional<int>& pixelSr) {
        const int offset = (extent - side) / 2;
        return pixelSr.value_or(offset * scale + scale * side / 2);
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
            auto soFar = measurement.result();
            progress({measurement.imagesSeen(), crops.size(),
                      soFar ? std::make_shared<const ErfResult>(*std::move(soFar)) : nullptr});
        }
    }
    auto result = measurement.result();
    if (!result) {
        throw Error(ErrorCode::ModelFailure, measurement.whyNoResult());
    }
    addWarnings(*result, model.card(), options.side);
    return result;
}

}  // namespace lamscope
