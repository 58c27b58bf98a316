// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/low_resolution.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "image/real_plane.h"
#include "image/resize.h"

namespace lamscope {

namespace {

Image reduceBilinear(const Image& hr, int factor) {
    Image lr(hr.width() / factor, hr.height() / factor);
    lr.file = hr.file;
    for (int channel = 0; channel < Image::channels; ++channel) {
        takeLevels(lr, channel, reduceReal(realLevels(hr, channel), factor, Reduction::Bilinear));
    }
    return lr;
}

}  // namespace

std::string_view toString(Reduction reduction) {
    switch (reduction) {
        case Reduction::Pillow:
            return "pillow";
        case Reduction::Matlab:
            return "matlab";
        case Reduction::Bilinear:
            return "bilinear";
    }
    return "";
}

std::string reductionNames() {
    std::array<std::string_view, reductions.size()> names;
    std::ranges::transform(reductions, names.begin(), [](Reduction reduction) { return toString(reduction); });
    return fmt::format("{}", fmt::join(names, ", "));
}

Reduction reductionFromString(std::string_view name) {
    for (const auto reduction : reductions) {
        if (name == toString(reduction)) {
            return reduction;
        }
    }
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("unknown reduction '{}'; the known ones are {}", name, reductionNames()));
}

LowResolutionPair makeLowResolution(const Image& hr, int scale, Reduction reduction) {
    LowResolutionPair pair;
    pair.hr = hr.croppedToMultiple(scale);
    switch (reduction) {
        case Reduction::Pillow:
            pair.lr = reduceBicubicPillow(pair.hr, scale);
            break;
        case Reduction::Matlab:
            pair.lr = reduceBicubicMatlab(pair.hr, scale);
            break;
        case Reduction::Bilinear:
            pair.lr = reduceBilinear(pair.hr, scale);
            break;
    }
    return pair;
}

}  // namespace lamscope
