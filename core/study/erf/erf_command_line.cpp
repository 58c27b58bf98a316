// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/erf/erf_command_line.h"

#include "base/error.h"
#include "method/erf/erf_options.h"
#include "study/command_words.h"

namespace lamscope {

std::string erfCommandLine(const Experiment& experiment, DeviceChoice device, int threads) {
    if (experiment.scenes.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no image, and so no command that measures fields on it");
    }
    const auto& first = experiment.scenes.front();
    CommandWords words("erf");
    for (const auto& scene : experiment.scenes) {
        words.add(scene.role == ImageRole::Hr ? "--hr" : "--lr", scene.image.string());
    }
    words.addReading(first);
    words.addNetworks(experiment);
    words.addOptions(erfOptionTable(), erfOptionsOf(experiment));
    if (!first.boxes.empty()) {
        const auto& [x, y, size] = first.boxes.front();
        words.add("--at", fmt::format("{},{}", x + size / 2, y + size / 2));
    }
    words.addMachine(device, threads);
    return words.line();
}

}  // namespace lamscope
