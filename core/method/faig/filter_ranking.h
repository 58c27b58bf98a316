// SPDX-License-Identifier: GPL-3.0-or-later
// From scores to an order of filters. All functions are thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "method/faig/faig_scores.h"
#include "method/faig/filter_index.h"

namespace lamscope {

/// The mean over images of each filter's score. Throws Error(InvalidArgument) without images, or for different numbers
/// of filters.
[[nodiscard]] std::vector<double> meanScores(std::span<const FaigScores> images);

/// of − against, filter by filter. Throws Error(InvalidArgument) for different numbers.
[[nodiscard]] std::vector<double> scoreDifference(std::span<const double> of, std::span<const double> against);

/// Filters in falling order of their scores, ties by their number; scores that are not numbers last.
[[nodiscard]] std::vector<int> orderByScore(std::span<const double> scores);

/// All filters, shuffled; the same on every machine.
[[nodiscard]] std::vector<int> randomOrder(int filters, std::uint64_t seed);

/// ⌊filters·percent/100⌋: how many the top `percent` are.
[[nodiscard]] int topCount(int filters, double percent);

/// The first topCount() of an order, for FilterChange::filters.
[[nodiscard]] std::vector<int> topOf(std::span<const int> order, double percent);

/// Σ of scores a layer.
[[nodiscard]] std::vector<double> scoresOfLayers(const FilterIndex& filters, std::span<const double> scores);

/// How many of these filters each layer holds.
[[nodiscard]] std::vector<int> countsOfLayers(const FilterIndex& filters, std::span<const int> chosen);

/// An order as the authors' lists have it: a filter's number a line, the most discriminative first.
[[nodiscard]] std::string orderText(std::span<const int> order);

/// Reads such a list; it may leave filters out, which then are never masked. Throws Error(BadFile) naming the line for
/// what is no number, a number that is no filter's, and one that occurs twice.
[[nodiscard]] std::vector<int> readOrder(const std::filesystem::path& file, int filters);

}  // namespace lamscope
