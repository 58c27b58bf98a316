// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "image/image.h"
#include "method/erf/erf_measurement.h"
#include "method/erf/erf_options.h"
#include "model/sr_model.h"

namespace lamscope {

/// The frame of square crops of `side` LR pixels: the cell is the LR pixel (⌊side/2⌋, ⌊side/2⌋).
[[nodiscard]] ErfFrame erfFrame(int side);

/// The crop of `side` x `side` LR pixels in the middle of an LR image (offsets rounded down), with the SR pixel
/// (⌊scale·side/2⌋, ⌊scale·side/2⌋) of the crop as centre; or, with `at`, around that SR pixel (x, y) of the image.
/// nullopt where the crop does not lie inside the image.
[[nodiscard]] std::optional<ErfCrop> erfCrop(const Image& lr, int scale, int side,
                                             const std::optional<std::pair<int, int>>& at = std::nullopt);

/// The SR pixels around which erfCrop() cuts an LR image into squares of `side` LR pixels, side by side, row by row;
/// what is left of the image lies evenly around them. Of more than `most`, so many at even distances in that order.
/// Empty for an image that holds none.
[[nodiscard]] std::vector<std::pair<int, int>> erfPlacesOver(const Image& lr, int scale, int side, int most);

/// A crop of an LR image that is cut where it can be, so that its cell may lie beside its middle.
struct ErfPlacedCrop {
    ErfCrop crop;
    ErfFrame frame;  ///< of the crop
    Rect place;      ///< of the crop in the image, LR pixels
};

/// The crop of `side` x `side` LR pixels around the SR pixel (x, y) of the image, moved to where the image holds it. A
/// smaller image limits its sides, the network rounds them down to what it takes as they are.
/// Throws Error(InvalidArgument) for a pixel outside the image and for an image that is too small for the network.
[[nodiscard]] ErfPlacedCrop erfCropAround(const Image& lr, const ModelCard& card, int side, std::pair<int, int> at);

/// Adds what users should know of a mean: that the frame cuts the field of the network, that the measurement was ended
/// early, that it is over few images.
void addErfWarnings(ErfResult& result, const ModelCard& card);

/// What a computation reports while it runs.
struct ErfProgress {
    std::size_t imagesDone = 0;
    std::size_t imagesPlanned = 0;
    std::shared_ptr<const ErfResult> soFar{};  ///< over the images that are done; null while none counts
};

/// Called on the calling thread after each batch of images; must not throw.
using ErfProgressCallback = std::function<void(const ErfProgress&)>;

/// The effective receptive field of a network (Luo et al. 2016), the mean over images of the influence that each LR
/// pixel has on the SR pixels of the crop's centre.
///
/// @param model   any network; of one that works on Y, the influence on Y.
/// @param crops   from erfCrop() with the side of the options; all of them are used. At least one.
/// @param stop    polled before each pass.
/// @return nullopt when stopped. Throws Error: InvalidArgument (no crop, and as ErfMeasurement()), OutOfMemory,
/// ModelFailure (also where all gradients are zero or not finite). Calls with different models may run at the same
/// time. Memory grows with the window and the images that are evaluated at once, not with the number of images.
[[nodiscard]] std::optional<ErfResult> computeErf(const SrModel& model, std::span<const ErfCrop> crops,
                                                  const ErfOptions& options, const std::stop_token& stop = {},
                                                  const ErfProgressCallback& progress = {});

}  // namespace lamscope
