// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "integrate/gradient_source.h"
#include "integrate/nodes.h"
#include "integrate/path.h"

// Integrates gradients of scalars along a path: sum over cells of gradient * increment (Gu and Dong, CVPR 2021, Eq. 1;
// Sundararajan et al., ICML 2017). It knows neither images nor networks.

namespace lamscope {

/// The integral of one functional at one level of refinement.
struct IntegralLevel {
    Nodes nodes;
    std::vector<double> values;           ///< the functional at the nodes
    std::vector<double> cumulative;       ///< Σ attribution up to and with each node; the last is the total
    std::vector<double> sizes;            ///< of each node's attribution, where Levels::size is set
    TensorList attribution;               ///< of the type of the path's points, CPU, the shape of one point
    std::int64_t nonfiniteGradients = 0;  ///< elements that were NaN or infinite, and were set to 0
};

/// The levels of a refinement, coarse to fine. Nodes are asked for when their level begins.
struct Levels {
    std::size_t count = 1;
    std::function<Nodes(std::size_t level)> nodes;  ///< of all functionals, at a level below `count` and `firstOwn`
    /// How much one node's attribution is, for whoever places the next level by it; may be empty.
    std::function<double(const TensorList& attribution)> size{};
    /// From this level on the functionals are refined one after the other, each at nodes of its own.
    std::size_t firstOwn = std::numeric_limits<std::size_t>::max();
    std::function<Nodes(std::size_t level, std::size_t functional)> ownNodes{};  ///< unused before `firstOwn`
    /// For points so large that no gradient can be kept. Every level begins with the sum of the one before, and each
    /// gradient is dropped once it is added, whatever level it belongs to. Right only where a path is straight and its
    /// cells are equal, and where each level has the nodes of the one before: uniformMidpoints() of 3, 9, 27, …
    bool nested = false;
};

/// Called on the calling thread whenever gradients are there, with those done since construction (one for each place
/// and functional); must not throw; may be empty.
using IntegrationProgress = std::function<void(std::int64_t gradientsDone)>;

/// The integrals of k functionals along one path, level by level. Gradients are kept under the place that they belong
/// to, and a finer level evaluates only the places that it does not find. At the last level, and where levels are
/// nested, gradients are added up as they come and then dropped, so that memory does not grow with the nodes. Not
/// thread-safe.
class Refinement {
public:
    /// @param functionals  k, at least 1: the source is asked for functionals 0…k−1.
    /// @param batch        places evaluated at once, at least 1; halved when an allocation fails, which `warnings()`
    ///                     then says.
    /// Path and source must outlive this object.
    Refinement(const Path& path, GradientSource& gradients, std::size_t functionals, std::int64_t batch, Levels levels);

    /// Computes the next level of every functional that is not finished; to be called while one is not. False when
    /// stopped: the next call goes on where this one was. Throws Error(OutOfMemory) when a single place does not fit,
    /// Error(ModelFailure).
    [[nodiscard]] bool next(const std::stop_token& stop = {}, const IntegrationProgress& progress = {});

    /// The latest level of a functional; empty before the first. Valid until next(), which, when it is stopped, leaves
    /// it incomplete.
    [[nodiscard]] const IntegralLevel& level(std::size_t functional) const { return integrals_[functional].level; }

    /// The functional needs no finer level.
    void finish(std::size_t functional);
    /// True when finish() was called or the last level is done.
    [[nodiscard]] bool finished(std::size_t functional) const { return integrals_[functional].finished; }
    /// True when all functionals are finished.
    [[nodiscard]] bool finished() const { return std::ranges::all_of(integrals_, &Integral::finished); }

    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

private:
    using Samples = std::map<SamplePlace, GradientSample>;

    /// What is left of a node whose gradient was dropped.
    struct Added {
        double value = 0.0;
        double total = 0.0;  // Σ of its attribution
        double width = 0.0;  // of its cell then
    };

    struct Integral {
        Samples samples;
        std::map<SamplePlace, Added> added;  // of nested levels
        IntegralLevel level;
        bool finished = false;
    };

    /// Begins with the nodes of the next functionals that are to be refined together.
    void begin();
    /// Computes what has begun; false when stopped.
    [[nodiscard]] bool sampleAll(const std::stop_token& stop, const IntegrationProgress& progress);
    /// The functionals that need a gradient at this node.
    [[nodiscard]] std::vector<std::size_t> wanting(std::size_t node) const;
    /// Evaluates the nodes from `first` on that the same functionals need; false when stopped. `first` moves behind
    /// them.
    bool sampleBatch(std::size_t& first, const std::stop_token& stop, const IntegrationProgress& progress);
    /// Adds to the integrals what is there, in the order of the path.
    void addUp();
    void add(Integral& integral, const GradientSample& sample, const TensorList& increment);
    /// Of a nested level: adds a node's gradient, or, where the level before has added it, its numbers alone.
    void addNested(Integral& integral, const SamplePlace& place, double width, const TensorList& increment);

    const Path& path_;
    GradientSource& gradients_;
    std::int64_t batch_;
    Levels levels_;
    std::vector<Integral> integrals_;
    std::size_t level_ = 0;            // that next() computes
    std::vector<std::size_t> atWork_;  // functionals that have begun with it together; empty where none has
    std::size_t next_ = 0;             // of the functionals behind them
    Nodes nodes_;                      // of those at work
    std::size_t added_ = 0;            // nodes that are in their integrals
    std::int64_t gradientsDone_ = 0;
    std::vector<std::string> warnings_;
};

}  // namespace lamscope
