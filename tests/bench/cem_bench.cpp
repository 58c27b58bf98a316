// SPDX-License-Identifier: GPL-3.0-or-later
// Causal effect maps beside a plain loop as the authors' script has it: every block of the whole image, one forward
// pass a draw, plain layouts. The loop is timed on some of its passes, spread over the same blocks, and scaled to all.
// Needs weights and images of the test data.
//   cem_bench [THREADS [FINE]]
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <fmt/format.h>

#include "image/image_file.h"
#include "image/low_resolution.h"
#include "method/cem/cem_scan.h"
#include "model/sr_model_implementation.h"
#include "runtime/device.h"
#include "runtime/torch_headers.h"
#include "study/cem/intervention_files.h"
#include "support/test_data.h"

namespace {

using namespace lamscope;

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The seconds of one pass of the loop.
double plainSeconds(const SrModel& model, const CemScan& scan, const Image& hr, const Patch& roi, int passes) {
    const at::NoGradGuard noGradients;
    const auto& inside = model.implementation();
    const auto blocks = static_cast<int>(scan.place().grid.blocks());
    const int columns = scan.place().grid.columns();
    double seconds = 0.0;
    double sum = 0.0;
    for (int pass = 0; pass < passes + 2; ++pass) {
        const int block = static_cast<int>(static_cast<long long>(pass) * blocks / (passes + 2));
        const auto image = scan.replaced({CemStage::Coarse, block / columns, block % columns, 0});
        const auto start = Clock::now();
        auto lr = torch::empty({1, 3, image.height(), image.width()});
        std::ranges::copy(image.values(), lr.data_ptr<float>());
        sum += regionPsnr(inside.toSrImage(inside.forward(lr), lr), hr, roi);
        seconds += pass < 2 ? 0.0 : secondsSince(start);  // the first prepare what the others use
    }
    return sum > 0.0 ? seconds / passes : 0.0;
}

void measure(const std::string& weights, int passes, int fine) {
    const auto model = loadModel(ModelSpec::parse(test::dataFile("weights/" + weights).string() + ":scale=4"));
    const auto whole = readImage(test::dataFile("images/lam_demo/1.png")).image;
    const auto pair = makeLowResolution(whole.cropped({0, 0, 256, 256}), 4, Reduction::Pillow);
    const CemInput input{.lr = std::make_shared<const Image>(pair.lr), .hr = std::make_shared<const Image>(pair.hr)};
    const auto patches =
        std::make_shared<const CemInterventions>(*readInterventions({test::dataFile("images/bsd100")}, 0));
    const Patch roi{112, 112, 32};
    CemOptions options;
    options.fine = fine;
    CemScan scan(model, input, patches, options, roi);
    static_cast<void>(scan.next());
    const double plain = plainSeconds(model, scan, pair.hr, roi, passes);
    const auto start = Clock::now();
    while (scan.phase() == CemScan::Phase::Coarse) {
        static_cast<void>(scan.next());
    }
    const double coarse = secondsSince(start);
    while (!scan.finished()) {
        static_cast<void>(scan.next());
    }
    const double all = secondsSince(start);
    const auto result = scan.result();
    const auto blocks = static_cast<double>(result.blocks.size());
    const double plainCoarse = blocks * options.coarse * plain;
    const double fineDraws = static_cast<double>(result.fineBlocks) * fine;
    const double perFine = fineDraws > 0.0 ? (all - coarse) / fineDraws : 0.0;
    const double plainFifty = plainCoarse + 50.0 * result.fineBlocks * plain;
    const double oursFifty = coarse + 50.0 * result.fineBlocks * perFine;
    fmt::print(
        "{}: loop {:.4f} s a pass, {:.0f} s coarse; ours {:.4f} and {:.4f} s a coarse and a fine pass, {:.1f} s coarse "
        "({} blocks), {} fine blocks; ratio coarse {:.2f}, fine {:.2f}, whole map of 50 draws {:.2f}\n",
        model.card().name, plain, plainCoarse, coarse / (result.evaluatedBlocks * options.coarse), perFine, coarse,
        result.evaluatedBlocks, result.fineBlocks, plainCoarse / coarse, perFine > 0.0 ? plain / perFine : 0.0,
        plainFifty / oursFifty);
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = std::span(argv, static_cast<std::size_t>(argc));
    setComputeThreads(arguments.size() > 1 ? std::atoi(arguments[1]) : 2);  // NOLINT(cert-err34-c): a tool for us
    const int fine = arguments.size() > 2 ? std::atoi(arguments[2]) : 2;    // NOLINT(cert-err34-c)
    measure("fsrcnn_x4.pth", 200, fine);
    measure("carn_m.pth", 60, fine);
    measure("imdn_x4.pth", 20, fine);
    return 0;
}
