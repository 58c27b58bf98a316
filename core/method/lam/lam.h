// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "method/lam/evaluation_window.h"
#include "method/lam/lam_options.h"
#include "model/sr_model.h"

namespace lamscope {

/// What happens along the path, one entry per node, in the order of the path.
struct LamCurves {
    std::vector<double> alpha;
    std::vector<double> sigma;     ///< blur width in LR pixels; NaN on paths without one
    std::vector<double> detector;  ///< D(F(γ(α)))
    std::vector<double> pathSpeed;  ///< ‖∂γ/∂α‖, Euclidean norm, over the node's cell; with the secant rule at α
    std::vector<double> cumulative;  ///< Σ attribution from the baseline up to and with the node
    /// The α from which the path moves at less than 1 % of its largest speed: the images hardly change from there on.
    /// nullopt where it moves up to its end.
    std::optional<double> restsFrom;
};

/// The gradient of the detector at one point of a path: what LAM integrates, before the path weighs it.
struct PathGradient {
    double alpha = 0.0;          ///< 0…1; 0 is the baseline, 1 the image
    std::vector<double> map{};   ///< height x width of the context, |Σ_RGB ∂D(F(γ(α)))/∂γ|, units of D
    std::int64_t nonfinite = 0;  ///< elements of the gradient that were NaN or infinite and were set to 0
};

/// A local attribution map with everything that is reported about it. Plain data, safe to copy between threads.
struct LamResult {
    Patch patch;   ///< as asked for, in SR pixels of the whole image
    Rect context;  ///< the part of the LR image that the network saw, LR pixels

    std::vector<float> attribution;  ///< 3 x context.height x context.width, planar RGB, signed, units of D
    std::vector<double> map;         ///< context.height x context.width, |Σ_RGB attribution| / maximum, [0, 1]
    Image lr;                        ///< the context itself
    Image sr;                        ///< F(context), neither clamped nor rounded
    Image hr;                        ///< HR (scale 1: the clean image) over the context; empty where it is not known

    // Concentration of the map; nullopt where the map is not defined (it vanishes: a flat image, a blind network).
    std::optional<double> gini;                ///< 0…1
    std::optional<double> diffusionIndex;      ///< (1 − Gini)·100, 0…100; depends on the context's size
    std::optional<std::int64_t> mass95Pixels;  ///< fewest LR pixels that carry 95 % of the map
    std::optional<double> radiusPixels;        ///< radius of gyration of the map around the patch's centre, LR pixels
    /// Share of the map under a mask over share of the context under it, filled by who has a mask: see addMaskMass().
    std::optional<double> maskMassRatio{};

    double detectorImage = 0.0;     ///< D(F(I))
    double detectorBaseline = 0.0;  ///< D(F(I'))
    double attributionSum = 0.0;
    std::optional<double> completenessError;  ///< (Σ attribution − ΔD) / ΔD, signed; nullopt where ΔD = 0

    IntegrationRule rule = IntegrationRule::RightEndpoints;
    int nodes = 0;                            ///< with the secant rule, cells
    std::optional<double> estimatedMapError;  ///< relative L1 of the map; nullopt for a single level
    std::int64_t nonfiniteGradients = 0;      ///< gradient elements that were NaN or infinite and set to 0
    LamCurves curves;
    std::vector<PathGradient> pathGradients;  ///< filled by who wants them, see computePathGradients()

    std::optional<double> psnr;       ///< SR against HR over the context, RGB, 8-bit values, dB; where HR is known
    std::optional<double> psnrPatch;  ///< the same over the patch; one value that rounds otherwise shows: ±0.001 dB

