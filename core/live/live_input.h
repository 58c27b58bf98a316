// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "image/degradation.h"
#include "image/image.h"
#include "image/image_reading.h"
#include "image/low_resolution.h"
#include "scene/network_input.h"
#include "scene/scene.h"

namespace lamscope {

/// Names a network for as long as the program runs: chosen by whoever adds it, above 0, never used twice.
using NetworkId = int;

/// An image file that is open. Plain data; the pixels are shared and never change.
struct OpenedImage {
    std::string file;
    std::string sha256;  ///< of the file, lower-case hex
    std::shared_ptr<const Image> pixels;
    ImageReading reading{};            ///< how the file was read
    std::vector<ImageOffer> offers{};  ///< how it could be read as well
};

/// Says which input a result was computed with: one opening of an image, in its role. It holds on to the pixels, so
/// that no other image can come to lie in their place and pass for them.
struct InputIdentity {
    std::shared_ptr<const Image> pixels;  ///< null: no image
    ImageRole role = ImageRole::Lr;
    Reduction reduction = Reduction::Pillow;
    Degradation degradation{};  ///< of an HR image
    std::uint64_t degradationSeed = 0;
    std::shared_ptr<const Image> reference{};  ///< beside an image that is the input itself; null: none

    /// How the image becomes the input of networks, see makeInput().
    [[nodiscard]] InputRecipe recipe() const { return {role, reduction, degradation, degradationSeed}; }
    friend bool operator==(const InputIdentity&, const InputIdentity&) = default;
};

}  // namespace lamscope
