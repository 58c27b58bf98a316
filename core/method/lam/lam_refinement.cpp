// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_refinement.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

WindowedPath windowOf(LamContext& context, const LamOptions& options) {
    const auto patch = patchIn(context.region(), options.patch, context.model().card().scale);
    return context.windowFor(options.detector, std::span(&patch, 1));
}

}  // namespace

LamRefinement::LamRefinement(LamContext& context, const LamOptions& options,
                             std::chrono::steady_clock::time_point start)
    : LamRefinement(context, options, windowOf(context, options), nullptr, start) {}

LamRefinement::LamRefinement(LamContext& context, const LamOptions& options, WindowedPath window,
                             GradientSource* gradients, std::chrono::steady_clock::time_point start)
    : start_(start)
    , context_(context)
    , options_(options)
    , plan_(makePlan(options))
    , patch_(patchIn(context.region(), options.patch, context.model().card().scale))
    , moves_(context.path().moves())
    , window_(std::move(window))
    , detector_(context.model(), options.detector, patchIn(window_.window, patch_, context.model().card().scale))
    , detectorBaseline_(context.detectorBaseline(options.detector, patch_, window_))
    , ownGradients_(gradients == nullptr ? makeGradients() : nullptr)
    , integrator_(*window_.path, gradients == nullptr ? *ownGradients_ : *gradients,
                  // Gradients from elsewhere are there already: no batch has to be chosen, still less calibrated.
                  gradients == nullptr ? context_.nodesAtOnce(window_.window, plan_.nodes) : plan_.nodes)
    , ladder_(plan_.arcLength ? triplingLadder(plan_.nodes) : std::vector<int>{plan_.nodes}) {}

std::unique_ptr<GradientSource> LamRefinement::makeGradients() const {
    if (const auto& retained = context_.retained()) {
        return std::make_unique<RetainedGradients>(retained, detector_);
    }
    return std::make_unique<DirectGradients>(*window_.path, detector_);
}

Nodes LamRefinement::nextNodes() const {
    const int count = ladder_.at(level_);
    return plan_.arcLength ? arcLengthMidpoints(context_.path().length(), count) : uniformRightEndpoints(count);
}

std::vector<double> LamRefinement::nextAlpha() const {
    if (finished_) {
        return {};
    }
    const auto nodes = nextNodes();
    std::vector<double> alpha;
    for (std::size_t k = 0; k < nodes.alpha.size(); ++k) {
        if (latest_ == nullptr || !isNodeOfCoarserLevel(k)) {
            alpha.push_back(nodes.alpha[k]);
        }
    }
    return alpha;
}

std::shared_ptr<const LamResult> LamRefinement::next(const std::stop_token& stop, const IntegrationProgress& progress) {
    const auto level = integrator_.integrate(nextNodes(), latest_ != nullptr, stop, progress);
    if (!level) {
        return nullptr;
    }
    latest_ = std::make_shared<const LamResult>(resultOf(*level));
    ++level_;
    finished_ = level_ == ladder_.size()
                || (plan_.tolerance && latest_->estimatedMapError && *latest_->estimatedMapError < *plan_.tolerance);
    return latest_;
}

LamResult LamRefinement::resultOf(const IntegralLevel& level) const {
    LamResult result;
    result.patch = options_.patch;
    result.context = context_.region();
    result.lr = context_.lr();
    result.sr = context_.sr();
    result.hr = context_.hr();
    result.psnr = context_.psnr();
    if (!result.hr.empty()) {
        const Rect patch{patch_.x, patch_.y, patch_.size, patch_.size};
        result.psnrPatch =
            peakSignalToNoise(quantise8(result.sr.cropped(patch)), result.hr.cropped(patch), Channel::Rgb);
    }
    result.detectorImage = context_.detectorImage(options_.detector, patch_);
    result.detectorBaseline = detectorBaseline_;
    result.nodes = static_cast<int>(level.nodes.alpha.size());
    result.nonfiniteGradients = level.nonfiniteGradients;
    result.curves = curvesOf(level);
    result.warnings = integrator_.warnings();

    const auto attribution = onRegion(level.attribution.front());  // [3, h, w], float64
    const auto values = attribution.to(torch::kFloat32).contiguous();
    result.attribution.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
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
        describeMap(result);
        if (latest_ != nullptr) {
            result.estimatedMapError = estimateError(latest_->map, result.map);
        }
    }
    addWarnings(result, defined);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return result;
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

LamCurves LamRefinement::curvesOf(const IntegralLevel& level) const {
    LamCurves curves;
    curves.alpha = level.nodes.alpha;
    curves.detector = level.values;
    // Of the whole context's path, of which a window sees a part.
    curves.pathSpeed = context_.path().speed(level.nodes);
    curves.cumulative = level.cumulative;
    for (const double alpha : level.nodes.alpha) {
        curves.sigma.push_back(options_.path == PathKind::Blur ? blurSigma(options_, alpha)
                                                               : std::numeric_limits<double>::quiet_NaN());
    }
    return curves;
}

void LamRefinement::describeMap(LamResult& result) const {
    result.gini = giniCoefficient(result.map);
    result.diffusionIndex = diffusionIndex(result.map);
    result.mass95Pixels = massPixels(result.map, 0.95);
    const double scale = context_.model().card().scale;
    result.radiusPixels =
        radiusOfGyration(result.map, result.context.width, result.context.height,
                         (patch_.x + patch_.size / 2.0) / scale, (patch_.y + patch_.size / 2.0) / scale);
}

void LamRefinement::addWarnings(LamResult& result, bool defined) const {
    if (!defined) {
        result.warnings.emplace_back(
            moves_ ? "the attribution vanishes everywhere: the detector does not depend on the image, so the map is "
                     "not defined"
                   : "the image equals its baseline (it is flat), so the map is not defined");
    }
    const double perValue = result.detectorImage / (3.0 * patch_.size * patch_.size);
    if (defined && options_.detector == DetectorKind::Gradient && perValue < flatDetector) {
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
