// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "image_arguments.h"
#include "method/cem/cem_options.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "report_arguments.h"
#include "study/cem/cem_picture.h"
#include "study/cem/cem_run.h"

namespace lamscope::cli {

namespace {

struct CemArguments {
    ModelArguments models;
    ImageArguments image{.recipe = {.seedFlag = "--degrade-seed"}};  // --seed is that of the draws
    std::string roi;
    std::vector<std::string> interventions;
    OptionTexts method = OptionTexts(cemOptionTable().size());  ///< of cemOptionTable()
    ReportArguments report;
    std::string npy;
};

Experiment describedBy(const CemArguments& arguments) {
    arguments.report.check();
    Experiment experiment;
    for (const auto& spec : arguments.models.specs()) {
        experiment.networks.push_back({.spec = spec});
    }
    auto options = optionsOfFlags(cemOptionTable(), arguments.method);
    options.interventions.assign(arguments.interventions.begin(), arguments.interventions.end());
    checkCemOptions(options);
    setCemOptions(experiment, options);
    auto scene = arguments.image.scene();
    if (scene.role == ImageRole::Lr && scene.reference.empty()) {
        throw UsageError("effects are changes of PSNR: give the HR image with --hr, or with --reference beside --lr");
    }
    constexpr int roiSize = 32;
    scene.boxes = {boxIn("--roi", arguments.roi, roiSize)};
    experiment.scenes = {scene};
    return experiment;
}

void writeOutputs(CemDocument& document, const CemArguments& arguments) {
    StagedFiles files;
    if (!arguments.npy.empty()) {
        addCemArrays(files, document, arguments.npy);
    }
    arguments.report.addTo(
        files, [&] { return drawCem(document); }, [&] { return toCsv(document); }, [&] { return toJson(document); });
    files.commit();
}

std::string stepOf(const CemRunProgress& state) {
    const auto* const step = state.phase == CemScan::Phase::Coarse ? "coarse draws" : "fine draws";
    return state.models > 1 ? fmt::format("{} ({} of {}), {}", state.name, state.model + 1, state.models, step)
                            : fmt::format("{}, {}", state.name, step);
}

int run(const CemArguments& arguments) {
    const auto experiment = asUsage([&] { return describedBy(arguments); });
    CemRunSettings settings{
        .device = arguments.models.prepareDevice(), .outputs = arguments.report.files(), .arrayFolder = arguments.npy};
    const InterruptGuard interrupt;
    std::optional<CemDocument> document;
    {
        ProgressLine line;
        line.show("reading the image, the patches and the networks", -1.0);
        document = runCem(experiment, settings, interrupt.token(), [&](const CemRunProgress& state) {
            if (state.planned > 0) {
                line.show(stepOf(state), static_cast<double>(state.done) / static_cast<double>(state.planned));
            }
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

void addCemCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<CemArguments>();
    auto* command = app.add_subcommand("cem", "causal effect map: which input blocks help a region, and which harm it");
    command->footer(
        "Example:\n  lamscope-cli cem --hr photo.png --model imdn_x4.pth --roi 96,96 --interventions BSD100 "
        "--figure effects.png\n"
        "The table goes to standard output, everything else to standard error. See docs/causal-effects.md.");
    arguments->image.addTo(*command);
    arguments->models.addTo(*command, true);
    command->add_option("--roi", arguments->roi, "the region of interest in SR pixels: top-left corner and side (32)")
        ->type_name("X,Y[,SIZE]")
        ->required();
    command
        ->add_option("--interventions", arguments->interventions,
                     "what takes the place of blocks: a folder of 8x8 images, images or folders of them to cut 8x8 "
                     "patches from, or a record, uint8 [draw, b, b, 3], pasted as it is")
        ->type_name("DIR|IMG|NPY")
        ->required();
    addOptionFlags(*command, cemOptionTable(), arguments->method);
    command->add_option("--json", arguments->report.json, "write every number as JSON; '-' for standard output")
        ->type_name("FILE");
    command->add_option("--csv", arguments->report.csv, "write a line a network")->type_name("FILE");
    command
        ->add_option("--npy", arguments->npy,
                     "write NAME.effect.npy and NAME.draws.npy, effects and the PSNR of every draw, into this folder")
        ->type_name("DIR");
    command->add_option("--figure", arguments->report.figures, "write a picture of the maps, .png")->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
