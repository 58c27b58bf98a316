// SPDX-License-Identifier: GPL-3.0-or-later
#include <charconv>
#include <memory>
#include <sstream>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "commands.h"
#include "console.h"
#include "figure/figure_file.h"
#include "figure/figure_run.h"
#include "figure_arguments.h"
#include "image/atomic_file.h"
#include "image/image_file.h"
#include "model_arguments.h"
#include "study/lam_run.h"
#include "study/overview_picture.h"

namespace lamscope::cli {

namespace {

struct LamArguments {
    ModelArguments models;
    std::string hr;
    std::string lr;
    std::string reference;
    std::string reduce = "pillow";
    std::vector<std::string> patches;
    std::optional<int> grid;
    std::string preset = "exact";
    std::string path = "blur";
    std::string detector = "gradient";
    std::string context;
    double sigma = LamOptions{}.sigma;
    int kernel = LamOptions{}.kernel;
    std::optional<int> nodes;
    std::optional<double> tolerance;
    std::string json;
    std::string npy;
    std::string csv;
    std::vector<std::string> figures;
    FigureArguments figure;
};

int parseInteger(const std::string& text, const std::string& what) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw UsageError(fmt::format("{} '{}' is not a whole number", what, text));
    }
    return value;
}

Patch parsePatch(const std::string& text) {
    std::vector<int> numbers;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        numbers.push_back(parseInteger(part, "--patch: "));
    }
    if (numbers.size() < 2 || numbers.size() > 3 || text.ends_with(',')) {
        throw UsageError(fmt::format("--patch wants X,Y or X,Y,SIZE in SR pixels, found '{}'", text));
    }
    Patch patch{.x = numbers[0], .y = numbers[1]};
    if (numbers.size() == 3) {
        patch.size = numbers[2];
    }
    return patch;
}

LamRunOptions toOptions(const LamArguments& arguments) {
    LamRunOptions run;
    if (arguments.hr.empty() == arguments.lr.empty()) {
        throw UsageError("give the image either with --hr or with --lr");
    }
    if (!arguments.reference.empty() && arguments.lr.empty()) {
        throw UsageError("--reference goes with --lr; an image given with --hr is its own reference");
    }
    run.imageIsHr = !arguments.hr.empty();
    run.image = run.imageIsHr ? arguments.hr : arguments.lr;
    run.reference = arguments.reference;
    run.models = arguments.models.specs();
    static_cast<void>(arguments.figure.resolve({}));
    for (const auto& file : arguments.figures) {
        if (!ui::figureFormat(file)) {
            throw UsageError(fmt::format("--figure {}: its name must end in .pdf, .svg, .png, .tif or .tiff", file));
        }
    }
    if (arguments.figure.given() && arguments.figures.empty()) {
        throw UsageError("--layout, --width, --set and --caption go with --figure");
    }
    if (arguments.patches.empty() && !arguments.grid) {
        throw UsageError("say which patch with --patch X,Y, or ask for a DI map of the whole image with --grid STRIDE");
    }
    if (!arguments.figures.empty() && arguments.patches.size() != 1) {
        throw UsageError("--figure goes with one --patch");
    }
    return asUsage([&] {
        run.reduction = reductionFromString(arguments.reduce);
        for (const auto& patch : arguments.patches) {
            run.patches.push_back(parsePatch(patch));
        }
        if (!run.patches.empty()) {
            run.lam.patch = run.patches.front();
        }
        run.gridStride = arguments.grid;
        run.gridAlone = run.patches.empty();
        run.lam.preset = presetFromString(arguments.preset);
        run.lam.path = pathFromString(arguments.path);
        run.lam.detector = detectorFromString(arguments.detector);
        run.lam.sigma = arguments.sigma;
        run.lam.kernel = arguments.kernel;
        run.lam.nodes = arguments.nodes;
        run.lam.tolerance = arguments.tolerance;
        if (arguments.context == "whole") {
            run.lam.context = 0;
        } else if (!arguments.context.empty()) {
            run.lam.context = parseInteger(arguments.context, "--context:");
            if (*run.lam.context < 1) {
                throw UsageError("--context wants a side in LR pixels, at least 1, or 'whole'");
            }
        }
        static_cast<void>(makePlan(run.lam));
        return run;
    });
}

/// Without a layout, a PNG is the quick overview.
bool isOverview(const LamArguments& arguments, const std::filesystem::path& file) {
    return !arguments.figure.given() && ui::figureFormat(file) == ui::FigureFormat::Png;
}

