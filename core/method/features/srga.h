// SPDX-License-Identifier: GPL-3.0-or-later
// SRGA: how far the distribution of a network's features moves when its input is degraded otherwise than in training.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "method/features/srga_options.h"
#include "metrics/bootstrap.h"
#include "metrics/generalised_gaussian.h"
#include "metrics/gram_matrix.h"

namespace lamscope {

/// The pooled principal scores of one set of patches, and the distribution fitted to them.
struct SrgaDistribution {
    double sigma = 0.0;            ///< in the unit of the features
    std::optional<double> beta{};  ///< unset where the scores have no spread or a shape outside the family
    double ratio = 0.0;            ///< from which β is found; NaN or infinite without spread
    bool atEdge = false;           ///< of the grid of `official`
    std::size_t removed = 0;       ///< scores that trimming removed
    double explained = 0.0;        ///< share of the variance that the components hold, 0…1
    double totalVariance = 0.0;    ///< sum of squares about the mean, over the number of patches
    std::vector<float> scores{};   ///< patches x components, row-major, trimmed ones among them

    /// nullopt without a shape.
    [[nodiscard]] std::optional<GeneralisedGaussian> fitted() const;
};

/// PCA of a set by itself, its scores pooled, trimmed and fitted. Throws Error(InvalidArgument) unless there are fewer
/// components than patches and at least one.
[[nodiscard]] SrgaDistribution srgaDistribution(const GramMatrix& gram, std::size_t components, SrgaPreset preset);

/// How far a candidate is from the reference.
struct SrgaIndex {
    std::optional<double> divergence{};  ///< nats; unset where a set has no shape
    std::optional<double> srga{};
    std::optional<Interval> band{};  ///< 5th and 95th percentile of half-samples; unset without replicates
};

/// SRGA between disjoint halves of the reference: what differs because the images do.
struct SrgaFloor {
    double median = 0.0;
    double p90 = 0.0;
};

/// What one network makes of the sets.
struct SrgaComparison {
    std::vector<SrgaDistribution> sets{};  ///< the reference first
    std::vector<SrgaIndex> indices{};      ///< of the candidates, in their order
    std::optional<SrgaFloor> floor{};
};

/// How many splits the floor is found by.
inline constexpr int srgaFloorSplits = 40;

/// Called on the calling thread with the share that is done, 0…1; must not throw.
using SrgaProgress = std::function<void(double)>;

/// Compares sets by their Gram matrices. With `exact`, bands come from half-samples of the patches with half of the
/// components, and the floor from disjoint halves of the reference; both need no further features. The same numbers for
/// the same seed.
///
/// @param grams   of the reference, then of the candidates; all of as many patches.
/// @param components  fewer than patches.
/// @param paired  the patches of all sets are of the same content in the same order, so that half-samples hold the same
///                patches in all sets; otherwise each set is halved by itself.
/// @return nullopt when stopped, between two half-samples. Throws Error(InvalidArgument) for sets of different sizes.
[[nodiscard]] std::optional<SrgaComparison> compareSets(std::span<const GramMatrix> grams, std::size_t components,
                                                        bool paired, const SrgaOptions& options,
                                                        const std::stop_token& stop = {},
                                                        const SrgaProgress& progress = {});

/// The bars of a histogram of scores.
struct ScoreHistogram {
    double from = 0.0;                ///< the left end of the first bar
    double width = 0.0;               ///< of a bar
    std::vector<double> densities{};  ///< counts over (all scores · width)
};

/// The histogram of scores over −reach … reach; what lies beyond is counted in no bar. Throws Error(InvalidArgument)
/// unless `bars` and `reach` are above 0.
[[nodiscard]] ScoreHistogram histogramOf(std::span<const float> scores, double reach, std::size_t bars);

}  // namespace lamscope
