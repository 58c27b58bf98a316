// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "image/degradation.h"
#include "image/image.h"
#include "image/image_reading.h"
#include "image/low_resolution.h"
#include "scene/geometry.h"

namespace lamscope {

/// What an image is to the networks.
enum class ImageRole {
    Lr,  ///< their input as it is
    Hr,  ///< the truth: reduced at each network's scale, and PSNR is known; at scale 1 see isInputItself()
};

/// The role that an image most likely has: LR up to 128 pixels a side, larger: HR. To networks of scale 1 either is the
/// input while there is neither a degradation nor a reference, see isInputItself().
[[nodiscard]] ImageRole guessRole(const Image& image);

[[nodiscard]] std::string_view toString(ImageRole role);
/// Throws Error(InvalidArgument) listing the known names.
[[nodiscard]] ImageRole roleFromString(std::string_view name);

/// An image as networks get it, and the places in it that are looked at. Plain data: no file of it has been touched.
struct Scene {
    std::filesystem::path image;
    std::string sha256{};  ///< of the image file, lower-case hex; empty while it has not been read
    ImageRole role = ImageRole::Hr;
    Reduction reduction = Reduction::Pillow;  ///< how an HR image becomes LR
    /// What makes the input worse than the reduced (at scale 1: than the clean) HR image; of HR images alone.
    Degradation degradation{};
    std::uint64_t degradationSeed = 0;  ///< of the degradation's random numbers
    ImageReading reading{};             ///< of image and reference
    std::filesystem::path reference{};  ///< HR beside an LR image, for PSNR and figures; empty: none

    /// Pixels of the grid that the boxes are on for each pixel of an LR image; 0: the boxes are on the SR pixels of
    /// each network, whatever its scale. An HR image is its own grid: 1.
    int gridScale = 1;
    std::vector<Box> boxes{};

    friend bool operator==(const Scene&, const Scene&) = default;
};

/// The same square in the SR pixels of a network: on the box grid itself for an HR image or a `gridScale` of 0,
/// otherwise rounded to the network's scale (at least 1 pixel).
[[nodiscard]] Patch patchOfBox(const Box& box, ImageRole role, int gridScale, int networkScale);

/// All boxes of a scene in the SR pixels of a network.
[[nodiscard]] std::vector<Patch> patchesOf(const Scene& scene, int networkScale);

/// The first box, for what can show one only; the default one of a scene that has none.
[[nodiscard]] Box firstBoxOf(const Scene& scene);

}  // namespace lamscope
