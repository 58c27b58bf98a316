// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/feature_command_line.h"

#include "study/command_words.h"

namespace lamscope {

namespace {

std::string textOf(const NamedDegradation& degradation) {
    const auto recipe = toString(degradation.degradation);
    return degradation.name == recipe ? recipe : degradation.name + '=' + recipe;
}

std::string textOf(const NamedFolder& folder) {
    return folder.name + '=' + folder.folder.string();
}

/// The values of an option that takes several, which stands once.
template <typename Values, typename Text>
void addSeveral(CommandWords& words, std::string_view option, const Values& values, const Text& text) {
    bool isFirst = true;
    for (const auto& value : values) {
        if (isFirst) {
            words.add(option, text(value));
        } else {
            words.add(shellWord(text(value)));
        }
        isFirst = false;
    }
}

/// @param firstIsReference  of folders.
void addFeatureInput(CommandWords& words, const FeatureRunInput& input, bool firstIsReference) {
    const auto& source = input.source;
    addSeveral(words, "--hr", source.hr, [](const std::filesystem::path& file) { return file.string(); });
    addSeveral(words, "--degrade", source.degradations,
               [](const NamedDegradation& degradation) { return textOf(degradation); });
    auto folders = source.folders;
    if (firstIsReference && !folders.empty()) {
        words.add("--reference", textOf(folders.front()));
        folders.erase(folders.begin());
    }
    addSeveral(words, "--set", folders, [](const NamedFolder& folder) { return textOf(folder); });
    Scene scene;
    scene.reduction = source.reduction;
    scene.reading = source.reading;
    words.addReading(scene);
    Experiment experiment;
    for (const auto& spec : input.networks) {
        experiment.networks.push_back({.spec = spec});
    }
    words.addNetworks(experiment);
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
