// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/option_table.h"
#include "image/low_resolution.h"
#include "scene/experiment.h"

namespace lamscope {

/// How the integral from the target's weights to the baseline's is taken.
enum class FaigPreset {
    Official,  ///< as the authors' code: 100 nodes at the left ends of equal cells
    Exact,     ///< midpoints, 3, 9, 27, 81, 243, until the scores' estimated error is below the tolerance
};

/// What filters are ordered by.
enum class FilterRule {
    Faig,     ///< integrated gradients from target to baseline (Xie et al., NeurIPS 2021)
    PixelIg,  ///< gradients of the target along a path from the clean to the degraded input; no "against"
    Change,   ///< how far the fine-tuning moved the weights, relatively; the same order for every degradation
    Random,   ///< by the seed
    Order,    ///< as a list says that is read; not for options
};

/// A degradation by the name that it has in results.
struct FaigDegradation {
    std::string name;
    std::string recipe{};  ///< steps as in `blur:2:21`; empty: its LR images are read from files

    friend bool operator==(const FaigDegradation&, const FaigDegradation&) = default;
};

/// Factors λ of re-weighting: from, from + step, … up to and with `to`.
struct FaigLambdas {
    double from = 0.0;
    double to = 1.5;
    double step = 0.1;

    friend bool operator==(const FaigLambdas&, const FaigLambdas&) = default;
};

struct FaigOptions {
    FaigPreset preset = FaigPreset::Exact;
    std::optional<int> nodes{};  ///< of `exact` the most; unset: official 100, exact 243
    double tolerance = 0.01;     ///< of `exact`: the estimated relative error of an image's scores to stop at
    FilterRule rank = FilterRule::Faig;
    std::string of{};                           ///< the degradation whose filters are sought; empty: the first
    std::string against{};                      ///< the one whose filters are not; empty: the second, if there is one
    Reduction reduction = Reduction::Bilinear;  ///< of HR images
    std::vector<double> mask{1.0, 3.0, 5.0, 10.0};  ///< % of all filters, ascending, above 0 to 100; may be empty
    std::optional<FaigLambdas> lambdas{};           ///< re-weights the first percentage of `mask`; unset: not done
    bool biases = false;                            ///< see FilterChange::biases; not a row of the table
    int images = 100;                               ///< the most HR images that scores are means over
    int seed = 0;                                   ///< of noise and of the random order
    std::vector<FaigDegradation> degradations{};    ///< not a row of the table; names are unique

    friend bool operator==(const FaigOptions&, const FaigOptions&) = default;
};

[[nodiscard]] std::string_view toString(FaigPreset preset);
[[nodiscard]] std::string_view toString(FilterRule rule);

/// The levels of nodes that the options ask for: {100}, {3, 9, 27, 81, 243}, …; for exact a number that is not on the
/// ladder is a single level.
[[nodiscard]] std::vector<int> faigLevels(const FaigOptions& options);

/// All λ of a range, rounded to nine decimals, so that 1 is 1.
[[nodiscard]] std::vector<double> lambdasOf(const FaigLambdas& range);

/// `NAME=RECIPE`, e.g. `blur=blur:2:21`. Throws Error(InvalidArgument) for a text without a name or a recipe.
[[nodiscard]] FaigDegradation parseFaigDegradation(const std::string& text);

/// Indices of the degradations that a ranking is of and against; the second is nullopt where there is one degradation
/// alone, where `against` is the same as `of` or has the same recipe, and for rules that know no "against". Throws
/// Error(InvalidArgument) for a name that is none of them.
[[nodiscard]] std::pair<std::size_t, std::optional<std::size_t>> rankedDegradations(const FaigOptions& options);

/// The options in the order of --help and of JSON, without `biases` and `degradations`. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<FaigOptions>>& faigOptionTable();

/// Throws Error(InvalidArgument) for a number out of its range, percentages that are not as stated above, a range of λ
/// without an end, names of degradations that are empty or used twice, and as rankedDegradations().
void checkFaigOptions(const FaigOptions& options);

/// The options of an experiment of this method. Options that are not there have their defaults. Throws
/// Error(InvalidArgument) for an experiment of another method, naming an option that is unknown or of the wrong type,
/// and as checkFaigOptions().
[[nodiscard]] FaigOptions faigOptionsOf(const Experiment& experiment);

/// Makes it an experiment of this method with these options.
void setFaigOptions(Experiment& experiment, const FaigOptions& options);

}  // namespace lamscope
