// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "integrate/integrator.h"
#include "method/lam/evaluation_window.h"
#include "method/lam/image_paths.h"
#include "method/lam/lam.h"
#include "method/lam/retained_forwards.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

/// A path through LR images with its length: all networks that see the same LR image can share one. Thread-safe.
class MeasuredPath {
public:
    explicit MeasuredPath(std::shared_ptr<const ImagePath> path)
        : path_(std::move(path)) {}

    [[nodiscard]] const std::shared_ptr<const ImagePath>& path() const { return path_; }

    /// Measures the length unless that is done; false when stopped.
    bool measure(const std::stop_token& stop) const;
    /// Measured when it is asked for first: a preset of nodes uniform in α needs none.
    [[nodiscard]] const ArcLength& length() const;

    /// Whether image and baseline differ by more than rounding.
    [[nodiscard]] bool moves() const;
    /// ‖∂γ/∂α‖ over each cell: increment norm / cell width.
    [[nodiscard]] std::vector<double> speed(const Nodes& nodes) const;

private:
    std::shared_ptr<const ImagePath> path_;
    mutable std::mutex mutex_;
    mutable std::optional<ArcLength> length_;
};

/// The part of a region that is evaluated for some patches, and the path through it.
struct WindowedPath {
    Rect window;  ///< LR pixels of the region
    std::shared_ptr<const ImagePath> path;
};

/// The path of `options` that ends in `lr`, measured where they ask for arc length; null when stopped.
[[nodiscard]] std::shared_ptr<const MeasuredPath> makeMeasuredPath(const Image& lr, const LamOptions& options,
                                                                   const std::stop_token& stop = {});

/// True when the path depends on nothing in which the two differ.
[[nodiscard]] bool samePath(const LamOptions& a, const LamOptions& b);

/// Throws Error(OutOfMemory) when a gradient on `window`, the part of a context that is evaluated, would need more
/// memory than the machine has left, judged by a small probe; windows up to 256 x 256 pixels are not questioned. It
/// costs less than what it saves from: minutes of work before the failure.
void checkMemory(const SrModel::Implementation& model, const Rect& window);
/// The same for what has to be evaluated of the context `region` for the patch of `options`.
void checkMemory(const SrModel::Implementation& model, const Rect& region, const LamOptions& options,
                 const EvaluationOptions& evaluation = {});

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
               std::shared_ptr<const MeasuredPath> path, RetentionBudget* budget = nullptr,
               const EvaluationOptions& evaluation = {});

    [[nodiscard]] const SrModel::Implementation& model() const { return model_; }
    [[nodiscard]] const Rect& region() const { return region_; }
    [[nodiscard]] const Image& lr() const { return lr_; }
    [[nodiscard]] const Image& hr() const { return hr_; }  ///< empty where it is not known
    [[nodiscard]] const Image& sr() const { return sr_; }
    [[nodiscard]] const std::optional<double>& psnr() const { return psnr_; }
    [[nodiscard]] const MeasuredPath& path() const { return *path_; }

    /// What has to be evaluated for these patches (SR pixels of the region). Where forward passes are kept, the window
    /// stays the same for patches close to each other.
    [[nodiscard]] WindowedPath windowFor(DetectorKind kind, std::span<const Patch> patches);
    /// The forward passes that are kept for the latest window; null where none are.
    [[nodiscard]] const std::shared_ptr<RetainedForwards>& retained() const { return retained_; }

    /// How many path images of `window` to evaluate at once, of so many in all. The first call for a size may
    /// calibrate, see BatchCalibration.
    [[nodiscard]] std::int64_t nodesAtOnce(const Rect& window, int plannedNodes) const;

    /// D at the two ends of the path; `patch` in SR pixels of the region, inside `window`. Throws as the constructor.
    [[nodiscard]] double detectorImage(DetectorKind kind, const Patch& patch) const;
    [[nodiscard]] double detectorBaseline(DetectorKind kind, const Patch& patch, const WindowedPath& window);

private:
    [[nodiscard]] torch::Tensor evaluated(const torch::Tensor& input) const;
    void measureImage();

    const SrModel::Implementation& model_;
    Rect region_;
    std::shared_ptr<const MeasuredPath> path_;
    RetentionBudget* budget_;
    EvaluationOptions evaluation_;
    WindowedPath window_;  // the latest
    std::shared_ptr<RetainedForwards> retained_;
    Image lr_;
    Image hr_;
    Image sr_;
    std::optional<double> psnr_;
    torch::Tensor srImage_;                          // [1, 3, H, W]
    std::shared_ptr<const ImagePath> baselinePath_;  // of `srBaseline_`
    torch::Tensor srBaseline_;                       // of the window that was asked for last
};

}  // namespace lamscope
