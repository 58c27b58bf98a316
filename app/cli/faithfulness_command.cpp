// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "lam_arguments.h"
#include "method/faithfulness/faithfulness_options.h"
#include "method/lam/lam_experiment.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "report_arguments.h"
#include "study/faithfulness/faithfulness_picture.h"
#include "study/faithfulness/faithfulness_run.h"

namespace lamscope::cli {

namespace {

struct FaithfulnessArguments {
    ModelArguments models;
    LamArguments lam;
    OptionTexts method = OptionTexts(faithfulnessOptionTable().size());  ///< of faithfulnessOptionTable()
    ReportArguments report;
};

Experiment describedBy(const FaithfulnessArguments& arguments) {
    auto experiment = arguments.lam.toExperiment(arguments.models.specs());
    const auto options = optionsOfFlags(faithfulnessOptionTable(), arguments.method);
    checkFaithfulnessOptions(options);
    setFaithfulnessOptions(experiment, lamOptionsOf(experiment), options);
    arguments.report.check();
    if (!arguments.report.figures.empty() && !options.parts.curves) {
        throw UsageError("--figure draws curves: --only has to hold them");
    }
    if (!options.attribution.empty() && experiment.scenes.front().boxes.size() != 1) {
        throw UsageError("--attribution goes with one --patch");
    }
    return experiment;
}

void writeOutputs(const FaithfulnessDocument& document, const FaithfulnessArguments& arguments) {
    StagedFiles files;
    arguments.report.addTo(
        files, [&] { return drawFaithfulness(document); }, [&] { return toCsv(document); },
        [&] { return toJson(document); });
    files.commit();
}

int run(const FaithfulnessArguments& arguments) {
    const auto experiment = asUsage([&] { return describedBy(arguments); });
    FaithfulnessRunSettings settings{.device = arguments.models.prepareDevice(), .outputs = arguments.report.files()};
    const InterruptGuard interrupt;
    std::optional<FaithfulnessDocument> document;
    {
        ProgressLine line;
        line.show("reading the image and the networks", -1.0);
        document = runFaithfulness(experiment, settings, interrupt.token(),
                                   [&](const FaithfulnessRunProgress& state) { line.show(state.step, state.share); });
    }
    if (!document) {
        return ExitCode::Interrupted;
    }
    sayWarnings(warningsOf(*document));
    writeOutputs(*document, arguments);
    printTable(toText(*document), arguments.report.json);
    return ExitCode::Done;
}

}  // namespace

void addFaithfulnessCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<FaithfulnessArguments>();
    auto* command = app.add_subcommand("faithfulness",
                                       "is a map true to its network? insertion and deletion, infidelity, sensitivity");
    command->footer(
        "Example:\n  lamscope-cli faithfulness --hr photo.png --model imdn_x4.pth --patch 120,120 "
        "--only curves,infidelity --figure curves.png\n"
        "The table goes to standard output, everything else to standard error.");
    arguments->lam.addImageTo(*command);
    arguments->models.addTo(*command, true);
    arguments->lam.addPatchesTo(*command);
    arguments->lam.addMethodTo(*command);
    addOptionFlags(*command, faithfulnessOptionTable(), arguments->method);
    command->get_option("--attribution")->type_name("FILE");
    command
        ->add_option("--json", arguments->report.json, "write every number and curve as JSON; '-' for standard output")
        ->type_name("FILE");
    command->add_option("--csv", arguments->report.csv, "write a line a network and patch")->type_name("FILE");
    command->add_option("--figure", arguments->report.figures, "write a picture of the curves, .png")
        ->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
