// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_mine_command.h"

#include <memory>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/atomic_file.h"
#include "console.h"
#include "model/sr_model.h"
#include "model_arguments.h"
#include "option_flags.h"
#include "study/studies/hard_patch_files.h"
#include "study/studies/study_scenes.h"

namespace lamscope::cli {

namespace {

std::vector<SrModel> loadModels(const std::vector<ModelSpec>& specs, const std::string& device) {
    std::vector<SrModel> models;
    for (const auto& spec : specs) {
        models.push_back(loadModel(spec, device));
    }
    return models;
}

void showProgress(ProgressLine& line, const MiningProgress& state) {
    line.show(state.choosing ? "leaving out near-duplicates" : "measuring sub-images", state.fraction);
}

void sayWhatWasFound(const MinedPatches& mined, const std::vector<Scene>& scenes) {
    sayWarnings(mined.warnings);
    for (const auto& [scene, why] : mined.skipped) {
        spdlog::warn("skipped: {}: {}", scenes[scene].image.string(), why);
    }
    if (mined.tooSmall > 0) {
        spdlog::info("{} of {} images are smaller than a sub-image", mined.tooSmall, scenes.size());
    }
}

std::string summaryOf(const MinedPatches& mined, std::size_t images) {
    return fmt::format("{} hard sub-images of {} in {} images; {} near-duplicates were passed over",
                       mined.hardest.size(), mined.measured, images, mined.nearDuplicates);
}

struct StudyMineArguments {
    ModelArguments models;
    std::vector<std::string> hr;
    ImageReading reading;
    std::string reduce = "pillow";
    MiningOptions options;
    std::string out;
};

int run(const StudyMineArguments& arguments) {
    Scene like;
    like.reduction = asUsage([&] { return reductionFromString(arguments.reduce); });
    like.reading = arguments.reading;
    const auto specs = arguments.models.specs();
    checkMinedFolder(arguments.out);
    const auto scenes = hrScenes(arguments.hr, like);
    const auto device = arguments.models.prepareDevice();
    const InterruptGuard interrupt;
    StagedFiles files;
    std::optional<MinedPatches> mined;
    {
        ProgressLine line;
        const auto models = loadModels(specs, device);
        mined = addMinedFolder(files, models, scenes, arguments.options, arguments.out, device, interrupt.token(),
                               [&](const MiningProgress& state) { showProgress(line, state); });
    }
    if (!mined) {
        return ExitCode::Interrupted;
    }
    files.commit();
    sayWhatWasFound(*mined, scenes);
    printResult(fmt::format("{}; they are in {}\n", summaryOf(*mined, scenes.size()), arguments.out));
    return mined->skipped.empty() ? ExitCode::Done : ExitCode::Failed;
}

}  // namespace

std::optional<MinedPatches> placeHardestOf(StudyDescription& description, std::size_t keep, const std::string& device,
                                           const std::stop_token& stop) {
    auto& scenes = description.experiment.scenes;
    const int size = description.patches.size;
    std::optional<MinedPatches> mined;
    {
        ProgressLine line;
        const auto models = loadModels(shownNetworks(description.experiment), device);
        const MiningOptions options{.size = subImageSideFor(models.front().card().scale), .keep = keep};
        // Refused here, not after the mining, where a patch is larger.
        static_cast<void>(middlePatch({.place = {.x = 0, .y = 0, .size = options.size}}, size));
        mined = mineHardPatches(models, scenes, options, stop,
                                [&](const MiningProgress& state) { showProgress(line, state); });
    }
    if (!mined) {
        return std::nullopt;
    }
    sayWhatWasFound(*mined, scenes);
    spdlog::info("{}", summaryOf(*mined, scenes.size()));
    placeHardest(scenes, mined->hardest, size);
    description.id = newStudyId(description);
    return mined;
}

void addStudyMineCommand(CLI::App& study, ChosenCommand& chosen) {
    const auto arguments = std::make_shared<StudyMineArguments>();
    auto* command = study.add_subcommand("mine", "find hard patches: what networks restore badly and not alike");
    command->footer(
        "Example:\n  lamscope-cli study mine --hr DIV2K_valid_HR Urban100 --model imdn_x4.pth pan_x4.pth --keep 150 "
        "--out hard");
    command->add_option("--hr", arguments->hr, "high-resolution images, or folders of them")
        ->required()
        ->type_name("DIR|IMG");
    addReadingFlags(*command, arguments->reading);
    addReduceFlag(*command, arguments->reduce);
    arguments->models.addTo(*command, true);
    constexpr int most = 1 << 20;
    command->add_option("--size", arguments->options.size, "side of the sub-images, HR pixels")
        ->capture_default_str()
        ->check(CLI::Range(1, most));
    command->add_option("--stride", arguments->options.stride, "from one sub-image to the next, HR pixels")
        ->capture_default_str()
        ->check(CLI::Range(1, most));
    command->add_option("--keep", arguments->options.keep, "how many of them to keep, at most")
        ->capture_default_str()
        ->check(CLI::Range(1, most));
    command
        ->add_option("--out", arguments->out,
                     fmt::format("a new folder for them, with {} that tells where they come from", minedTable))
        ->required()
        ->type_name("DIR");
    command->callback([arguments, &chosen] { chosen = [arguments] { return run(*arguments); }; });
}

}  // namespace lamscope::cli
