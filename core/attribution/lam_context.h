// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include <torch/types.h>

#include "attribution/integrator.h"
#include "attribution/lam.h"
#include "attribution/retained_forwards.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

/// A path through LR images with its length: all networks that see the same LR image can share one. Thread-safe.
struct MeasuredPath {
    std::unique_ptr<Path> path;
    ArcLength length;
};

/// The path of `options` that ends in `lr`; null when stopped.
[[nodiscard]] std::shared_ptr<const MeasuredPath> makeMeasuredPath(const Image& lr, const LamOptions& options,
                                                                   const std::stop_token& stop = {});

/// True when the path depends on nothing in which the two differ.
[[nodiscard]] bool samePath(const LamOptions& a, const LamOptions& b);

/// Throws Error(OutOfMemory) when a gradient on `region` would need more memory than the machine has left, judged by a
/// small probe; regions up to 256 x 256 pixels are not questioned. It costs less than what it saves from: minutes of
/// work before the failure.
void checkMemory(const SrModel::Implementation& model, const Rect& region);

/// One network on one part of an image: everything that maps of different patches, detectors and presets share. Not
/// thread-safe.
class LamContext {
public:
    /// @param lr, hr   the whole images, as for computeLam(); neither is kept.
    /// @param region   the LR rectangle that the network sees, see contextAround().
    /// @param budget   where forward passes are kept for the next patch; null: nowhere. Must outlive this object, like
    ///                 the model.
    /// Throws Error(ModelFailure, OutOfMemory).
    LamContext(const SrModel& model, const Image& lr, const Image* hr, const Rect& region,
               std::shared_ptr<const MeasuredPath> path, RetentionBudget* budget = nullptr);

    [[nodiscard]] const SrModel::Implementation& model() const { return model_; }
    [[nodiscard]] const Rect& region() const { return region_; }
    [[nodiscard]] const Image& lr() const { return lr_; }
    [[nodiscard]] const Image& hr() const { return hr_; }  ///< empty where it is not known
    [[nodiscard]] const Image& sr() const { return sr_; }
    [[nodiscard]] const std::optional<double>& psnr() const { return psnr_; }
    [[nodiscard]] const MeasuredPath& path() const { return *path_; }
    [[nodiscard]] RetainedForwards* retained() const { return retained_.get(); }

    /// D at the two ends of the path; `patch` in SR pixels of the region.
    [[nodiscard]] double detectorImage(DetectorKind kind, const Patch& patch) const;
    [[nodiscard]] double detectorBaseline(DetectorKind kind, const Patch& patch) const;

private:
    void measureEnds();

    const SrModel::Implementation& model_;
    Rect region_;
    std::shared_ptr<const MeasuredPath> path_;
    std::unique_ptr<RetainedForwards> retained_;
    Image lr_;
    Image hr_;
    Image sr_;
    std::optional<double> psnr_;
    torch::Tensor srImage_;     // [1, 3, H, W]
    torch::Tensor srBaseline_;  // the same
};

}  // namespace lamscope
