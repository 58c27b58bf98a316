// SPDX-License-Identifier: GPL-3.0-or-later
#include "attribution/lam.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <torch/torch.h>

#include "attribution/detector.h"
#include "attribution/image_paths.h"
#include "attribution/integrator.h"
#include "attribution/nodes.h"
#include "error.h"
#include "image/colour.h"
#include "metrics/concentration.h"
#include "metrics/psnr_ssim.h"
#include "model/sr_model_implementation.h"

namespace lamscope {

namespace {

/// LR pixels evaluated at once. On a CPU small batches win, since the activations of one or two 64x64 images still fit
/// its caches; a GPU wants many.
constexpr std::int64_t pixelsPerBatchCpu = 8192;
constexpr std::int64_t pixelsPerBatchCuda = 64L * 8192;

/// Below this Euclidean length the path does not move: the image equals its baseline up to rounding.
constexpr double shortestPath = 1e-6;
/// A mean gradient per SR value in the patch below this is a flat patch: a thirtieth of an 8-bit step.
constexpr double flatDetector = 1e-4;

using Clock = std::chrono::steady_clock;

class LamComputation {
public:
    LamComputation(const SrModel& model, const Image& lr, const Image* hr, const LamOptions& options)
        : start_(Clock::now())
        , options_(options)
        , plan_(makePlan(options))
        , model_(model.implementation()) {
        const auto& card = model_.card();
        checkPatch(options.patch, options.detector, card.scale, lr.width(), lr.height(), plan_.context);
        if (hr != nullptr && (hr->width() != lr.width() * card.scale || hr->height() != lr.height() * card.scale)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the HR image has {}x{} pixels; {} enlarges the {}x{} LR image to {}x{}",
                                    hr->width(), hr->height(), card.name, lr.width(), lr.height(),
                                    lr.width() * card.scale, lr.height() * card.scale));
        }
        common_.patch = options.patch;
        common_.context = contextAround(options.patch, card.scale, lr.width(), lr.height(), plan_.context);
        checkSize(card, common_.context.width, common_.context.height);
        common_.lr = lr.cropped(common_.context);
        if (hr != nullptr) {
            common_.hr = hr->cropped({common_.context.x * card.scale, common_.context.y * card.scale,
                                      common_.context.width * card.scale, common_.context.height * card.scale});
        }
        patch_ = options.patch;
        patch_.x -= common_.context.x * card.scale;
        patch_.y -= common_.context.y * card.scale;
    }

    std::optional<LamResult> run(const std::stop_token& stop, const LamProgressCallback& progress) {
        const auto path = makeImagePath(common_.lr, options_);
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        measureEnds(*path);
        const auto length = measureArcLength(*path);  // 128 blurs: less than one evaluation of any network
        moves_ = length.total() > shortestPath;

        const PatchDetector detector(model_, options_.detector, patch_);
        Integrator integrator(*path, detector, nodesAtOnce());
        const auto ladder = plan_.arcLength ? triplingLadder(plan_.nodes) : std::vector<int>{plan_.nodes};
        LamProgress report;
        report.nodesPlanned = plan_.nodes;
        const auto onBatch = [&](std::int64_t nodesDone) {
            report.nodesDone = nodesDone;
            if (progress) {
                progress(report);
            }
        };
        std::shared_ptr<const LamResult> latest;
        for (const int count : ladder) {
            const auto nodes = plan_.arcLength ? arcLengthMidpoints(length, count) : uniformRightEndpoints(count);
            const auto level = integrator.integrate(nodes, latest != nullptr, stop, onBatch);
            if (!level) {
                return std::nullopt;
            }
            latest = std::make_shared<const LamResult>(finish(*level, latest.get(), integrator.warnings()));
            if (progress) {
                LamProgress complete = report;
                complete.level = latest;
                progress(complete);
            }
            if (plan_.tolerance && latest->estimatedMapError && *latest->estimatedMapError < *plan_.tolerance) {
                break;
            }
        }
        return *latest;
    }

private:
    [[nodiscard]] std::int64_t nodesAtOnce() const {
        const auto pixels = model_.device().is_cuda() ? pixelsPerBatchCuda : pixelsPerBatchCpu;
        return std::max<std::int64_t>(pixels / (static_cast<std::int64_t>(common_.lr.width()) * common_.lr.height()),
                                      1);
    }

