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
#include "study/studies/study_scenes.h"

namespace lamscope::cli {

void StudyDescriptionArguments::addTo(CLI::App& command) {
    command.add_option("--hr", hr, "high-resolution images, or folders of them")->required()->type_name("DIR|IMG");
    command
        .add_option(
            "--lr", lr,
            "folders of low-resolution images, one for each folder of --hr, paired by name; otherwise LR is made "
            "from HR")
        ->type_name("DIR");
    addReadingFlags(command, reading);
    command.add_option("--reduce", reduce, "whose bicubic reduces --hr: pillow or matlab")->capture_default_str();
    models.addTo(command, true);
    command
        .add_option(
            "--patches", patches,
            "which patches of each image: centre, the one in its middle; grid STRIDE, all of a grid; list FILE, "
            "those of a CSV (image,x,y,size) or JSON file")
        ->type_name("RULE")
        ->expected(1, 2)
        ->default_str("centre");
    command.add_option("--size", size, "side of the patches in SR pixels, but for list")
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
    lpips.addTo(command);
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
    if (name == "grid" && count == 2) {
        const auto& text = patches[1];
        const auto* const end = text.data() + text.size();
        const auto parsed = std::from_chars(text.data(), end, rule.stride);
        if (parsed.ec == std::errc() && parsed.ptr == end && rule.stride > 0) {
            rule.kind = PatchRule::Kind::Grid;
            return rule;
        }
    }
    throw UsageError(
        fmt::format("--patches wants centre, grid STRIDE or list FILE, found '{}'", fmt::join(patches, " ")));
}

std::vector<Scene> StudyDescriptionArguments::scenes() const {
    Scene like;
    like.reduction = asUsage([&] { return reductionFromString(reduce); });
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
    if (description.patches.kind == PatchRule::Kind::List) {
        placeListed(description.experiment.scenes, readPatchList(patches[1]), patches[1]);
    }
    description.lpips = lpips.files();
    if (description.lpips) {
        const Lpips readable(*description.lpips);  // says now what a run would say
    }
    description.id = newStudyId(description);
    return description;
}

}  // namespace lamscope::cli
