// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/lam_command_line.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/shell_word.h"
#include "method/lam/lam_experiment.h"
#include "method/lam/lam_option_table.h"

namespace lamscope {

namespace {

/// Options and their values, a word each.
class Arguments {
public:
    template <typename Value>
    void add(std::string_view option, const Value& value) {
        words_.emplace_back(option);
        words_.push_back(shellWord(fmt::format("{}", value)));
    }
    void add(std::string_view option) { words_.emplace_back(option); }

    [[nodiscard]] std::string line() const { return fmt::format("{}", fmt::join(words_, " ")); }

private:
    std::vector<std::string> words_{"lamscope-cli", "lam"};
};

void addImage(Arguments& arguments, const Scene& scene) {
    const bool hr = scene.role == ImageRole::Hr;
    arguments.add(hr ? "--hr" : "--lr", scene.image.string());
    if (!scene.reference.empty()) {
        arguments.add("--reference", scene.reference.string());
    }
    for (const auto& row : imageReadingTable) {
        if (scene.reading.*row.member) {
            arguments.add(fmt::format("--{}", row.name));
        }
    }
    if (hr && scene.reduction != Reduction::Pillow) {
        arguments.add("--reduce", toString(scene.reduction));
    }
}

/// What differs from the defaults; the preset always, for it decides about what is not stated.
void addOptions(Arguments& arguments, const LamOptions& options) {
    for (const auto& row : lamOptionTable()) {
        const auto value = row.get(options);
        if (row.name == "preset" || value != row.get({})) {
            arguments.add(fmt::format("--{}", row.name), optionText(row, value));
        }
    }
}

}  // namespace

std::string lamCommandLine(const Experiment& experiment, DeviceChoice device, int threads) {
    if (experiment.scenes.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no image, and so no command that computes its maps");
    }
    const auto& scene = experiment.scenes.front();
    Arguments arguments;
    addImage(arguments, scene);
    for (const auto& spec : shownNetworks(experiment)) {
        arguments.add("--model", spec.toString());
    }
    for (const auto& [x, y, size] : scene.boxes) {
        arguments.add("--patch", fmt::format("{},{},{}", x, y, size));
    }
    if (experiment.gridStride) {
        arguments.add("--grid", *experiment.gridStride);
    }
    addOptions(arguments, lamOptionsOf(experiment));
    if (device != DeviceChoice::Auto) {
        arguments.add("--device", device == DeviceChoice::Cpu ? "cpu" : "cuda");
    }
    if (threads > 0) {
        arguments.add("--threads", threads);
    }
    return arguments.line();
}

}  // namespace lamscope
