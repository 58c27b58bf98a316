// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/cropping.h"

#include <algorithm>
#include <numeric>

namespace lamscope {

namespace {

struct Span {
    int begin = 0;
    int end = 0;
};

Span grown(Span span, int beyond, int extent, int multiple) {
    const int begin = std::max(span.begin - beyond, 0) / multiple * multiple;
    const int end = (span.end + beyond + multiple - 1) / multiple * multiple;
    return {begin, std::min(end, extent)};
}

}  // namespace

bool mayBeCropped(const ModelCard& card, int width, int height) {
    const auto& field = card.receptiveField;
    const auto& multiple = card.cropping.multiple;
    if (!multiple || field.global || !field.radius || card.fixedSize) {
        return false;
    }
    return card.sizeMultiple % *multiple == 0 || (width % *multiple == 0 && height % *multiple == 0);
}

std::optional<Rect> croppedAround(const ModelCard& card, const Rect& wanted, int width, int height, int slack) {
    if (!mayBeCropped(card, width, height)) {
        return std::nullopt;
    }
    const int multiple = std::lcm(*card.cropping.multiple, card.sizeMultiple);
    const int beyond = std::max(*card.receptiveField.radius + slack, card.minimumSide);
    const auto columns = grown({wanted.x, wanted.x + wanted.width}, beyond, width, multiple);
    const auto rows = grown({wanted.y, wanted.y + wanted.height}, beyond, height, multiple);
    return Rect{columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin};
}

}  // namespace lamscope
