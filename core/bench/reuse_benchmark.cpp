// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/reuse_benchmark.h"

#include <algorithm>
#include <limits>

#include "bench/benchmark.h"
#include "bench/timing.h"
#include "method/lam/di_map.h"
#include "method/lam/evaluation_window.h"
#include "method/lam/lam.h"
#include "method/lam/lam_context.h"
#include "method/lam/lam_refinement.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

constexpr int patchesPerSide = 8;
constexpr int separateShare = 8;
constexpr int gridStride = 16;

Patch middlePatch(const SrModel& model, const Image& lr) {
    const int scale = model.card().scale;
    Patch patch;
    patch.x = (lr.width() * scale - patch.size) / 2;
    patch.y = (lr.height() * scale - patch.size) / 2;
    return patch;
}

Rect wholeOf(const Image& lr) {
    return {0, 0, lr.width(), lr.height()};
}

/// Seconds of one gradient on a forward pass that is there.
double measureBackward(const SrModel& model, const Image& lr, const Patch& patch, int repeats) {
    const auto path = makeImagePath(lr, LamOptions{});
    const PatchDetector detector(DetectorKind::Gradient, patch, model.card().scale);
    const double half = 0.5;
    const TensorList points{model.implementation().toInput(path->at(std::span(&half, 1)).front()).requires_grad_(true)};
    const auto trunk = model.implementation().begin(points.front());
    const auto value = detector.finish(*trunk).sum();
    return medianSeconds(repeats, [&] {
        torch::autograd::grad({value}, points, {}, /*retain_graph=*/true).front().sum().item<float>();
    });
}

}  // namespace

std::optional<CellSpeed> measureCells(const SrModel& model, const Image& lr, int repeats, const std::stop_token& stop) {
    if (!model.hasSecantRules()) {
        return std::nullopt;
    }
    const auto secondsBy = [&](IntegrationRule rule) {
        auto options = wholeImageOptions(middlePatch(model, lr), coarseNodes);
        options.rule = rule;
        return secondsOf([&] { static_cast<void>(computeLam(model, lr, nullptr, options, stop, {}, {.batch = 1})); });
    };
    CellSpeed speed{.cellSeconds = std::numeric_limits<double>::infinity(),
                    .midpointSeconds = std::numeric_limits<double>::infinity()};
    // In turn and the least of many: their ratio is asked for, which other work on the machine would hide.
    for (int i = 0; i < 3 * repeats && !stop.stop_requested(); ++i) {
        speed.cellSeconds = std::min(speed.cellSeconds, secondsBy(IntegrationRule::Secant));
        speed.midpointSeconds = std::min(speed.midpointSeconds, secondsBy(IntegrationRule::Midpoints));
    }
    return stop.stop_requested() ? std::nullopt : std::optional(speed);
}

std::optional<DragSpeed> measureDrag(const SrModel& model, const Image& lr, int repeats, const std::stop_token& stop) {
    const auto patch = middlePatch(model, lr);
    auto moved = patch;
    moved.x += model.card().scale;
    const auto plan = makePlan(wholeImageOptions(patch, coarseNodes));
    const auto path = std::make_shared<const MeasuredPath>(lr, plan);
    const auto refine = [&](LamContext& context, const Patch& place) {
        return secondsOf([&] {
            LamRefinement refinement(context, plan, {&place, 1});
            while (!refinement.finished() && refinement.next(stop)) {
            }
        });
    };
    std::vector<double> cold;
    std::vector<double> warm;
    std::vector<double> forwardBackward;
    std::vector<double> backward;
    // In turn, so that maps and their units meet the machine in the same state.
    for (int i = 0; i < repeats; ++i) {
        forwardBackward.push_back(measureForwardBackward(model, lr, patch, coarseNodes));
        backward.push_back(measureBackward(model, lr, patch, coarseNodes));
        RetentionBudget budget{.limit = std::numeric_limits<std::int64_t>::max(), .used = 0};
        const auto context = prepare(model, lr, nullptr, plan, wholeOf(lr), {&patch, 1}, stop,
                                     {.budget = &budget, .evaluation = {}, .path = path});
        if (!context) {
            return std::nullopt;
        }
        context->evaluateImage();
        cold.push_back(refine(*context, patch));
        warm.push_back(refine(*context, moved));
        if (stop.stop_requested()) {
            return std::nullopt;
        }
    }
    return DragSpeed{.coldSeconds = median(std::move(cold)),
                     .warmSeconds = median(std::move(warm)),
                     .forwardBackwardSeconds = median(std::move(forwardBackward)),
                     .backwardSeconds = median(std::move(backward))};
}

