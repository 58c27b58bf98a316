// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/cem_numbers.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"

namespace lamscope {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

bool contains(const Rect& rect, int column, int row) {
    return column >= rect.x && row >= rect.y && column < rect.x + rect.width && row < rect.y + rect.height;
}

template <typename Visit>
void forEachBlock(std::span<const CemBlock> blocks, int columns, const Visit& visit) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto index = static_cast<int>(i);
        visit(blocks[i], index % columns, index / columns);
    }
}

}  // namespace

double psnrOfLevels(double mse) {
    return mse == 0.0 ? std::numeric_limits<double>::infinity() : 20.0 * std::log10(255.0 / std::sqrt(mse));
}

double regionPsnr(const Image& sr, const Image& hr, const Patch& region) {
    if (sr.width() != hr.width() || sr.height() != hr.height()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the SR image has {}x{} pixels and the HR image {}x{}",
                                                            sr.width(), sr.height(), hr.width(), hr.height()));
    }
    const Rect rect{region.x, region.y, region.size, region.size};
    const auto part = sr.cropped(rect);
    const auto truth = hr.cropped(rect);
    double sum = 0.0;
    for (std::size_t i = 0; i < part.values().size(); ++i) {
        const float value = part.values()[i];
        if (!std::isfinite(value)) {
            return unknown;
        }
        const double level = std::nearbyint(std::clamp(value, 0.0F, 1.0F) * 255.0F);
        const double difference = level - nearestLevel(static_cast<double>(truth.values()[i]), 255);
        sum += difference * difference;
    }
    return psnrOfLevels(sum / static_cast<double>(part.values().size()));
}

CemEstimate cemEstimate(double origin, std::span<const double> psnr) {
    // Deviations from the first draw: equal draws then have no error at all.
    double first = unknown;
    double sum = 0.0;
    double squares = 0.0;
    int draws = 0;
    for (const double value : psnr) {
        if (!std::isfinite(value)) {
            continue;
        }
        if (draws == 0) {
            first = value;
        }
        const double beyond = value - first;
        sum += beyond;
        squares += beyond * beyond;
        ++draws;
    }
    if (draws == 0) {
        return {unknown, unknown, 0};
    }
    const double mean = sum / draws;
    const double variance = draws < 2 ? unknown : std::max(squares - sum * mean, 0.0) / (draws - 1);
    return {origin - first - mean, std::sqrt(variance / draws), draws};
}

double studentQuantile(int draws) {
    return boost::math::quantile(boost::math::students_t(draws - 1), 0.975);
}

bool hasCertainSign(double effect, double standardError, int draws) {
    return draws > 1 && std::isfinite(standardError) && effect != 0.0
           && std::abs(effect) > studentQuantile(draws) * standardError;
}

CemCounts cemCounts(std::span<const CemBlock> blocks, int columns, const Rect& inside) {
    CemCounts counts{.minimum = unknown, .maximum = unknown};
    forEachBlock(blocks, columns, [&](const CemBlock& block, int column, int row) {
        if (contains(inside, column, row) || std::isnan(block.effect)) {
            return;
        }
        const bool certain = block.isCertain();
        counts.negative += block.effect < 0.0 ? 1 : 0;
        counts.positive += block.effect > 0.0 ? 1 : 0;
        counts.zero += block.effect == 0.0 ? 1 : 0;
        counts.certainNegative += certain && block.effect < 0.0 ? 1 : 0;
        counts.certainPositive += certain && block.effect > 0.0 ? 1 : 0;
        counts.minimum = std::fmin(counts.minimum, block.effect);
        counts.maximum = std::fmax(counts.maximum, block.effect);
    });
    return counts;
}

std::array<int, 3> officialCounts(std::span<const CemBlock> blocks, int columns, const Rect& inside) {
    std::array<int, 3> counts{};
    forEachBlock(blocks, columns, [&](const CemBlock& block, int column, int row) {
        if (contains(inside, column, row) || block.effect > 0.0) {
            ++counts[1];
        } else if (block.effect < 0.0) {
            ++counts[0];
        } else if (block.effect == 0.0) {
            ++counts[2];
        }
    });
    return counts;
}

double shownEffect(double effect, double limit) {
    return std::copysign(std::pow(std::min(std::abs(effect), limit) / limit, 1.0 / 1.2), effect);
}

}  // namespace lamscope
