// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/derain/derain_command_line.h"

#include "study/command_words.h"

namespace lamscope {

std::string derainCommandLine(const DerainRunInput& input, const DerainOptions& options, DeviceChoice device,
                              int threads) {
    CommandWords words("derain");
    if (input.rainyFolder.empty()) {
        words.addFiles("--clean", input.clean);
        words.addRecipes(input.degradations);
    } else {
        words.add("--rainy", input.rainyFolder.string());
        words.add("--clean", input.cleanFolder.string());
        if (!input.layerFolder.empty()) {
            words.add("--layer", input.layerFolder.string());
        }
    }
    if (input.blurLine) {
        words.add("--blur-line");
    }
    words.addReading(input.reading);
    words.addNetworks(input.networks);
    words.addOptions(derainOptionTable(), options);
    words.addMachine(device, threads);
    return words.line();
}

}  // namespace lamscope
