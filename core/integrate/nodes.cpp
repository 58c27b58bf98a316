// SPDX-License-Identifier: GPL-3.0-or-later
#include "integrate/nodes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

void requirePositive(int n) {
    if (n < 1) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("a path integral needs at least 1 node, asked for {}", n));
    }
}

}  // namespace

Nodes uniformRightEndpoints(int n) {
    requirePositive(n);
    Nodes nodes;
    nodes.edge.push_back(0.0);
    for (int k = 1; k <= n; ++k) {
        nodes.alpha.push_back(static_cast<double>(k) / n);
        nodes.edge.push_back(static_cast<double>(k) / n);
    }
    return nodes;
}

Nodes uniformLeftEndpoints(int n) {
    requirePositive(n);
    Nodes nodes;
    for (int k = 0; k < n; ++k) {
        nodes.alpha.push_back(static_cast<double>(k) / n);
        nodes.edge.push_back(static_cast<double>(k) / n);
    }
    nodes.edge.push_back(1.0);
    return nodes;
}

Nodes uniformMidpoints(int n) {
    return arcLengthMidpoints(ArcLength({0.0, 1.0}), n);
}

ArcLength::ArcLength(std::vector<double> cumulative)
    : cumulative_(std::move(cumulative)) {
    if (cumulative_.size() < 2 || cumulative_.front() != 0.0 || !std::ranges::is_sorted(cumulative_)) {
        throw Error(ErrorCode::InvalidArgument,
                    "an arc length starts at 0, never decreases and has at least two entries");
    }
}

double ArcLength::speedAt(double alpha) const {
    const auto cells = cumulative_.size() - 1;
    const auto count = static_cast<double>(cells);
    const auto cell = std::min(static_cast<std::size_t>(std::clamp(alpha, 0.0, 1.0) * count), cells - 1);
    return (cumulative_[cell + 1] - cumulative_[cell]) * count;
}

double ArcLength::restsFrom(double share) const {
    std::vector<double> steps(cumulative_.size());  // the first is 0
    std::adjacent_difference(cumulative_.begin(), cumulative_.end(), steps.begin());
    const double least = share * std::ranges::max(steps);
    const auto last = std::find_if(steps.rbegin(), steps.rend(), [least](double step) { return step >= least; });
    const auto cells = static_cast<double>(cumulative_.size() - 1);
    return total() > 0.0 ? static_cast<double>(steps.rend() - last - 1) / cells : 1.0;
}

double ArcLength::alphaAt(double fraction) const {
    if (fraction <= 0.0 || total() <= 0.0) {
        return std::clamp(fraction, 0.0, 1.0);
    }
    if (fraction >= 1.0) {
        return 1.0;
    }
    const double target = fraction * total();
    const auto above = std::ranges::lower_bound(cumulative_, target);  // exists, and is not the first
    const double low = *(above - 1);
    const auto cells = static_cast<double>(cumulative_.size() - 1);
    const auto index = static_cast<double>(above - cumulative_.begin() - 1);
    return (index + (target - low) / (*above - low)) / cells;
}

double ArcLength::fractionAt(double alpha) const {
    if (alpha <= 0.0 || total() <= 0.0) {
        return std::clamp(alpha, 0.0, 1.0);
    }
    if (alpha >= 1.0) {
        return 1.0;
    }
    const double position = alpha * static_cast<double>(cumulative_.size() - 1);
    const auto index = static_cast<std::size_t>(position);
    return std::lerp(cumulative_[index], cumulative_[index + 1], position - static_cast<double>(index)) / total();
}

const CellDensity& firstCellDensity() {
    static const CellDensity density = [] {
        constexpr int steps = 1000;
        constexpr double sharp = 0.35;
        CellDensity made{.edge = {0.0}, .value = {}};
        for (int k = 0; k < steps; ++k) {
            const double middle = (k + 0.5) / steps;
            made.value.push_back(0.2 + std::pow(std::min(1.0, middle / sharp), 1.5));
            made.edge.push_back((k + 1.0) / steps);
        }
        return made;
    }();
    return density;
}

Nodes cellsByDensity(const ArcLength& length, const CellDensity& density, int n) {
    requirePositive(n);
    const auto& [edge, value] = density;
    double mean = 0.0;
    for (std::size_t k = 0; k < value.size(); ++k) {
        mean += value[k] * (edge[k + 1] - edge[k]);
    }
    std::vector<double> cumulative{0.0};
    for (std::size_t k = 0; k < value.size(); ++k) {
        const double relative = mean > 0.0 ? value[k] / mean : 1.0;
        cumulative.push_back(cumulative.back() + std::pow(0.1 + 0.9 * relative, 0.7) * (edge[k + 1] - edge[k]));
    }
    Nodes nodes{.alpha = {}, .edge = {0.0}, .cells = true};
    std::size_t k = 0;
    for (int cell = 1; cell < n; ++cell) {
        const double target = cumulative.back() * cell / n;
        while (cumulative[k + 1] < target) {
            ++k;
        }
        const double share = (target - cumulative[k]) / (cumulative[k + 1] - cumulative[k]);
        nodes.edge.push_back(length.alphaAt(std::lerp(edge[k], edge[k + 1], share)));
    }
    nodes.edge.push_back(1.0);
    nodes.alpha.assign(nodes.edge.begin() + 1, nodes.edge.end());
    return nodes;
}

std::vector<int> cellLadder(int most) {
    constexpr double ratio = 2.25;
    std::vector<int> levels{3};
    for (double next = 16.0 / ratio; std::lround(next) <= most; next *= ratio) {
        levels.push_back(static_cast<int>(std::lround(next)));
    }
    return levels;
}

Nodes arcLengthMidpoints(const ArcLength& length, int n) {
    requirePositive(n);
    Nodes nodes;
    for (int k = 0; k < n; ++k) {
        nodes.edge.push_back(length.alphaAt(static_cast<double>(k) / n));
        nodes.alpha.push_back(length.alphaAt((2.0 * k + 1.0) / (2.0 * n)));
    }
    nodes.edge.push_back(1.0);
    return nodes;
}

bool isOnTriplingLadder(int n) {
    if (n < 3) {
        return false;
    }
    while (n % 3 == 0) {
        n /= 3;
    }
    return n == 1;
}

std::vector<int> triplingLadder(int n) {
    if (!isOnTriplingLadder(n)) {
        return {n};
    }
    std::vector<int> levels;
    for (int level = 3; level < n; level *= 3) {
        levels.push_back(level);
    }
    levels.push_back(n);
    return levels;
}

}  // namespace lamscope
