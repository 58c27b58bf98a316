// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/benchmark.h"

#include <algorithm>
#include <cmath>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/json_text.h"
#include "bench/plain_loop.h"
#include "bench/timing.h"
#include "image/drawn_scene.h"
#include "image/low_resolution.h"
#include "method/lam/detector.h"
#include "method/lam/image_paths.h"
#include "method/lam/lam.h"
#include "metrics/kernel_density.h"
#include "runtime/device.h"
#include "runtime/torch_headers.h"
#include "scene/document_blocks.h"

namespace lamscope {

namespace {

constexpr int lamNodes = 27;
constexpr int referenceNodes = 243;
/// Tried for a map as exact as the published loop's.
constexpr int fewestEqualNodes = 3;
constexpr int mostEqualNodes = 50;
constexpr std::int64_t convolutionChannels = 64;

double convolutionFlops(std::int64_t pixels) {
    return 2.0 * 9.0 * convolutionChannels * convolutionChannels * static_cast<double>(pixels);
}

KernelDensitySpeed measureKernelDensity(int repeats) {
    constexpr int side = 64;
    std::vector<double> map;
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            map.push_back(std::exp(-std::hypot(x - 30.0, y - 34.0) / 5.0));
        }
    }
    KernelDensitySpeed speed;
    speed.seconds = medianSeconds(repeats, [&] { static_cast<void>(kernelDensity(map, side, side)); });
    speed.directSeconds = medianSeconds(1, [&] { static_cast<void>(kernelDensityDirect(map, side, side)); });
    return speed;
}

MachineDescription describeMachine(const std::string& device) {
    MachineDescription machine;
    machine.cpu = processorName();
    machine.cores = static_cast<int>(std::thread::hardware_concurrency());
    machine.threads = computeThreads();
    machine.memoryBytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
    machine.device = device;
    return machine;
}

/// The fewest nodes that give a map as close to the reference as the published loop's; nullopt when there are none, or
/// stopped.
std::optional<int> nodesForError(const SrModel& model, const Image& lr, const Patch& patch,
                                 const std::vector<double>& reference, double error,
                                 const EvaluationOptions& evaluation, const std::stop_token& stop) {
    for (int nodes = fewestEqualNodes; nodes <= mostEqualNodes; ++nodes) {
        const auto result = computeLam(model, lr, nullptr, wholeImageOptions(patch, nodes), stop, {}, evaluation);
        if (!result) {
            return std::nullopt;
        }
        if (relativeDifference(result->map, reference) <= error) {
            return nodes;
        }
    }
    return std::nullopt;
}

/// Fills in the times and errors of the published loop and of ours; false when stopped.
bool compareWithPlainLoop(ModelBenchmark& result, const SrModel& model, const SrModel& plainModel, const Image& image,
                          const Patch& patch, const std::vector<double>& reference, const EvaluationOptions& evaluation,
                          const BenchmarkOptions& options, const std::stop_token& stop,
                          const std::function<void(const std::string&)>& say) {
    auto plainOptions = wholeImageOptions(patch, plainNodes);
    plainOptions.preset = Preset::Official;
    std::vector<double> plainMap;
    const auto plainTime = [&] { return secondsOf([&] { plainMap = plainLoop(plainModel, image, plainOptions); }); };
    std::vector<double> plainSeconds{plainTime()};
    const double plainError = relativeDifference(plainMap, reference);
    const auto equalNodes = nodesForError(model, image, patch, reference, plainError, evaluation, stop);
    std::vector<int> ourNodes{lamNodes};
    if (equalNodes) {
        ourNodes.push_back(*equalNodes);
    }
    std::vector<std::vector<double>> ourSeconds(ourNodes.size());
    std::vector<TimedMap> ours(ourNodes.size());
    // In turn, so that all meet the machine in the same state.
    for (int round = 0; round < options.repeats; ++round) {
        say(fmt::format("{}, {}x{}: ours and the published loop, round {} of {}", result.card.name, result.lrWidth,
                        result.lrHeight, round + 1, options.repeats));
        for (std::size_t k = 0; k < ourNodes.size(); ++k) {
            std::optional<LamResult> map;
            const auto ownOptions = wholeImageOptions(patch, ourNodes[k]);
            ourSeconds[k].push_back(
                secondsOf([&] { map = computeLam(model, image, nullptr, ownOptions, stop, {}, evaluation); }));
            if (!map) {
                return false;
            }
            ours[k] = {ourNodes[k], 0.0, relativeDifference(map->map, reference)};
        }
        if (round > 0) {  // the first was taken above
            plainSeconds.push_back(plainTime());
        }
    }
    for (std::size_t k = 0; k < ours.size(); ++k) {
        ours[k].seconds = median(ourSeconds[k]);
    }
    result.lam = ours.front();
    result.plain = {plainNodes, median(std::move(plainSeconds)), plainError};
    if (equalNodes) {
        result.equalError = ours.back();
    }
    return true;
}

