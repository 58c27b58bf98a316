// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "image/image.h"
#include "method/faig/faig_options.h"

namespace lamscope {

/// An HR image with its LR images: what the scores of one image are made of.
struct FaigImages {
    std::string name;       ///< of the HR file, without folder and ending: the noise's key
    Image hr;               ///< cropped to a multiple of 12 and of the scale, top-left
    Image clean;            ///< the HR image reduced, 8 bits: where pixel IG begins
    std::vector<Image> lr;  ///< one a degradation, in their order, 8 bits
};

/// Crops an HR image, reduces it and degrades it by the recipes of the options: blur, reduction, noise, cut and rounded
/// to 8 bits, JPEG. The noise depends on the seed and the name alone. Thread-safe.
/// Throws Error(InvalidArgument) for a recipe that cannot be read, a degradation without one, and an image smaller than
/// the multiple.
[[nodiscard]] FaigImages degradedImages(const Image& hr, const std::string& name, int scale,
                                        const FaigOptions& options);

/// The same from LR images that are there. They limit the HR image: it is cropped to what they enlarge to. Throws
/// Error(InvalidArgument), naming file and sizes, where one does not fit.
[[nodiscard]] FaigImages pairedImages(const Image& hr, const std::string& name, int scale, std::vector<Image> lr,
                                      Reduction reduction);

}  // namespace lamscope
