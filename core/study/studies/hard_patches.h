// SPDX-License-Identifier: GPL-3.0-or-later
// Hard patches: the places of many images that networks restore badly and not alike. The recipe is that of the test set
// of Gu and Dong, CVPR 2021, section 4.1, without the looking at the end.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "model/sr_model.h"
#include "scene/scene.h"

namespace lamscope {

struct MiningOptions {
    int size = 256;    ///< side of a sub-image, HR pixels: a multiple of the networks' scale, at least 16 and 3 of it
    int stride = 128;  ///< from one sub-image to the next, HR pixels, at least 1
    std::size_t keep = 150;  ///< at most so many
};

/// The side of sub-images for networks of one scale where nobody chose it: that of MiningOptions, rounded down to a
/// multiple of the scale, 255 at x3.
[[nodiscard]] int subImageSideFor(int scale);

/// A square of an image, with what networks make of it.
struct SubImage {
    std::size_t scene = 0;       ///< index among the scenes
    Box place{};                 ///< HR pixels
    std::vector<double> psnr{};  ///< of each network, dB
    double meanPsnr = 0.0;       ///< over the networks, dB
    double psnrVariance = 0.0;   ///< between the networks, mean squared deviation, dB²
    double rankSum = 0.0;        ///< see rankByHardness()
};

/// Orders sub-images from the hardest to the easiest and sets their `rankSum`: the rank by the mean PSNR, from 1 for
/// the lowest, plus the rank by the variance, from 1 for the highest. Equal numbers share the mean of their ranks. Of
/// equal sums the lower mean PSNR is first, then the one that was first. A single network has no variance: its PSNR
/// decides.
void rankByHardness(std::vector<SubImage>& subImages);

/// Two sub-images are near-duplicates when they are of one image and share a pixel, or when their LR images, shifted
/// against each other by at most an eighth of their side, have a largestShiftedCorrelation() above this.
inline constexpr double nearDuplicateCorrelation = 0.9;

/// An image that says nothing, and why.
struct SkippedImage {
    std::size_t scene = 0;  ///< index among the scenes
    std::string why;
};

/// What mining found.
struct MinedPatches {
    std::vector<SubImage> hardest{};      ///< the hardest first
    std::size_t measured = 0;             ///< sub-images
    std::size_t flawless = 0;             ///< of them: a network restores it without error, so that it is not ranked
    std::size_t nearDuplicates = 0;       ///< passed over because a harder one shows the same
    std::size_t tooSmall = 0;             ///< images that hold no sub-image
    std::vector<SkippedImage> skipped{};  ///< cannot be read, or a network fails on them
    std::vector<std::string> warnings{};  ///< of the files
};

/// Where mining stands.
struct MiningProgress {
    bool choosing = false;  ///< near-duplicates are being left out; before that, sub-images are being measured
    double fraction = 0.0;  ///< of either, 0…1
};

/// Gets each sub-image that is chosen, the hardest first, with its HR pixels.
using TakeSubImage = std::function<void(const SubImage& subImage, const Image& hr)>;

/// Finds the hardest sub-images of HR images. Sub-images start at multiples of the stride and lie inside the image.
/// Each is an image of its own, as the paper's are and as a study of its crop will see it: cut out, reduced, enlarged
/// by each network, and compared on Y without a border of `scale` pixels after rounding to 8 bits. Its PSNR therefore
/// is that of evaluate() on the crop; networks that look further than the crop see no more than that.
///
/// Images are read one after the other, and those of chosen sub-images once more: memory grows by some bytes with each
/// sub-image, and by the LR image of each that is kept.
/// @param models  of one scale.
/// @param scenes  HR images; their places do not matter.
/// @param progress called on the calling thread before each sub-image; must not throw; may be empty.
/// @param take     may be empty. What it throws ends the mining.
/// @return nullopt when stopped, within one layer of a network.
/// Throws Error: InvalidArgument (no network, no image, an LR image, networks of several scales, options out of range),
/// BadFile (no image gave a sub-image that can be ranked; says why the first did not).
[[nodiscard]] std::optional<MinedPatches> mineHardPatches(
    std::span<const SrModel> models, std::span<const Scene> scenes, const MiningOptions& options,
    const std::stop_token& stop = {}, const std::function<void(const MiningProgress&)>& progress = {},
    const TakeSubImage& take = {});

/// The patch in the middle of a sub-image, on the pixels of the whole image. Throws Error(InvalidArgument) where it is
/// larger than that.
[[nodiscard]] Box middlePatch(const SubImage& subImage, int patchSize);

/// Gives each scene the middle patches of its hard sub-images, in place of those that it has, and leaves out the scenes
/// without any. Throws as middlePatch().
void placeHardest(std::vector<Scene>& scenes, std::span<const SubImage> hardest, int patchSize);

}  // namespace lamscope