std::optional<ModelBenchmark> measureModel(const ModelSpec& spec, int side, const BenchmarkOptions& options,
                                           const std::stop_token& stop,
                                           const std::function<void(const std::string&)>& say) {
    const auto model = loadModel(spec, options.device);
    const int scale = model.card().scale;
    const auto image = makeLowResolution(drawScene(side * scale), scale, Reduction::Pillow).lr;
    Patch patch;
    patch.x = patch.y = (side * scale - patch.size) / 2;

    ModelBenchmark result;
    result.card = model.card();
    result.lrWidth = result.lrHeight = side;
    say(fmt::format("{}, {}x{}: reference map of {} nodes", result.card.name, side, side, referenceNodes));
    BatchCalibration batches;
    const EvaluationOptions evaluation{.batches = &batches};
    auto referenceOptions = wholeImageOptions(patch, referenceNodes);
    referenceOptions.rule = IntegrationRule::Midpoints;  // whose limit nobody doubts
    const auto reference = computeLam(model, image, nullptr, referenceOptions, stop, {}, evaluation);
    if (!reference) {
        return std::nullopt;
    }
    result.batches = batches.latest();

    if (!compareWithPlainLoop(result, model, asPlainLoopHolds(loadModel(spec, options.device)), image, patch,
                              reference->map, evaluation, options, stop, say)) {
        return std::nullopt;
    }
    result.forwardBackwardSeconds = measureForwardBackward(model, image, patch, 2 * options.repeats + 1);
    say(fmt::format("{}, {}x{}: dragging, many patches, receptive field", result.card.name, side, side));
    result.cells = measureCells(model, image, options.repeats, stop);
    result.drag = measureDrag(model, image, options.repeats, stop);
    result.sharing = measureSharing(model, image, stop);
    result.window = measureWindow(model, image, lamNodes, options.repeats, stop);
    if (options.diMap) {
        say(fmt::format("{}, {}x{}: DI map", result.card.name, side, side));
        result.diMap = measureDiMap(model, image, stop);
    }
    if (options.busyProcesses > 0) {
        say(fmt::format("{}, {}x{}: beside {} {} processes", result.card.name, side, side, options.busyProcesses,
                        toString(options.busyKind)));
        result.busy = measureBusy(model, image, lamNodes, options.busyProcesses, options.busyKind, options.repeats,
                                  stop, evaluation);
    }
    return stop.stop_requested() ? std::nullopt : std::optional(std::move(result));
}

}  // namespace

ConvolutionSpeed measureConvolution(const std::string& device, int repeats) {
    constexpr auto channels = convolutionChannels;
    const auto make = [&](const std::vector<std::int64_t>& shape) {
        return (torch::rand(shape) * 0.05).to(torch::Device(device)).contiguous(torch::MemoryFormat::ChannelsLast);
    };
    ConvolutionSpeed speed;
    {
        const at::NoGradGuard noGradients;
        constexpr std::int64_t side = 256;
        const auto weight = make({channels, channels, 3, 3});
        const auto input = make({1, channels, side, side});
        for (int i = 0; i < 3 * repeats; ++i) {
            const double seconds =
                medianSeconds(1, [&] { at::conv2d(input, weight, {}, 1, 1).narrow(1, 0, 1).sum().item<float>(); });
            speed.peakGflops = std::max(speed.peakGflops, convolutionFlops(side * side) / seconds * 1e-9);
        }
    }
    constexpr std::int64_t side = 64;
    constexpr std::int64_t batch = 2;
    constexpr int layers = 16;
    std::vector<torch::Tensor> weights;
    weights.reserve(layers);
    for (int i = 0; i < layers; ++i) {
        weights.push_back(make({channels, channels, 3, 3}));
    }
    auto input = make({batch, channels, side, side}).requires_grad_(true);
    const auto forwardBackward = [&] {
        auto x = input;
        for (const auto& weight : weights) {
            x = at::conv2d(x, weight, {}, 1, 1);
            at::leaky_relu_(x, 0.05);  // in place, as the networks here do it
        }
        torch::autograd::grad({x.sum()}, {input}).front().sum().item<float>();
    };
    forwardBackward();
    const double seconds = medianSeconds(2 * repeats + 1, forwardBackward);
    speed.sustainedGflops = 2.0 * layers * convolutionFlops(batch * side * side) / seconds * 1e-9;
    return speed;
}

