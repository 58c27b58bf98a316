// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "method/faig/faig_options.h"
#include "method/faig/filter_ranking.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "report_arguments.h"
#include "study/faig/faig_picture.h"
#include "study/faig/faig_run.h"
#include "study/faig/faig_tables.h"
#include "study/image_pairs.h"

namespace lamscope::cli {

namespace {

struct FaigArguments {
    ModelArguments machine;
    std::string baseline;
    std::string target;
    std::vector<std::string> hr;
    std::vector<std::string> degrade;
    std::string gt;
    std::vector<std::string> degraded;
    ImageReading reading;
    OptionTexts method = OptionTexts(faigOptionTable().size());  ///< of faigOptionTable()
    bool biases = false;
    bool rivals = false;
    std::vector<std::string> readout;
    int side = 0;
    std::string order;
    std::string saveWeights;
    ReportArguments report;
    std::string npy;
    std::string sr;
};

/// `NAME=DIR` of --degraded.
FaigFolder degradedFolder(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
        throw UsageError(fmt::format("--degraded: '{}' is not a name and a folder such as blur=LR/blur", text));
    }
    return {.degradation = text.substr(0, equals), .folder = text.substr(equals + 1)};
}

/// What the arguments describe, without images.
Experiment describedBy(const FaigArguments& arguments, FaigRunSettings& settings) {
    if (arguments.hr.empty() == arguments.gt.empty() || arguments.degrade.empty() == arguments.degraded.empty()
        || arguments.hr.empty() != arguments.degrade.empty()) {
        throw UsageError(
            "give either HR images and recipes, --hr with --degrade NAME=RECIPE, or folders, --gt DIR with --degraded "
            "NAME=DIR");
    }
    arguments.report.check();
    auto options = optionsOfFlags(faigOptionTable(), arguments.method);
    options.biases = arguments.biases;
    for (const auto& text : arguments.degrade) {
        options.degradations.push_back(parseFaigDegradation(text));
    }
    for (const auto& text : arguments.degraded) {
        settings.folders.push_back(degradedFolder(text));
        options.degradations.push_back({.name = settings.folders.back().degradation});
    }
    if (!arguments.order.empty()) {
        options.rank = FilterRule::Order;
    }
    const std::filesystem::path weights = arguments.saveWeights;
    if (!weights.empty() && weights.extension() != ".safetensors") {
        throw UsageError(fmt::format("--save-weights: '{}' must end in .safetensors", weights.string()));
    }
    if (!arguments.saveWeights.empty() && options.mask.empty()) {
        throw UsageError("--save-weights writes the network with the first percentage of --mask masked; give one");
    }
    checkFaigOptions(options);
    Experiment experiment;
    experiment.networks = {{.spec = ModelSpec::parse(arguments.baseline)},
                           {.spec = ModelSpec::parse(arguments.target)}};
    setFaigOptions(experiment, options);
    return experiment;
}

void addImages(Experiment& experiment, const FaigArguments& arguments) {
    const auto options = faigOptionsOf(experiment);
    const auto given = arguments.gt.empty() ? arguments.hr : std::vector{arguments.gt};
    for (auto& image : imagesNamed(given, ImageRole::Hr)) {
        experiment.scenes.push_back(
            {.image = std::move(image), .reduction = options.reduction, .reading = arguments.reading});
    }
}

void writeOutputs(FaigDocument& document, const FaigArguments& arguments, StagedFiles& files) {
    if (!arguments.npy.empty()) {
        addFaigArrays(files, document, arguments.npy);
        if (document.ranking.orderFile.empty()) {
            document.ranking.orderFile = std::filesystem::path(arguments.npy) / "order.txt";
            files.add(document.ranking.orderFile, orderText(document.ranking.order));
        }
    }
    arguments.report.addTo(
        files, [&] { return drawFaig(document); }, [&] { return csvOf(filterTable(document, 0)); },
        [&] { return toJson(document); });
    files.commit();
}

std::string tablesOf(const FaigDocument& document) {
    constexpr int shown = 10;
    auto text = textOf(degradationTable(document)) + "\n" + titleOf(document.ranking) + "\n"
                + textOf(filterTable(document, shown));
    if (!document.masking.empty()) {
        text += "\n" + textOf(maskingTable(document));
    }
    return text;
}

int run(const FaigArguments& arguments) {
    FaigRunSettings settings;
    auto experiment = asUsage([&] { return describedBy(arguments, settings); });
    addImages(experiment, arguments);
    settings.device = arguments.machine.prepareDevice();
    settings.arrayFolder = arguments.npy;
    settings.order = arguments.order;
    settings.side = arguments.side;
    settings.rivals.shown = arguments.rivals;
    if (!arguments.readout.empty()) {
        settings.readout = imagesNamed(arguments.readout, ImageRole::Hr);
    }
    settings.outputs = arguments.report.files();
    settings.outputs.emplace_back(arguments.saveWeights);
    if (!arguments.npy.empty() && arguments.order.empty()) {
        settings.outputs.push_back(std::filesystem::path(arguments.npy) / "order.txt");
    }
    StagedFiles files;
    settings.srFolder = arguments.sr;
    settings.pictures = &files;
    const InterruptGuard interrupt;
    std::optional<FaigDocument> document;
    {
        ProgressLine line;
        line.show("reading the networks and the images", -1.0);
        document = runFaig(experiment, settings, interrupt.token(),
                           [&](const FaigRunProgress& state) { line.show(state.what, state.done); });
    }
    if (!document) {
        return ExitCode::Interrupted;
    }
    sayWarnings(document->warnings);
    writeOutputs(*document, arguments, files);
    if (!arguments.saveWeights.empty()) {
        const auto change = topChange(document->filters, document->ranking.order, document->options.mask.front(), 0.0,
                                      document->options.biases);
        saveChangedWeights(experiment.networks[0].spec, experiment.networks[1].spec, document->filters, change,
                           arguments.saveWeights);
    }
    printTable(tablesOf(*document), arguments.report.json);
    return ExitCode::Done;
}

}  // namespace

void addFaigCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<FaigArguments>();
    auto* command = app.add_subcommand("faig", "which filters of a fine-tuned network do one job and not another");
    command->footer(
        "Example:\n  lamscope-cli faig --baseline sr_x2.pth --target blind_x2.pth --hr BSD100 --images 8 \\\n"
        "    --degrade blur=blur:2:21 --degrade noise=noise:25.5 --of blur --against noise --figure faig.png\n"
        "The tables go to standard output, everything else to standard error.");
    command->add_option("--baseline", arguments->baseline, "the plain network")->type_name("M")->required();
    command->add_option("--target", arguments->target, "the network that was fine-tuned from it")
        ->type_name("M")
        ->required();
    auto* hr = command->add_option("--hr", arguments->hr, "high-resolution images, or folders of them");
    hr->type_name("DIR|IMG");
    command
        ->add_option("--degrade", arguments->degrade,
                     "a degradation by name and recipe, such as blur=blur:2:21 or noise=noise:25.5; repeatable")
        ->type_name("NAME=RECIPE");
    auto* gt = command->add_option("--gt", arguments->gt, "a folder of high-resolution images that have LR images");
    gt->type_name("DIR")->excludes(hr);
    command
        ->add_option("--degraded", arguments->degraded,
                     "the folder of a degradation's LR images, paired by stem; repeatable")
        ->type_name("NAME=DIR");
    addReadingFlags(*command, arguments->reading);
    addOptionFlags(*command, faigOptionTable(), arguments->method);
    command->add_flag("--biases", arguments->biases,
                      "mask the biases of an output with its filters, too; 100 % is then the baseline");
    command->add_flag("--rivals", arguments->rivals,
                      "also mask by FAIG without --against, pixel IG, weight change, and ten random orders");
    command
        ->add_option("--readout", arguments->readout,
                     "high-resolution images, or folders of them, to read masks out on (unless given, those of the "
                     "scores)")
        ->type_name("DIR|IMG");
    command
        ->add_option("--side", arguments->side,
                     "the centred square of so many HR pixels of each HR image; 0: whole images")
        ->type_name("INT")
        ->check(CLI::Range(0, 1 << 16));
    command
        ->add_option("--order", arguments->order,
                     "mask in the order of this list, a filter's number a line, in place of a ranking")
        ->type_name("FILE");
    command
        ->add_option("--save-weights", arguments->saveWeights,
                     "write the target with the first percentage of --mask masked, .safetensors")
        ->type_name("FILE");
    command->add_option("--json", arguments->report.json, "write every number as JSON; '-' for standard output")
        ->type_name("FILE");
    command->add_option("--csv", arguments->report.csv, "write a line a filter, most discriminative first")
        ->type_name("FILE");
    command
        ->add_option("--npy", arguments->npy,
                     "write NAME.scores.npy of each degradation, and order.txt, into this folder")
        ->type_name("DIR");
    command->add_option("--sr", arguments->sr, "write the SR of target, masked target and baseline into this folder")
        ->type_name("DIR");
    command->add_option("--figure", arguments->report.figures, "write a picture of the map and the masking curve, .png")
        ->type_name("FILE");
    arguments->machine.addMachineTo(*command);
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
