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

struct SrgaArguments {
    FeatureArguments features;
    OptionTexts method = OptionTexts(srgaOptionTable().size());
};

int runSrgaCommand(const SrgaArguments& arguments) {
    const auto& features = arguments.features;
    const auto options = asUsage([&] {
        auto given = optionsOfFlags(srgaOptionTable(), arguments.method);
        checkSrgaOptions(given);
        return given;
    });
    features.check();
    if (features.reference.empty() != features.sets.empty()) {
        throw UsageError("--reference and --set belong together: one folder that networks work well on, and others");
    }
    const auto input = features.input();
    const InterruptGuard interrupt;
    std::optional<SrgaDocument> document;
    {
        ProgressLine line;
        line.show("reading the networks and the images", -1.0);
        document = runSrga(input, options, interrupt.token(),
                           [&](const FeatureRunProgress& state) { showFeatureProgress(line, state); });
    }
    if (!document) {
        return ExitCode::Interrupted;
    }
    sayWarnings(warningsOf(*document));
    StagedFiles files;
    if (!features.npy.empty()) {
        addSrgaArrays(files, *document, features.npy);
    }
    features.report.addTo(
        files, [&] { return drawSrga(*document); }, [&] { return toCsv(*document); },
        [&] { return toJson(*document); });
    files.commit();
    printTable(toText(*document), features.report.json);
    return ExitCode::Done;
}

}  // namespace

void addSrgaCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<SrgaArguments>();
    auto* command = app.add_subcommand("srga", "generalisation: how far features move when the input is degraded");
    command->footer(
        "Example:\n  lamscope-cli srga --hr BSD100 --degrade blur:2 noise:20 jpeg:30 --patches 200 "
        "--model imdn_x4.pth rfdn_x4.pth --figure srga.png\n"
        "The table goes to standard output, everything else to standard error. Lower is better; 0 is the same "
        "distribution. See docs/generalisation.md for what must not be compared.");
    arguments->features.addTo(*command, /*hasReference=*/true,
                              "write NETWORK.SET.scores.npy, the principal scores, into this folder",
                              "write a picture of the distributions, .png");
    addOptionFlags(*command, srgaOptionTable(), arguments->method);
    command->callback([arguments, &chosen] { chosen = [arguments] { return runSrgaCommand(*arguments); }; });
}

}  // namespace lamscope::cli