double measureForwardBackward(const SrModel& model, const Image& lr, const Patch& patch, int repeats) {
    const auto path = makeImagePath(lr, LamOptions{});
    const auto& inside = model.implementation();
    const PatchDetector detector(DetectorKind::Gradient, patch, model.card().scale);
    const double half = 0.5;
    return medianSeconds(repeats, [&] {
        const TensorList points{inside.toInput(path->at(std::span(&half, 1)).front()).requires_grad_(true)};
        const auto value = detector.finish(*inside.begin(points.front()));
        torch::autograd::grad({value.sum()}, points).front().sum().item<float>();
    });
}

std::optional<BenchmarkReport> runBenchmark(const BenchmarkOptions& options, const std::stop_token& stop,
                                            const std::function<void(const std::string&)>& progress) {
    const auto say = [&](const std::string& line) {
        if (progress) {
            progress(line);
        }
    };
    BenchmarkReport report;
    report.machine = describeMachine(options.device);
    say("convolution throughput");
    report.convolution = measureConvolution(options.device, options.repeats);
    say("kernel density");
    report.kernelDensity = measureKernelDensity(options.repeats);
    for (const auto& spec : options.models) {
        for (const int side : options.sides) {
            auto result = measureModel(spec, side, options, stop, say);
            if (!result) {
                return std::nullopt;
            }
            report.results.push_back(std::move(*result));
        }
    }
    return report;
}

std::string toJson(const BenchmarkReport& report) {
    using Json = nlohmann::ordered_json;
    const auto timed = [](const TimedMap& map) {
        return Json{{"nodes", map.nodes}, {"seconds", map.seconds}, {"map_error", numberOrNull(map.mapError)}};
    };
    Json json;
    json["lamscope"] = programJson(report.machine.device);
    json["machine"] = {{"cpu", report.machine.cpu},
                       {"cores", report.machine.cores},
                       {"threads", report.machine.threads},
                       {"memory_bytes", report.machine.memoryBytes},
                       {"device", report.machine.device}};
    json["convolution"] = {{"peak_gflops", report.convolution.peakGflops},
                           {"sustained_gflops", report.convolution.sustainedGflops},
                           {"ratio", report.convolution.sustainedGflops / report.convolution.peakGflops}};
    json["kde"] = {{"direct_seconds", report.kernelDensity.directSeconds},
                   {"seconds", report.kernelDensity.seconds},
                   {"ratio", report.kernelDensity.directSeconds / report.kernelDensity.seconds}};
    json["results"] = Json::array();
    for (const auto& result : report.results) {
        Json one{{"model", modelJson(result.card)},
                 {"lr", {result.lrWidth, result.lrHeight}},
                 {"forward_backward_seconds", result.forwardBackwardSeconds},
                 {"plain", timed(result.plain)},
                 {"lam", timed(result.lam)},
                 {"speedup", result.plain.seconds / result.lam.seconds},
                 {"equal_error", nullptr},
                 {"cells", nullptr},
                 {"drag", nullptr},
                 {"patches", nullptr},
                 {"window", nullptr},
                 {"batches", Json::array()},
                 {"di_map", nullptr},
                 {"busy", nullptr}};
        if (const auto& equal = result.equalError) {
            one["equal_error"] = timed(*equal);
            one["equal_error"]["speedup"] = result.plain.seconds / equal->seconds;
        }
        if (const auto& cells = result.cells) {
            one["cells"] = {{"nodes", coarseNodes},
                            {"seconds", cells->cellSeconds},
                            {"midpoint_seconds", cells->midpointSeconds},
                            {"units", cells->units()}};
        }
        if (const auto& drag = result.drag) {
            one["drag"] = {{"nodes", coarseNodes},
                           {"cold_seconds", drag->coldSeconds},
                           {"warm_seconds", drag->warmSeconds},
                           {"forward_backward_seconds", drag->forwardBackwardSeconds},
                           {"backward_seconds", drag->backwardSeconds},
                           {"cold_units", drag->coldSeconds / drag->forwardBackwardSeconds},
                           {"warm_units", drag->warmSeconds / drag->backwardSeconds}};
        }
        if (const auto& sharing = result.sharing) {
            one["patches"] = {{"count", sharing->patches},
                              {"nodes", coarseNodes},
                              {"seconds", sharing->seconds},
                              {"separate_seconds", sharing->separateSeconds},
                              {"ratio", sharing->seconds / sharing->separateSeconds}};
        }
        if (const auto& window = result.window) {
            one["window"] = {{"width", window->window.width},
                             {"height", window->window.height},
                             {"seconds", window->seconds},
                             {"whole_seconds", window->wholeSeconds},
                             {"ratio", window->wholeSeconds / window->seconds},
                             {"map_difference", window->difference}};
        }
        for (const auto& time : result.batches) {
            one["batches"].push_back({{"images", time.images}, {"seconds_per_image", time.secondsPerImage}});
        }
        if (const auto& map = result.diMap) {
            one["di_map"] = {{"columns", map->columns},
                             {"rows", map->rows},
                             {"nodes", coarseNodes},
                             {"lam_seconds", map->lamSeconds},
                             {"coarse_units", map->coarseSeconds / map->lamSeconds},
                             {"units", map->seconds / map->lamSeconds}};
        }
        if (const auto& busy = result.busy) {
            one["busy"] = {{"processes", busy->processes},
                           {"kind", toString(busy->kind)},
                           {"nodes", busy->nodes},
                           {"quiet_seconds", busy->quietSeconds},
                           {"seconds", busy->seconds},
                           {"ratio", busy->seconds / busy->quietSeconds},
                           {"even_share", busy->evenShare ? Json(*busy->evenShare) : Json(nullptr)}};
        }
        json["results"].push_back(std::move(one));
    }
    return dumpJson(json);
}

