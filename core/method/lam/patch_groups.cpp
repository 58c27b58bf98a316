// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/patch_groups.h"

#include <algorithm>
#include <array>
#include <utility>

#include "method/lam/evaluation_window.h"

namespace lamscope {

namespace {

/// The most bytes that the gradients of a group may take while they wait for their integral.
constexpr double largestGradients = 256.0 * 1024.0 * 1024.0;
/// Cost of a backward pass to the input alone, in forward passes.
constexpr double backwardCost = 1.0;
/// Number of groups that are tried for a patch: the latest ones. Earlier groups lie too far away to gain by the patch.
constexpr std::size_t groupsLookedAt = 64;

/// The cost of one node of a group; the unit is a forward pass of one LR pixel.
double costOf(const Rect& window, std::size_t patches) {
    return static_cast<double>(window.width) * window.height * (1.0 + backwardCost * static_cast<double>(patches));
}

double gradientBytes(const Rect& window, std::size_t patches, int nodes) {
    return static_cast<double>(window.width) * window.height * Image::channels * sizeof(float)
           * static_cast<double>(patches) * nodes;
}

/// The bounding square of patches. The window of several patches equals the window of their bounding square.
struct Bounds {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;

    explicit Bounds(const Patch& patch)
        : left(patch.x)
        , top(patch.y)
        , right(patch.x + patch.size)
        , bottom(patch.y + patch.size) {}

    [[nodiscard]] Bounds with(const Bounds& other) const {
        auto result = *this;
        result.left = std::min(left, other.left);
        result.top = std::min(top, other.top);
        result.right = std::max(right, other.right);
        result.bottom = std::max(bottom, other.bottom);
        return result;
    }

    [[nodiscard]] std::array<Patch, 2> corners() const {
        return {Patch{left, top, 1}, Patch{right - 1, bottom - 1, 1}};
    }
};

struct GrowingGroup {
    PatchGroup group;
    Bounds bounds;
};

}  // namespace

std::vector<PatchGroup> groupPatches(const ModelCard& card, const LamPlan& plan, std::span<const PlacedPatch> patches) {
    // Cells of finer levels lie where the map of one patch needs them: the window of others would cost it there.
    const bool sharesAllLevels = plan.rule != IntegrationRule::Secant || plan.levels().size() == 1;
    std::vector<GrowingGroup> growing;
    for (std::size_t i = 0; i < patches.size(); ++i) {
        const auto& region = patches[i].context;
        const auto windowOf = [&](const Bounds& bounds) {
            return evaluationWindow(card, plan.options.detector, bounds.corners(), region.width, region.height);
        };
        const Bounds bounds(patchIn(region, patches[i].patch, card.scale));
        const auto own = windowOf(bounds);
        GrowingGroup* best = nullptr;
        double bestSaving = 0.0;
        const auto candidates = std::min(growing.size(), groupsLookedAt);
        for (std::size_t g = growing.size() - candidates; g < growing.size(); ++g) {
            auto& candidate = growing[g];
            if (candidate.group.region != region) {
                continue;
            }
            const auto count = candidate.group.patches.size();
            const auto window = windowOf(candidate.bounds.with(bounds));
            if (!sharesAllLevels && (window != own || window != candidate.group.window)) {
                continue;
            }
            const double saving = costOf(candidate.group.window, count) + costOf(own, 1) - costOf(window, count + 1);
            if (saving > bestSaving && gradientBytes(window, count + 1, plan.nodes) <= largestGradients) {
                best = &candidate;
                bestSaving = saving;
            }
        }
        if (best == nullptr) {
            growing.push_back({{region, {i}, own}, bounds});
        } else {
            best->group.patches.push_back(i);
            best->bounds = best->bounds.with(bounds);
            best->group.window = windowOf(best->bounds);
        }
    }
    std::vector<PatchGroup> groups;
    groups.reserve(growing.size());
    for (auto& candidate : growing) {
        groups.push_back(std::move(candidate.group));
    }
    return groups;
}

}  // namespace lamscope
