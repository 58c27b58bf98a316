// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include "method/lam/lam_options.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

/// How much edge or texture is in the patch, one value per image: [n, 3, H, W] -> [n], summed over RGB.
///   gradient   Σ √(Δh² + Δw²), differences to the next row and column; subgradient 0 where both vanish
///   intensity  Σ of the values
///   gabor      Σ of the correlation with a zero-mean 9x9 cosine Gabor kernel (σ 2, wavelength 4 pixels, horizontal)
/// The patch with the detector's margin (see detectorMargin()) must lie inside the image.
[[nodiscard]] torch::Tensor detect(DetectorKind kind, const torch::Tensor& sr, const Patch& patch);

/// D(F(x)) of one patch as a function of the LR image x.
class PatchDetector {
public:
    /// `patch` is in SR pixels of an image that the network enlarges `scale` times.
    PatchDetector(DetectorKind kind, const Patch& patch, int scale)
        : kind_(kind)
        , patch_(patch)
        , scale_(scale) {}

    /// [n], for n images whose trunk is given, see SrModel::Implementation::begin(). The network makes no more of the
    /// SR than the patch and the detector's margin.
    [[nodiscard]] torch::Tensor finish(const Trunk& trunk) const;

private:
    DetectorKind kind_;
    Patch patch_;
    int scale_;
};

}  // namespace lamscope
