// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/version.h"
#include "console.h"
#include "program.h"
#include "runtime/device.h"
#include "training/training_run.h"
#include "version_report.h"

namespace {

using namespace lamscope;
using namespace lamscope::cli;

struct Arguments {
    std::string config;
    std::string data;
    std::string out;
    std::vector<std::string> tests;
    bool restart = false;
    int threads = 0;
};

/// NAME=HR_DIR or NAME=HR_DIR,LR_DIR.
TestSet parseTest(const std::string& text) {
    const auto equals = text.find('=');
    const auto comma = text.find(',', equals == std::string::npos ? 0 : equals);
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
        throw UsageError(fmt::format("--test {}: NAME=HR_DIR or NAME=HR_DIR,LR_DIR is expected", text));
    }
    TestSet set;
    set.name = text.substr(0, equals);
    set.hrFolder = text.substr(equals + 1, comma == std::string::npos ? comma : comma - equals - 1);
    if (comma != std::string::npos) {
        set.lrFolder = text.substr(comma + 1);
    }
    return set;
}

std::string describe(const TrainingLogEntry& line, const TrainingProgress& progress) {
    auto text = fmt::format("step {:>7} of {}  loss {:.5f}  learning rate {:.2e}", line.step, progress.steps, line.loss,
                            line.learningRate);
    if (line.psnr) {
        text += fmt::format("  PSNR {:.3f} dB", *line.psnr);
    }
    return text + fmt::format("  {:.0f} min left", progress.secondsLeft / 60.0);
}

int train(const Arguments& arguments) {
    TrainingRun run;
    run.options = readTrainingOptions(arguments.config);
    run.config = arguments.config;
    run.data = arguments.data;
    run.out = arguments.out;
    run.restart = arguments.restart;
    for (const auto& test : arguments.tests) {
        run.tests.push_back(parseTest(test));
    }
    run.command = fmt::format("lamscope-train --config {} --data DIR --out DIR", arguments.config);
    setComputeThreads(arguments.threads);
    const InterruptGuard interrupt;
    ProgressLine line;
    line.show("reading the images of " + arguments.data, -1.0);
    const auto showProgress = [&](const TrainingProgress& progress) {
        if (!progress.about.empty()) {
            line.say(progress.about);
        }
        if (progress.line != nullptr) {
            line.say(describe(*progress.line, progress));
        }
        line.show(progress.stage.empty() ? "training " + run.options.name : progress.stage,
                  static_cast<double>(progress.step) / static_cast<double>(progress.steps));
    };
    if (!runTraining(run, interrupt.token(), showProgress)) {
        return ExitCode::Interrupted;
    }
    line.say(fmt::format("done: {}", (run.out / (run.options.name + ".safetensors")).string()));
    return ExitCode::Done;
}

int runCommand(int argc, char** argv) {
    CLI::App app{
        "Trains a super-resolution network from a small JSON description, on the CPU. Stop it with Ctrl-C, or kill "
        "it:\n"
        "the same command goes on where it was. docs/training.md tells the fields of the description.",
        "lamscope-train"};
    addVersionFlags(app, version() + " (LibTorch " + libtorchVersion() + ")");
    app.failure_message([](const CLI::App* /*app*/, const CLI::Error& error) {
        return "error: " + std::string(error.what()) + " (try 'lamscope-train --help')\n";
    });
    Arguments arguments;
    app.add_option("--config", arguments.config, "description of network and training")->required()->type_name("FILE");
    app.add_option("--data", arguments.data, "folder of HR images; LR is made from them")->required()->type_name("DIR");
    app.add_option("--out", arguments.out, "folder for weights, card, log and curves; made where missing")
        ->required()
        ->type_name("DIR");
    app.add_option("--test", arguments.tests, "at the end, measure PSNR and SSIM for the card on this set")
        ->type_name("NAME=HR_DIR[,LR_DIR]")
        ->allow_extra_args();
    app.add_flag("--restart", arguments.restart, "begin anew, whatever the output folder holds");
    app.add_option("--threads", arguments.threads,
                   "processor threads to use; 0: as many as there are processors for this process")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    return parseAndRun(app, argc, argv, [&] { return train(arguments); });
}

}  // namespace

int main(int argc, char** argv) {
    return runProgram([&] { return runCommand(argc, argv); }, "interrupted; the same command goes on from here",
                      "choose a smaller batch or crop");
}
