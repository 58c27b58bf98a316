// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/generalised_gaussian.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr double trimmedDeviations = 5.0;

/// Γ(3/β) is infinite in double below a β of 0.018, its logarithm is not.
double lnGamma(double x) {
    return boost::math::lgamma(x);
}

double lnShapeRatio(double beta) {
    return lnGamma(1.0 / beta) + lnGamma(3.0 / beta) - 2.0 * lnGamma(2.0 / beta);
}

void checkDistribution(const GeneralisedGaussian& distribution) {
    if (!(distribution.sigma > 0.0 && std::isfinite(distribution.sigma) && distribution.beta > 0.0
          && std::isfinite(distribution.beta))) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a generalised Gaussian needs a deviation and a shape above 0, found {} and {}",
                                distribution.sigma, distribution.beta));
    }
}

double lnScale(const GeneralisedGaussian& distribution) {
    return std::log(distribution.sigma) + (lnGamma(1.0 / distribution.beta) - lnGamma(3.0 / distribution.beta)) / 2.0;
}

struct ShapeGrid {
    std::vector<double> betas;
    std::vector<double> ratios;  // falling
};

/// In the arithmetic of the published code: first + i·((first + step) − first).
const ShapeGrid& shapeGrid() {
    static const ShapeGrid grid = [] {
        constexpr double first = 0.2;
        constexpr double step = (first + 0.001) - first;
        constexpr int count = 9800;
        ShapeGrid made;
        for (int i = 0; i < count; ++i) {
            made.betas.push_back(first + i * step);
            made.ratios.push_back(shapeRatio(made.betas.back()));
        }
        return made;
    }();
    return grid;
}

}  // namespace

double scaleOf(const GeneralisedGaussian& distribution) {
    checkDistribution(distribution);
    return std::exp(lnScale(distribution));
}

double densityAt(const GeneralisedGaussian& distribution, double x) {
    checkDistribution(distribution);
    const double beta = distribution.beta;
    const double a = std::exp(lnScale(distribution));
    return std::exp(std::log(beta / (2.0 * a)) - lnGamma(1.0 / beta) - std::pow(std::abs(x) / a, beta));
}

double shapeRatio(double beta) {
    if (!(beta > 0.0)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a shape must be above 0, found {}", beta));
    }
    return std::exp(lnShapeRatio(beta));
}

std::optional<double> shapeOfRatio(double ratio) {
    const double target = std::log(ratio);
    // Not so for NaN, nor for what no shape of the range has.
    if (!(target <= lnShapeRatio(smallestShape) && target >= lnShapeRatio(largestShape))) {
        return std::nullopt;
    }
    constexpr int bits = 50;
    std::uintmax_t steps = 200;
    const auto [low, high] = boost::math::tools::toms748_solve(
        [target](double lnBeta) { return lnShapeRatio(std::exp(lnBeta)) - target; }, std::log(smallestShape),
        std::log(largestShape), boost::math::tools::eps_tolerance<double>(bits), steps);
    return std::exp((low + high) / 2.0);
}

GridShape gridShapeOfRatio(double ratio) {
    if (!std::isfinite(ratio)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("no shape has the ratio {}", ratio));
    }
    const auto& [betas, ratios] = shapeGrid();
    std::size_t nearest = 0;
    for (std::size_t i = 1; i < ratios.size(); ++i) {
        if (std::abs(ratios[i] - ratio) < std::abs(ratios[nearest] - ratio)) {
            nearest = i;
        }
    }
    return {betas[nearest], nearest == 0 || nearest + 1 == betas.size()};
}

TrimmedMoments trimmedMoments(std::span<const double> values) {
    if (values.empty()) {
        throw Error(ErrorCode::InvalidArgument, "moments need at least one value");
    }
    const auto size = static_cast<double>(values.size());
    double mean = 0.0;
    for (const double value : values) {
        mean += value;
    }
    mean /= size;
    double squares = 0.0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    const double bound = trimmedDeviations * std::sqrt(squares / size);
    const auto isKept = [mean, bound](double value) { return std::abs(value - mean) <= bound; };
    TrimmedMoments moments;
    for (const double value : values) {
        if (isKept(value)) {
            ++moments.count;
            moments.mean += value;
            moments.sigma += value * value;
            moments.meanAbsolute += std::abs(value);
        }
    }
    moments.removed = values.size() - moments.count;
    const auto kept = static_cast<double>(moments.count);
    moments.mean /= kept;
    moments.sigma = std::sqrt(moments.sigma / kept);
    moments.meanAbsolute /= kept;
    for (const double value : values) {
        if (isKept(value)) {
            moments.meanAbsoluteCentred += std::abs(value - moments.mean);
        }
    }
    moments.meanAbsoluteCentred /= kept;
    return moments;
}

double divergence(const GeneralisedGaussian& reference, const GeneralisedGaussian& candidate) {
    checkDistribution(reference);
    checkDistribution(candidate);
    if (reference == candidate) {
        return 0.0;
    }
    const double beta1 = reference.beta;
    const double beta2 = candidate.beta;
    const double lnScales = lnScale(reference) - lnScale(candidate);
    const double lnNorms = std::log(beta1 / beta2) - lnScales + lnGamma(1.0 / beta2) - lnGamma(1.0 / beta1);
    const double moment = std::exp(beta2 * lnScales + lnGamma((beta2 + 1.0) / beta1) - lnGamma(1.0 / beta1));
    return std::max(lnNorms + moment - 1.0 / beta1, 0.0);
}

double srgaIndex(double divergence) {
    constexpr double least = 1e-5;
    constexpr double offset = 5.0;
    return std::log10(divergence + least) + offset;
}

}  // namespace lamscope
