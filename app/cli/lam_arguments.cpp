// SPDX-License-Identifier: GPL-3.0-or-later
#include "lam_arguments.h"

#include <algorithm>
#include <iterator>

#include "method/lam/lam_experiment.h"
#include "option_flags.h"
#include "program.h"

namespace lamscope::cli {

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
    auto scene = image.scene();
    if (patches.empty() && !grid) {
        throw UsageError("say which patch with --patch X,Y, or ask for a DI map of the whole image with --grid STRIDE");
    }
    constexpr int patchSize = 16;
    std::ranges::transform(patches, std::back_inserter(scene.boxes),
                           [](const std::string& patch) { return boxIn("--patch", patch, patchSize); });
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
