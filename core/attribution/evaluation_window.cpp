// SPDX-License-Identifier: GPL-3.0-or-later
#include "attribution/evaluation_window.h"

#include <algorithm>

namespace lamscope {

namespace {

/// A window of a larger share of the image than this is not worth its own path images.
constexpr double largestShare = 0.85;

struct Span {
    int begin = 0;
    int end = 0;
};

/// What an axis of `extent` pixels needs around [begin, end): it starts at a multiple of `multiple` and ends at one or
/// at the image's end, so that padding and the windows of attention fall as they do on the whole.
Span grown(Span span, int reach, int extent, int multiple) {
    const int begin = std::max(span.begin - reach, 0) / multiple * multiple;
    const int end = (span.end + reach + multiple - 1) / multiple * multiple;
    return {begin, std::min(end, extent)};
}

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
    const auto& field = card.receptiveField;
    if (field.global || !field.radius || card.fixedSize || patches.empty()) {
        return whole;
    }
    Span columns{width, 0};
    Span rows{height, 0};
    for (const auto& patch : patches) {
        const auto reads = detectorReads(kind, patch, card.scale);
        columns = {std::min(columns.begin, reads.x), std::max(columns.end, reads.x + reads.width)};
        rows = {std::min(rows.begin, reads.y), std::max(rows.end, reads.y + reads.height)};
    }
    const int reach = std::max(*field.radius + slack, card.minimumSide);
    columns = grown(columns, reach, width, card.sizeMultiple);
    rows = grown(rows, reach, height, card.sizeMultiple);
    const Rect window{columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin};
    const auto pixels = [](const Rect& rect) { return static_cast<double>(rect.width) * rect.height; };
    return pixels(window) > largestShare * pixels(whole) ? whole : window;
}

}  // namespace lamscope