    /// D and SR at both ends of the path, and what compares the SR with HR.
    void measureEnds(const Path& path) {
        const torch::NoGradGuard noGradients;
        const PatchDetector detector(model_, options_.detector, patch_);
        const auto valueAt = [&](double alpha, Image* sr) {
            const auto points = detector.prepare(path.at(std::span(&alpha, 1)));
            const auto output = model_.forward(points.front());
            if (sr != nullptr) {
                *sr = toImage(output);
            }
            return detect(options_.detector, output, patch_).item<double>();
        };
        try {
            common_.detectorBaseline = valueAt(0.0, nullptr);
            common_.detectorImage = valueAt(1.0, &common_.sr);
        } catch (const Error&) {
            throw;
        } catch (const std::exception& error) {
            throw Error(isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
                        fmt::format("evaluating {} on {}x{} LR pixels failed: {}", model_.card().name,
                                    common_.lr.width(), common_.lr.height(), briefMessage(error)));
        }
        if (common_.hr.empty()) {
            return;
        }
        const auto sr = quantise8(common_.sr);
        const Rect patch{patch_.x, patch_.y, patch_.size, patch_.size};
        common_.psnr = peakSignalToNoise(sr, common_.hr, Channel::Rgb);
        common_.psnrPatch = peakSignalToNoise(sr.cropped(patch), common_.hr.cropped(patch), Channel::Rgb);
    }

    [[nodiscard]] LamResult finish(const IntegralLevel& level, const LamResult* coarser,
                                   const std::vector<std::string>& warnings) const {
        auto result = common_;
        result.nodes = static_cast<int>(level.nodes.alpha.size());
        result.nonfiniteGradients = level.nonfiniteGradients;
        result.curves = curvesOf(level);
        result.warnings = warnings;

        const auto attribution = level.attribution.front();  // [3, h, w], float64
        const auto values = attribution.to(torch::kFloat32).contiguous();
        result.attribution.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
        result.attributionSum = attribution.sum().item<double>();
        const double expected = result.detectorImage - result.detectorBaseline;
        if (expected != 0.0 && std::isfinite(expected)) {
            result.completenessError = (result.attributionSum - expected) / expected;
        }

        const auto magnitude = attribution.sum(0).abs().contiguous();
        const double maximum = magnitude.max().item<double>();
        const bool defined = moves_ && maximum > 0.0;
        const auto map = defined ? magnitude / maximum : torch::zeros_like(magnitude);
        result.map.assign(map.data_ptr<double>(), map.data_ptr<double>() + map.numel());
        if (defined) {
            describeMap(result);
            if (coarser != nullptr) {
                result.estimatedMapError = estimateError(coarser->map, result.map);
            }
        }
        addWarnings(result, defined);
        result.seconds = std::chrono::duration<double>(Clock::now() - start_).count();
        return result;
    }

    [[nodiscard]] LamCurves curvesOf(const IntegralLevel& level) const {
        LamCurves curves;
        curves.alpha = level.nodes.alpha;
        curves.detector = level.values;
        curves.pathSpeed = level.speed;
        curves.cumulative = level.cumulative;
        for (const double alpha : level.nodes.alpha) {
            curves.sigma.push_back(options_.path == PathKind::Blur ? blurSigma(options_, alpha)
                                                                   : std::numeric_limits<double>::quiet_NaN());
        }
        return curves;
    }

    void describeMap(LamResult& result) const {
        result.gini = giniCoefficient(result.map);
        result.diffusionIndex = diffusionIndex(result.map);
        result.mass95Pixels = massPixels(result.map, 0.95);
        const double scale = model_.card().scale;
        result.radiusPixels =
            radiusOfGyration(result.map, result.context.width, result.context.height,
                             (patch_.x + patch_.size / 2.0) / scale, (patch_.y + patch_.size / 2.0) / scale);
    }

