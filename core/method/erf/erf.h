// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>

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
