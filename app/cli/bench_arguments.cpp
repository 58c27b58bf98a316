// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench_arguments.h"

#include <filesystem>
#include <memory>
#include <optional>

#include "base/atomic_file.h"
#include "base/output_files.h"
#include "commands.h"
#include "console.h"
#include "model/model_spec.h"

namespace lamscope::cli {

void BenchArguments::addTo(CLI::App& command) {
    models.addTo(command, false);
    command.add_option("--side", sides, "LR sides of the test scene, comma-separated")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(16, 2048));
    command.add_option("--repeats", repeats, "how often each timing is taken; the median is reported")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    command.add_flag("--di-map", diMap, "also a DI map of each network, which takes minutes");
    auto* processes =
        command
            .add_option("--busy", busy, "also a map beside so many processes that spin: what a shared machine costs")
            ->check(CLI::Range(1, 1024));
    command.add_flag("--bursty", bursty, "they are busy and asleep by turns of 1 to 50 ms")->needs(processes);
    command.add_option("--json", json, "write the report as JSON; '-' for standard output")->type_name("FILE");
}

int BenchArguments::run() const {
    BenchmarkOptions options;
    options.models = models.specs();
    options.sides = sides;
    checkOutputFiles(std::vector<std::filesystem::path>{json}, filesOf(options.models));
    options.repeats = repeats;
    options.diMap = diMap;
    options.busyProcesses = busy;
    options.busyKind = bursty ? BusyKind::Bursty : BusyKind::Spinning;
    options.device = models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<BenchmarkReport> report;
    {
        ProgressLine line;
        report = runBenchmark(options, interrupt.token(), [&](const std::string& step) { line.show(step, -1.0); });
    }
    if (!report) {
        return ExitCode::Interrupted;
    }
    if (json == "-") {
        printResult(toJson(*report));
        return ExitCode::Done;
    }
    if (!json.empty()) {
        writeFileAtomically(json, toJson(*report));
    }
    printResult(toText(*report));
    return ExitCode::Done;
}

void addBenchArguments(CLI::App& command, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<BenchArguments>();
    arguments->addTo(command);
    command.callback([arguments, &chosen] { chosen = [arguments] { return arguments->run(); }; });
}

}  // namespace lamscope::cli
