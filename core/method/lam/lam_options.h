// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scene/geometry.h"

namespace lamscope {

/// Where the nodes lie on the path and how many there are; LamOptions can change the numbers.
enum class Preset {
    Official,  ///< the authors' public demo: 50 right endpoints, uniform in σ
    Paper,     ///< the paper's number: 100 right endpoints, uniform in σ
    Exact,     ///< by arc length, with more and more nodes until the estimated error is below the tolerance
};

/// How gradients along the path are added up.
enum class IntegrationRule {
    RightEndpoints,  ///< gradients at the right ends of cells uniform in α
    Midpoints,       ///< gradients at the middles of cells uniform in arc length
    Secant,          ///< gradients averaged over cells, see SecantScope: their sum is exact
};

/// The path from the baseline to the image.
enum class PathKind {
    Blur,           ///< Gaussian blur whose σ falls linearly to 0 (the paper's Eq. 2)
    Black,          ///< linear from black
    BlurredLinear,  ///< linear from the blurred image
    Rain,           ///< linear from the clean image, where it is known: scale 1 alone
};

/// The quantity that is measured in the SR patch; see detector.h for the formulas.
enum class DetectorKind { Gradient, Intensity, Gabor };

/// How far the Gabor kernel reaches from its centre, SR pixels.
inline constexpr int gaborReach = 4;

/// How many SR pixels a detector reads beyond the patch.
struct DetectorMargin {
    int before = 0;  ///< to the left of and above the patch
    int after = 0;   ///< to the right of and below the patch
};

[[nodiscard]] DetectorMargin detectorMargin(DetectorKind kind);

/// What to compute. The command line, the window and the tests use this struct; lamOptionTable() has a row for each
/// option but the patch.
struct LamOptions {
    Patch patch;
    Preset preset = Preset::Exact;
    PathKind path = PathKind::Blur;
    double sigma = 1.2;  ///< σ of the baseline's blur, LR pixels, 0.05…100
    int kernel = 9;      ///< side of the blur kernel, LR pixels, odd, 1…255
    DetectorKind detector = DetectorKind::Gradient;
    /// exact only, Midpoints or Secant: official and paper have a rule of their own. Unset: Secant for networks whose
    /// every operation is known, Midpoints for others, see LamPlan::forNetwork().
    std::optional<IntegrationRule> rule{};

    /// Number of nodes on the path, with the secant rule of cells, 1…100000. official and paper: the number to use;
    /// unset: 50 and 100. exact: the number to use, or the maximum (at least 3) when `tolerance` is set;
    /// unset: at most 81, with a tolerance.
    std::optional<int> nodes;
    /// exact only: refinement ends when the map's estimated error is below this number, which is above 0. Unset: 0.05,
    /// unless `nodes` is set.
    std::optional<double> tolerance;
    /// Side of the square around the patch that the network sees, LR pixels; 0: the whole image. Unset: the whole image
    /// for official and paper, 64 for exact.
    std::optional<int> context;

    friend bool operator==(const LamOptions&, const LamOptions&) = default;
};

/// Options as they are used: they are resolved once, where they enter, and passed on as a plan.
struct LamPlan {
    LamPlan() = default;
    /// As makePlan(): whoever has options can call what takes a plan.
    LamPlan(const LamOptions& asked);  // NOLINT(google-explicit-constructor)

    LamOptions options;  ///< as asked for
    IntegrationRule rule = IntegrationRule::RightEndpoints;
    std::optional<double> tolerance;  ///< refinement ends below this estimated error; unset: no refinement
    int nodes = 0;                    ///< the number of nodes; with `tolerance`, the maximum
    int context = 0;                  ///< side in LR pixels; 0: the whole image

    /// The plan as a network can follow it: Midpoints in place of Secant where the options leave the rule open and the
    /// network has no secant rules.
    [[nodiscard]] LamPlan forNetwork(bool hasSecantRules) const;
    /// Whether nodes are placed by the length of the path.
    [[nodiscard]] bool usesArcLength() const { return rule != IntegrationRule::RightEndpoints; }
    /// The numbers of nodes of the levels, coarse to fine; the last is `nodes`. That level alone where no tolerance
    /// asks for finer cells, or where `nodes` midpoints belong to no series of levels.
    [[nodiscard]] std::vector<int> levels() const;
    /// The most gradients that are evaluated: finer midpoints are added to those before them, finer cells replace them.
    [[nodiscard]] int gradients() const;
};

/// Checks every option against its range and the preset. Throws Error(InvalidArgument) naming the option and its range.
[[nodiscard]] LamPlan makePlan(const LamOptions& options);

/// How often makePlan() ran in this process: tests see by it that options are resolved once.
[[nodiscard]] std::int64_t plansMade();

[[nodiscard]] std::string_view toString(Preset preset);
[[nodiscard]] std::string_view toString(PathKind path);
[[nodiscard]] std::string_view toString(DetectorKind detector);
[[nodiscard]] std::string_view toString(IntegrationRule rule);
/// As results state it, e.g. "midpoint, arc length".
[[nodiscard]] std::string_view describe(IntegrationRule rule);

/// The value with that name. Throw Error(InvalidArgument) listing the known names.
[[nodiscard]] Preset presetFromString(std::string_view name);
[[nodiscard]] PathKind pathFromString(std::string_view name);
[[nodiscard]] DetectorKind detectorFromString(std::string_view name);

}  // namespace lamscope
