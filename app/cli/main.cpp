// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/CLI.hpp>
#include <fmt/format.h>

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
        "Lamscope: which input pixels a super-resolution network used to restore a patch.\n"
        "Local attribution maps (Gu & Dong, CVPR 2021), computed exactly.",
        "lamscope-cli"};
    addVersionFlags(app, version() + " (LibTorch " + libtorchVersion() + ")");
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
    app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
        const auto command = failed->get_subcommands().empty()
                                 ? "lamscope-cli"
                                 : "lamscope-cli " + failed->get_subcommands()[0]->get_name();
        return "error: " + std::string(error.what()) + " (try '" + command + " --help')\n";
    });
    ChosenCommand chosen;
    addCommands(app, chosen);
    const std::string first = argc > 1 ? argv[1] : "";
    const auto known = app.get_subcommands([&](const CLI::App* command) { return command->check_name(first); });
    if (!first.empty() && !first.starts_with('-') && known.empty()) {
        throw UsageError(fmt::format("there is no command '{}' (try 'lamscope-cli --help')", first));
    }
    return parseAndRun(app, argc, argv, chosen);
}

}  // namespace

int main(int argc, char** argv) {
    return runProgram([&] { return runCommand(argc, argv); }, "interrupted; nothing was written",
                      "use a smaller image or --context");
}
