// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/low_resolution.h"

#include <fmt/format.h>

#include "base/error.h"
#include "image/resize.h"

namespace lamscope {

std::string_view toString(Reduction reduction) {
    return reduction == Reduction::Pillow ? "pillow" : "matlab";
}

Reduction reductionFromString(std::string_view name) {
    for (const auto reduction : {Reduction::Pillow, Reduction::Matlab}) {
        if (name == toString(reduction)) {
            return reduction;
        }
    }
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("unknown reduction '{}'; the known ones are pillow, matlab", name));
}

LowResolutionPair makeLowResolution(const Image& hr, int scale, Reduction reduction) {
    LowResolutionPair pair;
    pair.hr = hr.croppedToMultiple(scale);
    pair.lr =
        reduction == Reduction::Pillow ? reduceBicubicPillow(pair.hr, scale) : reduceBicubicMatlab(pair.hr, scale);
    return pair;
}

}  // namespace lamscope