    double seconds = 0.0;  ///< wall time since the call
    std::vector<std::string> warnings;
};

/// Whether the attributions add up to ΔD but for the rounding of float32, as they do with the secant rule for any
/// number of cells; false where ΔD is 0 or lost in rounding. Where that rule misses it, the network's rules are wrong;
/// other rules meet it by chance and are not said to.
[[nodiscard]] bool isExactSum(const LamResult& result);

/// What a computation reports while it runs.
struct LamProgress {
    std::int64_t nodesDone = 0;
    std::int64_t nodesPlanned = 0;  ///< the most that can be needed; refinement may end earlier
    /// Set when a level of refinement is complete: a full result, which a later one makes more exact.
    std::shared_ptr<const LamResult> level;
};

/// Called on the calling thread between batches of nodes; must not throw.
using LamProgressCallback = std::function<void(const LamProgress&)>;

/// Local attribution map of one SR patch (Gu and Dong, CVPR 2021): the gradient of a detector on the patch, integrated
/// along the path from a baseline to the image.
///
/// @param model    any network.
/// @param lr       the LR image, values in [0, 1].
/// @param hr       the HR image for PSNR, exactly model.card().scale times larger; at scale 1 the clean image, with
///                 which the path Rain begins; may be null.
/// @param plan     the patch of its options with the detector's margin must lie inside the SR image and the context.
/// @param stop     polled between batches of nodes.
/// @return nullopt when stopped; levels completed before went to `progress`.
/// Throws Error: InvalidArgument (options, patch, sizes, a path that these images or this network do not have; before
/// the first evaluation), OutOfMemory (also for a batch of one), ModelFailure. Calls with different models may run at
/// the same time; memory grows with nodes x context size.
[[nodiscard]] std::optional<LamResult> computeLam(const SrModel& model, const Image& lr, const Image* hr,
                                                  const LamPlan& plan, const std::stop_token& stop = {},
                                                  const LamProgressCallback& progress = {},
                                                  const EvaluationOptions& evaluation = {});

/// A patch that lies inside the image, with the LR rectangle that the network sees for it.
struct PlacedPatch {
    Patch patch;   ///< SR pixels of the whole image
    Rect context;  ///< LR pixels of the whole image
};

/// Checks everything that is checked before the first evaluation, and places the context of each patch. Throws
/// Error(InvalidArgument).
/// @param lr, hr  as for computeLam().
[[nodiscard]] std::vector<PlacedPatch> placePatches(const ModelCard& card, const Image& lr, const Image* hr,
                                                    const LamPlan& plan, std::span<const Patch> patches);

/// Where the maps of several patches stand.
struct LamsProgress {
    std::int64_t gradientsDone = 0;
    std::int64_t gradientsPlanned = 0;  ///< the most that can be needed
};

using LamsProgressCallback = std::function<void(const LamsProgress&)>;

/// The maps of several patches of one image, in their order. Patches with the same context share forward passes: they
/// cost one forward pass per node and one backward pass per node and patch. Each result is that of computeLam() up to
/// the rounding of float32. Parameters, errors and nullopt as for computeLam(); the patch of the plan's options is
/// unused.
[[nodiscard]] std::optional<std::vector<LamResult>> computeLams(const SrModel& model, const Image& lr, const Image* hr,
                                                                const LamPlan& plan, std::span<const Patch> patches,
                                                                const std::stop_token& stop = {},
                                                                const LamsProgressCallback& progress = {},
                                                                const EvaluationOptions& evaluation = {});
/// The same for patches that placePatches() has placed.
[[nodiscard]] std::optional<std::vector<LamResult>> computeLams(const SrModel& model, const Image& lr, const Image* hr,
                                                                const LamPlan& plan,
                                                                std::span<const PlacedPatch> patches,
                                                                const std::stop_token& stop = {},
                                                                const LamsProgressCallback& progress = {},
                                                                const EvaluationOptions& evaluation = {});

/// Checks what computeLam() checks of the images: their sizes, and that they have the path of the plan. Rain begins
/// with the clean image, which is `hr` at scale 1 and differs from `lr`. Throws Error(InvalidArgument).
void checkImages(const ModelCard& card, const Image& lr, const Image* hr, const LamPlan& plan);

/// Checks everything that computeLam() checks before its first evaluation of `patch`, but for the options, and returns
/// the LR rectangle that the network sees. Throws Error(InvalidArgument).
[[nodiscard]] Rect checkedContext(const ModelCard& card, const Image& lr, const Image* hr, const LamPlan& plan,
                                  const Patch& patch);

/// The LR rectangle that a network sees: a square of `side` centred on the patch and kept inside the image (the whole
/// extent of an axis that is shorter); the whole image for side 0.
[[nodiscard]] Rect contextAround(const Patch& patch, int scale, int lrWidth, int lrHeight, int side);

/// How often contextAround() ran in this process: tests see by it that a context is computed once.
[[nodiscard]] std::int64_t contextsPlaced();

/// checkedContext() for images that checkImages() has checked.
[[nodiscard]] Rect checkedRegion(const ModelCard& card, const Image& lr, const LamPlan& plan, const Patch& patch);

/// Checks that the patch, with what the detector reads around it, lies inside the SR image and inside its context,
/// which is returned. Throws Error(InvalidArgument) saying which positions are possible.
Rect checkPatch(const Patch& patch, DetectorKind detector, int scale, int lrWidth, int lrHeight, int contextSide);

}  // namespace lamscope
