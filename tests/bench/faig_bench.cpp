// SPDX-License-Identifier: GPL-3.0-or-later
// FAIG beside a plain loop as the authors' script has it: 100 left nodes, each degradation anew for both orders, a full
// copy of the weights a node, plain layouts. The error of each is that of its scores (L1, relative) against 243
// midpoints. Needs the golden pair of the test data.
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/npy.h"
#include "core/method/faig/faig_pairs.h"
#include "method/faig/faig_integral.h"
#include "model/sr_model_implementation.h"
#include "runtime/allocation_meter.h"
#include "runtime/device.h"
#include "runtime/torch_headers.h"
#include "support/test_data.h"

namespace {

using namespace lamscope;

using Clock = std::chrono::steady_clock;

struct Degraded {
    torch::Tensor lr;
    torch::Tensor hr;
};

double timed(const std::function<void()>& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The published loop for one degradation.
std::vector<double> plainScores(FaigPair::Implementation& pair, const Degraded& image) {
    constexpr int nodes = 100;
    std::vector<torch::Tensor> sums;
    for (int k = 0; k < nodes; ++k) {
        const double t = static_cast<double>(k) / nodes;
        std::vector<torch::Tensor> inputs;
        for (std::size_t i = 0; i < pair.weights().size(); ++i) {
            const auto& weight = pair.weights()[i];
            const auto copy = (weight.target * (1.0 - t) + weight.baseline * t).contiguous().clone();
            auto parameter = pair.now(i);
            parameter.set_data(copy.contiguous(torch::MemoryFormat::Contiguous));
            parameter.set_requires_grad(true);
            inputs.push_back(parameter);
        }
        const auto& inside = pair.model().implementation();
        const auto sr = inside.network().forward(image.lr.contiguous());
        const auto loss = (sr - image.hr).square().sum();
        const auto gradients = torch::autograd::grad({loss}, inputs);
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            if (sums.size() <= i) {
                sums.push_back(torch::zeros_like(gradients[i]));
            }
            sums[i] = sums[i] + gradients[i];
        }
    }
    for (std::size_t i = 0; i < pair.weights().size(); ++i) {
        pair.now(i).set_requires_grad(false);
    }
    std::vector<double> scores(static_cast<std::size_t>(pair.filters().size()), 0.0);
    for (std::size_t layer = 0; layer < pair.filters().layers().size(); ++layer) {
        const auto weight = pair.weightOf(layer);
        pair.addScores(layer, sums[weight] * pair.difference(weight) / nodes, scores);
    }
    return scores;
}

std::vector<double> scores(FaigPair::Implementation& pair, const Degraded& image, int nodes, double tolerance) {
    FaigOptions options;
    options.nodes = nodes;
    options.tolerance = tolerance;
    FaigScoring::State state(pair, image.lr, image.hr, options);
    while (!state.finished()) {
        static_cast<void>(state.next({}));
    }
    return state.result()->scores;
}

double errorOf(const std::vector<double>& values, const std::vector<double>& reference) {
    double difference = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        difference += std::abs(values[i] - reference[i]);
    }
    return difference / std::accumulate(reference.begin(), reference.end(), 0.0);
}

torch::Tensor firstImage(const char* name) {
    const auto array = readNpy(test::dataFile(std::string("golden/methods/faig_") + name + ".npy"));
    return (torch::tensor(array.values, torch::kFloat64).view(array.shape).narrow(0, 0, 1) / 255.0).to(torch::kFloat32);
}

/// A network of 19 million values (RCAN has 16), 100 nodes: tensor memory in copies of its weights.
void measureMemory() {
    constexpr double mebibyte = 1024.0 * 1024.0;
    const AllocationMeter all;
    const auto target = faig_test::msrResNet(240, 16, 0.6);
    auto owner = FaigPair::ofWeights(faig_test::baselineOf(target, 0.6), target, faig_test::named("wide"));
    auto& pair = owner.implementation();
    std::int64_t weights = 0;
    for (const auto& weight : pair.weights()) {
        weights += weight.target.numel() * 4;
    }
    const auto held = all.heldBytes();
    const Degraded image{torch::full({1, 3, 16, 16}, 0.4), torch::full({1, 3, 32, 32}, 0.5)};
    std::int64_t activations = 0;
    {
        const AllocationMeter meter;
        for (const auto i : pair.path()) {
            pair.now(i).set_requires_grad(true);
        }
        const auto loss = pair.lossNow(image.lr, image.hr);
        activations = meter.heldBytes();
        for (const auto i : pair.path()) {
            pair.now(i).set_requires_grad(false);
        }
    }
    FaigOptions options;
    options.preset = FaigPreset::Official;
    std::int64_t peak = 0;
    {
        const AllocationMeter meter;
        FaigScoring::State state(pair, image.lr, image.hr, options);
        while (!state.finished()) {
            static_cast<void>(state.next({}));
        }
        peak = meter.peakBytes();
    }
    const auto w = static_cast<double>(weights);
    fmt::print(
        "weights {:.0f} MiB; the pair holds {:.2f} copies; 100 nodes on 16x16 LR take {:.2f} more at most, with "
        "activations of {:.2f}: {:.2f} in all\n",
        w / mebibyte, static_cast<double>(held) / w, static_cast<double>(peak) / w,
        static_cast<double>(activations) / w, static_cast<double>(held + peak) / w);
}

}  // namespace

int main() {
    setComputeThreads(1);
    const auto spec = [](const char* name) {
        return ModelSpec::parse(test::dataFile(std::string("golden/methods/faig_") + name + "_x2.pth").string());
    };
    FaigPair owner(spec("baseline"), spec("target"));
    auto& pair = owner.implementation();
    const std::vector<Degraded> images{{firstImage("blur"), firstImage("gt")}, {firstImage("noise"), firstImage("gt")}};
    std::vector<std::vector<double>> reference;
    for (const auto& image : images) {
        reference.push_back(scores(pair, image, 243, 1e-30));
    }
    const auto worst = [&](const std::vector<std::vector<double>>& all) {
        return std::max(errorOf(all[0], reference[0]), errorOf(all[1], reference[1]));
    };
    std::vector<std::vector<double>> plain(2);
    const double plainSeconds = timed([&] {
        for (int order = 0; order < 2; ++order) {
            for (std::size_t i = 0; i < images.size(); ++i) {
                plain[i] = plainScores(pair, images[i]);
            }
        }
    });
    FaigPair fresh(spec("baseline"), spec("target"));  // with its own layouts
    fmt::print("{:<34} {:>8} {:>8} {:>7}\n", "one 64x64 LR, 2 degradations", "seconds", "error", "ratio");
    fmt::print("{:<34} {:>8.2f} {:>8.4f}\n", "plain loop, 100 left nodes", plainSeconds, worst(plain));
    const auto line = [&](const std::string& name, int nodes, double tolerance) {
        std::vector<std::vector<double>> ours;
        const double seconds = timed([&] {
            for (const auto& image : images) {
                ours.push_back(scores(fresh.implementation(), image, nodes, tolerance));
            }
        });
        fmt::print("{:<34} {:>8.2f} {:>8.4f} {:>7.1f}\n", name, seconds, worst(ours), plainSeconds / seconds);
    };
    for (const int nodes : {9, 11, 12, 14, 16}) {
        line(fmt::format("{} midpoints", nodes), nodes, 1e-30);
    }
    line("exact, tolerance 0.01", 243, 0.01);
    line("exact, tolerance 0.05", 243, 0.05);
    setComputeThreads(2);
    measureMemory();
    return 0;
}
