// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "commands.h"
#include "console.h"
#include "option_flags.h"
#include "study/degrade_files.h"
#include "study/image_pairs.h"

namespace lamscope::cli {

namespace {

struct DegradeArguments {
    std::vector<std::string> hr;
    std::vector<std::string> clean;
    std::vector<std::string> recipes;
    int scale = DegradeOptions{}.scale;
    std::string reduce = "pillow";
    std::uint64_t seed = 0;
    ImageReading reading;
    std::string out;
};

int run(const DegradeArguments& arguments) {
    if (arguments.hr.empty() == arguments.clean.empty()) {
        throw UsageError("give the images either with --hr or with --clean");
    }
    DegradeOptions options;
    options.flat = arguments.recipes.size() == 1 && arguments.recipes.front().find('=') == std::string::npos;
    options.degradations = asUsage([&] {
        return options.flat ? std::vector<NamedDegradation>{{arguments.recipes.front(),
                                                             degradationFromString(arguments.recipes.front())}}
                            : namedDegradations(arguments.recipes);
    });
    options.reduction = asUsage([&] { return reductionFromString(arguments.reduce); });
    const bool reduces = arguments.clean.empty();
    options.images = imagesNamed(reduces ? arguments.hr : arguments.clean, ImageRole::Hr);
    options.scale = reduces ? arguments.scale : 1;
    options.seed = arguments.seed;
    options.reading = arguments.reading;
    options.outputFolder = arguments.out;
    const InterruptGuard interrupt;
    std::optional<DegradeSummary> summary;
    {
        ProgressLine line;
        summary = degradeFiles(options, interrupt.token(), [&](std::size_t done, std::size_t total) {
            line.show("degrading", static_cast<double>(done) / static_cast<double>(total));
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

void addDegradeCommand(CLI::App& app, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<DegradeArguments>();
    auto* command = app.add_subcommand("degrade", "make images that are blurred, rainy, noisy or packed as JPEG");
    command->footer(
        "A recipe is 'clean', or steps joined by '+', which are applied in this order:\n"
        "  blur:SIGMA[:SIDE] (HR pixels), rain:small|medium|large|FILE.json[:AMPLITUDE], reduction,\n"
        "  noise:S (levels of 0 to 255), jpeg:QUALITY.\n"
        "A range A..B in place of a number is drawn for each image. See docs/degradations.md.\n"
        "Examples:\n  lamscope-cli degrade --clean BSD100 --degrade rain:medium --out rainy\n"
        "  lamscope-cli degrade --hr Set14 --degrade blur=blur:2 mixed=blur:0..3+noise:0..25 --scale 2 "
        "--out degraded");
    auto* hr = command->add_option("--hr", arguments->hr, "HR images, or folders of them, reduced by --scale");
    auto* clean =
        command->add_option("--clean", arguments->clean, "clean images, or folders of them, which keep their size");
    hr->type_name("DIR|IMG")->excludes(clean);
    clean->type_name("DIR|IMG");
    addReadingFlags(*command, arguments->reading);
    command
        ->add_option("--degrade", arguments->recipes,
                     "what is made of each image; a recipe without NAME= is its own name")
        ->required()
        ->type_name("NAME=RECIPE");
    command->add_option("--scale", arguments->scale, "HR side / LR side")
        ->capture_default_str()
        ->check(CLI::Range(1, 8))
        ->excludes(clean);
    addReduceFlag(*command, arguments->reduce);
    command->add_option("--seed", arguments->seed, "of the random numbers, which also depend on the image's name")
        ->capture_default_str();
    command
        ->add_option("--out", arguments->out,
                     "folder for NAME/STEM.png and degrade.json; of one recipe without NAME= for STEM.png and "
                     "STEM.json. With rain also STEM_rain.png and STEM_mask.png")
        ->required()
        ->type_name("DIR");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
