// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <memory>
#include <strings.h>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "commands.h"
#include "console.h"
#include "figure_arguments.h"
#include "image/image_file.h"
#include "lam_arguments.h"
#include "model_arguments.h"
#include "paper_figures.h"
#include "report/result_tables.h"
#include "study/lam_run.h"
#include "study/overview_picture.h"

namespace lamscope::cli {

namespace {

struct LamCommandArguments {
    ModelArguments models;
    LamArguments lam;
    std::string json;
    std::string npy;
    std::string csv;
    std::vector<std::string> figures;
    FigureArguments figure;
};

/// Without a layout, a PNG is the quick overview, which needs no Qt.
bool isOverview(const LamCommandArguments& arguments, const std::filesystem::path& file) {
    return !arguments.figure.given() && strcasecmp(file.extension().c_str(), ".png") == 0;
}

std::vector<std::filesystem::path> paperFigures(const LamCommandArguments& arguments) {
    std::vector<std::filesystem::path> papers;
    std::ranges::copy_if(arguments.figures, std::back_inserter(papers),
                         [&](const std::string& file) { return !isOverview(arguments, file); });
    return papers;
}

Experiment toExperiment(const LamCommandArguments& arguments) {
    auto experiment = arguments.lam.toExperiment(arguments.models.specs());
    setPaperFigure(experiment, arguments.figure, paperFigures(arguments));
    if (arguments.figure.given() && arguments.figures.empty()) {
        throw UsageError("--layout, --width, --set and --caption go with --figure");
    }
    if (!arguments.figures.empty() && arguments.lam.patches.size() != 1) {
        throw UsageError("--figure goes with one --patch");
    }
    return experiment;
}

LamRunSettings settingsOf(const LamCommandArguments& arguments) {
    LamRunSettings settings{.arrayFolder = arguments.npy};
    settings.outputs.assign(arguments.figures.begin(), arguments.figures.end());
    for (const auto& file : {arguments.json, arguments.csv, arguments.figure.caption}) {
        settings.outputs.emplace_back(file);
    }
    settings.device = arguments.models.prepareDevice();
    return settings;
}

/// False when stopped.
bool addFigures(StagedFiles& files, const LamDocument& document, const LamCommandArguments& arguments,
                const std::stop_token& stop) {
    for (const std::filesystem::path file : arguments.figures) {
        if (isOverview(arguments, file)) {
            files.add(file, std::span<const std::byte>(encodePng(drawOverview(document))));
        }
    }
    const auto papers = paperFigures(arguments);
    return papers.empty() || addPaperFigures(files, arguments.figure, papers, document, stop);
}

/// False when stopped.
bool writeOutputs(LamDocument& document, const LamCommandArguments& arguments, const std::stop_token& stop) {
    StagedFiles files;
    if (!arguments.npy.empty()) {
        addLamArrays(files, document, arguments.npy);
    }
    if (!addFigures(files, document, arguments, stop)) {
        return false;
    }
    if (!arguments.csv.empty()) {
        files.add(arguments.csv, toCsv(document));
    }
    if (!arguments.json.empty()) {
        giveJson(files, arguments.json, toJson(document));
    }
    files.commit();
    return true;
}

int run(const LamCommandArguments& arguments) {
    const auto experiment = toExperiment(arguments);
    const auto settings = settingsOf(arguments);
    const InterruptGuard interrupt;
    std::optional<std::vector<LamDocument>> documents;
    {
        ProgressLine line;
        line.show("reading the image and the networks", -1.0);
        documents = runLam(experiment, settings, interrupt.token(), [&](const LamRunProgress& state) {
            line.show(
                state.models > 1 ? fmt::format("{} ({} of {})", state.name, state.model + 1, state.models) : state.name,
                shareOf(state));
        });
    }
    if (!documents) {
        return ExitCode::Interrupted;
    }
    auto& document = documents->front();  // one image was given
    sayWarnings(warningsOf(document));
    if (!writeOutputs(document, arguments, interrupt.token())) {
        return ExitCode::Interrupted;
    }
    printTable(toText(document), arguments.json);
    return ExitCode::Done;
}

}  // namespace

void addLamCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<LamCommandArguments>();
    auto* command = app.add_subcommand("lam", "local attribution map of a patch: which input pixels a network used");
    command->footer(
        "Example:\n  lamscope-cli lam --hr photo.png --model imdn_x4.pth --patch 120,120 --figure map.png\n"
        "The table goes to standard output, everything else to standard error.");
    arguments->lam.addImageTo(*command);
    arguments->models.addTo(*command, true);
    arguments->lam.addPatchesTo(*command);
    arguments->lam.addGridTo(*command);
    arguments->lam.addMethodTo(*command);
    command->add_option("--json", arguments->json, "write every number as JSON; '-' for standard output")
        ->type_name("FILE");
    command->add_option("--npy", arguments->npy, "write NAME.attribution.npy and NAME.map.npy into this folder")
        ->type_name("DIR");
    command->add_option("--csv", arguments->csv, "write the table as CSV")->type_name("FILE");
    command
        ->add_option("--figure", arguments->figures,
                     "write paper figures: .pdf, .svg, .png, .tif; a .png without a layout is a quick overview: image, "
                     "SR, map and overlay of every network")
        ->type_name("FILE");
    arguments->figure.addTo(*command);
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
