// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/command_words.h"

#include <fmt/ranges.h>

namespace lamscope {

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

void CommandWords::addReading(const Scene& scene) {
    for (const auto& row : imageReadingTable) {
        if (scene.reading.*row.member) {
            add(fmt::format("--{}", row.name));
        }
    }
    if (scene.role == ImageRole::Hr && scene.reduction != Reduction::Pillow) {
        add("--reduce", toString(scene.reduction));
    }
}

void CommandWords::addNetworks(const Experiment& experiment) {
    for (const auto& spec : shownNetworks(experiment)) {
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
