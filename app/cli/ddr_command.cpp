// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "feature_arguments.h"
#include "option_flags.h"
#include "study/features/feature_pictures.h"

namespace lamscope::cli {

namespace {

struct DdrArguments {
    FeatureArguments features;
    OptionTexts method = OptionTexts(ddrOptionTable().size());
};

int runDdrCommand(const DdrArguments& arguments) {
    const auto& features = arguments.features;
    const auto options = asUsage([&] {
        auto given = optionsOfFlags(ddrOptionTable(), arguments.method);
        checkDdrOptions(given);
        return given;
    });
    const auto input = features.input();
    const InterruptGuard interrupt;
    std::optional<DdrDocument> document;
    {
        ProgressLine line;
        line.show("reading the networks and the images", -1.0);
        document = runDdr(input, options, interrupt.token(),
                          [&](const FeatureRunProgress& state) { showFeatureProgress(line, state); });
    }
    if (!document) {
        return ExitCode::Interrupted;
    }
    sayWarnings(warningsOf(*document));
    StagedFiles files;
    if (!features.npy.empty()) {
        addDdrArrays(files, *document, features.npy);
    }
    features.report.addTo(
        files, [&] { return drawDdr(*document); }, [&] { return toCsv(*document); }, [&] { return toJson(*document); });
    files.commit();
    printTable(toText(*document), features.report.json);
    return ExitCode::Done;
}

}  // namespace

void addDdrCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<DdrArguments>();
    auto* command =
        app.add_subcommand("ddr", "degradation semantics: do features sort patches by degradation or by content");
    command->footer(
        "Example:\n  lamscope-cli ddr --hr BSD100 --degrade clean blur:2 noise:20 --patches 50 "
        "--model pan_x4.pth imdn_x4.pth --embed tsne --figure ddr.png\n"
        "The table goes to standard output, everything else to standard error. CH is Calinski and Harabasz's ratio: "
        "far "
        "above the chance level where patches group by degradation. See docs/representations.md.");
    arguments->features.addTo(*command, /*hasReference=*/false,
                              "write NETWORK.TAP.points.npy (class, patch, x, y) into this folder",
                              "write a picture of the scatters, .png");
    addOptionFlags(*command, ddrOptionTable(), arguments->method);
    command->callback([arguments, &chosen] { chosen = [arguments] { return runDdrCommand(*arguments); }; });
}

}  // namespace lamscope::cli
