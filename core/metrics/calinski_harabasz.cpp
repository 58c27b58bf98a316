// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/calinski_harabasz.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "metrics/percentile.h"

namespace lamscope {

namespace {

/// The ratio of one matrix for many labellings with the same class sizes.
class ClassRatio {
public:
    ClassRatio(const GramMatrix& gram, std::span<const int> labels)
        : gram_(gram) {
        if (gram.rows != labels.size() || gram.values.size() != gram.rows * gram.rows) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} labels do not fit a Gram matrix of {} rows", labels.size(), gram.rows));
        }
        std::map<int, std::size_t> counts;
        for (const int label : labels) {
            ++counts[label];
        }
        const bool small = std::ranges::any_of(counts, [](const auto& entry) { return entry.second < 2; });
        if (counts.size() < 2 || small) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("Calinski and Harabasz's ratio needs at least two classes of two patches, found {} "
                            "class{}{}",
                            counts.size(), counts.size() == 1 ? "" : "es", small ? ", one of a single patch" : ""));
        }
        for (const auto& [label, count] : counts) {
            classes_.emplace(label, classes_.size());
        }
        total_ = totalVariation(gram);
        for (std::size_t i = 0; i < gram.rows; ++i) {
            trace_ += gram.at(i, i);
        }
    }

    [[nodiscard]] double of(std::span<const int> labels) const {
        std::vector<std::vector<std::size_t>> members(classes_.size());
        for (std::size_t i = 0; i < labels.size(); ++i) {
            members[classes_.at(labels[i])].push_back(i);
        }
        double explained = 0.0;  // Σ over classes of 1ᵀG1/n
        for (const auto& rows : members) {
            double diagonal = 0.0;
            double pairs = 0.0;
            for (std::size_t a = 0; a < rows.size(); ++a) {
                const double* row = &gram_.values[rows[a] * gram_.rows];
                diagonal += row[rows[a]];
                for (std::size_t b = 0; b < a; ++b) {
                    pairs += row[rows[b]];
                }
            }
            explained += (diagonal + 2.0 * pairs) / static_cast<double>(rows.size());
        }
        const double within = trace_ - explained;
        const double between = total_ - within;
        const auto k = static_cast<double>(classes_.size());
        const double noise = 1e-12 * trace_;  // of rounding, where all rows of a class are equal
        if (!(within > noise)) {
            return between > noise ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
        }
        return std::max(between, 0.0) / (k - 1.0) / (within / (static_cast<double>(gram_.rows) - k));
    }

private:
    const GramMatrix& gram_;
    std::map<int, std::size_t> classes_;
    double trace_ = 0.0;
    double total_ = 0.0;
};

/// Fisher and Yates's shuffle of the labels of some rows.
void shuffle(std::vector<int>& labels, const std::vector<std::size_t>& rows, std::mt19937_64& random) {
    for (std::size_t i = rows.size(); i > 1; --i) {
        // The standard's distributions differ between libraries.
        const auto drawn = static_cast<std::size_t>(((random() >> 32U) * i) >> 32U);
        std::swap(labels[rows[i - 1]], labels[rows[drawn]]);
    }
}

}  // namespace

double calinskiHarabasz(const GramMatrix& gram, std::span<const int> labels) {
    return ClassRatio(gram, labels).of(labels);
}

ChanceLevel chanceOfCalinskiHarabasz(const GramMatrix& gram, std::span<const int> labels, std::span<const int> groups,
                                     int shuffles, std::uint64_t seed, const std::stop_token& stop) {
    const ClassRatio ratio(gram, labels);
    if (shuffles < 1 || (!groups.empty() && groups.size() != labels.size())) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} shuffles of {} labels in {} groups cannot be made",
                                                            shuffles, labels.size(), groups.size()));
    }
    std::map<int, std::vector<std::size_t>> rowsOf;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        rowsOf[groups.empty() ? 0 : groups[i]].push_back(i);
    }
    // A shuffle that only renames the classes sums in another order.
    constexpr double rounding = 1e-10;
    const double reached = ratio.of(labels) * (1.0 - rounding);
    std::mt19937_64 random(seed);
    std::vector<int> shuffled(labels.begin(), labels.end());
    std::vector<double> ratios;
    ChanceLevel chance;
    int reaching = 0;
    for (int k = 0; k < shuffles; ++k) {
        if (stop.stop_requested()) {
            return {};
        }
        for (const auto& [group, rows] : rowsOf) {
            shuffle(shuffled, rows, random);
        }
        ratios.push_back(ratio.of(shuffled));
        chance.mean += ratios.back() / shuffles;
        reaching += ratios.back() >= reached ? 1 : 0;
    }
    std::ranges::sort(ratios);
    constexpr double most = 0.95;
    chance.p95 = percentile(ratios, most);
    chance.probability = (1.0 + reaching) / (1.0 + shuffles);
    return chance;
}

}  // namespace lamscope
