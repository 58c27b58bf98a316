// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/output_files.h"
#include "commands.h"
#include "console.h"
#include "lpips_arguments.h"
#include "model/model_spec.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "recipe_arguments.h"
#include "study/evaluate.h"

namespace lamscope::cli {

namespace {

struct EvaluateArguments {
    ModelArguments models;
    std::string hr;
    std::string lr;
    std::string channel = "y";
    LpipsArguments lpips;
    ImageReading reading;
    std::string reduce = "matlab";
    RecipeArguments recipe;
    std::optional<int> border;
    std::string json;
    std::string csv;
};

int run(const EvaluateArguments& arguments) {
    EvaluateOptions options;
    options.hrFolder = arguments.hr;
    options.lrFolder = arguments.lr;
    options.channel = arguments.channel == "y" ? Channel::Y : Channel::Rgb;
    options.border = arguments.border;
    options.reduction = asUsage([&] { return reductionFromString(arguments.reduce); });
    options.degradation = arguments.recipe.degradation(arguments.lr.empty());
    options.degradationSeed = arguments.recipe.seed.value_or(0);
    options.reading = arguments.reading;
    options.outputs = {arguments.json, arguments.csv};
    const auto specs = arguments.models.specs();
    const auto lpipsFiles = arguments.lpips.files();
    auto inputs = filesOf(specs);
    if (lpipsFiles) {
        inputs.insert(inputs.end(), {lpipsFiles->network, lpipsFiles->linear});
    }
    checkOutputFiles(options.outputs, inputs);
    const auto device = arguments.models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<Lpips> lpips;
    if (lpipsFiles) {
        options.lpips = &lpips.emplace(*lpipsFiles, device);
    }
    std::vector<SrModel> models;
    for (const auto& spec : specs) {
        models.push_back(loadModel(spec, device));
    }
    const auto prepared = prepareEvaluations(models, options, interrupt.token());
    if (!prepared) {
        return ExitCode::Interrupted;
    }
    std::vector<Evaluation> evaluations;
    {
        ProgressLine line;
        for (const auto& model : models) {
            auto evaluation = evaluate(model, *prepared, interrupt.token(), [&](std::size_t done, std::size_t total) {
                line.show(model.card().name, static_cast<double>(done) / static_cast<double>(total));
            });
            if (!evaluation) {
                return ExitCode::Interrupted;
            }
            evaluations.push_back(std::move(*evaluation));
        }
    }
    std::string table;
    for (const auto& evaluation : evaluations) {
        sayWarnings(evaluation.warnings);
        table +=
            fmt::format("{:<24} x{}  {} images  PSNR {:.4f} dB  SSIM {:.4f}", evaluation.card.name,
                        evaluation.card.scale, evaluation.images.size(), evaluation.mean.psnr, evaluation.mean.ssim);
        table += evaluation.meanLpips ? fmt::format("  LPIPS {:.4f}\n", *evaluation.meanLpips) : "\n";
    }
    StagedFiles files;
    if (!arguments.csv.empty()) {
        files.add(arguments.csv, toCsv(evaluations));
    }
    const auto json = toJson(evaluations, options, device);
    if (!arguments.json.empty() && arguments.json != "-") {
        files.add(arguments.json, json);
    }
    printResult(arguments.json == "-" ? json : table);
    files.commit();
    return ExitCode::Done;
}

}  // namespace

void addEvaluateCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<EvaluateArguments>();
    auto* command = app.add_subcommand("evaluate", "PSNR, SSIM and LPIPS of networks on a folder of images");
    arguments->models.addTo(*command, true);
    command->add_option("--hr", arguments->hr, "folder of HR or clean images")->required()->type_name("DIR");
    command
        ->add_option("--lr", arguments->lr,
                     "folder of LR or degraded images, paired by name (may be the same); otherwise they are made from "
                     "those of --hr")
        ->type_name("DIR");
    command->add_option("--channel", arguments->channel, "y or rgb")
        ->capture_default_str()
        ->check(CLI::IsMember({"y", "rgb"}));
    command->add_option("--border", arguments->border, "SR pixels left out on every side (default: the scale)")
        ->check(CLI::Range(0, 4096));
    arguments->lpips.addTo(*command);
    addReadingFlags(*command, arguments->reading);
    addReduceFlag(*command, arguments->reduce);
    arguments->recipe.addTo(*command);
    command->add_option("--json", arguments->json, "write every number as JSON; '-' for standard output")
        ->type_name("FILE");
    command->add_option("--csv", arguments->csv, "write a line per network and image")->type_name("FILE");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
