// SPDX-License-Identifier: GPL-3.0-or-later
#include "panels/label_places.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace lamscope::ui {

namespace {

/// Labels that lie as close as they may.
struct LabelBlock {
    double sum = 0.0;
    std::size_t count = 0;

    [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
};

}  // namespace

std::vector<double> placedApart(const std::vector<double>& wanted, double distance, double lowest, double highest) {
    if (wanted.empty()) {
        return {};
    }
    const double room = std::max(highest - lowest, 0.0);
    const auto gaps = static_cast<double>(wanted.size() - 1);
    const double step = gaps * distance > room ? room / gaps : distance;
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t label) { return wanted[label]; });

    // Less its steps, each place must only not lie before the last one: isotonic regression, by pooling adjacent
    // violators. Bounds may be applied afterwards.
    std::vector<LabelBlock> blocks;
    for (std::size_t i = 0; i < order.size(); ++i) {
        blocks.push_back({wanted[order[i]] - static_cast<double>(i) * step, 1});
        while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
            const auto last = blocks.back();
            blocks.pop_back();
            blocks.back().sum += last.sum;
            blocks.back().count += last.count;
        }
    }
    std::vector<double> placed(wanted.size());
    std::size_t i = 0;
    for (const auto& block : blocks) {
        const double first = std::clamp(block.mean(), lowest, lowest + std::max(room - gaps * step, 0.0));
        for (const auto end = i + block.count; i < end; ++i) {
            placed[order[i]] = first + static_cast<double>(i) * step;
        }
    }
    return placed;
}

}  // namespace lamscope::ui
