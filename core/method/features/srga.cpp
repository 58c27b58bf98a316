// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/srga.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/percentile.h"
#include "metrics/principal_components.h"

namespace lamscope {

namespace {

/// The first `count` of the rows 0 … n − 1 in a random order, and the rest after them.
std::vector<std::size_t> shuffledRows(std::size_t n, std::mt19937_64& random) {
    std::vector<std::size_t> rows(n);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    for (std::size_t i = n; i > 1; --i) {
        // The standard's distributions differ between libraries.
        std::swap(rows[i - 1], rows[static_cast<std::size_t>(((random() >> 32U) * i) >> 32U)]);
    }
    return rows;
}

std::optional<double> indexOf(const SrgaDistribution& reference, const SrgaDistribution& candidate) {
    const auto first = reference.fitted();
    const auto second = candidate.fitted();
    return first && second ? std::optional(divergence(*first, *second)) : std::nullopt;
}

/// Half-samples of sets whose Gram matrices are known.
class Halves {
public:
    Halves(std::span<const GramMatrix> grams, std::size_t components, const SrgaOptions& options)
        : grams_(grams)
        , half_(grams.front().rows / 2)
        , components_(std::clamp<std::size_t>(components / 2, 1, half_ > 1 ? half_ - 1 : 1))
        , options_(options)
        , random_(static_cast<std::uint64_t>(options.seed))
        , randomOfFloor_(static_cast<std::uint64_t>(options.seed) + seedsApart) {}

    [[nodiscard]] bool possible() const { return half_ > 2; }

    [[nodiscard]] std::vector<std::size_t> halfSample() {
        auto rows = shuffledRows(grams_.front().rows, random_);
        rows.resize(half_);
        return rows;
    }

    /// Two halves without a common patch.
    [[nodiscard]] std::pair<std::vector<std::size_t>, std::vector<std::size_t>> split() {
        const auto rows = shuffledRows(grams_.front().rows, randomOfFloor_);
        const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(half_);
        return {{rows.begin(), middle}, {middle, middle + static_cast<std::ptrdiff_t>(half_)}};
    }

    [[nodiscard]] SrgaDistribution distributionOf(std::size_t set, std::span<const std::size_t> rows) const {
        return srgaDistribution(ofRows(grams_[set], rows), components_, options_.preset);
    }

private:
    std::span<const GramMatrix> grams_;
    std::size_t half_;
    std::size_t components_;
    SrgaOptions options_;
    static constexpr std::uint64_t seedsApart = std::uint64_t{1} << 32U;  // seeds are smaller

    std::mt19937_64 random_;
    std::mt19937_64 randomOfFloor_;  // its own: the number of half-samples and of sets must not move the floor
};

/// False when stopped.
bool addBands(SrgaComparison& comparison, std::span<const GramMatrix> grams, Halves& halves, bool paired,
              int replicates, const std::stop_token& stop, const SrgaProgress& progress, double share) {
    constexpr double low = 0.05;
    std::vector<std::vector<double>> values(comparison.indices.size());
    for (int replicate = 0; replicate < replicates; ++replicate) {
        auto rows = halves.halfSample();
        const auto reference = halves.distributionOf(0, rows);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (stop.stop_requested()) {
                return false;
            }
            if (!paired) {
                rows = halves.halfSample();
            }
            // The same half of the same set is no other.
            const bool same = paired && grams[i + 1].values == grams[0].values;
            if (const auto value = indexOf(reference, same ? reference : halves.distributionOf(i + 1, rows))) {
                values[i].push_back(srgaIndex(*value));
            }
        }
        if (progress) {
            progress(share * (replicate + 1) / replicates);
        }
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i].empty() && comparison.indices[i].srga) {
            std::ranges::sort(values[i]);
            comparison.indices[i].band = {percentile(values[i], low), percentile(values[i], 1.0 - low)};
        }
    }
    return true;
}

bool addFloor(SrgaComparison& comparison, Halves& halves, const std::stop_token& stop, const SrgaProgress& progress,
              double share) {
    std::vector<double> values;
    for (int k = 0; k < srgaFloorSplits; ++k) {
        if (stop.stop_requested()) {
            return false;
        }
        const auto [first, second] = halves.split();
        if (const auto value = indexOf(halves.distributionOf(0, first), halves.distributionOf(0, second))) {
            values.push_back(srgaIndex(*value));
        }
        if (progress) {
            progress(share + (1.0 - share) * (k + 1) / srgaFloorSplits);
        }
    }
    if (!values.empty()) {
        constexpr double median = 0.5;
        constexpr double most = 0.9;
        std::ranges::sort(values);
        comparison.floor = {percentile(values, median), percentile(values, most)};
    }
    return true;
}

}  // namespace

