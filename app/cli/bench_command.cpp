// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "base/atomic_file.h"
#include "base/output_files.h"
#include "bench/benchmark.h"
#include "commands.h"
#include "console.h"
#include "model/model_spec.h"
#include "model_arguments.h"

namespace lamscope::cli {

namespace {

struct BenchArguments {
    ModelArguments models;
    std::vector<int> sides{64};
    int repeats = BenchmarkOptions{}.repeats;
    bool diMap = false;
    int busy = 0;
    bool bursty = false;
    std::string json;
};

int run(const BenchArguments& arguments) {
    BenchmarkOptions options;
    options.models = arguments.models.specs();
    options.sides = arguments.sides;
    checkOutputFiles(std::vector<std::filesystem::path>{arguments.json}, filesOf(options.models));
    options.repeats = arguments.repeats;
    options.diMap = arguments.diMap;
    options.busyProcesses = arguments.busy;
    options.busyKind = arguments.bursty ? BusyKind::Bursty : BusyKind::Spinning;
    options.device = arguments.models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<BenchmarkReport> report;
    {
        ProgressLine line;
        report = runBenchmark(options, interrupt.token(), [&](const std::string& step) { line.show(step, -1.0); });
    }
    if (!report) {
        return ExitCode::Interrupted;
    }
    if (arguments.json == "-") {
        printResult(toJson(*report));
        return ExitCode::Done;
    }
    if (!arguments.json.empty()) {
        writeFileAtomically(arguments.json, toJson(*report));
    }
    printResult(toText(*report));
    return ExitCode::Done;
}

}  // namespace

void addBenchArguments(CLI::App& command, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<BenchArguments>();
    arguments->models.addTo(command, false);
    command.add_option("--side", arguments->sides, "LR sides of the test scene, comma-separated")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(16, 2048));
    command.add_option("--repeats", arguments->repeats, "how often each timing is taken; the median is reported")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    command.add_flag("--di-map", arguments->diMap, "also a DI map of each network, which takes minutes");
    auto* busy = command
                     .add_option("--busy", arguments->busy,
                                 "also a map beside so many processes that spin: what a shared machine costs")
                     ->check(CLI::Range(1, 1024));
    command.add_flag("--bursty", arguments->bursty, "they are busy and asleep by turns of 1 to 50 ms")->needs(busy);
    command.add_option("--json", arguments->json, "write the report as JSON; '-' for standard output")
        ->type_name("FILE");
    command.callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

void addBenchCommand(CLI::App& app, ChosenCommand& chosen) {
    addBenchArguments(*app.add_subcommand("bench", "speed and error on this machine, against the plain published loop"),
                      chosen);
}

}  // namespace lamscope::cli
