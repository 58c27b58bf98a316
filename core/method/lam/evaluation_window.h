// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "image/image.h"
#include "method/lam/lam_options.h"
#include "model/model_card.h"

namespace lamscope {

class BatchCalibration;

/// How gradients are evaluated. No option changes a result beyond the rounding of float32; tests and benchmarks compare
/// the options.
struct EvaluationOptions {
    bool window = true;  ///< evaluate only the part on which the patch can depend, by the receptive field
    /// Path images evaluated at once, at least 1; halved where memory does not suffice. Unset: the number that
    /// `batches` finds fastest; without `batches`, the number that makes a fixed number of pixels.
    std::optional<std::int64_t> batch{};
    BatchCalibration* batches = nullptr;  ///< must outlive the computation
    /// The fixed number of LR pixels, of one path image or more; unset: what suits the device.
    std::optional<std::int64_t> pixelsAtOnce{};
};

/// The patch of an image, given in the SR pixels of the part `region` (LR pixels) of the image.
[[nodiscard]] Patch patchIn(const Rect& region, Patch patch, int scale);

/// The LR rectangle under the SR pixels that the detector reads for `patch`, on the LR grid of the patch's image.
[[nodiscard]] Rect detectorReads(DetectorKind kind, const Patch& patch, int scale);

/// The part of an LR image of `width` x `height` pixels that must be evaluated: on that part the detector's values and
/// gradients for all `patches` (SR pixels of the image) equal those on the whole image up to rounding. The part is what
/// the receptive field reaches, see croppedAround(). The result is the whole image if the network must see the whole,
/// or if the part is nearly the whole.
/// @param slack  LR pixels that are added on each side, so that neighbouring patches lie inside too.
[[nodiscard]] Rect evaluationWindow(const ModelCard& card, DetectorKind kind, std::span<const Patch> patches, int width,
                                    int height, int slack = 0);

}  // namespace lamscope
