// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_refinement.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "image/colour.h"
#include "integrate/nodes.h"
#include "method/lam/image_paths.h"
#include "metrics/concentration.h"
#include "metrics/psnr_ssim.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// A mean gradient per SR value in the patch below this is a flat patch: a thirtieth of an 8-bit step.
constexpr double flatDetector = 1e-4;
/// Of the length of the path: two ends of cells that are closer are one.
constexpr double shortestCell = 1e-9;
/// The cells of so many levels have the same ends for every patch: a few cells say too little about where to place
/// others.
constexpr std::size_t levelsOfFixedCells = 2;
/// A path that is slower than this share of its largest speed rests.
constexpr double restingShare = 0.01;

/// Half the relative L1 distance to the level with a third of the nodes.
double estimateError(const std::vector<double>& coarse, const std::vector<double>& fine) {
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < fine.size(); ++i) {
        difference += std::abs(fine[i] - coarse[i]);
        sum += fine[i];
    }
    return 0.5 * difference / sum;
}

/// What one node adds to the map, before normalisation: Σ over pixels of |Σ_RGB attribution|.
double sizeOfMap(const TensorList& attribution) {
    return attribution.front().sum(0).abs().sum().item<double>();
}

/// What places the next level, where one is placed by the one before.
std::function<double(const TensorList&)> sizeFor(const LamPlan& plan) {
    return plan.rule == IntegrationRule::Secant && plan.levels().size() > 1 ? sizeOfMap : nullptr;
}

std::vector<Patch> patchesIn(const LamContext& context, std::span<const Patch> patches) {
    std::vector<Patch> inRegion;
    std::ranges::transform(patches, std::back_inserter(inRegion), [&](const Patch& patch) {
        return patchIn(context.region(), patch, context.model().card().scale);
    });
    return inRegion;
}

std::vector<PatchDetector> detectorsIn(const LamContext& context, const LamPlan& plan, const WindowedPath& window,
                                       std::span<const Patch> patches) {
    const int scale = context.model().card().scale;
    std::vector<PatchDetector> inWindow;
    for (const auto& patch : patchesIn(context, patches)) {
        inWindow.emplace_back(plan.options.detector, patchIn(window.window, patch, scale), scale);
    }
    return inWindow;
}

}  // namespace

LamRefinement::LamRefinement(LamContext& context, const LamPlan& plan, std::span<const Patch> patches,
                             std::chrono::steady_clock::time_point start, LamDetail detail)
    : start_(start)
    , context_(context)
    , plan_(plan.forNetwork(context.model().network().hasSecantRules()))
    , detail_(detail)
    , moves_(context.path().moves())
    , ladder_(plan_.levels())
    , window_(context.windowFor(plan.options.detector, patchesIn(context, patches)))
    , gradients_(context.model(), window_.path, detectorsIn(context, plan, window_, patches), context.retained())
    , refinement_(*window_.path, gradients_, patches.size(), context.nodesAtOnce(window_.window, plan_),
                  {.count = ladder_.size(),
                   .nodes = [this](std::size_t level) { return nodesOf(level); },
                   .size = sizeFor(plan_),
                   .firstOwn = plan_.rule == IntegrationRule::Secant ? levelsOfFixedCells : ladder_.size(),
                   .ownNodes = [this](std::size_t level, std::size_t patch) { return ownCells(level, patch); }})
    , results_(patches.size()) {
    context_.evaluateImage();
    for (const auto& patch : patches) {
        const auto inRegion = patchIn(context.region(), patch, context.model().card().scale);
        patches_.push_back({.asked = patch,
                            .inRegion = inRegion,
                            .detectorBaseline = context.detectorBaseline(plan.options.detector, inRegion, window_)});
    }
}

Nodes LamRefinement::nodesOf(std::size_t level) {
    gradients_.setKeeping(true);
    const int count = ladder_.at(level);
    switch (plan_.rule) {
        case IntegrationRule::RightEndpoints:
            return uniformRightEndpoints(count);
        case IntegrationRule::Midpoints:
            return arcLengthMidpoints(context_.path().length(), count);
        case IntegrationRule::Secant:
            return cellsByDensity(context_.path().length(), firstCellDensity(), count);
    }
    return {};
}

