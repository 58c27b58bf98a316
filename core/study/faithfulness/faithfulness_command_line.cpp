// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/faithfulness/faithfulness_command_line.h"

#include "base/error.h"
#include "method/faithfulness/faithfulness_options.h"
#include "method/lam/lam_experiment.h"
#include "method/lam/lam_option_table.h"
#include "study/command_words.h"

namespace lamscope {

std::string faithfulnessCommandLine(const Experiment& experiment, DeviceChoice device, int threads) {
    if (experiment.scenes.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no image, and so no command that judges its maps");
    }
    const auto& scene = experiment.scenes.front();
    CommandWords words("faithfulness");
    words.addImage(scene);
    words.addNetworks(experiment);
    words.addPatches(scene);
    words.addOptions(lamOptionTable(), lamOptionsOf(judgedExperiment(experiment)));
    words.addOptions(faithfulnessOptionTable(), faithfulnessOptionsOf(experiment));
    words.addMachine(device, threads);
    return words.line();
}

}  // namespace lamscope
