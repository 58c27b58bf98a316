// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/faithfulness_columns.h"

#include <array>
#include <limits>

namespace lamscope {

namespace {

constexpr double notDefined = std::numeric_limits<double>::quiet_NaN();

template <PixelOrder order, Replacement kind, double ReplacementCurve::*member>
double ofCurve(const FaithfulnessResult& result) {
    const auto* const curve = result.curve(order, kind);
    return curve != nullptr ? curve->*member : notDefined;
}

template <Replacement kind, double RandomSpread::*member>
double ofRandom(const FaithfulnessResult& result) {
    return (kind == Replacement::Insertion ? result.randomInsertion : result.randomDeletion).*member;
}

template <double Infidelity::*member>
double ofSquares(const FaithfulnessResult& result) {
    return result.infidelity ? (*result.infidelity).*member : notDefined;
}

constexpr auto map = PixelOrder::Map;
constexpr auto radial = PixelOrder::Radial;
constexpr auto insertion = Replacement::Insertion;
constexpr auto deletion = Replacement::Deletion;
constexpr auto half = &ReplacementCurve::halfFraction;
constexpr auto auc = &ReplacementCurve::auc;

constexpr auto allColumns = std::to_array<FaithfulnessColumn>({
    {"half_insertion", ofCurve<map, insertion, half>,
     "Share of the pixels, in the map's order, that brings half of the detector back; low is good", "half ins", 4},
    {"half_insertion_radial", ofCurve<radial, insertion, half>, "The same, nearest pixels first", "radial", 4},
    {"half_insertion_random", ofRandom<insertion, &RandomSpread::halfMean>, "The same, mean over random orders",
     "random"},
    {"half_insertion_random_sd", ofRandom<insertion, &RandomSpread::halfSd>, "Its standard deviation"},
    {"half_deletion", ofCurve<map, deletion, half>,
     "Share of the pixels, in the map's order, whose loss takes half of the detector away; low is good", "half del", 4},
    {"half_deletion_radial", ofCurve<radial, deletion, half>, "The same, nearest pixels first", "radial", 4},
    {"half_deletion_random", ofRandom<deletion, &RandomSpread::halfMean>, "The same, mean over random orders",
     "random"},
    {"half_deletion_random_sd", ofRandom<deletion, &RandomSpread::halfSd>, "Its standard deviation"},
    {"auc_insertion", ofCurve<map, insertion, auc>, "Area under the insertion curve; high is good, may pass 1"},
    {"auc_insertion_radial", ofCurve<radial, insertion, auc>, "The same, nearest pixels first"},
    {"auc_insertion_random", ofRandom<insertion, &RandomSpread::aucMean>, "The same, mean over random orders"},
    {"auc_insertion_random_sd", ofRandom<insertion, &RandomSpread::aucSd>, "Its standard deviation"},
    {"auc_deletion", ofCurve<map, deletion, auc>, "Area under the deletion curve; low is good"},
    {"auc_deletion_radial", ofCurve<radial, deletion, auc>, "The same, nearest pixels first"},
    {"auc_deletion_random", ofRandom<deletion, &RandomSpread::aucMean>, "The same, mean over random orders"},
    {"auc_deletion_random_sd", ofRandom<deletion, &RandomSpread::aucSd>, "Its standard deviation"},
    {"overshoot_insertion", ofCurve<map, insertion, &ReplacementCurve::overshoot>,
     "How far the insertion curve rises above 1: edges that mixing makes"},
    {"overshoot_deletion", ofCurve<map, deletion, &ReplacementCurve::overshoot>, "The same of the deletion curve"},
    {"infidelity", ofSquares<&Infidelity::value>, "Mean squared error of predicted losses, D²"},
    {"infidelity_scaled", ofSquares<&Infidelity::scaled>, "The same with the best factor on the attribution"},
    {"infidelity_zero_map", ofSquares<&Infidelity::zeroMap>, "The same of a map of zeros"},
    {"explained", ofSquares<&Infidelity::explained>,
     "Share of the losses that the attribution predicts up to a factor, 0…1; high is good", "explained"},
    {"sensitivity",
     [](const FaithfulnessResult& result) {
         return result.sensitivity.empty() ? notDefined : result.sensitivity.front().value;
     },
     "Largest move of the attribution when the image moves by the first radius, share of its norm; low is good",
     "sensitivity"},
});

}  // namespace

std::span<const FaithfulnessColumn> faithfulnessColumns() {
    return allColumns;
}

}  // namespace lamscope