Nodes LamRefinement::ownCells(std::size_t level, std::size_t patch) {
    // They lie elsewhere for each patch: nobody meets their ends again.
    gradients_.setKeeping(false);
    const auto& length = context_.path().length();
    const auto& latest = refinement_.level(patch);
    CellDensity density;
    for (const double edge : latest.nodes.edge) {
        density.edge.push_back(length.fractionAt(edge));
    }
    const double sum = std::accumulate(latest.sizes.begin(), latest.sizes.end(), 0.0);
    for (std::size_t k = 0; k < latest.sizes.size(); ++k) {
        const double share = sum > 0.0 ? latest.sizes[k] / sum : 0.0;
        density.value.push_back(share / std::max(density.edge[k + 1] - density.edge[k], shortestCell));
    }
    return cellsByDensity(length, density, ladder_.at(level));
}

bool LamRefinement::next(const std::stop_token& stop, const IntegrationProgress& progress) {
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < patches_.size(); ++i) {
        if (!refinement_.finished(i)) {
            wanted.push_back(i);
        }
    }
    if (!refinement_.next(stop, progress)) {
        return false;
    }
    context_.checkWeights();
    for (const auto i : wanted) {
        results_[i] = std::make_shared<const LamResult>(resultOf(i));
        const auto& error = results_[i]->estimatedMapError;
        if (plan_.tolerance && error && *error < *plan_.tolerance) {
            refinement_.finish(i);
        }
    }
    return true;
}

LamResult LamRefinement::resultOf(std::size_t index) const {
    const auto& level = refinement_.level(index);
    const auto& [asked, inRegion, detectorBaseline] = patches_[index];
    const auto& region = context_.region();
    const bool everything = detail_ == LamDetail::Everything;
    const auto place = everything ? Rect{0, 0, region.width, region.height} : window_.window;
    LamResult result;
    result.patch = asked;
    result.context = region;
    if (everything) {
        addImages(result, inRegion);
        result.curves = curvesOf(level);
    }
    result.detectorImage = context_.detectorImage(plan_.options.detector, inRegion);
    result.detectorBaseline = detectorBaseline;
    result.rule = plan_.rule;
    result.nodes = static_cast<int>(level.nodes.size());
    result.nonfiniteGradients = level.nonfiniteGradients;
    result.warnings = refinement_.warnings();

    auto attribution = level.attribution.front();  // [3, h, w], float64
    if (everything) {
        attribution = onRegion(attribution);
        const auto values = attribution.to(torch::kFloat32).contiguous();
        result.attribution.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    }
    result.attributionSum = attribution.sum().item<double>();
    const double expected = result.detectorImage - result.detectorBaseline;
    if (expected != 0.0 && std::isfinite(expected)) {
        result.completenessError = (result.attributionSum - expected) / expected;
    }

    const auto magnitude = attribution.sum(0).abs().contiguous();
    const auto maximum = magnitude.max().item<double>();
    const bool defined = moves_ && maximum > 0.0;
    const auto map = defined ? magnitude / maximum : torch::zeros_like(magnitude);
    result.map.assign(map.data_ptr<double>(), map.data_ptr<double>() + map.numel());
    if (defined) {
        describeMap(result, place, inRegion);
        if (const auto& coarser = results_[index]) {
            result.estimatedMapError = estimateError(coarser->map, result.map);
        }
    }
    addWarnings(result, defined);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return result;
}

void LamRefinement::addImages(LamResult& result, const Patch& inRegion) const {
    result.lr = context_.lr();
    result.sr = context_.sr();
    result.hr = context_.hr();
    result.psnr = context_.psnr();
    if (!result.hr.empty()) {
        const Rect patch{inRegion.x, inRegion.y, inRegion.size, inRegion.size};
        result.psnrPatch =
            peakSignalToNoise(quantise8(result.sr.cropped(patch)), result.hr.cropped(patch), Channel::Rgb);
    }
}

