// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "image/image.h"
#include "image/low_resolution.h"
#include "method/lam/lam_options.h"

namespace lamscope {

/// Names a network for as long as the program runs: chosen by whoever adds it, above 0, never used twice.
using NetworkId = int;

/// What the opened image is to the networks.
enum class ImageRole {
    Lr,  ///< their input as it is
    Hr,  ///< the truth: reduced at each network's scale, and PSNR is known
};

/// The role that an image most likely has: LR up to 128 pixels a side, larger: HR.
[[nodiscard]] ImageRole guessRole(const Image& image);

[[nodiscard]] std::string_view toString(ImageRole role);
/// Throws Error(InvalidArgument) listing the known names.
[[nodiscard]] ImageRole roleFromString(std::string_view name);

/// An image file that is open. Plain data; the pixels are shared and never change.
struct OpenedImage {
    std::string file;
    std::string sha256;  ///< of the file, lower-case hex
    std::shared_ptr<const Image> pixels;
    bool upright = false;    ///< turned as its EXIF data ask
    std::string turnNote{};  ///< what its EXIF data ask for and was not done, as a sentence; empty: nothing
};

/// Says which input a result was computed with: one opening of an image, in its role. It holds on to the pixels, so
/// that no other image can come to lie in their place and pass for them.
struct InputIdentity {
    std::shared_ptr<const Image> pixels;  ///< null: no image
    ImageRole role = ImageRole::Lr;
    Reduction reduction = Reduction::Pillow;

    friend bool operator==(const InputIdentity&, const InputIdentity&) = default;
};

/// A square of the scene that all networks share, on the box grid: HR pixels when the image is HR, otherwise LR pixels
/// times `gridScale`. (x, y) is the top-left pixel.
struct Box {
    int x = 0;
    int y = 0;
    int size = 16;

    friend bool operator==(const Box&, const Box&) = default;
};

/// The same square in the SR pixels of a network: on the box grid itself for an HR image, otherwise rounded to the
/// network's scale (at least 1 pixel).
[[nodiscard]] Patch patchOfBox(const Box& box, ImageRole role, int gridScale, int networkScale);

}  // namespace lamscope
