// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/ddr.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/principal_components.h"

namespace lamscope {

namespace {

constexpr std::size_t fewComponents = 2;
constexpr std::size_t manyComponents = 50;
constexpr std::size_t statedShares = 10;

/// The rows of two classes.
std::vector<std::size_t> rowsOf(std::span<const int> labels, int first, int second) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] == first || labels[i] == second) {
            rows.push_back(i);
        }
    }
    return rows;
}

std::vector<ClassPair> pairsOf(const GramMatrix& gram, std::span<const int> labels) {
    const int classes = *std::ranges::max_element(labels) + 1;
    std::vector<ClassPair> pairs;
    for (int first = 0; first < classes; ++first) {
        for (int second = first + 1; second < classes; ++second) {
            const auto rows = rowsOf(labels, first, second);
            std::vector<int> theirs;
            std::ranges::transform(rows, std::back_inserter(theirs), [&](std::size_t row) { return labels[row]; });
            pairs.push_back({first, second, calinskiHarabasz(centred(ofRows(gram, rows)), theirs)});
        }
    }
    return pairs;
}

/// The start of a run: of the first the usual one, of the others moved by up to 1e-6 of each coordinate.
std::vector<double> startOf(const Tsne& tsne, int number, std::mt19937_64& random) {
    constexpr double change = 1e-6;
    auto start = tsne.usualStart();
    if (number > 0) {
        for (double& value : start) {
            const double uniform = static_cast<double>(random() >> 11U) * 0x1p-53;
            value *= 1.0 + change * (2.0 * uniform - 1.0);
        }
    }
    return start;
}

std::optional<DdrTsne> embed(const PrincipalComponents& principal, std::span<const int> labels,
                             const DdrOptions& options, int threads, const std::stop_token& stop,
                             const DdrProgress& progress) {
    const Tsne tsne(principal.scores, principal.count,
                    {.perplexity = options.perplexity, .iterations = options.iterations, .threads = threads}, stop);
    DdrTsne result{.ratioRange = {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()},
                   .starts = options.starts,
                   .perplexity = options.perplexity,
                   .iterations = options.iterations};
    std::mt19937_64 random(static_cast<std::uint64_t>(options.seed));
    for (int number = 0; number < options.starts; ++number) {
        const auto start = startOf(tsne, number, random);
        const auto embedding = tsne.run(start, stop, number == 0 ? progress : DdrProgress());
        if (!embedding) {
            return std::nullopt;
        }
        if (number == 0) {
            result.divergence = embedding->divergence;
            result.points = embedding->points;
        }
        const double ratio = calinskiHarabasz(centred(gramOf(embedding->points, 2)), labels);
        result.ratioRange.first = std::min(result.ratioRange.first, ratio);
        result.ratioRange.second = std::max(result.ratioRange.second, ratio);
    }
    return result;
}

}  // namespace

double ratioIn(const DdrTap& tap, DdrSpace space) {
    switch (space) {
        case DdrSpace::Pca2:
            return tap.ratioPca2;
        case DdrSpace::Pca50:
            return tap.ratioPca50;
        default:
            return tap.ratioFeatures;
    }
}

const std::vector<double>& shownPoints(const DdrTap& tap) {
    return tap.tsne ? tap.tsne->points : tap.scatter;
}

std::string tsneRefusal(std::size_t patches, const DdrOptions& options) {
    if (options.embed != DdrEmbedding::Tsne || patches <= static_cast<std::size_t>(ddrMostPoints)) {
        return {};
    }
    constexpr double secondsOfPair = 2.5e-9;  // and iteration, on one processor
    const double seconds = secondsOfPair * static_cast<double>(patches) * static_cast<double>(patches)
                           * options.iterations * options.starts;
    return fmt::format(
        "t-SNE of {} patches was left out: it would take about {:.0f} minutes a tap, at most {} points "
        "are embedded; the picture is of PCA",
        patches, std::ceil(seconds / 60.0), ddrMostPoints);
}

void checkPerplexity(const DdrOptions& options, std::size_t patches) {
    if (options.embed == DdrEmbedding::Tsne && options.perplexity > largestPerplexity(patches)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a perplexity of {:g} is too large for {} patches: the largest is {:.1f}, a third of "
                                "the patches less one (--perplexity)",
                                options.perplexity, patches, std::floor(10.0 * largestPerplexity(patches)) / 10.0));
    }
}

std::optional<DdrTap> sortPatches(const GramMatrix& gram, std::span<const int> labels, std::span<const int> contents,
                                  const DdrOptions& options, int threads, const std::stop_token& stop,
                                  const DdrProgress& progress) {
    checkPerplexity(options, gram.rows);
    DdrTap tap;
    tap.ratioFeatures = calinskiHarabasz(gram, labels);
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    const auto components = std::min(manyComponents, gram.rows - 1);
    const auto principal = principalComponents(gram, components);
    tap.totalVariance = principal.total / static_cast<double>(gram.rows);
    for (std::size_t k = 0; k < std::min(statedShares, components); ++k) {
        const double share = principal.total > 0.0 ? principal.eigenvalues[k] / principal.total : 0.0;
        tap.explained.push_back(std::min(share, 1.0));  // of one component, rounding may make it more
    }
    const auto few = gramOfScores(principal, std::min(fewComponents, components));
    const auto many = gramOfScores(principal, components);
    tap.ratioPca2 = calinskiHarabasz(few, labels);
    tap.ratioPca50 = calinskiHarabasz(many, labels);
    for (std::size_t i = 0; i < gram.rows; ++i) {
        tap.scatter.push_back(principal.score(i, 0));
        tap.scatter.push_back(components > 1 ? principal.score(i, 1) : 0.0);
    }
    const auto& space = options.space == DdrSpace::Features ? gram : options.space == DdrSpace::Pca2 ? few : many;
    tap.pairs = pairsOf(space, labels);
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    if (!std::isnan(ratioIn(tap, options.space))) {
        tap.chance = chanceOfCalinskiHarabasz(space, labels, contents, options.permutations,
                                              static_cast<std::uint64_t>(options.seed), stop);
    }
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    if (options.embed == DdrEmbedding::Tsne && tsneRefusal(gram.rows, options).empty()) {
        tap.tsne = embed(principal, labels, options, threads, stop, progress);
        if (!tap.tsne) {
            return std::nullopt;
        }
    }
    return tap;
}

}  // namespace lamscope
