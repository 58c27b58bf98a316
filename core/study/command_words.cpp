// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/command_words.h"

#include <fmt/ranges.h>

namespace lamscope {

void CommandWords::addFiles(std::string_view option, const std::vector<std::filesystem::path>& files) {
    addSeveral(option, files, [](const std::filesystem::path& file) { return file.string(); });
}

void CommandWords::addRecipes(const std::vector<NamedDegradation>& degradations) {
    addSeveral("--degrade", degradations, [](const NamedDegradation& degradation) {
        const auto recipe = toString(degradation.degradation);
        return degradation.name == recipe ? recipe : degradation.name + '=' + recipe;
    });
}

void CommandWords::addImage(const Scene& scene) {
    add(scene.role == ImageRole::Hr ? "--hr" : "--lr", scene.image.string());
    if (!scene.reference.empty()) {
        add("--reference", scene.reference.string());
    }
    addReading(scene);
}

void CommandWords::addPatches(const Scene& scene) {
    for (const auto& [x, y, size] : scene.boxes) {
        add("--patch", fmt::format("{},{},{}", x, y, size));
    }
}

void CommandWords::addReading(const ImageReading& reading) {
    for (const auto& row : imageReadingTable) {
        if (reading.*row.member) {
            add(fmt::format("--{}", row.name));
        }
    }
}

void CommandWords::addReading(const Scene& scene) {
    addReading(scene.reading);
    if (scene.role == ImageRole::Hr && scene.reduction != Reduction::Pillow) {
        add("--reduce", toString(scene.reduction));
    }
    if (scene.role == ImageRole::Hr && !scene.degradation.isClean()) {
        add("--degrade", toString(scene.degradation));
        if (scene.degradationSeed != 0) {
            add("--seed", scene.degradationSeed);
        }
    }
}

void CommandWords::addNetworks(const Experiment& experiment) {
    addNetworks(shownNetworks(experiment));
}

void CommandWords::addNetworks(const std::vector<ModelSpec>& networks) {
    for (const auto& spec : networks) {
        add("--model", spec.toString());
    }
}

void CommandWords::addMachine(DeviceChoice device, int threads) {
    if (device != DeviceChoice::Auto) {
        add("--device", device == DeviceChoice::Cpu ? "cpu" : "cuda");
    }
    if (threads > 0) {
        add("--threads", threads);
    }
}

std::string CommandWords::line() const {
    return fmt::format("{}", fmt::join(words_, " "));
}

}  // namespace lamscope
