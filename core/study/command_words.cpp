// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/command_words.h"

#include <fmt/ranges.h>

namespace lamscope {

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

std::string CommandWords::quoted(const std::string& text) {
    constexpr std::string_view harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    if (!text.empty() && text.find_first_not_of(harmless) == std::string::npos) {
        return text;
    }
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + "'";
}

}  // namespace lamscope