std::optional<GeneralisedGaussian> SrgaDistribution::fitted() const {
    return beta && sigma > 0.0 ? std::optional(GeneralisedGaussian{sigma, *beta}) : std::nullopt;
}

SrgaDistribution srgaDistribution(const GramMatrix& gram, std::size_t components, SrgaPreset preset) {
    if (components == 0 || components >= gram.rows) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} components of {} patches were asked for: components must be fewer than patches, "
                                "and at least one",
                                components, gram.rows));
    }
    const auto principal = principalComponents(gram, components);
    SrgaDistribution result{.explained = principal.explained(components),
                            .totalVariance = principal.total / static_cast<double>(gram.rows)};
    const auto moments = trimmedMoments(principal.scores);
    result.sigma = moments.sigma;
    result.removed = moments.removed;
    result.scores.assign(principal.scores.begin(), principal.scores.end());
    // Scores of rounding alone: the features are all equal, or trimming removed all scores of the few components that
    // differ (features of two values).
    constexpr double rounding = 1e-12;
    constexpr double leastKept = 1e-10;
    const double before =
        std::inner_product(principal.scores.begin(), principal.scores.end(), principal.scores.begin(), 0.0)
        / static_cast<double>(principal.scores.size());
    double scale = 0.0;
    for (std::size_t i = 0; i < gram.rows; ++i) {
        scale += gram.at(i, i);
    }
    const bool spreads =
        principal.total > rounding * scale && moments.sigma > 0.0 && moments.sigma * moments.sigma > leastKept * before;
    if (preset == SrgaPreset::Official) {
        result.ratio = moments.ratioCentred();
        if (spreads && std::isfinite(result.ratio)) {
            const auto shape = gridShapeOfRatio(result.ratio);
            result.beta = shape.beta;
            result.atEdge = shape.atEdge;
        }
    } else {
        result.ratio = moments.ratio();
        result.beta = spreads ? shapeOfRatio(result.ratio) : std::nullopt;
    }
    return result;
}

std::optional<SrgaComparison> compareSets(std::span<const GramMatrix> grams, std::size_t components, bool paired,
                                          const SrgaOptions& options, const std::stop_token& stop,
                                          const SrgaProgress& progress) {
    if (grams.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no reference set");
    }
    for (const auto& gram : grams) {
        if (gram.rows != grams.front().rows) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the reference has {} patches and another set {}: indices of sets of different "
                                    "sizes are not comparable",
                                    grams.front().rows, gram.rows));
        }
    }
    SrgaComparison comparison;
    for (const auto& gram : grams) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        comparison.sets.push_back(srgaDistribution(gram, components, options.preset));
        if (comparison.sets.size() > 1) {
            const auto value = indexOf(comparison.sets.front(), comparison.sets.back());
            comparison.indices.push_back({.divergence = value});
            if (value) {
                comparison.indices.back().srga = srgaIndex(*value);
            }
        }
    }
    Halves halves(grams, components, options);
    if (options.preset == SrgaPreset::Exact && options.replicates > 0 && halves.possible()) {
        const double work = static_cast<double>(options.replicates) * static_cast<double>(grams.size());
        const double share = work / (work + 2.0 * srgaFloorSplits);
        if (!addBands(comparison, grams, halves, paired, options.replicates, stop, progress, share)
            || !addFloor(comparison, halves, stop, progress, share)) {
            return std::nullopt;
        }
    }
    return comparison;
}

ScoreHistogram histogramOf(std::span<const float> scores, double reach, std::size_t bars) {
    if (!(reach > 0.0) || bars == 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a histogram needs a reach above 0 and a bar, found {} and {}", reach, bars));
    }
    ScoreHistogram histogram{
        .from = -reach, .width = 2.0 * reach / static_cast<double>(bars), .densities = std::vector<double>(bars)};
    for (const float score : scores) {
        const double place = (score + reach) / histogram.width;
        if (place >= 0.0 && place < static_cast<double>(bars)) {
            histogram.densities[static_cast<std::size_t>(place)] +=
                1.0 / (static_cast<double>(scores.size()) * histogram.width);
        }
    }
    return histogram;
}

}  // namespace lamscope
