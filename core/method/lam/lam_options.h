// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lamscope {

/// A square of SR-output pixels, (x, y) its top-left pixel.
struct Patch {
    int x = 0;
    int y = 0;
    int size = 16;

    friend bool operator==(const Patch&, const Patch&) = default;
};

/// A recipe for nodes and rule; see LamOptions for what may be changed.
enum class Preset {
    Official,  ///< the authors' public demo: 50 right endpoints uniform in σ
    Paper,     ///< the same with the paper's 100
    Exact,     ///< midpoints uniform in arc length, tripled until the map's estimated error is under the tolerance
};

/// How the baseline becomes the image.
enum class PathKind {
    Blur,           ///< Gaussian blur whose σ falls linearly to 0 (the paper's Eq. 2)
    Black,          ///< linear from black
    BlurredLinear,  ///< linear from the blurred image
};

/// What is measured in the SR patch; see detector.h for the formulas.
enum class DetectorKind { Gradient, Intensity, Gabor };

/// How far the Gabor kernel reaches from its centre, SR pixels.
inline constexpr int gaborReach = 4;

/// SR pixels that a detector reads beyond the patch.
struct DetectorMargin {
    int before = 0;  ///< to the left of and above the patch
    int after = 0;   ///< to the right of and below it
};

[[nodiscard]] DetectorMargin detectorMargin(DetectorKind kind);

/// What to compute. The same struct serves the command line, the window and the tests; lamOptionTable() has a row for
/// each option but the patch.
struct LamOptions {
    Patch patch;
    Preset preset = Preset::Exact;
    PathKind path = PathKind::Blur;
    double sigma = 1.2;  ///< of the baseline's blur, LR pixels, 0.05…100
    int kernel = 9;      ///< side of the blur kernel, LR pixels, odd, 1…255
    DetectorKind detector = DetectorKind::Gradient;

    /// Nodes on the path, 1…100000. Official, paper: their number. Exact: alone, exactly so many; with `tolerance`, at
    /// most so many. Unset: the preset's.
    std::optional<int> nodes;
    /// Exact only: estimated error of the map at which refinement ends, above 0. Unset: 0.05 (unless `nodes` is set).
    std::optional<double> tolerance;
    /// Side, in LR pixels, of the square around the patch that the network sees; 0 for the whole image.
    /// Unset: the whole image for official and paper, 64 for exact.
    std::optional<int> context;

    friend bool operator==(const LamOptions&, const LamOptions&) = default;
};

/// The options as they are used: presets resolved, every field set.
struct LamPlan {
    bool arcLength = false;           ///< midpoints in arc length; otherwise right endpoints uniform in α
    std::optional<double> tolerance;  ///< stop refining under this estimated error
    int nodes = 0;                    ///< the most nodes that may be used
    int context = 0;                  ///< 0: the whole image
};

/// Checks every option against its range and the preset. Throws Error(InvalidArgument) naming the option and its range.
[[nodiscard]] LamPlan makePlan(const LamOptions& options);

[[nodiscard]] std::string_view toString(Preset preset);
[[nodiscard]] std::string_view toString(PathKind path);
[[nodiscard]] std::string_view toString(DetectorKind detector);

/// The inverse of toString. Throw Error(InvalidArgument) listing the known names.
[[nodiscard]] Preset presetFromString(std::string_view name);
[[nodiscard]] PathKind pathFromString(std::string_view name);
[[nodiscard]] DetectorKind detectorFromString(std::string_view name);

}  // namespace lamscope