    /// Half the relative L1 distance to the level with a third of the nodes.
    [[nodiscard]] static double estimateError(const std::vector<double>& coarse, const std::vector<double>& fine) {
        double difference = 0.0;
        double sum = 0.0;
        for (std::size_t i = 0; i < fine.size(); ++i) {
            difference += std::abs(fine[i] - coarse[i]);
            sum += fine[i];
        }
        return 0.5 * difference / sum;
    }

    void addWarnings(LamResult& result, bool defined) const {
        if (!defined) {
            result.warnings.emplace_back(
                moves_
                    ? "the attribution vanishes everywhere: the detector does not depend on the image, so the map is "
                      "not defined"
                    : "the image equals its baseline (it is flat), so the map is not defined");
        }
        const double perValue = result.detectorImage / (3.0 * patch_.size * patch_.size);
        if (defined && options_.detector == DetectorKind::Gradient && perValue < flatDetector) {
            result.warnings.emplace_back(
                "the patch is nearly flat: the map shows what little ripple the network makes");
        }
        if (result.nonfiniteGradients > 0) {
            result.warnings.push_back(
                fmt::format("{} gradient values were NaN or infinite and were set to 0", result.nonfiniteGradients));
        }
        if (!std::isfinite(result.detectorImage) || !std::isfinite(result.detectorBaseline)) {
            result.warnings.emplace_back("the network's output is not finite; do not trust this map");
        }
    }

    Clock::time_point start_;
    LamOptions options_;
    LamPlan plan_;
    const SrModel::Implementation& model_;
    Patch patch_;  // in SR pixels of the context
    bool moves_ = true;
    LamResult common_;  // what all levels share
};

}  // namespace

std::optional<LamResult> computeLam(const SrModel& model, const Image& lr, const Image* hr, const LamOptions& options,
                                    const std::stop_token& stop, const LamProgressCallback& progress) {
    return LamComputation(model, lr, hr, options).run(stop, progress);
}

Rect contextAround(const Patch& patch, int scale, int lrWidth, int lrHeight, int side) {
    const auto along = [&](int position, int extent) {
        if (side == 0 || side >= extent) {
            return std::pair{0, extent};
        }
        const double centre = (position + patch.size / 2.0) / scale;
        const int offset = static_cast<int>(std::floor(centre - side / 2.0));
        return std::pair{std::clamp(offset, 0, extent - side), side};
    };
    const auto [x, width] = along(patch.x, lrWidth);
    const auto [y, height] = along(patch.y, lrHeight);
    return {x, y, width, height};
}

void checkPatch(const Patch& patch, DetectorKind detector, int scale, int lrWidth, int lrHeight, int contextSide) {
    const auto margin = detectorMargin(detector);
    const int srWidth = lrWidth * scale;
    const int srHeight = lrHeight * scale;
    const int last = patch.size + margin.after;
    if (last + margin.before > std::min(srWidth, srHeight)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a patch of {0}x{0} SR pixels does not fit the {1}x{2} SR image; choose a smaller size",
                                patch.size, srWidth, srHeight));
    }
    if (patch.x < margin.before || patch.y < margin.before || patch.x > srWidth - last || patch.y > srHeight - last) {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("the {0}x{0} patch at ({1}, {2}) does not lie inside the {3}x{4} SR image: with the {5} "
                        "detector x can be {6} to {7} and y {6} to {8}",
                        patch.size, patch.x, patch.y, srWidth, srHeight, toString(detector), margin.before,
                        srWidth - last, srHeight - last));
    }
    const auto context = contextAround(patch, scale, lrWidth, lrHeight, contextSide);
    const int x = patch.x - context.x * scale;
    const int y = patch.y - context.y * scale;
    if (x < margin.before || y < margin.before || x > context.width * scale - last
        || y > context.height * scale - last) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a context of {} LR pixels does not hold the {}x{} SR patch and the pixels that the {} "
                                "detector reads around it; use at least {}",
                                contextSide, patch.size, patch.size, toString(detector),
                                (last + margin.before + scale - 1) / scale + 1));
    }
}

}  // namespace lamscope
