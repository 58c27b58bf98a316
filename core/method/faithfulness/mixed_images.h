// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include <torch/types.h>

#include "method/lam/lam_context.h"
#include "model/weights_watch.h"

namespace lamscope {

/// One network on images that have some pixels of an image and the others of its baseline, as far as the patch can
/// depend on them. Not thread-safe.
class MixedImages {
public:
    /// What is read from the SR of a mixed image.
    struct Value {
        double detector = 0.0;
        double psnr = 0.0;  ///< as of ReplacementCurve; NaN where HR is not known
    };

    /// @param lr, hr  what the network sees, and HR over it, which may be empty.
    /// @param plan    with the path, whose start is the baseline, the detector, and the patch in SR pixels of lr.
    /// The model must outlive this object.
    MixedImages(const SrModel& model, const Image& lr, const Image& hr, const LamPlan& plan,
                const EvaluationOptions& evaluation);

    /// The part that is evaluated, LR pixels.
    [[nodiscard]] const Rect& window() const { return window_; }

    /// Where a pixel, a row-major index into `lr`, lies in the window; nullopt where nothing depends on it: outside of
    /// the window, or the same in image and baseline.
    [[nodiscard]] std::optional<std::size_t> inWindow(std::int32_t pixel) const;

    /// The window of the image, and of the baseline: 3 x height x width, planar.
    [[nodiscard]] const std::vector<double>& image() const { return image_; }
    [[nodiscard]] const std::vector<double>& baseline() const { return baseline_; }

    /// How many images are evaluated at once.
    [[nodiscard]] std::size_t imagesAtOnce() const { return imagesAtOnce_; }

    /// One forward pass over these images, at most imagesAtOnce(), each as image(). Nullopt when stopped.
    /// Fewer values than images come back where memory did not suffice for all of them.
    /// Throws Error: OutOfMemory (for a single image), ModelFailure, WeightsChanged (since the first call).
    [[nodiscard]] std::optional<std::vector<Value>> evaluate(std::span<const std::vector<double>> images,
                                                             const std::stop_token& stop);

private:
    [[nodiscard]] std::vector<Value> valuesOf(std::span<const std::vector<double>> images) const;
    [[nodiscard]] torch::Tensor psnrOf(const torch::Tensor& patch) const;

    const SrModel::Implementation& model_;
    DetectorKind detector_;
    Patch patch_;  // SR pixels of the window
    Rect window_;
    int width_ = 0;  // of lr
    std::vector<double> image_;
    std::vector<double> baseline_;
    torch::Tensor hr_;  // [1, 3, size, size] of the patch; undefined where it is not known
    std::size_t imagesAtOnce_ = 1;
    std::optional<WeightsWatch> weights_;
};

}  // namespace lamscope
