// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace lamscope {

/// The zero-mean generalised Gaussian with the density proportional to exp(-(|x|/a)^β), a = σ·√(Γ(1/β)/Γ(3/β)): β = 2
/// is the normal distribution, 1 Laplace's; the smaller β, the heavier the tails.
struct GeneralisedGaussian {
    double sigma = 1.0;  ///< standard deviation, above 0, unit of the values
    double beta = 2.0;   ///< shape, above 0

    friend bool operator==(const GeneralisedGaussian&, const GeneralisedGaussian&) = default;
};

/// a of the density. Thread-safe.
[[nodiscard]] double scaleOf(const GeneralisedGaussian& distribution);

/// The density at x. Thread-safe.
[[nodiscard]] double densityAt(const GeneralisedGaussian& distribution, double x);

/// ρ(β) = Γ(1/β)·Γ(3/β)/Γ(2/β)², the variance over the square of the mean absolute value: falls from infinity to 4/3.
/// Throws Error(InvalidArgument) unless β is above 0. Thread-safe.
[[nodiscard]] double shapeRatio(double beta);

/// Where shapes are sought.
inline constexpr double smallestShape = 0.05;
inline constexpr double largestShape = 50.0;

/// The β with ρ(β) = ratio. nullopt where it does not lie between smallestShape and largestShape: the values have a
/// shape outside the family. Thread-safe.
[[nodiscard]] std::optional<double> shapeOfRatio(double ratio);

/// A shape of the grid of the published code.
struct GridShape {
    double beta = 0.0;
    bool atEdge = false;  ///< the first or the last: the true shape may lie beyond it
};

/// The β of 0.2, 0.201, … 9.999 whose ρ is nearest to the ratio, the first on a tie: as the code that the authors of
/// SRGA published. Throws Error(InvalidArgument) for a ratio that is not finite. Thread-safe.
[[nodiscard]] GridShape gridShapeOfRatio(double ratio);

/// What a generalised Gaussian is fitted by. Deviations are those of the population.
struct TrimmedMoments {
    std::size_t count = 0;             ///< values that were kept
    std::size_t removed = 0;           ///< that lay further from the mean than five deviations
    double mean = 0.0;                 ///< of the kept ones, as all below
    double sigma = 0.0;                ///< √mean(x²), about zero
    double meanAbsolute = 0.0;         ///< mean |x|
    double meanAbsoluteCentred = 0.0;  ///< mean |x − mean|

    /// σ²/mean|x|² and σ²/mean|x − mean|²; infinite or NaN where all values are equal.
    [[nodiscard]] double ratio() const { return sigma * sigma / (meanAbsolute * meanAbsolute); }
    [[nodiscard]] double ratioCentred() const { return sigma * sigma / (meanAbsoluteCentred * meanAbsoluteCentred); }
};

/// Removes, once, what lies further from the mean than five deviations, and takes the moments of the rest. Source: Liu
/// et al., Evaluating the Generalization Ability of Super-Resolution Networks, TPAMI 2023, and its published code.
/// Throws Error(InvalidArgument) for no value. Thread-safe.
[[nodiscard]] TrimmedMoments trimmedMoments(std::span<const double> values);

/// The Kullback-Leibler divergence of `candidate` from `reference`, nats; exactly 0 for equal distributions, and what
/// rounding makes negative is 0. Up to 1e19 for shapes of 0.2. Throws Error(InvalidArgument) unless σ and β are above
/// 0. Thread-safe.
[[nodiscard]] double divergence(const GeneralisedGaussian& reference, const GeneralisedGaussian& candidate);

/// SRGA, log10(divergence + 1e-5) + 5: 0 for equal distributions. Thread-safe.
[[nodiscard]] double srgaIndex(double divergence);

}  // namespace lamscope
