// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include <torch/types.h>

#include "method/lam/evaluation_window.h"
#include "method/lam/forward_passes.h"
#include "method/lam/lam.h"
#include "method/lam/measured_path.h"
#include "model/sr_model_implementation.h"
#include "model/weights_watch.h"

namespace lamscope {

/// The part of a region that is evaluated for some patches, and the path through it.
struct WindowedPath {
    Rect window;  ///< LR pixels of the region
    std::shared_ptr<const ImagePath> path;
};

/// One network on one part of an image: everything that maps of different patches, detectors and presets share. Not
/// thread-safe.
class LamContext {
public:
    /// @param lr, hr  the whole images; neither is kept. hr may be null; the path Rain begins with it.
    /// @param region  the LR rectangle that the network sees, see checkedContext().
    /// @param path    through `region`.
    /// @param budget  where forward passes are kept for the next patch; null: nowhere. Must outlive this object, like
    ///                the model.
    LamContext(const SrModel& model, const Image& lr, const Image* hr, const Rect& region, const LamPlan& plan,
               std::shared_ptr<const MeasuredPath> path, RetentionBudget* budget, const EvaluationOptions& evaluation);

    /// Whether maps of `plan` in this region can be computed here.
    [[nodiscard]] bool serves(const Rect& region, const LamPlan& plan) const {
        return region_ == region && samePath(pathOptions_, plan.options);
    }

    /// Evaluates the image unless that is done. Throws Error(ModelFailure, OutOfMemory).
    void evaluateImage();

    /// Throws Error(WeightsChanged) where the network is another one since the image was evaluated.
    void checkWeights() const;
    /// SrModel::weightChanges() at the evaluation of the image; after evaluateImage().
    [[nodiscard]] std::int64_t weightChanges() const { return weights_->changes(); }

    [[nodiscard]] const SrModel::Implementation& model() const { return model_; }
    [[nodiscard]] const Rect& region() const { return region_; }
    [[nodiscard]] const Image& lr() const { return lr_; }
    [[nodiscard]] const Image& hr() const { return hr_; }                      ///< empty where it is not known
    [[nodiscard]] const Image& sr() const { return sr_; }                      ///< after evaluateImage()
    [[nodiscard]] const std::optional<double>& psnr() const { return psnr_; }  ///< after evaluateImage()
    [[nodiscard]] const MeasuredPath& path() const { return *path_; }

    /// What has to be evaluated for these patches (SR pixels of the region). Where forward passes are kept, the window
    /// stays the same for patches close to each other.
    [[nodiscard]] WindowedPath windowFor(DetectorKind kind, std::span<const Patch> patches);
    /// The forward passes that are kept for the latest window; null where none are.
    [[nodiscard]] const std::shared_ptr<RetainedForwards>& retained() const { return retained_; }

    /// How many path images of `window` to evaluate at once: of a network whose gradients take much memory on that
    /// window no more than an eighth of the machine's holds. The first call for a size may calibrate, see
    /// BatchCalibration. Throws as evaluateImage().
    [[nodiscard]] std::int64_t nodesAtOnce(const Rect& window, const LamPlan& plan) const;

    /// D at the two ends of the path, that of the image after evaluateImage(); `patch` in SR pixels of the region,
    /// inside `window`. Throws as evaluateImage().
    [[nodiscard]] double detectorImage(DetectorKind kind, const Patch& patch) const;
    [[nodiscard]] double detectorBaseline(DetectorKind kind, const Patch& patch, const WindowedPath& window);

private:
    [[nodiscard]] torch::Tensor evaluated(const torch::Tensor& input) const;

    const SrModel::Implementation& model_;
    Rect region_;
    LamOptions pathOptions_;
    std::shared_ptr<const MeasuredPath> path_;
    RetentionBudget* budget_;
    EvaluationOptions evaluation_;
    WindowedPath window_;  // the latest
    std::shared_ptr<RetainedForwards> retained_;
    Image lr_;
    Image hr_;
    Image sr_;
    std::optional<double> psnr_;
    std::optional<WeightsWatch> weights_;            // since the image was evaluated
    torch::Tensor srImage_;                          // [1, 3, H, W]
    std::shared_ptr<const ImagePath> baselinePath_;  // of `srBaseline_`
    torch::Tensor srBaseline_;                       // of the window that was asked for last
};

/// What prepare() is given or told beside what is computed.
struct Preparation {
    RetentionBudget* budget = nullptr;           ///< as of LamContext
    EvaluationOptions evaluation{};              ///< the same
    std::shared_ptr<const MeasuredPath> path{};  ///< through the region; null: prepare() makes it
};

/// The one way from resolved options to the first gradient: judges whether a gradient on what has to be evaluated for
/// `patches` fits into memory, makes the path, measures its length where the plan asks for that. Null when stopped.
/// @param lr, hr   as for LamContext.
/// @param region   the context of each patch, see checkedContext().
/// @param patches  SR pixels of the whole image, at least one.
/// Throws Error(OutOfMemory): the machine has less memory left than a gradient would take, judged by
/// GradientMemory. Windows up to 64 x 64 pixels are not questioned: there a failed allocation says so soon enough.
[[nodiscard]] std::unique_ptr<LamContext> prepare(const SrModel& model, const Image& lr, const Image* hr,
                                                  const LamPlan& plan, const Rect& region,
                                                  std::span<const Patch> patches, const std::stop_token& stop = {},
                                                  const Preparation& preparation = {});

}  // namespace lamscope
