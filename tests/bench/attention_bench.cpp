// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of attention in windows, forward and backward, at the sizes of SwinIR's lightweight version and HAT-S on 64x64
// pixels. Two counters, measured in the same run, can be compared between machines: `parts`, the time of single
// operations by that of the loops, and `share`, arithmetic by time, divided by what a large matrix product reaches.
#include <algorithm>

#include <benchmark/benchmark.h>

#include "bench/timing.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace {

using namespace lamscope;

constexpr std::int64_t side = 64;
constexpr int repeats = 9;

/// Floating-point operations a second.
double productPeak() {
    constexpr std::int64_t rows = 1536;
    const auto a = at::rand({rows, rows});
    const auto b = at::rand({rows, rows});
    double least = secondsOf([&] { benchmark::DoNotOptimize(at::mm(a, b)); });
    for (int i = 0; i < repeats; ++i) {
        least = std::min(least, secondsOf([&] { benchmark::DoNotOptimize(at::mm(a, b)); }));
    }
    return 2.0 * rows * rows * rows / least;
}

/// Arguments: side of the windows, heads, dimensions of a head, whether the windows are shifted.
void attention(benchmark::State& state) {
    const auto window = state.range(0);
    const auto heads = state.range(1);
    const auto channels = heads * state.range(2);
    const auto offsets = (2 * window - 1) * (2 * window - 1);
    const WindowGrid grid({side, side}, {window, window}, torch::kCPU);
    const std::vector groups{grid.heads(at::randn({offsets, heads}), state.range(3) != 0)};
    const auto qkv = at::randn({1, side, side, 3 * channels}).requires_grad_(true);
    const auto gradient = at::randn({1, side, side, channels});
    const auto forwardBackward = [&](const auto& attend) {
        benchmark::DoNotOptimize(torch::autograd::grad({attend(qkv, groups)}, {qkv}, {gradient}));
    };
    for ([[maybe_unused]] auto iteration : state) {
        forwardBackward(attendInWindows);
    }
    const double own = medianSeconds(repeats, [&] { forwardBackward(attendInWindows); });
    const double products = 2.0 + 4.0;
    const auto pairs = static_cast<double>(side * side * window * window * channels);
    state.counters["parts"] = medianSeconds(repeats, [&] { forwardBackward(attendByParts); }) / own;
    state.counters["share"] = products * 2.0 * pairs / own / productPeak();
}

BENCHMARK(attention)
    ->ArgNames({"window", "heads", "dimensions", "shifted"})
    ->Args({8, 6, 10, 0})
    ->Args({8, 6, 10, 1})
    ->Args({16, 6, 24, 0})
    ->Args({16, 6, 24, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
