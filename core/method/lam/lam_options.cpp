// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_options.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "integrate/nodes.h"

namespace lamscope {

namespace {

constexpr int officialNodes = 50;
constexpr int paperNodes = 100;
constexpr int exactNodes = 81;
constexpr double exactTolerance = 0.05;
constexpr int exactContext = 64;
constexpr int mostNodes = 100000;

std::atomic<std::int64_t> plans{0};

constexpr std::array presetNames{
    std::pair{Preset::Official, std::string_view("official")},
    std::pair{Preset::Paper, std::string_view("paper")},
    std::pair{Preset::Exact, std::string_view("exact")},
};
constexpr std::array pathNames{
    std::pair{PathKind::Blur, std::string_view("blur")},
    std::pair{PathKind::Black, std::string_view("black")},
    std::pair{PathKind::BlurredLinear, std::string_view("blurred-linear")},
};
constexpr std::array detectorNames{
    std::pair{DetectorKind::Gradient, std::string_view("gradient")},
    std::pair{DetectorKind::Intensity, std::string_view("intensity")},
    std::pair{DetectorKind::Gabor, std::string_view("gabor")},
};

template <typename Table, typename Value>
std::string_view nameOf(const Table& table, Value value) {
    return std::ranges::find(table, value, &Table::value_type::first)->second;
}

template <typename Table>
auto valueOf(const Table& table, std::string_view name, std::string_view what) {
    const auto found = std::ranges::find(table, name, &Table::value_type::second);
    if (found == table.end()) {
        std::vector<std::string_view> names;
        std::ranges::transform(table, std::back_inserter(names), &Table::value_type::second);
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("unknown {} '{}'; the known ones are {}", what, name, fmt::join(names, ", ")));
    }
    return found->first;
}

template <typename Number>
void requireRange(std::string_view name, Number value, Number low, Number high) {
    if (!(value >= low && value <= high)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} must lie between {} and {}, found {}", name, low, high, value));
    }
}

void checkRanges(const LamOptions& options) {
    requireRange("the patch size", options.patch.size, 1, 4096);
    if (options.patch.x < 0 || options.patch.y < 0) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the patch position ({}, {}) lies outside the image",
                                                            options.patch.x, options.patch.y));
    }
    requireRange("sigma", options.sigma, 0.05, 100.0);
    requireRange("the kernel side", options.kernel, 1, 255);
    if (options.kernel % 2 == 0) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the kernel side must be odd, found {}", options.kernel));
    }
    if (options.nodes) {
        requireRange("the number of nodes", *options.nodes, 1, mostNodes);
    }
    if (options.context) {
        requireRange("the context", *options.context, 0, 1 << 20);
    }
    if (options.tolerance && !(*options.tolerance > 0.0 && std::isfinite(*options.tolerance))) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the tolerance must be a positive number, found {}", *options.tolerance));
    }
}

int largestLadderUpTo(int n) {
    int level = 3;
    while (level <= n / 3) {
        level *= 3;
    }
    return level;
}

}  // namespace

LamPlan makePlan(const LamOptions& options) {
    ++plans;
    checkRanges(options);
    LamPlan plan;
    plan.options = options;
    plan.arcLength = options.preset == Preset::Exact;
    plan.context = options.context.value_or(plan.arcLength ? exactContext : 0);
    if (!plan.arcLength) {
        if (options.tolerance) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("a tolerance goes with the preset exact; {} has a fixed number of nodes",
                                    toString(options.preset)));
        }
        plan.nodes = options.nodes.value_or(options.preset == Preset::Official ? officialNodes : paperNodes);
        return plan;
    }
    if (options.nodes && !options.tolerance) {
        plan.nodes = *options.nodes;
        return plan;
    }
    plan.tolerance = options.tolerance.value_or(exactTolerance);
    if (options.nodes && *options.nodes < 3) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("refining to a tolerance needs at least 3 nodes, found {}", *options.nodes));
    }
    plan.nodes = largestLadderUpTo(options.nodes.value_or(exactNodes));
    return plan;
}

LamPlan::LamPlan(const LamOptions& asked)
    : LamPlan(makePlan(asked)) {}

std::int64_t plansMade() {
    return plans;
}

DetectorMargin detectorMargin(DetectorKind kind) {
    switch (kind) {
        case DetectorKind::Gradient:
            return {0, 1};
        case DetectorKind::Intensity:
            return {0, 0};
        case DetectorKind::Gabor:
            return {gaborReach, gaborReach};
    }
    return {};
}

std::string_view toString(Preset preset) {
    return nameOf(presetNames, preset);
}
std::string_view toString(PathKind path) {
    return nameOf(pathNames, path);
}
std::string_view toString(DetectorKind detector) {
    return nameOf(detectorNames, detector);
}

Preset presetFromString(std::string_view name) {
    return valueOf(presetNames, name, "preset");
}
PathKind pathFromString(std::string_view name) {
    return valueOf(pathNames, name, "path");
}
DetectorKind detectorFromString(std::string_view name) {
    return valueOf(detectorNames, name, "detector");
}

}  // namespace lamscope
