// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/lam_command_line.h"

#include "base/error.h"
#include "method/lam/lam_experiment.h"
#include "method/lam/lam_option_table.h"
#include "study/command_words.h"

namespace lamscope {

std::string lamCommandLine(const Experiment& experiment, DeviceChoice device, int threads) {
    if (experiment.scenes.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no image, and so no command that computes its maps");
    }
    const auto& scene = experiment.scenes.front();
    CommandWords words("lam");
    words.addImage(scene);
    words.addNetworks(experiment);
    words.addPatches(scene);
    if (experiment.gridStride) {
        words.add("--grid", *experiment.gridStride);
    }
    words.addOptions(lamOptionTable(), lamOptionsOf(experiment));
    words.addMachine(device, threads);
    return words.line();
}

}  // namespace lamscope
