// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "method/erf/erf_options.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "recipe_arguments.h"
#include "report_arguments.h"
#include "study/erf/erf_picture.h"
#include "study/erf/erf_run.h"
#include "study/image_pairs.h"

namespace lamscope::cli {

namespace {

struct ErfArguments {
    ModelArguments models;
    std::vector<std::string> lr;
    std::vector<std::string> hr;
    ImageReading reading;
    std::string reduce = "pillow";
    RecipeArguments recipe;
    OptionTexts method = OptionTexts(erfOptionTable().size());  ///< of erfOptionTable()
    std::vector<int> at;                                        ///< x, y; empty: the middle
    ReportArguments report;
    std::string npy;
};

/// What the arguments describe, without images.
Experiment describedBy(const ErfArguments& arguments) {
    if (arguments.hr.empty() == arguments.lr.empty()) {
        throw UsageError("give the images either with --hr or with --lr");
    }
    arguments.report.check();
    Experiment experiment;
    for (const auto& spec : arguments.models.specs()) {
        experiment.networks.push_back({.spec = spec});
    }
    const auto options = optionsOfFlags(erfOptionTable(), arguments.method);
    checkErfOptions(options);
    setErfOptions(experiment, options);
    return experiment;
}

void addScenes(Experiment& experiment, const ErfArguments& arguments) {
    const auto role = arguments.hr.empty() ? ImageRole::Lr : ImageRole::Hr;
    Scene scene;
    scene.role = role;
    scene.reduction = asUsage([&] { return reductionFromString(arguments.reduce); });
    scene.degradation = arguments.recipe.degradation(role == ImageRole::Hr);
    scene.degradationSeed = arguments.recipe.seed.value_or(0);
    scene.reading = arguments.reading;
    scene.gridScale = role == ImageRole::Lr ? 0 : 1;  // on an LR image places are SR pixels of each network
    if (!arguments.at.empty()) {
        scene.boxes = {{.x = arguments.at[0], .y = arguments.at[1], .size = 1}};
    }
    for (auto& image : imagesNamed(role == ImageRole::Lr ? arguments.lr : arguments.hr, role)) {
        scene.image = std::move(image);
        experiment.scenes.push_back(scene);
    }
}

void writeOutputs(ErfDocument& document, const ErfArguments& arguments) {
    StagedFiles files;
    if (!arguments.npy.empty()) {
        addErfArrays(files, document, arguments.npy);
    }
    arguments.report.addTo(
        files, [&] { return drawErf(document); }, [&] { return toCsv(document); }, [&] { return toJson(document); });
    files.commit();
}

int run(const ErfArguments& arguments) {
    auto experiment = asUsage([&] { return describedBy(arguments); });
    addScenes(experiment, arguments);
    ErfRunSettings settings{
        .device = arguments.models.prepareDevice(), .outputs = arguments.report.files(), .arrayFolder = arguments.npy};
    const InterruptGuard interrupt;
    std::optional<ErfDocument> document;
    {
        ProgressLine line;
        line.show("reading the networks and the images", -1.0);
        document = runErf(experiment, settings, interrupt.token(), [&](const ErfRunProgress& state) {
            line.show(
                state.models > 1 ? fmt::format("{} ({} of {})", state.name, state.model + 1, state.models) : state.name,
                static_cast<double>(state.images.imagesDone) / static_cast<double>(state.images.imagesPlanned));
        });
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

void addErfCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<ErfArguments>();
    auto* command = app.add_subcommand("erf", "effective receptive field: how far a network looks, on average");
    command->footer(
        "Example:\n  lamscope-cli erf --hr Urban100 --model imdn_x4.pth carn_m.pth:scale=4 --figure erf.png\n"
        "The table goes to standard output, everything else to standard error.");
    arguments->models.addTo(*command, true);
    auto* hr = command->add_option("--hr", arguments->hr,
                                   "high-resolution or clean images, or folders of them, reduced here at each "
                                   "network's scale and degraded by --degrade");
    auto* lr = command->add_option("--lr", arguments->lr,
                                   "low-resolution or degraded images, or folders of them, used as they are");
    hr->type_name("DIR|IMG")->excludes(lr);
    lr->type_name("DIR|IMG");
    addReadingFlags(*command, arguments->reading);
    addReduceFlag(*command, arguments->reduce);
    arguments->recipe.addTo(*command);
    addOptionFlags(*command, erfOptionTable(), arguments->method);
    command->add_option("--at", arguments->at, "the SR pixel to look from, in place of each image's middle")
        ->type_name("X,Y")
        ->delimiter(',')
        ->expected(2)
        ->check(CLI::Range(0, 1 << 24));
    command->add_option("--json", arguments->report.json, "write every number as JSON; '-' for standard output")
        ->type_name("FILE");
    command->add_option("--csv", arguments->report.csv, "write a line a network, with standard errors")
        ->type_name("FILE");
    command->add_option("--npy", arguments->npy, "write NAME.erf.npy, the map, into this folder")->type_name("DIR");
    command->add_option("--figure", arguments->report.figures, "write a picture of the maps, .png")->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
