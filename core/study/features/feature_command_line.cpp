// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/feature_command_line.h"

#include "study/command_words.h"

namespace lamscope {

namespace {

std::string textOf(const NamedFolder& folder) {
    return folder.name + '=' + folder.folder.string();
}

/// @param firstIsReference  of folders.
void addFeatureInput(CommandWords& words, const FeatureRunInput& input, bool firstIsReference) {
    const auto& source = input.source;
    words.addFiles("--hr", source.hr);
    words.addRecipes(source.degradations);
    auto folders = source.folders;
    if (firstIsReference && !folders.empty()) {
        words.add("--reference", textOf(folders.front()));
        folders.erase(folders.begin());
    }
    words.addSeveral("--set", folders, [](const NamedFolder& folder) { return textOf(folder); });
    Scene scene;
    scene.reduction = source.reduction;
    scene.reading = source.reading;
    words.addReading(scene);
    words.addNetworks(input.networks);
}

}  // namespace

std::string srgaCommandLine(const FeatureRunInput& input, const SrgaOptions& options, DeviceChoice device,
                            int threads) {
    CommandWords words("srga");
    addFeatureInput(words, input, /*firstIsReference=*/true);
    words.addOptions(srgaOptionTable(), options);
    words.addMachine(device, threads);
    return words.line();
}

std::string ddrCommandLine(const FeatureRunInput& input, const DdrOptions& options, DeviceChoice device, int threads) {
    CommandWords words("ddr");
    addFeatureInput(words, input, /*firstIsReference=*/false);
    words.addOptions(ddrOptionTable(), options);
    words.addMachine(device, threads);
    return words.line();
}

}  // namespace lamscope
