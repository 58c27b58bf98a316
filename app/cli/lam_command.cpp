// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <iterator>
#include <memory>
#include <strings.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

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
    std::vector<std::string> patches;
    std::optional<int> grid;
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

LamRunOptions toOptions(const LamCommandArguments& arguments) {
    auto run = arguments.lam.toOptions();
    run.models = arguments.models.specs();
    checkPaperFigures(arguments.figure, paperFigures(arguments));
    if (arguments.figure.given() && arguments.figures.empty()) {
        throw UsageError("--layout, --width, --set and --caption go with --figure");
    }
    if (arguments.patches.empty() && !arguments.grid) {
        throw UsageError("say which patch with --patch X,Y, or ask for a DI map of the whole image with --grid STRIDE");
    }
    if (!arguments.figures.empty() && arguments.patches.size() != 1) {
        throw UsageError("--figure goes with one --patch");
    }
    for (const auto& patch : arguments.patches) {
        run.patches.push_back(parsePatch(patch));
    }
    if (!run.patches.empty()) {
        run.lam.patch = run.patches.front();
    }
    run.gridStride = arguments.grid;
    run.gridAlone = run.patches.empty();
    run.outputs.assign(arguments.figures.begin(), arguments.figures.end());
    for (const auto& file : {arguments.json, arguments.csv, arguments.figure.caption}) {
        run.outputs.emplace_back(file);
    }
    run.arrayFolder = arguments.npy;
    checkPlan(run);
    return run;
}

/// False when stopped.
bool addFigures(StagedFiles& files, const LamDocument& document, const LamRunOptions& options,
                const LamCommandArguments& arguments, const std::stop_token& stop) {
    for (const std::filesystem::path file : arguments.figures) {
        if (isOverview(arguments, file)) {
            files.add(file, std::span<const std::byte>(encodePng(drawOverview(document))));
        }
    }
    const auto papers = paperFigures(arguments);
    return papers.empty() || addPaperFigures(files, arguments.figure, papers, document, options, stop);
}

/// False when stopped.
bool writeOutputs(LamDocument& document, const LamRunOptions& options, const LamCommandArguments& arguments,
                  const std::stop_token& stop) {
    StagedFiles files;
    if (!arguments.npy.empty()) {
        addLamArrays(files, document, arguments.npy);
    }
    if (!addFigures(files, document, options, arguments, stop)) {
        return false;
    }
    if (!arguments.csv.empty()) {
        files.add(arguments.csv, toCsv(document));
    }
    const bool jsonToOutput = arguments.json == "-";
    if (!arguments.json.empty() && !jsonToOutput) {
        files.add(arguments.json, toJson(document));
    }
    if (jsonToOutput) {
        printResult(toJson(document));
    }
    files.commit();
    return true;
}

int run(const LamCommandArguments& arguments) {
    auto options = toOptions(arguments);
    options.device = arguments.models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<LamDocument> document;
    {
        ProgressLine line;
        line.show("reading the image and the networks", -1.0);
        document = runLam(options, interrupt.token(), [&](const LamRunProgress& state) {
            line.show(
                state.models > 1 ? fmt::format("{} ({} of {})", state.name, state.model + 1, state.models) : state.name,
                shareOf(state));
        });
    }
    if (!document) {
        return ExitCode::Interrupted;
    }
    for (const auto& warning : warningsOf(*document)) {
        spdlog::warn("warning: {}", warning);
    }
    if (!writeOutputs(*document, options, arguments, interrupt.token())) {
        return ExitCode::Interrupted;
    }
    const auto table = toText(*document);
    if (arguments.json == "-") {
        spdlog::info(table.substr(0, table.size() - 1));
    } else {
        printResult(table);
    }
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
    addPatchesTo(*command, arguments->patches);
    command
        ->add_option("--grid", arguments->grid,
                     "DI of every patch of a grid with this stride in SR pixels; 9 nodes where --nodes and --tolerance "
                     "do not say otherwise")
        ->type_name("STRIDE")
        ->check(CLI::PositiveNumber);
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
