// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "method/faithfulness/attribution.h"
#include "method/faithfulness/faithfulness_options.h"
#include "method/faithfulness/infidelity.h"
#include "method/faithfulness/replacement_curve.h"
#include "method/faithfulness/sensitivity.h"
#include "method/lam/evaluation_window.h"
#include "method/lam/lam.h"
#include "model/sr_model.h"

namespace lamscope {

/// What is judged: an attribution of one patch.
struct FaithfulnessInput {
    Image lr;      ///< what the network sees: the context
    Image hr;      ///< over it, for PSNR; empty where it is not known
    LamPlan plan;  ///< path and detector; its patch is in SR pixels of `lr`, and the context is the whole of that
    Attribution attribution;  ///< of `lr`
};

/// Of a map that computeLam() gave. @param plan  that it was computed with.
[[nodiscard]] FaithfulnessInput faithfulnessInput(const LamResult& result, const LamPlan& plan, int scale);

/// `lr` at a step of a curve: some pixels of the image, the others of its baseline. Thread-safe.
[[nodiscard]] Image mixedImage(const FaithfulnessInput& input, int scale, const ReplacementCurve& curve,
                               std::size_t step);

/// How true an attribution is to its network. Plain data, safe to copy between threads. Numbers that are not defined,
/// or not known yet, are NaN.
struct FaithfulnessResult {
    DetectorEnds ends;
    /// The map's curves, insertion and deletion, then the radial ones, then those of random orders, as far as they are
    /// measured: some may be incomplete. Empty where no curves were asked for.
    std::vector<ReplacementCurve> curves{};
    RandomSpread randomInsertion{};
    RandomSpread randomDeletion{};
    std::optional<Infidelity> infidelity{};     ///< once it is measured
    std::vector<SensitivityMax> sensitivity{};  ///< one a radius, over the draws so far
    double attributionSum = 0.0;
    std::optional<double> completenessError{};  ///< (Σ attribution − ΔD) / ΔD, signed; nullopt where ΔD = 0

    Rect window;                 ///< the part of the context that was evaluated for curves and infidelity, LR pixels
    std::int64_t forwards = 0;   ///< evaluations
    std::int64_t backwards = 0;  ///< gradients
    std::int64_t nonfiniteOutputs = 0;  ///< mixed images whose D is NaN or infinite
    bool finished = false;
    double seconds = 0.0;  ///< wall time of the measuring
    std::vector<std::string> warnings{};

    /// The complete curve of an order that is not random; null where there is none.
    [[nodiscard]] const ReplacementCurve* curve(PixelOrder order, Replacement kind) const;
};

/// Where a measurement stands.
struct FaithfulnessProgress {
    std::int64_t done = 0;     ///< evaluations and gradients
    std::int64_t planned = 0;  ///< of all
};

/// Measures how true an attribution is to its network, batch by batch: whoever calls chooses when to go on, and may ask
/// for the numbers so far in between. Curves and infidelity need evaluations alone; the sensitivity needs gradients.
///
/// Insertion and deletion curves: Petsiuk, Das and Saenko, RISE, BMVC 2018. Infidelity and sensitivity-max: Yeh et al.,
/// On the (In)fidelity and Sensitivity of Explanations, NeurIPS 2019. Not thread-safe.
class FaithfulnessMeasurement {
public:
    /// @param model  must outlive this object, like evaluation.batches.
    /// Throws Error(InvalidArgument): as checkFaithfulnessOptions() and checkedContext(), for an attribution of another
    /// size than lr, with values that are not finite, or whose map is zero everywhere, and for squares that do not fit.
    FaithfulnessMeasurement(const SrModel& model, FaithfulnessInput input, const FaithfulnessOptions& options,
                            const EvaluationOptions& evaluation = {});
    FaithfulnessMeasurement(FaithfulnessMeasurement&&) noexcept;
    FaithfulnessMeasurement& operator=(FaithfulnessMeasurement&&) noexcept;
    ~FaithfulnessMeasurement();

    [[nodiscard]] bool finished() const;

    /// Evaluates a batch of mixed images, or computes a map for the sensitivity: first the ends, then the curves of the
    /// map and the radial ones, the infidelity, the random orders, at last the sensitivity.
    /// @return false when stopped, within one pass; the next call goes on where this one was.
    /// Throws Error: OutOfMemory, ModelFailure, WeightsChanged; InvalidArgument where the attribution vanishes whose
    /// sensitivity is asked for.
    bool next(const std::stop_token& stop = {});

    [[nodiscard]] FaithfulnessProgress progress() const;

    /// What is known so far.
    [[nodiscard]] FaithfulnessResult result() const;

private:
    class Inside;
    std::unique_ptr<Inside> inside_;
};

/// Called on the calling thread after each batch; must not throw.
using FaithfulnessCallback = std::function<void(const FaithfulnessProgress&)>;

/// The whole of a FaithfulnessMeasurement. Nullopt when stopped. Throws as that.
[[nodiscard]] std::optional<FaithfulnessResult> measureFaithfulness(const SrModel& model, FaithfulnessInput input,
                                                                    const FaithfulnessOptions& options,
                                                                    const std::stop_token& stop = {},
                                                                    const FaithfulnessCallback& progress = {},
                                                                    const EvaluationOptions& evaluation = {});

}  // namespace lamscope
