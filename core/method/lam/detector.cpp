// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/detector.h"

#include <opencv2/imgproc.hpp>

#include "method/lam/evaluation_window.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr int gaborSide = 2 * gaborReach + 1;
constexpr double gaborSigma = 2.0;
constexpr double gaborWavelength = 4.0;

torch::Tensor crop(const torch::Tensor& sr, const Patch& patch, const DetectorMargin& margin) {
    const auto length = patch.size + margin.before + margin.after;
    return sr.narrow(2, patch.y - margin.before, length).narrow(3, patch.x - margin.before, length);
}

/// Gets a crop, not the whole image: differentiated over the whole image, one flat pixel anywhere gives 0·∞ = NaN.
torch::Tensor gradientMagnitude(const torch::Tensor& region, std::int64_t size) {
    const auto centre = region.narrow(2, 0, size).narrow(3, 0, size);
    const auto vertical = region.narrow(2, 1, size).narrow(3, 0, size) - centre;
    const auto horizontal = region.narrow(2, 0, size).narrow(3, 1, size) - centre;
    const auto squared = vertical.square() + horizontal.square();
    if (secantScopeIsOpen()) {
        return squared.sqrt();  // whose rule is finite at zero
    }
    const auto positive = squared > 0;
    return at::where(positive, at::where(positive, squared, at::ones_like(squared)).sqrt(), at::zeros_like(squared));
}

torch::Tensor gaborKernel(const torch::TensorOptions& options) {
    cv::Mat kernel = cv::getGaborKernel({gaborSide, gaborSide}, gaborSigma, /*theta=*/0.0, gaborWavelength,
                                        /*gamma=*/1.0, /*psi=*/0.0, CV_64F);
    kernel -= cv::mean(kernel)[0];
    return torch::from_blob(kernel.data, {1, 1, gaborSide, gaborSide}, torch::kFloat64).clone().to(options);
}

}  // namespace

torch::Tensor detect(DetectorKind kind, const torch::Tensor& sr, const Patch& patch) {
    auto region = crop(sr, patch, detectorMargin(kind));
    if (kind == DetectorKind::Gradient) {
        region = gradientMagnitude(region, patch.size);
    } else if (kind == DetectorKind::Gabor) {
        const auto planes = region.reshape({-1, 1, region.size(2), region.size(3)});
        region = at::conv2d(planes, gaborKernel(sr.options().requires_grad(false)))
                     .reshape({sr.size(0), -1, patch.size, patch.size});
    }
    return region.sum({1, 2, 3});
}

torch::Tensor PatchDetector::finish(const Trunk& trunk) const {
    const auto reads = detectorReads(kind_, patch_, scale_);
    return detect(kind_, trunk.finish(reads), patchIn(reads, patch_, scale_));
}

}  // namespace lamscope
