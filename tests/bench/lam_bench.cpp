// SPDX-License-Identifier: GPL-3.0-or-later
// Speed of the shipped networks on a drawn scene of 64x64 LR pixels. Besides its time each benchmark reports `units`:
// the same in forward+backward passes of the same network, measured in the same run, which is what can be compared
// between machines.
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include <benchmark/benchmark.h>

#include "bench/benchmark.h"
#include "bench/plain_loop.h"
#include "bench/timing.h"
#include "image/drawn_scene.h"
#include "image/low_resolution.h"
#include "method/lam/di_map.h"
#include "method/lam/lam.h"
#include "study/shipped_files.h"

namespace {

using lamscope::LamOptions;
using lamscope::Patch;

constexpr int side = 64;
constexpr int unitRepeats = 9;

struct Subject {
    explicit Subject(const lamscope::ModelSpec& spec)
        : model(lamscope::loadModel(spec))
        , plain(lamscope::asPlainLoopHolds(lamscope::loadModel(spec))) {
        const int scale = model.card().scale;
        lr = lamscope::makeLowResolution(lamscope::drawScene(side * scale), scale, lamscope::Reduction::Pillow).lr;
        options.patch.x = options.patch.y = (side * scale - options.patch.size) / 2;
        options.context = 0;
        unit = lamscope::measureForwardBackward(model, lr, options.patch, unitRepeats);
    }

    lamscope::SrModel model;
    lamscope::SrModel plain;
    lamscope::Image lr;
    LamOptions options;
    double unit = 0.0;  // seconds
};

using Work = std::function<void(const Subject&)>;

void run(benchmark::State& state, const Subject& subject, const Work& work) {
    double seconds = 0.0;
    for ([[maybe_unused]] auto iteration : state) {
        seconds += lamscope::secondsOf([&] { work(subject); });
    }
    state.counters["units"] = seconds / static_cast<double>(state.iterations()) / subject.unit;
}

void plainLoop(const Subject& subject) {
    auto options = subject.options;
    options.preset = lamscope::Preset::Official;
    benchmark::DoNotOptimize(lamscope::plainLoop(subject.plain, subject.lr, options));
}

Work lamOf(int nodes, bool window) {
    return [nodes, window](const Subject& subject) {
        auto options = subject.options;
        options.nodes = nodes;
        benchmark::DoNotOptimize(
            lamscope::computeLam(subject.model, subject.lr, nullptr, options, {}, {}, {.window = window}));
    };
}

void sixteenPatches(const Subject& subject) {
    auto options = subject.options;
    options.nodes = 9;
    std::vector<Patch> patches;
    patches.reserve(16);
    for (int i = 0; i < 16; ++i) {
        patches.push_back({.x = i % 4 * 60, .y = i / 4 * 60});
    }
    benchmark::DoNotOptimize(lamscope::computeLams(subject.model, subject.lr, nullptr, options, patches));
}

void diMap(const Subject& subject) {
    benchmark::DoNotOptimize(lamscope::computeDiMap(subject.model, subject.lr, subject.options, 60));
}

}  // namespace

int main(int count, char** arguments) {
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) {
        return 1;
    }
    const std::map<std::string, Work> works{{"published loop", plainLoop},
                                            {"lam 9", lamOf(9, true)},
                                            {"lam 27", lamOf(27, true)},
                                            {"lam 27 on the whole image", lamOf(27, false)},
                                            {"lam 9 of 16 patches", sixteenPatches},
                                            {"DI map of 4x4 patches", diMap}};
    for (const auto& network : lamscope::shippedNetworks()) {
        const auto subject = std::make_shared<const Subject>(network);
        for (const auto& named : works) {  // clang 14 cannot capture structured bindings
            benchmark::RegisterBenchmark(
                (subject->model.card().name + "/" + named.first).c_str(),
                [subject, work = named.second](benchmark::State& state) { run(state, *subject, work); })
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
        }
    }
    benchmark::RunSpecifiedBenchmarks();
}
