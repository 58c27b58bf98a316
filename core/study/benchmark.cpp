// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/benchmark.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <torch/torch.h>

#include "attribution/detector.h"
#include "attribution/image_paths.h"
#include "attribution/lam.h"
#include "json_fields.h"
#include "metrics/kernel_density.h"
#include "model/device.h"
#include "study/low_resolution.h"
#include "study/scene.h"

namespace lamscope {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int plainNodes = 50;
constexpr int lamNodes = 27;
constexpr int referenceNodes = 243;
constexpr std::int64_t convolutionChannels = 64;

template <typename Work>
double secondsOf(const Work& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// The median time of `repeats` calls.
template <typename Work>
double medianSeconds(int repeats, const Work& work) {
    std::vector<double> seconds;
    seconds.reserve(static_cast<std::size_t>(repeats));
    for (int i = 0; i < repeats; ++i) {
        seconds.push_back(secondsOf(work));
    }
    return median(std::move(seconds));
}

/// The published loop as it is written everywhere: one path image at a time in the framework's default layout, the
/// network's parameters collecting gradients too. Same path, rule and detector as the preset official.
std::vector<double> plainLoop(const SrModel& model, const Image& lr, const LamOptions& options) {
    const auto& implementation = model.implementation();
    const auto path = makeImagePath(lr, options);
    const auto pointAt = [&](double alpha) {
        return path->at(std::span(&alpha, 1)).front().to(implementation.device(), torch::kFloat32).contiguous();
    };
    auto previous = pointAt(0.0);
    auto attribution = torch::zeros_like(previous);
    for (int k = 1; k <= plainNodes; ++k) {
        const auto point = pointAt(static_cast<double>(k) / plainNodes);
        auto input = point.clone().requires_grad_(true);
        detect(options.detector, implementation.forward(input), options.patch).sum().backward();
        attribution += input.grad().nan_to_num(0.0) * (point - previous);
        previous = point;
    }
    const auto magnitude = attribution.sum(0).sum(0).abs().to(torch::kCPU, torch::kFloat64).contiguous();
    const auto map = magnitude / magnitude.max();
    return {map.data_ptr<double>(), map.data_ptr<double>() + map.numel()};
}

/// A network as the published loop holds it.
SrModel loadForPlainLoop(const ModelSpec& spec, const std::string& device) {
    auto model = loadModel(spec, device);
    for (const auto& parameter : model.implementation().network().parameters()) {
        parameter.set_data(parameter.contiguous());
        parameter.requires_grad_(true);
    }
    return model;
}

double mapError(const std::vector<double>& map, const std::vector<double>& reference) {
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < map.size(); ++i) {
        difference += std::abs(map[i] - reference[i]);
        sum += reference[i];
    }
    return difference / sum;
}

double convolutionFlops(std::int64_t pixels) {
    return 2.0 * 9.0 * convolutionChannels * convolutionChannels * static_cast<double>(pixels);
}

ConvolutionSpeed measureConvolution(const torch::Device& device, int repeats) {
    constexpr auto channels = convolutionChannels;
    const auto make = [&](const std::vector<std::int64_t>& shape) {
        return (torch::rand(shape) * 0.05).to(device).contiguous(torch::MemoryFormat::ChannelsLast);
    };
    ConvolutionSpeed speed;
    {
        const torch::NoGradGuard noGradients;
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
            x = at::leaky_relu(at::conv2d(x, weight, {}, 1, 1), 0.05);
        }
        torch::autograd::grad({x.sum()}, {input}).front().sum().item<float>();
    };
    forwardBackward();
    const double seconds = medianSeconds(2 * repeats + 1, forwardBackward);
    speed.sustainedGflops = 2.0 * layers * convolutionFlops(batch * side * side) / seconds * 1e-9;
    return speed;
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
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) {
            machine.cpu = line.substr(line.find(':') + 2);
            break;
        }
    }
    machine.cores = static_cast<int>(std::thread::hardware_concurrency());
    machine.threads = computeThreads();
    machine.memoryBytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
    machine.device = device;
    return machine;
}

LamOptions exactOptions(const Patch& patch, int nodes) {
    LamOptions options;
    options.patch = patch;
    options.nodes = nodes;
    options.context = 0;
    return options;
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
    const auto reference = computeLam(model, image, nullptr, exactOptions(patch, referenceNodes), stop);
    if (!reference) {
        return std::nullopt;
    }

    const auto plainModel = loadForPlainLoop(spec, options.device);
    auto plainOptions = exactOptions(patch, plainNodes);
    plainOptions.preset = Preset::Official;
    std::optional<LamResult> ours;
    std::vector<double> plainMap;
    std::vector<double> ourSeconds;
    std::vector<double> plainSeconds;
    // In turn, so that both meet the machine in the same state.
    for (int i = 0; i < options.repeats; ++i) {
        say(fmt::format("{}, {}x{}: {} nodes and the published loop, round {} of {}", result.card.name, side, side,
                        lamNodes, i + 1, options.repeats));
        ourSeconds.push_back(
            secondsOf([&] { ours = computeLam(model, image, nullptr, exactOptions(patch, lamNodes), stop); }));
        if (!ours || stop.stop_requested()) {
            return std::nullopt;
        }
        plainSeconds.push_back(secondsOf([&] { plainMap = plainLoop(plainModel, image, plainOptions); }));
    }
    result.lam = {lamNodes, median(std::move(ourSeconds)), mapError(ours->map, reference->map)};
    result.plain = {plainNodes, median(std::move(plainSeconds)), mapError(plainMap, reference->map)};

    result.forwardBackwardSeconds = measureForwardBackward(model, image, patch, 2 * options.repeats + 1);
    return result;
}

}  // namespace

double measureForwardBackward(const SrModel& model, const Image& lr, const Patch& patch, int repeats) {
    const auto path = makeImagePath(lr, LamOptions{});
    const PatchDetector detector(model.implementation(), DetectorKind::Gradient, patch);
    const double half = 0.5;
    return medianSeconds(repeats, [&] {
        auto points = detector.prepare(path->at(std::span(&half, 1)));
        points.front().requires_grad_(true);
        torch::autograd::grad({detector(points).sum()}, points).front().sum().item<float>();
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
    report.convolution = measureConvolution(torch::Device(options.device), options.repeats);
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
        json["results"].push_back({{"model", modelJson(result.card)},
                                   {"lr", {result.lrWidth, result.lrHeight}},
                                   {"forward_backward_seconds", result.forwardBackwardSeconds},
                                   {"plain", timed(result.plain)},
                                   {"lam", timed(result.lam)},
                                   {"speedup", result.plain.seconds / result.lam.seconds}});
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
    }
    return text;
}

}  // namespace lamscope
