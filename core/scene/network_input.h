// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "image/degradation.h"
#include "image/image.h"
#include "image/low_resolution.h"
#include "image/pixel_mask.h"
#include "scene/scene.h"

namespace lamscope {

/// How an image becomes the input of networks. Plain data.
struct InputRecipe {
    ImageRole role = ImageRole::Lr;
    Reduction reduction = Reduction::Pillow;
    Degradation degradation{};
    std::uint64_t degradationSeed = 0;

    friend bool operator==(const InputRecipe&, const InputRecipe&) = default;
};

[[nodiscard]] InputRecipe inputRecipeOf(const Scene& scene);

/// Whether networks of that scale get the image as it is, so that it is no reference for their output: an LR image; at
/// scale 1 also an HR image without a degradation, which would be its own truth: a rainy photograph would be the
/// rain's.
[[nodiscard]] bool isInputItself(const InputRecipe& recipe, int scale);

/// What a network of one scale gets of an image, and the reference of its output where that is known.
///
///   isInputItself()            the image, with `reference` as `hr`, or without: `hr` is then empty
///   HR, without a degradation  makeLowResolution()
///   HR, with a degradation     degrade(), at scale 1 without a reduction; `rain` where the degradation has some
///
/// A reference that is larger than the SR image is cropped to it (the top-left part); at scale 1 both have one size.
/// `reference` is not looked at unless isInputItself(); it may be empty.
/// Throws Error(InvalidArgument): as degrade(); a reference of the wrong size, naming both files.
[[nodiscard]] LowResolutionPair makeInput(const Image& image, const Image& reference, const InputRecipe& recipe,
                                          int scale);

/// Where rain lies on the input of a network of scale 1. Of a degradation: where its rain is at least half a level of
/// 0 to 255. Of an input with a reference: where that difference is positive in some colour. Empty without rain or
/// reference, and at other scales.
/// @param pair  from makeInput() with this recipe.
[[nodiscard]] PixelMask rainMaskOf(const LowResolutionPair& pair, const InputRecipe& recipe, int scale);

}  // namespace lamscope