std::optional<SharingSpeed> measureSharing(const SrModel& model, const Image& lr, const std::stop_token& stop) {
    const int scale = model.card().scale;
    std::vector<Patch> patches;
    for (int row = 0; row < patchesPerSide; ++row) {
        for (int column = 0; column < patchesPerSide; ++column) {
            Patch patch;
            patch.x = column * (lr.width() * scale - patch.size - 1) / (patchesPerSide - 1);
            patch.y = row * (lr.height() * scale - patch.size - 1) / (patchesPerSide - 1);
            patches.push_back(patch);
        }
    }
    const auto options = wholeImageOptions({}, coarseNodes);
    SharingSpeed speed{.patches = static_cast<int>(patches.size())};
    speed.seconds = secondsOf([&] { static_cast<void>(computeLams(model, lr, nullptr, options, patches, stop)); });
    for (std::size_t i = 0; i < patches.size(); i += separateShare) {
        // One of each row and each column of the grid.
        const auto& patch = patches[i + i / separateShare];
        speed.separateSeconds +=
            separateShare * secondsOf([&] {
                static_cast<void>(computeLam(model, lr, nullptr, wholeImageOptions(patch, coarseNodes), stop));
            });
    }
    return stop.stop_requested() ? std::nullopt : std::optional(speed);
}

std::optional<WindowSpeed> measureWindow(const SrModel& model, const Image& lr, int nodes, int repeats,
                                         const std::stop_token& stop) {
    const auto options = wholeImageOptions(middlePatch(model, lr), nodes);
    WindowSpeed speed;
    speed.window = evaluationWindow(model.card(), options.detector, {&options.patch, 1}, lr.width(), lr.height());
    if (speed.window == wholeOf(lr)) {
        return std::nullopt;
    }
    std::optional<LamResult> windowed;
    std::optional<LamResult> whole;
    speed.seconds = medianSeconds(repeats, [&] { windowed = computeLam(model, lr, nullptr, options, stop); });
    speed.wholeSeconds =
        secondsOf([&] { whole = computeLam(model, lr, nullptr, options, stop, {}, {.window = false}); });
    if (!windowed || !whole) {
        return std::nullopt;
    }
    speed.difference = relativeDifference(windowed->map, whole->map);
    return speed;
}

std::optional<DiMapSpeed> measureDiMap(const SrModel& model, const Image& lr, const std::stop_token& stop) {
    const auto options = wholeImageOptions(middlePatch(model, lr), coarseNodes);
    DiMapSpeed speed;
    constexpr int repeats = 5;
    speed.lamSeconds =
        medianSeconds(repeats, [&] { static_cast<void>(computeLam(model, lr, nullptr, options, stop)); });
    std::optional<DiMap> map;
    const auto start = Clock::now();
    speed.seconds = secondsOf([&] {
        map = computeDiMap(model, lr, options, gridStride, stop, [&](const DiMapProgress& state) {
            if (state.map != nullptr && speed.coarseSeconds == 0.0) {
                speed.coarseSeconds = std::chrono::duration<double>(Clock::now() - start).count();
            }
        });
    });
    if (!map) {
        return std::nullopt;
    }
    speed.columns = map->columns;
    speed.rows = map->rows;
    return speed;
}

}  // namespace lamscope
