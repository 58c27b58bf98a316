// SPDX-License-Identifier: GPL-3.0-or-later
#include "lam_arguments.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <sstream>

#include <fmt/format.h>

#include "method/lam/lam_experiment.h"
#include "option_flags.h"
#include "program.h"

namespace lamscope::cli {

namespace {

int parseInteger(const std::string& text, const std::string& what) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw UsageError(fmt::format("{} '{}' is not a whole number", what, text));
    }
    return value;
}

/// "X,Y" or "X,Y,SIZE".
Box parsePatch(const std::string& text) {
    std::vector<int> numbers;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        numbers.push_back(parseInteger(part, "--patch:"));
    }
    if (numbers.size() < 2 || numbers.size() > 3 || text.ends_with(',')) {
        throw UsageError(fmt::format("--patch wants X,Y or X,Y,SIZE in pixels of the output, found '{}'", text));
    }
    Box box{.x = numbers[0], .y = numbers[1]};
    if (numbers.size() == 3) {
        box.size = numbers[2];
    }
    return box;
}

}  // namespace

void LamArguments::addImageTo(CLI::App& command) {
    auto* hrOption = command.add_option("--hr", hr,
                                        "high-resolution or clean image, reduced here at each network's scale and "
                                        "degraded by --degrade");
    auto* lrOption = command.add_option("--lr", lr, "low-resolution or degraded image, used as it is");
    hrOption->type_name("IMG")->excludes(lrOption);
    lrOption->type_name("IMG");
    command
        .add_option("--reference,--clean", reference,
                    "HR or clean image beside --lr, for PSNR; the path rain begins with it")
        ->type_name("IMG");
    addReadingFlags(command, reading);
    addReduceFlag(command, reduce);
    recipe.addTo(command);
}

void LamArguments::addMethodTo(CLI::App& command) {
    addOptionFlags(command, lamOptionTable(), method);
}

CLI::Option* LamArguments::addPatchesTo(CLI::App& command) {
    return command
        .add_option("--patch", patches,
                    "the patch in pixels of the output: top-left corner and side (16); several share most of the work")
        ->type_name("X,Y[,SIZE]")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void LamArguments::addGridTo(CLI::App& command) {
    command
        .add_option(
            "--grid", grid,
            "DI of every patch of a grid with this stride in pixels of the output; 7 cells of the path (midpoints: 9) "
            "where --nodes and --tolerance do not say otherwise")
        ->type_name("STRIDE")
        ->check(CLI::PositiveNumber);
}

Scene LamArguments::scene() const {
    if (hr.empty() == lr.empty()) {
        throw UsageError("give the image either with --hr or with --lr");
    }
    if (!reference.empty() && lr.empty()) {
        throw UsageError(
            "--reference and --clean go with --lr; an image given with --hr is the reference of what is "
            "made of it");
    }
    if (patches.empty() && !grid) {
        throw UsageError("say which patch with --patch X,Y, or ask for a DI map of the whole image with --grid STRIDE");
    }
    Scene scene{.image = hr.empty() ? lr : hr};
    scene.role = hr.empty() ? ImageRole::Lr : ImageRole::Hr;
    scene.reduction = reductionFromString(reduce);
    scene.degradation = recipe.degradation(!hr.empty());
    scene.degradationSeed = recipe.seed.value_or(0);
    scene.reading = reading;
    scene.reference = reference;
    scene.gridScale = hr.empty() ? 0 : 1;  // on an LR image patches are SR pixels of each network
    std::ranges::transform(patches, std::back_inserter(scene.boxes), parsePatch);
    return scene;
}

Experiment LamArguments::toExperiment(const std::vector<ModelSpec>& models) const {
    return asUsage([&] {
        Experiment experiment{.scenes = {scene()}, .gridStride = grid};
        for (const auto& model : models) {
            experiment.networks.push_back({.spec = model});
        }
        auto options = optionsOfFlags(lamOptionTable(), method);
        setLamOptions(experiment, options);
        static_cast<void>(makePlan(options));
        for (const auto& [x, y, size] : experiment.scenes.front().boxes) {
            options.patch = {x, y, size};
            static_cast<void>(makePlan(options));
        }
        return experiment;
    });
}

}  // namespace lamscope::cli
