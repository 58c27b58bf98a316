// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_options.h"

#include <atomic>

#include <fmt/format.h>

#include "base/error.h"
#include "method/lam/lam_option_table.h"

namespace lamscope {

namespace {

constexpr int officialNodes = 50;
constexpr int paperNodes = 100;
constexpr int exactNodes = 81;
constexpr double exactTolerance = 0.05;
constexpr int exactContext = 64;
constexpr int largestPatch = 4096;

std::atomic<std::int64_t> plans{0};

void checkRanges(const LamOptions& options) {
    const auto& patch = options.patch;
    if (patch.size < 1 || patch.size > largestPatch) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the patch size must lie between 1 and {}, found {}", largestPatch, patch.size));
    }
    if (patch.x < 0 || patch.y < 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the patch position ({}, {}) lies outside the image", patch.x, patch.y));
    }
    checkOptions(lamOptionTable(), options);
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

}  // namespace lamscope
