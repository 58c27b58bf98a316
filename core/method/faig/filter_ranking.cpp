// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/filter_ranking.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/portable_random.h"

namespace lamscope {

namespace {

void requireSameFilters(std::size_t one, std::size_t other) {
    if (one != other) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("scores of {} and of {} filters belong to different networks", one, other));
    }
}

/// For sorting: what is not a number comes last.
double sortable(double score) {
    return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
}

}  // namespace

std::vector<double> meanScores(std::span<const FaigScores> images) {
    if (images.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there are no scores: a mean needs at least one image");
    }
    std::vector<double> mean(images.front().scores.size(), 0.0);
    for (const auto& image : images) {
        requireSameFilters(mean.size(), image.scores.size());
        std::ranges::transform(mean, image.scores, mean.begin(), std::plus<>());
    }
    for (auto& score : mean) {
        score /= static_cast<double>(images.size());
    }
    return mean;
}

std::vector<double> scoreDifference(std::span<const double> of, std::span<const double> against) {
    requireSameFilters(of.size(), against.size());
    std::vector<double> difference(of.size());
    std::ranges::transform(of, against, difference.begin(), std::minus<>());
    return difference;
}

std::vector<int> orderByScore(std::span<const double> scores) {
    std::vector<int> order(scores.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](int a, int b) {
        return sortable(scores[static_cast<std::size_t>(a)]) > sortable(scores[static_cast<std::size_t>(b)]);
    });
    return order;
}

std::vector<int> randomOrder(int filters, std::uint64_t seed) {
    const PortableRandom random(fmt::format("filters/{}/", seed));
    std::vector<int> order(static_cast<std::size_t>(filters));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t k = order.size(); k > 1; --k) {  // Fisher and Yates
        const auto other = static_cast<std::size_t>(random.uniform(k) * static_cast<double>(k));
        std::swap(order[k - 1], order[std::min(other, k - 1)]);
    }
    return order;
}

int topCount(int filters, double percent) {
    constexpr double rounding = 1e-9;  // 0.7 % of 1000 are 7
    return static_cast<int>(std::floor(static_cast<double>(filters) * percent / 100.0 + rounding));
}

std::vector<int> topOf(std::span<const int> order, double percent) {
    const auto top = order.first(static_cast<std::size_t>(topCount(static_cast<int>(order.size()), percent)));
    return {top.begin(), top.end()};
}

std::vector<double> scoresOfLayers(const FilterIndex& filters, std::span<const double> scores) {
    requireSameFilters(static_cast<std::size_t>(filters.size()), scores.size());
    std::vector<double> sums;
    for (const auto& layer : filters.layers()) {
        const auto part =
            scores.subspan(static_cast<std::size_t>(layer.firstFilter), static_cast<std::size_t>(layer.filters()));
        sums.push_back(std::accumulate(part.begin(), part.end(), 0.0));
    }
    return sums;
}

std::vector<int> countsOfLayers(const FilterIndex& filters, std::span<const int> chosen) {
    std::vector<int> counts(filters.layers().size(), 0);
    for (const int filter : chosen) {
        ++counts[filters.place(filter).layer];
    }
    return counts;
}

std::string orderText(std::span<const int> order) {
    return order.empty() ? "" : fmt::format("{}\n", fmt::join(order, "\n"));
}

std::vector<int> readOrder(const std::filesystem::path& file, int filters) {
    std::ifstream stream(file);
    if (!stream) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: the order of filters cannot be read", file.string()));
    }
    std::vector<int> order;
    std::vector<bool> seen(static_cast<std::size_t>(filters), false);
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
        const auto begin = line.find_first_not_of(" \t");
        if (begin == std::string::npos || line[begin] == '\r') {
            continue;
        }
        const auto refuse = [&](const std::string& what) {
            throw Error(ErrorCode::BadFile,
                        fmt::format("{}, line {}: {}; a list has one number of a filter a line, 0 to {}", file.string(),
                                    number, what, filters - 1));
        };
        int filter = -1;
        const char* const end = line.data() + line.size();
        const auto [rest, error] = std::from_chars(line.data() + begin, end, filter);
        if (error != std::errc() || std::string(rest, end).find_first_not_of(" \t\r") != std::string::npos) {
            refuse(fmt::format("'{}' is not a whole number", line.substr(0, 40)));
        }
        if (filter < 0 || filter >= filters) {
            refuse(fmt::format("there is no filter {}", filter));
        }
        if (seen[static_cast<std::size_t>(filter)]) {
            refuse(fmt::format("filter {} stands here for the second time", filter));
        }
        seen[static_cast<std::size_t>(filter)] = true;
        order.push_back(filter);
    }
    if (order.empty()) {
        throw Error(ErrorCode::BadFile, fmt::format("{}: there is no filter in this list", file.string()));
    }
    return order;
}

}  // namespace lamscope