torch::Tensor LamRefinement::onRegion(const torch::Tensor& attribution) const {
    const auto& window = window_.window;
    const auto& region = context_.region();
    if (window.width == region.width && window.height == region.height) {
        return attribution;
    }
    auto whole = torch::zeros({Image::channels, region.height, region.width}, torch::kFloat64);
    whole.narrow(1, window.y, window.height).narrow(2, window.x, window.width).copy_(attribution);
    return whole;
}

std::optional<double> LamRefinement::restOf(const Nodes& nodes, const std::vector<double>& speed) const {
    std::vector<double> length{0.0};  // of nodes uniform in α
    for (std::size_t k = 0; k < speed.size() && !plan_.usesArcLength(); ++k) {
        length.push_back(length.back() + speed[k] * (nodes.edge[k + 1] - nodes.edge[k]));
    }
    const double rest = (plan_.usesArcLength() ? context_.path().length() : ArcLength(length)).restsFrom(restingShare);
    return rest < 1.0 ? std::optional(rest) : std::nullopt;
}

LamCurves LamRefinement::curvesOf(const IntegralLevel& level) const {
    LamCurves curves;
    curves.alpha = level.nodes.alpha;
    curves.detector = level.values;
    // Of the whole context's path, of which a window sees a part.
    if (plan_.rule == IntegrationRule::Secant) {
        // Few cells are of very different widths: their means would lie beside the curve.
        const auto& length = context_.path().length();
        std::ranges::transform(level.nodes.alpha, std::back_inserter(curves.pathSpeed),
                               [&](double alpha) { return length.speedAt(alpha); });
    } else {
        curves.pathSpeed = context_.path().speed(level.nodes);
    }
    curves.cumulative = level.cumulative;
    curves.restsFrom = restOf(level.nodes, curves.pathSpeed);
    for (const double alpha : level.nodes.alpha) {
        curves.sigma.push_back(plan_.options.path == PathKind::Blur ? blurSigma(plan_.options, alpha)
                                                                    : std::numeric_limits<double>::quiet_NaN());
    }
    return curves;
}

void LamRefinement::describeMap(LamResult& result, const Rect& place, const Patch& inRegion) const {
    const auto pixels =
        static_cast<std::size_t>(result.context.width) * static_cast<std::size_t>(result.context.height);
    const auto zeros = pixels - result.map.size();
    result.gini = giniCoefficient(result.map, zeros);
    result.diffusionIndex = diffusionIndex(result.map, zeros);
    result.mass95Pixels = massPixels(result.map, 0.95);
    const double scale = context_.model().card().scale;
    result.radiusPixels =
        radiusOfGyration(result.map, place.width, place.height, (inRegion.x + inRegion.size / 2.0) / scale - place.x,
                         (inRegion.y + inRegion.size / 2.0) / scale - place.y);
}

void LamRefinement::addWarnings(LamResult& result, bool defined) const {
    if (!defined) {
        result.warnings.emplace_back(
            moves_ ? "the attribution vanishes everywhere: the detector does not depend on the image, so the map is "
                     "not defined"
            : plan_.options.path == PathKind::Rain
                ? "the input equals the clean image within the context, so the map is not defined"
                : "the image equals its baseline (it is flat), so the map is not defined");
    }
    const double perValue = result.detectorImage / (3.0 * result.patch.size * result.patch.size);
    if (defined && plan_.options.detector == DetectorKind::Gradient && perValue < flatDetector) {
        result.warnings.emplace_back("the patch is nearly flat: the map shows what little ripple the network makes");
    }
    if (result.nonfiniteGradients > 0) {
        result.warnings.push_back(
            fmt::format("{} gradient values were NaN or infinite and were set to 0", result.nonfiniteGradients));
    }
    if (!std::isfinite(result.detectorImage) || !std::isfinite(result.detectorBaseline)) {
        result.warnings.emplace_back("the network's output is not finite; do not trust this map");
    }
}

}  // namespace lamscope