/// What the figures show: what was computed, or for fig3 the network on every path.
std::vector<LamDocument> figureDocuments(const LamDocument& document, const ui::SavedSession& session,
                                         const std::string& device, const std::stop_token& stop) {
    if (session.figure.value().kind != ui::FigureKind::Paths) {
        return {document};
    }
    auto run = ui::computeFigure(session, device, stop);
    return run ? std::move(run->documents) : std::vector<LamDocument>();
}

/// False when stopped.
bool addFigures(StagedFiles& files, const LamDocument& document, const LamRunOptions& options,
                const LamArguments& arguments, const std::stop_token& stop) {
    std::vector<std::filesystem::path> papers;
    for (const std::filesystem::path file : arguments.figures) {
        if (isOverview(arguments, file)) {
            files.add(file, std::span<const std::byte>(encodePng(drawOverview(document))));
        } else {
            papers.push_back(file);
        }
    }
    if (papers.empty()) {
        return true;
    }
    const auto session = sessionOf(options, document, arguments.figure.resolve({}));
    const auto documents = figureDocuments(document, session, options.device, stop);
    if (!documents.empty()) {
        arguments.figure.write(files, papers, session, documents);
    }
    return !documents.empty();
}

/// False when stopped.
bool writeOutputs(LamDocument& document, const LamRunOptions& options, const LamArguments& arguments,
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

int run(const LamArguments& arguments) {
    auto options = toOptions(arguments);
    options.device = arguments.models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<LamDocument> document;
    {
        ProgressLine line;
        line.show("reading the image and the networks", -1.0);
        document = runLam(options, interrupt.token(), [&](const LamRunProgress& state) {
            const double share =
                static_cast<double>(state.done) / static_cast<double>(std::max<std::int64_t>(state.planned, 1));
            line.show(
                state.models > 1 ? fmt::format("{} ({} of {})", state.name, state.model + 1, state.models) : state.name,
                share);
        });
    }
    if (!document) {
        return ExitCode::Interrupted;
    }
    for (const auto& warning : document->warnings) {
        spdlog::warn("warning: {}", warning);
    }
    for (const auto& named : document->results) {
        for (const auto* list : {&named.card.warnings, &named.result.warnings}) {
            for (const auto& warning : *list) {
                spdlog::warn("warning: {}: {}", named.card.name, warning);
            }
        }
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
    const auto arguments = std::make_shared<LamArguments>();
    auto* command = app.add_subcommand("lam", "local attribution map of a patch: which input pixels a network used");
    command->footer(
        "Example:\n  lamscope-cli lam --hr photo.png --model imdn_x4.pth --patch 120,120 --figure map.png\n"
        "The table goes to standard output, everything else to standard error.");
    auto* hr =
        command->add_option("--hr", arguments->hr, "high-resolution image, reduced here at each network's scale");
    auto* lr = command->add_option("--lr", arguments->lr, "low-resolution image, used as it is");
    hr->type_name("IMG")->excludes(lr);
    lr->type_name("IMG");
    command->add_option("--reference", arguments->reference, "HR image beside --lr, for PSNR")->type_name("HR");
    command->add_option("--reduce", arguments->reduce, "whose bicubic reduces --hr: pillow or matlab")
        ->capture_default_str();
    arguments->models.addTo(*command, true);
    command
        ->add_option("--patch", arguments->patches,
                     "the patch in SR pixels: top-left corner and side (16); several share most of the work")
        ->type_name("X,Y[,SIZE]")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        ->add_option("--grid", arguments->grid,
                     "DI of every patch of a grid with this stride in SR pixels; 9 nodes where --nodes and --tolerance "
                     "do not say otherwise")
        ->type_name("STRIDE")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--preset", arguments->preset,
                     "official (the authors' demo, 50 steps), paper (100 steps) or exact (refined until the map's "
                     "estimated error is under the tolerance)")
        ->capture_default_str();
    command->add_option("--path", arguments->path, "blur, black or blurred-linear")->capture_default_str();
    command->add_option("--sigma", arguments->sigma, "blur of the baseline, LR pixels")->capture_default_str();
    command->add_option("--kernel", arguments->kernel, "side of the blur kernel, LR pixels, odd")
        ->capture_default_str();
    command->add_option("--nodes", arguments->nodes,
                        "path images to evaluate; with --preset exact alone exactly so many, with --tolerance at most");
    command->add_option("--tolerance", arguments->tolerance,
                        "estimated map error at which exact stops refining (0.05)");
    command->add_option("--detector", arguments->detector, "gradient, intensity or gabor")->capture_default_str();
    command
        ->add_option("--context", arguments->context,
                     "side in LR pixels of what the network sees around the patch, or 'whole' (official and paper: "
                     "whole, exact: 64)")
        ->type_name("N|whole");
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
