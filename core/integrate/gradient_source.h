// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <span>
#include <stop_token>
#include <vector>

#include "integrate/nodes.h"
#include "integrate/path.h"

namespace lamscope {

/// A functional at one place of a path.
struct GradientSample {
    double value = 0.0;
    TensorList gradient;         ///< float32, CPU, the shape of one point; finite
    std::int64_t nonfinite = 0;  ///< elements that were NaN or infinite, and were set to 0
};

/// Gives values and gradients of some functionals along a path. The functionals share what their evaluation has in
/// common: the detectors of several patches share a network's forward pass. Not thread-safe.
class GradientSource {
public:
    /// Takes the samples of one functional at all places of a call, in their order.
    using Take = std::function<void(std::size_t functional, std::vector<GradientSample> samples)>;

    GradientSource() = default;
    GradientSource(const GradientSource&) = delete;
    GradientSource& operator=(const GradientSource&) = delete;
    virtual ~GradientSource() = default;

    /// The most places that sample() may be given: 1 for paths whose points hold all weights of a network.
    [[nodiscard]] virtual std::int64_t largestBatch() const { return std::numeric_limits<std::int64_t>::max(); }

    /// Evaluates these functionals at these places together, and hands each over as soon as it is there. False when
    /// stopped before the last. A failed allocation leaves as the exception that LibTorch or the standard library
    /// throws; what was handed over before counts.
    [[nodiscard]] virtual bool sample(std::span<const SamplePlace> places, std::span<const std::size_t> functionals,
                                      const std::stop_token& stop, const Take& take) = 0;
};

/// May throw EvaluationStopped, see gradientsOf(). Gradients of `values` [n] with respect to `points` (tensors [n, …]
/// that require gradients), as samples. With `keepGraph` the graph can be differentiated again.
[[nodiscard]] std::vector<GradientSample> sampleGradients(const torch::Tensor& values, const TensorList& points,
                                                          bool keepGraph);

/// Throws what a failed gradient at a single place of a path means to the user: Error(OutOfMemory or ModelFailure).
[[noreturn]] void throwGradientError(const std::exception& error);

}  // namespace lamscope
