// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "commands.h"
#include "console.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "recipe_arguments.h"
#include "study/upscale_files.h"

namespace lamscope::cli {

namespace {

struct UpscaleArguments {
    ModelArguments models;
    std::vector<std::string> hr;
    std::vector<std::string> lr;
    ImageReading reading;
    std::string reduce = "pillow";
    RecipeArguments recipe;
    std::string out;
};

int run(const UpscaleArguments& arguments) {
    if (arguments.hr.empty() == arguments.lr.empty()) {
        throw UsageError("give the images either with --hr or with --lr");
    }
    const auto specs = arguments.models.specs();
    if (specs.size() != 1) {
        throw UsageError("upscale takes one network; call it once for each");
    }
    UpscaleOptions options;
    const bool hr = !arguments.hr.empty();
    const auto& files = hr ? arguments.hr : arguments.lr;
    options.images.assign(files.begin(), files.end());
    options.outputFolder = arguments.out;
    options.reading = arguments.reading;
    options.input.role = hr ? ImageRole::Hr : ImageRole::Lr;
    options.input.reduction = asUsage([&] { return reductionFromString(arguments.reduce); });
    options.input.degradation = arguments.recipe.degradation(hr);
    options.input.degradationSeed = arguments.recipe.seed.value_or(0);
    const auto device = arguments.models.prepareDevice();
    const InterruptGuard interrupt;
    std::optional<UpscaleSummary> summary;
    {
        ProgressLine line;
        const auto model = loadModel(specs.front(), device);
        summary = upscaleFiles(model, options, interrupt.token(), [&](std::size_t done, std::size_t total) {
            line.show(model.card().name, static_cast<double>(done) / static_cast<double>(total));
        });
    }
    if (!summary) {
        return ExitCode::Interrupted;
    }
    sayWarnings(summary->warnings);
    for (const auto& file : summary->written) {
        spdlog::info("{}", file.string());
    }
    return ExitCode::Done;
}

}  // namespace

void addUpscaleCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<UpscaleArguments>();
    auto* command = app.add_subcommand("upscale", "run a network on images and write what it makes of them");
    arguments->models.addTo(*command, true);
    command->add_option("--lr", arguments->lr, "LR or degraded images, used as they are")->type_name("IMG");
    command->add_option("--hr", arguments->hr, "HR or clean images, reduced and degraded by --degrade first")
        ->type_name("IMG");
    addReadingFlags(*command, arguments->reading);
    addReduceFlag(*command, arguments->reduce);
    arguments->recipe.addTo(*command);
    command->add_option("--out", arguments->out, "folder for NAME.png (NAME.npy for .npy images)")
        ->required()
        ->type_name("DIR");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
