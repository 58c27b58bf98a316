// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/evaluation_window.h"

#include <algorithm>

#include "model/cropping.h"

namespace lamscope {

namespace {

/// The largest share of the image's pixels for which a window is worth its own path images.
constexpr double largestShare = 0.85;

}  // namespace

Patch patchIn(const Rect& region, Patch patch, int scale) {
    patch.x -= region.x * scale;
    patch.y -= region.y * scale;
    return patch;
}

Rect detectorReads(DetectorKind kind, const Patch& patch, int scale) {
    const auto margin = detectorMargin(kind);
    const int left = (patch.x - margin.before) / scale;
    const int top = (patch.y - margin.before) / scale;
    const int right = (patch.x + patch.size + margin.after - 1) / scale + 1;
    const int bottom = (patch.y + patch.size + margin.after - 1) / scale + 1;
    return {left, top, right - left, bottom - top};
}

Rect evaluationWindow(const ModelCard& card, DetectorKind kind, std::span<const Patch> patches, int width, int height,
                      int slack) {
    const Rect whole{0, 0, width, height};
    if (patches.empty()) {
        return whole;
    }
    Rect wanted = detectorReads(kind, patches.front(), card.scale);
    for (const auto& patch : patches.subspan(1)) {
        const auto reads = detectorReads(kind, patch, card.scale);
        const int right = std::max(wanted.x + wanted.width, reads.x + reads.width);
        const int bottom = std::max(wanted.y + wanted.height, reads.y + reads.height);
        wanted.x = std::min(wanted.x, reads.x);
        wanted.y = std::min(wanted.y, reads.y);
        wanted.width = right - wanted.x;
        wanted.height = bottom - wanted.y;
    }
    const auto window = croppedAround(card, wanted, width, height, slack);
    const auto pixels = [](const Rect& rect) { return static_cast<double>(rect.width) * rect.height; };
    return window && pixels(*window) <= largestShare * pixels(whole) ? *window : whole;
}

}  // namespace lamscope
