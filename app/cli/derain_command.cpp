// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "report_arguments.h"
#include "study/derain/derain_picture.h"
#include "study/derain/derain_run.h"
#include "study/image_pairs.h"

namespace lamscope::cli {

namespace {

struct DerainArguments {
    ModelArguments models;
    std::vector<std::string> clean;
    std::vector<std::string> recipes;
    std::string rainy;
    std::string layer;
    OptionTexts method = OptionTexts(derainOptionTable().size());
    bool blurLine = false;
    ImageReading reading;
    ReportArguments report;
};

DerainRunInput inputOf(const DerainArguments& arguments) {
    arguments.report.check();
    DerainRunInput input{.networks = arguments.models.specs(),
                         .rainyFolder = arguments.rainy,
                         .layerFolder = arguments.layer,
                         .reading = arguments.reading,
                         .blurLine = arguments.blurLine};
    if (input.rainyFolder.empty()) {
        input.degradations = asUsage(
            [&] { return arguments.recipes.empty() ? usualDerainRanges() : namedDegradations(arguments.recipes); });
        input.clean = imagesNamed(arguments.clean, ImageRole::Hr);
    } else if (arguments.clean.size() != 1) {
        throw UsageError("with --rainy, --clean is one folder: that of the clean images, paired by name");
    } else {
        input.cleanFolder = arguments.clean.front();
    }
    input.outputs = arguments.report.files();
    input.device = arguments.models.prepareDevice();
    return input;
}

int runDerainCommand(const DerainArguments& arguments) {
    const auto options = asUsage([&] {
        auto given = optionsOfFlags(derainOptionTable(), arguments.method);
        checkDerainOptions(given);
        return given;
    });
    const auto input = inputOf(arguments);
    const InterruptGuard interrupt;
    std::optional<DerainDocument> document;
    {
        ProgressLine line;
        line.show("reading the networks and the images", -1.0);
        document = runDerain(input, options, interrupt.token(), [&](const DerainProgress& state) {
            line.show(fmt::format("{}, {}", state.image, state.name), state.share);
        });
    }
    if (!document) {
        return ExitCode::Interrupted;
    }
    sayWarnings(warningsOf(*document));
    StagedFiles files;
    arguments.report.addTo(
        files, [&] { return drawDerain(*document); }, [&] { return toCsv(*document); },
        [&] { return toJson(*document); });
    files.commit();
    printTable(toText(*document), arguments.report.json);
    return ExitCode::Done;
}

}  // namespace

void addDerainCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<DerainArguments>();
    auto* command = app.add_subcommand("derain", "restoration: is rain removed, or is the background redrawn");
    command->footer(
        "Examples:\n  lamscope-cli derain --clean BSD100 --degrade seen=rain:small unseen=rain:large --blur-line "
        "--model prenet.pth\n"
        "  lamscope-cli derain --rainy Rain100L/input --clean Rain100L/target --model prenet.pth --channel y\n"
        "The table goes to standard output, everything else to standard error. E_R and tau of a network mean little "
        "without the blur of the same E_B beside them. See docs/restoration.md.");
    arguments->models.addTo(*command, true);
    auto* rainy = command->add_option("--rainy", arguments->rainy, "in place of recipes: folder of degraded images");
    command
        ->add_option("--clean", arguments->clean,
                     "clean images, or folders of them, that recipes degrade; with --rainy the folder of their clean "
                     "images, paired by name")
        ->required()
        ->type_name("DIR|IMG");
    command
        ->add_option("--degrade", arguments->recipes,
                     "what is done to them: NAME=RECIPE or RECIPE, such as rain:small, noise:15..50, blur:2 (unless "
                     "given: small, medium and large rain)")
        ->type_name("NAME=RECIPE")
        ->excludes(rainy);
    rainy->type_name("DIR");
    command
        ->add_option(
            "--layer", arguments->layer,
            "folder of the rain layers of --rainy, named STEM_rain, STEM_streak or STEM (unless given: rainy - "
            "clean)")
        ->type_name("DIR")
        ->needs(rainy);
    addOptionFlags(*command, derainOptionTable(), arguments->method);
    command->add_flag("--blur-line", arguments->blurLine, "also measure Gaussian blurs in place of a network");
    addReadingFlags(*command, arguments->reading);
    command->add_option("--json", arguments->report.json, "write every number as JSON; '-' for standard output")
        ->type_name("FILE");
    command->add_option("--csv", arguments->report.csv, "write the numbers as CSV, with all digits")->type_name("FILE");
    command
        ->add_option("--figure", arguments->report.figures,
                     "write a picture of E_R and the transmission over E_B, .png")
        ->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return runDerainCommand(*arguments); }; });
}

}  // namespace lamscope::cli
