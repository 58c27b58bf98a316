// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "lam_arguments.h"
#include "model_arguments.h"
#include "study/sanity_run.h"

namespace lamscope::cli {

namespace {

struct SanityArguments {
    ModelArguments models;
    LamArguments lam;
    int draws = 1;
    std::string csv;
};

int run(const SanityArguments& arguments) {
    const auto experiment = arguments.lam.toExperiment(arguments.models.specs());
    const LamRunSettings settings{.device = arguments.models.prepareDevice(), .outputs = {arguments.csv}};
    const InterruptGuard interrupt;
    std::optional<SanityRun> checked;
    {
        ProgressLine line;
        line.show("reading the image and the networks", -1.0);
        checked = runSanity(experiment, settings, arguments.draws, interrupt.token(), [&](const LamRunProgress& state) {
            line.show(fmt::format("{} ({} of {})", state.name, state.model + 1, state.models), shareOf(state));
        });
    }
    if (!checked) {
        return ExitCode::Interrupted;
    }
    sayWarnings(checked->warnings);
    StagedFiles files;
    if (!arguments.csv.empty()) {
        files.add(arguments.csv, toCsv(checked->maps));
    }
    files.commit();
    printResult(toText(checked->maps));
    return ExitCode::Done;
}

}  // namespace

void addSanityCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<SanityArguments>();
    auto* command = app.add_subcommand("sanity", "does a map depend on what the network has learnt?");
    command->footer(fmt::format(
        "Weights are replaced by random ones of the same spread (the last layer, half of them, all), and the map is\n"
        "computed again. Where the signed attributions correlate less than {} with the trained network's, the map\n"
        "depends on the weights. Unsigned maps share the box and the reach in any case.\n\n"
        "Example:\n  lamscope-cli sanity --hr photo.png --model imdn_x4.pth --patch 120,120",
        acceptedCorrelation));
    arguments->lam.addImageTo(*command);
    arguments->models.addTo(*command, true);
    arguments->lam.addPatchesTo(*command)->required();
    arguments->lam.addMethodTo(*command);
    command->add_option("--draws", arguments->draws, "how often random weights are drawn")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    command->add_option("--csv", arguments->csv, "write a line for each map")->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
