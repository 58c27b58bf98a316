// SPDX-License-Identifier: GPL-3.0-or-later
// Curves and infidelity of one map beside the plain loop that RISE and captum have: one whole mixed image at a time,
// each step anew, D on the SR of the whole. Both give the same numbers. Needs the weights and the golden maps of the
// test data.
//
// usage: faithfulness_bench [network…], of those with a golden map of image 1; carn_m and imdn_x4 unless given
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/npy.h"
#include "image/image_file.h"
#include "image/low_resolution.h"
#include "method/faithfulness/faithfulness.h"
#include "method/lam/detector.h"
#include "method/lam/path_image.h"
#include "model/sr_model_implementation.h"
#include "runtime/torch_headers.h"
#include "support/spec_of.h"
#include "support/test_data.h"

namespace {

using namespace lamscope;

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

torch::Tensor tensorOf(const Image& image) {
    return torch::tensor(std::vector<float>(image.values().begin(), image.values().end()))
        .view({1, Image::channels, image.height(), image.width()});
}

/// The whole image at a time.
class PlainLoop {
public:
    PlainLoop(const SrModel& model, const FaithfulnessInput& input)
        : model_(model)
        , input_(input)
        , image_(tensorOf(input.lr))
        , baseline_(tensorOf(pathImage(input.lr, input.hr, input.plan.options, 0.0))) {}

    /// D at each step.
    [[nodiscard]] std::vector<double> curve(const std::vector<std::int32_t>& order, Replacement kind, int points) {
        const bool inserts = kind == Replacement::Insertion;
        std::vector<double> values;
        for (const auto count : stepCounts(static_cast<std::int64_t>(order.size()), points)) {
            auto mixed = (inserts ? baseline_ : image_).clone();
            const auto& source = inserts ? image_ : baseline_;
            for (std::int64_t i = 0; i < count; ++i) {
                const auto pixel = order[static_cast<std::size_t>(i)];
                const auto x = pixel % input_.lr.width();
                const auto y = pixel / input_.lr.width();
                mixed.select(3, x).select(2, y).copy_(source.select(3, x).select(2, y));
            }
            values.push_back(detectorOf(mixed));
        }
        return values;
    }

    [[nodiscard]] double without(const Rect& square) {
        auto mixed = image_.clone();
        const auto part = [&](const torch::Tensor& image) {
            return image.narrow(2, square.y, square.height).narrow(3, square.x, square.width);
        };
        part(mixed).copy_(part(baseline_));
        return detectorOf(mixed);
    }

    [[nodiscard]] int forwards() const { return forwards_; }

private:
    double detectorOf(const torch::Tensor& image) {
        ++forwards_;
        const at::NoGradGuard noGradients;
        const auto sr = model_.implementation().forward(image);
        return detect(input_.plan.options.detector, sr, input_.plan.options.patch).item<double>();
    }

    const SrModel& model_;
    const FaithfulnessInput& input_;
    torch::Tensor image_;
    torch::Tensor baseline_;
    int forwards_ = 0;
};

void measure(const std::string& network) {
    const auto model = loadModel(test::specOf(test::dataFile("weights/" + network + ".pth"), ":scale=4"));
    auto pair = makeLowResolution(readImage(test::dataFile("images/lam_demo/1.png")).image, model.card().scale,
                                  Reduction::Pillow);
    LamOptions lam;
    lam.patch = {120, 120, 16};
    FaithfulnessInput input{.lr = std::move(pair.lr), .hr = std::move(pair.hr), .plan = lam, .attribution = {}};
    input.attribution = {.width = input.lr.width(), .height = input.lr.height()};
    input.attribution.values = readNpy(test::dataFile("golden/" + network + "_1_converged.npy")).values;
    FaithfulnessOptions options;
    options.parts.sensitivity = false;

    PlainLoop warm(model, input);
    static_cast<void>(warm.without({0, 0, 8, 8}));
    auto start = Clock::now();
    const auto ours = *measureFaithfulness(model, input, options);
    const double seconds = secondsSince(start);

    start = Clock::now();
    PlainLoop plain(model, input);
    const int width = input.lr.width();
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(input.lr.height());
    double difference = 0.0;
    for (const auto& curve : ours.curves) {
        const auto order = curve.order == PixelOrder::Map ? orderByMap(mapOf(input.attribution))
                           : curve.order == PixelOrder::Radial
                               ? orderByDistance(input.plan.options.patch, model.card().scale, width, input.lr.height())
                               : randomPixelOrder(*curve.seed, pixels);
        const auto values = plain.curve(order, curve.kind, options.points);
        for (std::size_t i = 0; i < values.size(); ++i) {
            difference = std::max(difference, std::abs(values[i] / curve.detector[i] - 1.0));
        }
    }
    for (const auto& square : squaresOf(width, input.lr.height(), options.square, options.stride)) {
        static_cast<void>(plain.without(square));
    }
    const double plainSeconds = secondsSince(start);
    fmt::print(
        "{}: {} forwards on {}x{} in {:.1f} s; plain loop {} on {}x{} in {:.1f} s; ratio {:.2f}; largest relative "
        "difference of D {:.1e}\n",
        network, ours.forwards, ours.window.width, ours.window.height, seconds, plain.forwards(), width,
        input.lr.height(), plainSeconds, plainSeconds / seconds, difference);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> networks(argv + 1, argv + argc);
    if (networks.empty()) {
        networks = {"carn_m", "imdn_x4"};
    }
    for (const auto& network : networks) {
        measure(network);
    }
    return 0;
}
