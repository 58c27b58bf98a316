// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_options.h"

#include <atomic>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "integrate/nodes.h"
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
    const bool exact = options.preset == Preset::Exact;
    if (!exact && options.rule == IntegrationRule::Secant) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the rule secant goes with the preset exact; {} has the authors' rule",
                                toString(options.preset)));
    }
    plan.rule = exact ? options.rule.value_or(IntegrationRule::Secant) : IntegrationRule::RightEndpoints;
    plan.context = options.context.value_or(exact ? exactContext : 0);
    if (!exact) {
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
    if (constexpr int fewest = 3; options.nodes && *options.nodes < fewest) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("refining to a tolerance needs at least {} nodes, found {}", fewest, *options.nodes));
    }
    const int most = options.nodes.value_or(exactNodes);
    plan.nodes = plan.rule == IntegrationRule::Secant ? cellLadder(most).back() : largestLadderUpTo(most);
    return plan;
}

LamPlan::LamPlan(const LamOptions& asked)
    : LamPlan(makePlan(asked)) {}

LamPlan LamPlan::forNetwork(bool hasSecantRules) const {
    auto plan = *this;
    if (rule == IntegrationRule::Secant && !options.rule && !hasSecantRules) {
        plan.rule = IntegrationRule::Midpoints;
        if (tolerance) {
            plan.nodes = largestLadderUpTo(options.nodes.value_or(exactNodes));
        }
    }
    return plan;
}

std::vector<int> LamPlan::levels() const {
    if (rule == IntegrationRule::Midpoints) {
        return triplingLadder(nodes);
    }
    if (rule == IntegrationRule::Secant && tolerance) {
        return cellLadder(nodes);
    }
    return {nodes};
}

int LamPlan::gradients() const {
    const auto counts = levels();
    return rule == IntegrationRule::Secant ? std::accumulate(counts.begin(), counts.end(), 0) : nodes;
}

std::int64_t plansMade() {
    return plans;
}

std::string_view describe(IntegrationRule rule) {
    switch (rule) {
        case IntegrationRule::RightEndpoints:
            return "right endpoint, uniform";
        case IntegrationRule::Midpoints:
            return "midpoint, arc length";
        case IntegrationRule::Secant:
            return "secant, arc length";
    }
    return {};
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