std::string toText(const BenchmarkReport& report) {
    auto text = fmt::format("{}, {} threads, {}\n", report.machine.cpu, report.machine.threads, report.machine.device);
    text += fmt::format("convolution: {:.0f} GFLOP/s sustained of {:.0f} peak ({:.2f})\n",
                        report.convolution.sustainedGflops, report.convolution.peakGflops,
                        report.convolution.sustainedGflops / report.convolution.peakGflops);
    text += fmt::format("kernel density: {:.1f} ms by FFT, {:.1f} ms direct ({:.0f}x)\n",
                        report.kernelDensity.seconds * 1e3, report.kernelDensity.directSeconds * 1e3,
                        report.kernelDensity.directSeconds / report.kernelDensity.seconds);
    for (const auto& result : report.results) {
        text += fmt::format(
            "{} {}x{}: published loop {:.2f} s, error {:.3f}; {} nodes {:.2f} s, error {:.3f}: {:.1f}x "
            "(one forward+backward {:.0f} ms)\n",
            result.card.name, result.lrWidth, result.lrHeight, result.plain.seconds, result.plain.mapError,
            result.lam.nodes, result.lam.seconds, result.lam.mapError, result.plain.seconds / result.lam.seconds,
            result.forwardBackwardSeconds * 1e3);
        if (const auto& equal = result.equalError) {
            text += fmt::format("  as exact as the published loop: {} nodes {:.2f} s, error {:.3f}: {:.1f}x\n",
                                equal->nodes, equal->seconds, equal->mapError, result.plain.seconds / equal->seconds);
        }
        if (const auto& cells = result.cells) {
            text += fmt::format("  a cell of the path costs {:.2f} of a midpoint\n", cells->units());
        }
        if (const auto& drag = result.drag) {
            text += fmt::format(
                "  dragging, {} nodes: {:.1f} forward+backward passes at first, {:.1f} backward passes then\n",
                coarseNodes, drag->coldSeconds / drag->forwardBackwardSeconds,
                drag->warmSeconds / drag->backwardSeconds);
        }
        if (const auto& sharing = result.sharing) {
            text += fmt::format("  {} patches at once: {:.2f} of as many runs\n", sharing->patches,
                                sharing->seconds / sharing->separateSeconds);
        }
        if (const auto& window = result.window) {
            text += fmt::format(
                "  window of the receptive field {}x{}: {:.1f}x faster than the whole, maps differ by {:.1e}\n",
                window->window.width, window->window.height, window->wholeSeconds / window->seconds,
                window->difference);
        }
        if (!result.batches.empty()) {
            text += fmt::format("  batches of {}, of", fastestBatch(result.batches));
            for (const auto& time : result.batches) {
                text += fmt::format(" {} ({:.0f} ms an image)", time.images, time.secondsPerImage * 1e3);
            }
            text += '\n';
        }
        if (const auto& map = result.diMap) {
            text += fmt::format("  DI map of {}x{} patches: {:.1f} maps of {} nodes, first picture after {:.1f}\n",
                                map->columns, map->rows, map->seconds / map->lamSeconds, coarseNodes,
                                map->coarseSeconds / map->lamSeconds);
        }
        if (const auto& busy = result.busy) {
            text += fmt::format("  beside {} {} processes: {} nodes {:.2f} s, alone {:.2f} s: {:.1f} times{}\n",
                                busy->processes, toString(busy->kind), busy->nodes, busy->seconds, busy->quietSeconds,
                                busy->seconds / busy->quietSeconds,
                                busy->evenShare ? fmt::format(" (an even share: {:.1f})", *busy->evenShare) : "");
        }
    }
    return text;
}

}  // namespace lamscope
