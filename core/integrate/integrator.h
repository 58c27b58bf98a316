// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <torch/types.h>

#include "integrate/nodes.h"

// Integrates the gradient of a scalar along a path: sum over nodes of gradient * increment (Gu and Dong, CVPR 2021,
// Eq. 1; Sundararajan et al., ICML 2017). It knows no images: a point of the path is a list of tensors of any shape,
// each with the nodes along its first dimension, so that the same code serves paths through images and through weights.

namespace lamscope {

using TensorList = std::vector<torch::Tensor>;

/// A curve γ: [0, 1] -> lists of tensors.
class Path {
public:
    Path() = default;
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;
    virtual ~Path() = default;

    /// The points at n values of α, as tensors [n, …] of float64 on the CPU.
    [[nodiscard]] virtual TensorList at(std::span<const double> alpha) const = 0;
};

/// A scalar function of a list of tensors, differentiable by autograd.
class Functional {
public:
    Functional() = default;
    Functional(const Functional&) = delete;
    Functional& operator=(const Functional&) = delete;
    virtual ~Functional() = default;

    /// Brings points as a Path gives them to the device, type and layout of the evaluation.
    [[nodiscard]] virtual TensorList prepare(const TensorList& points) const = 0;

    /// n points -> n values, shape [n].
    [[nodiscard]] virtual torch::Tensor operator()(const TensorList& points) const = 0;
};

/// The functional at one point of a path.
struct GradientSample {
    double value = 0.0;
    TensorList gradient;         ///< float32, CPU, the shape of one point; finite
    std::int64_t nonfinite = 0;  ///< elements that were NaN or infinite, and were set to 0
};

/// Gives value and gradient of a functional along a path. Not thread-safe.
class GradientSource {
public:
    GradientSource() = default;
    GradientSource(const GradientSource&) = delete;
    GradientSource& operator=(const GradientSource&) = delete;
    virtual ~GradientSource() = default;

    /// One sample per α. A failed allocation leaves as the exception that LibTorch or the standard library throws.
    [[nodiscard]] virtual std::vector<GradientSample> at(std::span<const double> alpha) = 0;
};

/// Evaluates the functional at all α asked for in one batch.
class DirectGradients final : public GradientSource {
public:
    /// Both must outlive this object.
    DirectGradients(const Path& path, const Functional& functional)
        : path_(path)
        , functional_(functional) {}

    [[nodiscard]] std::vector<GradientSample> at(std::span<const double> alpha) override;

private:
    const Path& path_;
    const Functional& functional_;
};

/// Gradients of `values` [n] with respect to `points` (tensors [n, …] that require gradients), as samples. With
/// `keepGraph` the graph can be differentiated again.
[[nodiscard]] std::vector<GradientSample> sampleGradients(const torch::Tensor& values, const TensorList& points,
                                                          bool keepGraph);

/// Throws what a failed gradient at a single point of a path means to the user: Error(OutOfMemory or ModelFailure).
[[noreturn]] void throwGradientError(const std::exception& error);

/// The integral at one level of refinement.
struct IntegralLevel {
    Nodes nodes;
    std::vector<double> values;           ///< the functional at the nodes
    std::vector<double> speed;            ///< ‖∂γ/∂α‖ over each cell: increment norm / cell width
    std::vector<double> cumulative;       ///< Σ attribution up to and with each node; the last is the total
    TensorList attribution;               ///< float64, CPU, the shape of one point
    std::int64_t nonfiniteGradients = 0;  ///< elements that were NaN or infinite, and were set to 0
};

/// Called between batches, on the calling thread, with the different nodes evaluated since construction; must not
/// throw.
using IntegrationProgress = std::function<void(std::int64_t nodesDone)>;

/// Asks for gradients at nodes of a path, batch by batch, and keeps them, so that levels of a tripling refinement share
/// them. One object serves one path and one functional; not thread-safe.
class Integrator {
public:
    /// @param batch nodes evaluated at once, at least 1; halved when an allocation fails, which `warnings()` then says.
    /// Path and source must outlive this object.
    Integrator(const Path& path, GradientSource& gradients, std::int64_t batch);

    /// The integral over `nodes`. With `refinesPrevious`, node 3j+1 of `nodes` is node j of the previous call and its
    /// gradient is reused. Returns nullopt when stopped; the same call then goes on where it was, and must come before
    /// any other. Throws Error(OutOfMemory) when a single node does not fit.
    [[nodiscard]] std::optional<IntegralLevel> integrate(const Nodes& nodes, bool refinesPrevious,
                                                         const std::stop_token& stop = {},
                                                         const IntegrationProgress& progress = {});

    /// Value and gradient at points of the path, apart from any integral. Returns nullopt when stopped. Throws as
    /// integrate().
    [[nodiscard]] std::optional<std::vector<GradientSample>> samplesAt(const std::vector<double>& alpha,
                                                                       const std::stop_token& stop = {});

    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    bool sampleAll(const std::vector<double>& alpha, const std::vector<std::size_t>& wanted,
                   std::vector<GradientSample>& samples, const std::stop_token& stop,
                   const IntegrationProgress& progress);

    const Path& path_;
    GradientSource& gradients_;
    std::int64_t batch_;
    std::int64_t nodesDone_ = 0;
    std::vector<GradientSample> samples_;  // of the latest level, by node; no gradient: not there yet
    std::vector<double> begun_;            // nodes of a level that was stopped; empty: the latest is complete
    std::vector<std::string> warnings_;
};

}  // namespace lamscope
