// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_description_arguments.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "method/lam/lam_experiment.h"
#include "model/sr_model.h"
#include "option_flags.h"
#include "study/studies/hard_patches.h"
#include "study/studies/study_scenes.h"

namespace lamscope::cli {

namespace {

std::optional<int> positiveNumber(const std::string& text) {
    int number = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end && number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

void StudyDescriptionArguments::addTo(CLI::App& command) {
    command.add_option("--hr", hr, "high-resolution or clean images, or folders of them")
        ->required()
        ->type_name("DIR|IMG");
    command
        .add_option(
            "--lr", lr,
            "folders of low-resolution or degraded images, one for each folder of --hr, paired by name; otherwise they "
            "are made of those of --hr")
        ->type_name("DIR");
    addReadingFlags(command, reading);
    addReduceFlag(command, reduce);
    recipe.addTo(command);
    models.addTo(command, true);
    command
        .add_option(
            "--patches", patches,
            "which patches of each image: centre, the one in its middle; grid STRIDE, all of a grid; list FILE, "
            "those of a CSV (image,x,y,size) or JSON file; hardest K, the middles of the K hardest sub-images of all "
            "images, as `study mine` finds them")
        ->type_name("RULE")
        ->expected(1, 2)
        ->default_str("centre");
    command.add_option("--size", size, "side of the patches in SR pixels, but for list")
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
    lpips.addTo(command);
    command
        .add_option("--faithfulness", faithfulness,
                    "also measure how faithful each map is: curves, infidelity, sensitivity, separated by commas (see "
                    "`faithfulness`; many times the work of a map)")
        ->type_name("PARTS");
    addOptionFlags(command, lamOptionTable(), method);
}

PatchRule StudyDescriptionArguments::rule() const {
    const auto& name = patches.front();
    const auto count = patches.size();
    PatchRule rule{.size = size};
    if (name == "centre" && count == 1) {
        return rule;
    }
    if (name == "list" && count == 2) {
        rule.kind = PatchRule::Kind::List;
        return rule;
    }
    if (const auto stride = count == 2 ? positiveNumber(patches[1]) : std::nullopt; name == "grid" && stride) {
        rule.kind = PatchRule::Kind::Grid;
        rule.stride = *stride;
        return rule;
    }
    if (hardest()) {
        rule.kind = PatchRule::Kind::List;
        return rule;
    }
    throw UsageError(fmt::format("--patches wants centre, grid STRIDE, list FILE or hardest K, found '{}'",
                                 fmt::join(patches, " ")));
}

std::optional<std::size_t> StudyDescriptionArguments::hardest() const {
    const auto count = patches.front() == "hardest" && patches.size() == 2 ? positiveNumber(patches[1]) : std::nullopt;
    if (!count) {
        return std::nullopt;
    }
    if (!lr.empty()) {
        throw UsageError("--patches hardest makes LR images from HR images: leave out --lr");
    }
    if (const int most = MiningOptions().size; size > most) {
        throw UsageError(
            fmt::format("--patches hardest has sub-images of {0}x{0} pixels: --size can be at most {0}", most));
    }
    return static_cast<std::size_t>(*count);
}

std::vector<Scene> StudyDescriptionArguments::scenes() const {
    Scene like;
    like.reduction = asUsage([&] { return reductionFromString(reduce); });
    like.degradation = recipe.degradation(lr.empty());
    like.degradationSeed = recipe.seed.value_or(0);
    like.reading = reading;
    if (lr.empty()) {
        return hrScenes(hr, like);
    }
    if (lr.size() != hr.size()) {
        throw UsageError(fmt::format("there are {} folders of HR images and {} of LR images; give one for each",
                                     hr.size(), lr.size()));
    }
    const auto scale = loadModel(models.specs().front()).card().scale;
    std::vector<Scene> scenes;
    for (std::size_t i = 0; i < hr.size(); ++i) {
        std::ranges::move(pairedScenes(hr[i], lr[i], scale, like), std::back_inserter(scenes));
    }
    return scenes;
}

StudyDescription StudyDescriptionArguments::toDescription() const {
    StudyDescription description;
    description.patches = rule();
    for (const auto& spec : models.specs()) {
        description.experiment.networks.push_back({.spec = spec});
    }
    const auto options = optionsOfFlags(lamOptionTable(), method);
    asUsage([&] { return makePlan(options); });
    setLamOptions(description.experiment, options);
    description.experiment.scenes = scenes();
    if (patches.front() == "list") {
        placeListed(description.experiment.scenes, readPatchList(patches[1]), patches[1]);
    }
    description.lpips = lpips.files();
    if (description.lpips) {
        const Lpips readable(*description.lpips);  // says now what a run would say
    }
    if (!faithfulness.empty()) {
        asUsage(
            [&] { setOption(faithfulnessOptionTable(), description.faithfulness.emplace(), "only", faithfulness); });
    }
    description.id = newStudyId(description);
    return description;
}

}  // namespace lamscope::cli
