// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "base/atomic_file.h"
#include "base/output_files.h"
#include "bench/study_benchmark.h"
#include "bench_arguments.h"
#include "commands.h"
#include "console.h"

namespace lamscope::cli {

namespace {

struct StudyBenchArguments {
    BenchArguments common;
    bool study = false;
    int images = StudyBenchmarkOptions().images;
    int patches = StudyBenchmarkOptions().patchesPerSide;
    int nodes = 0;
};

int runStudyBench(const StudyBenchArguments& arguments) {
    StudyBenchmarkOptions options;
    options.models = arguments.common.models.specs();
    if (options.models.empty() || arguments.common.sides.size() != 1) {
        throw UsageError("--study wants --model, and one --side");
    }
    checkOutputFiles(std::vector<std::filesystem::path>{arguments.common.json}, filesOf(options.models));
    options.images = arguments.images;
    options.patchesPerSide = arguments.patches;
    options.side = arguments.common.sides.front();
    if (arguments.nodes > 0) {
        options.lam.nodes = arguments.nodes;
    }
    options.device = arguments.common.models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<StudyBenchmark> benchmark;
    {
        ProgressLine line;
        benchmark = measureStudy(options, interrupt.token(), [&](const std::string& step) { line.show(step, -1.0); });
    }
    if (!benchmark) {
        return ExitCode::Interrupted;
    }
    const auto& json = arguments.common.json;
    if (!json.empty()) {
        StagedFiles files;
        giveJson(files, json, toJson(*benchmark));
        files.commit();
    }
    printTable(toText(*benchmark), json);
    return ExitCode::Done;
}

}  // namespace

void addBenchCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudyBenchArguments>();
    auto& command = *app.add_subcommand("bench", "speed and error on this machine, against the plain published loop");
    arguments->common.addTo(command);
    auto* study = command.add_flag("--study", arguments->study,
                                   "only what a study costs against the same maps one by one; images of one --side");
    command.add_option("--images", arguments->images, "of the study")
        ->needs(study)
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    command.add_option("--patches", arguments->patches, "of the study, along each side of an image")
        ->needs(study)
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    command
        .add_option("--nodes", arguments->nodes,
                    "of each map of the study, without refinement (default: refined as by `lam`)")
        ->needs(study)
        ->check(CLI::Range(1, 100000));
    for (const auto* other : {"--repeats", "--di-map", "--busy", "--bursty"}) {
        study->excludes(command.get_option(other));  // these belong to what is left out
    }
    command.callback([arguments, &chosen] {
        chosen = [arguments] { return arguments->study ? runStudyBench(*arguments) : arguments->common.run(); };
    });
}

}  // namespace lamscope::cli
