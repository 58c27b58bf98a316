// SPDX-License-Identifier: GPL-3.0-or-later
// Filter attribution integrated gradients: Xie, Wang, Dong, Qi, Shan, "Finding Discriminative Filters for Specific
// Degradations in Blind Super-Resolution", NeurIPS 2021, arXiv 2108.01070.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "image/image.h"
#include "method/faig/faig_options.h"
#include "method/faig/faig_pair.h"

namespace lamscope {

/// What the filters have to do with the restoration of one image. Plain data, safe to copy between threads.
struct FaigScores {
    /// Σ over the weights of a filter of |attribution|, one a filter, in units of the loss; of pixel IG, in its own.
    std::vector<double> scores;
    double lossTarget = 0.0;      ///< Σ (SR − HR)², values 0…1, not cut
    double lossBaseline = 0.0;    ///< the same
    double attributionSum = 0.0;  ///< over all weights and biases, signed; ideally lossBaseline − lossTarget
    /// (attributionSum − (lossBaseline − lossTarget)) / (lossBaseline − lossTarget); unset where that is 0.
    std::optional<double> completenessError{};
    std::optional<double> estimatedError{};  ///< ½·Σ|s_n − s_{n/3}| / Σ s_n; unset for a single level
    int nodes = 0;                           ///< of the level that the scores are from
    std::int64_t nonfiniteGradients = 0;     ///< values that were NaN or infinite, and were set to 0
    double seconds = 0.0;                    ///< wall time of the steps
    std::vector<std::string> warnings{};
};

/// Attribution of single weights, of a layer.
struct LayerAttribution {
    std::string key;
    std::vector<std::int64_t> shape;  ///< as in the file
    std::vector<double> values;       ///< row-major, signed
};

/// The scores of one image, node by node: whoever calls chooses the steps. Between two of them the pair may be used for
/// anything else. Not thread-safe.
class FaigScoring {
public:
    /// @param pair  must outlive this object, in its place.
    /// @param lr    the degraded image, values 0…1.   @param hr the image that it was made of.
    /// Throws Error(InvalidArgument) as FaigPair::checkSizes() and checkFaigOptions().
    FaigScoring(FaigPair& pair, const Image& lr, const Image& hr, const FaigOptions& options);
    FaigScoring(const FaigScoring&) = delete;
    FaigScoring& operator=(const FaigScoring&) = delete;
    ~FaigScoring();

    /// Takes one gradient, over all weights, and after the last of a level makes its scores. The losses at both ends
    /// are measured with the first. False when stopped: nothing is lost but the gradient at work. To be called while
    /// not finished. Throws Error: OutOfMemory, ModelFailure.
    bool next(const std::stop_token& stop = {});
    /// Every level until the tolerance is met. False when stopped.
    /// @param progress called on the calling thread after each gradient with (done, planned).
    bool run(const std::stop_token& stop = {}, const std::function<void(int, int)>& progress = {});

    [[nodiscard]] bool finished() const;
    [[nodiscard]] int done() const;     ///< gradients
    [[nodiscard]] int planned() const;  ///< the most that can be needed; `done()` once finished
    /// Of the finest level that is complete; null before the first.
    [[nodiscard]] std::shared_ptr<const FaigScores> result() const;
    /// Attributions of the convolutions, once it is finished. Throws Error(InvalidArgument) before.
    [[nodiscard]] std::vector<LayerAttribution> attributions() const;

    class State;  // in method/faig/faig_integral.h, for the core alone

private:
    std::unique_ptr<State> state_;
};

/// The rival "pixel IG", as in the authors' code: 101 nodes k/100, both ends, on the straight path from the clean to
/// the degraded LR, through the target alone; the gradient of the plain sum of all outputs; per weight |Σ over nodes|,
/// summed over a filter. Neither multiplied by a difference nor divided. Not thread-safe.
class PixelIgScoring {
public:
    /// @param clean  the LR that was only reduced.   @param degraded the same size. Throws Error(InvalidArgument).
    PixelIgScoring(FaigPair& pair, const Image& clean, const Image& degraded);
    PixelIgScoring(const PixelIgScoring&) = delete;
    PixelIgScoring& operator=(const PixelIgScoring&) = delete;
    ~PixelIgScoring();

    /// As FaigScoring's.
    bool next(const std::stop_token& stop = {});
    bool run(const std::stop_token& stop = {}, const std::function<void(int, int)>& progress = {});
    [[nodiscard]] bool finished() const { return done() == planned(); }
    [[nodiscard]] int done() const;
    [[nodiscard]] int planned() const;
    /// One score a filter; empty before it is finished.
    [[nodiscard]] std::vector<double> scores() const;

    class State;  // in method/faig/faig_integral.h, for the core alone

private:
    std::unique_ptr<State> state_;
};

/// The rival "change": Σ|target − baseline| / Σ|baseline| over the weights of a filter; 0 where both are 0, infinite
/// where the baseline alone is.
[[nodiscard]] std::vector<double> weightChanges(const FaigPair& pair);

/// Σ|target − baseline| over the weights of each filter.
[[nodiscard]] std::vector<double> filterChanges(const FaigPair& pair);

}  // namespace lamscope
