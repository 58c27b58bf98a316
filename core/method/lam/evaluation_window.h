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

/// How gradients are evaluated. None of it changes a result beyond the rounding of float32; tests and benchmarks
/// compare the ways.
struct EvaluationOptions {
    bool window = true;  ///< evaluate only what the receptive field lets the patch depend on
    /// Path images evaluated at once, at least 1; halved where memory does not suffice. Unset: as many as give a fixed
    /// number of pixels, or as `batches` finds fastest.
    std::optional<std::int64_t> batch{};
    BatchCalibration* batches = nullptr;  ///< must outlive the computation
};

/// A patch of an image in the SR pixels of the part `region` (LR pixels) of it.
[[nodiscard]] Patch patchIn(const Rect& region, Patch patch, int scale);

/// The LR rectangle under the SR pixels that the detector reads for `patch`, in the grid of the patch's image.
[[nodiscard]] Rect detectorReads(DetectorKind kind, const Patch& patch, int scale);

/// The part of an LR image of `width` x `height` pixels that has to be evaluated so that the detector's values and
/// gradients for all `patches` (SR pixels of that image) equal those on the whole image up to rounding: what the
/// receptive field reaches, see croppedAround(). The whole image where the network must see it, or where little would
/// be saved.
/// @param slack  LR pixels that are added on each side, so that neighbouring patches find themselves inside.
[[nodiscard]] Rect evaluationWindow(const ModelCard& card, DetectorKind kind, std::span<const Patch> patches, int width,
                                    int height, int slack = 0);

}  // namespace lamscope
