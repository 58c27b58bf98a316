// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/cem/cem_command_line.h"

#include "base/error.h"
#include "method/cem/cem_options.h"
#include "study/command_words.h"

namespace lamscope {

std::string cemCommandLine(const Experiment& experiment, DeviceChoice device, int threads) {
    if (experiment.scenes.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no image, and so no command that computes effects on it");
    }
    const auto& scene = experiment.scenes.front();
    const auto options = cemOptionsOf(experiment);
    CommandWords words("cem");
    // --seed is that of the draws.
    auto image = scene;
    image.degradationSeed = 0;
    words.addImage(image);
    if (scene.role == ImageRole::Hr && !scene.degradation.isClean() && scene.degradationSeed != 0) {
        words.add("--degrade-seed", scene.degradationSeed);
    }
    words.addNetworks(experiment);
    if (!scene.boxes.empty()) {
        const auto& [x, y, size] = scene.boxes.front();
        words.add("--roi", fmt::format("{},{},{}", x, y, size));
    }
    for (const auto& path : options.interventions) {
        words.add("--interventions", path.string());
    }
    words.addOptions(cemOptionTable(), options);
    words.addMachine(device, threads);
    return words.line();
}

}  // namespace lamscope
