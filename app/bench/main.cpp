// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/version.h"
#include "commands.h"
#include "program.h"
#include "runtime/device.h"
#include "version_report.h"

namespace {

using namespace lamscope;
using namespace lamscope::cli;

int runCommand(int argc, char** argv) {
    CLI::App app{
        "Speed and error of local attribution maps on this machine: `lamscope-cli bench` as a program of its own.",
        "lamscope-bench"};
    addVersionFlags(app, version() + " (LibTorch " + libtorchVersion() + ")");
    app.get_formatter()->column_width(34);
    app.failure_message([](const CLI::App* /*app*/, const CLI::Error& error) {
        return "error: " + std::string(error.what()) + " (try 'lamscope-bench --help')\n";
    });
    ChosenCommand chosen;
    addBenchArguments(app, chosen);
    return parseAndRun(app, argc, argv, chosen);
}

}  // namespace

int main(int argc, char** argv) {
    return runProgram([&] { return runCommand(argc, argv); }, "interrupted; nothing was written",
                      "choose a smaller --side");
}
