// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/replacement_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace lamscope {

namespace {

constexpr double notDefined = std::numeric_limits<double>::quiet_NaN();

/// @param d  of each step. NaN where the level is not reached before d is not finite.
double halfFractionOf(const ReplacementCurve& curve, std::span<const double> d) {
    constexpr double half = 0.5;
    const double sign = curve.kind == Replacement::Insertion ? 1.0 : -1.0;
    for (std::size_t i = 0; i < d.size() && std::isfinite(d[i]); ++i) {
        if (sign * (d[i] - half) < 0.0) {
            continue;
        }
        if (i == 0) {
            return curve.fraction.front();
        }
        const double share = (half - d[i - 1]) / (d[i] - d[i - 1]);
        return curve.fraction[i - 1] + share * (curve.fraction[i] - curve.fraction[i - 1]);
    }
    return notDefined;
}

std::pair<double, double> meanAndDeviation(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    double mean = 0.0;
    for (const double value : values) {
        mean += value / count;
    }
    double squares = 0.0;
    for (const double value : values) {
        squares += (value - mean) * (value - mean);
    }
    return values.empty() ? std::pair(notDefined, notDefined)
                          : std::pair(mean, values.size() > 1 ? std::sqrt(squares / (count - 1.0)) : notDefined);
}

}  // namespace

std::string_view toString(Replacement replacement) {
    return replacement == Replacement::Insertion ? "insertion" : "deletion";
}

bool DetectorEnds::differ() const {
    constexpr double least = 1e-6;
    const double difference = std::abs(image - baseline);
    return std::isfinite(difference) && difference > 0.0
           && difference >= least * std::max(std::abs(image), std::abs(baseline));
}

void summarise(ReplacementCurve& curve, const DetectorEnds& ends) {
    curve.auc = curve.halfFraction = curve.overshoot = notDefined;
    if (!ends.differ()) {
        return;
    }
    std::vector<double> d;
    for (const double value : curve.detector) {
        d.push_back((value - ends.baseline) / (ends.image - ends.baseline));
    }
    curve.auc = 0.0;
    for (std::size_t i = 1; i < d.size(); ++i) {
        curve.auc += (curve.fraction[i] - curve.fraction[i - 1]) * (d[i] + d[i - 1]) / 2.0;
    }
    curve.halfFraction = halfFractionOf(curve, d);
    std::erase_if(d, [](double value) { return !std::isfinite(value); });
    if (!std::isfinite(curve.auc)) {
        curve.auc = notDefined;
    }
    if (!d.empty()) {
        curve.overshoot = *std::ranges::max_element(d) - 1.0;
    }
}

RandomSpread spreadOf(std::span<const ReplacementCurve> curves, Replacement kind) {
    std::vector<double> auc;
    std::vector<double> half;
    for (const auto& curve : curves) {
        if (curve.order == PixelOrder::Random && curve.kind == kind && curve.complete()) {
            auc.push_back(curve.auc);
            half.push_back(curve.halfFraction);
        }
    }
    RandomSpread spread;
    std::tie(spread.aucMean, spread.aucSd) = meanAndDeviation(auc);
    std::tie(spread.halfMean, spread.halfSd) = meanAndDeviation(half);
    return spread;
}

}  // namespace lamscope
