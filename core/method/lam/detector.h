// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include "integrate/integrator.h"
#include "method/lam/lam_options.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

/// How much edge or texture is in the patch, one value per image: [n, 3, H, W] -> [n], summed over RGB.
///   gradient   Σ √(Δh² + Δw²), differences to the next row and column; subgradient 0 where both vanish
///   intensity  Σ of the values
///   gabor      Σ of the correlation with a zero-mean 9x9 cosine Gabor kernel (σ 2, wavelength 4 pixels, horizontal)
/// The patch with its margin must lie inside the image.
[[nodiscard]] torch::Tensor detect(DetectorKind kind, const torch::Tensor& sr, const Patch& patch);

/// D(F(x)) as a function of the LR image x.
class PatchDetector final : public Functional {
public:
    /// `patch` is in SR pixels of the image that will be given; `model` must outlive this object.
    PatchDetector(const SrModel::Implementation& model, DetectorKind kind, const Patch& patch)
        : model_(model)
        , kind_(kind)
        , patch_(patch) {}

    [[nodiscard]] TensorList prepare(const TensorList& points) const override;
    [[nodiscard]] torch::Tensor operator()(const TensorList& points) const override;

    /// The same for points that the model has begun.
    [[nodiscard]] torch::Tensor finish(const Trunk& trunk) const;

private:
    const SrModel::Implementation& model_;
    DetectorKind kind_;
    Patch patch_;
};

}  // namespace lamscope
