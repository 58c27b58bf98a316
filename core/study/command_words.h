// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/option_table.h"
#include "base/shell_word.h"
#include "image/degradation.h"
#include "runtime/device.h"
#include "scene/experiment.h"

namespace lamscope {

/// A line of `lamscope-cli` for a POSIX shell, word by word.
class CommandWords {
public:
    /// @param command of lamscope-cli, e.g. "lam".
    explicit CommandWords(std::string_view command)
        : words_{"lamscope-cli", std::string(command)} {}

    /// An option with its value, which is quoted where the shell would take it apart.
    template <typename Value>
    void add(std::string_view option, const Value& value) {
        words_.emplace_back(option);
        words_.push_back(shellWord(fmt::format("{}", value)));
    }
    void add(std::string_view option) { words_.emplace_back(option); }

    /// An option that takes several values, which stands once; nothing without values.
    template <typename Values, typename Text>
    void addSeveral(std::string_view option, const Values& values, const Text& text) {
        bool isFirst = true;
        for (const auto& value : values) {
            if (isFirst) {
                words_.emplace_back(option);
            }
            words_.push_back(shellWord(text(value)));
            isFirst = false;
        }
    }
    void addFiles(std::string_view option, const std::vector<std::filesystem::path>& files);
    /// --degrade with its recipes, named where the name is not the recipe.
    void addRecipes(const std::vector<NamedDegradation>& degradations);

    /// The image of a scene with its reference, and how they are read.
    void addImage(const Scene& scene);
    /// The patches of a scene.
    void addPatches(const Scene& scene);
    /// How the image of a scene is read and, of an HR image, reduced and degraded, where that differs from the
    /// defaults.
    void addReading(const Scene& scene);
    void addReading(const ImageReading& reading);
    /// The networks that are not hidden.
    void addNetworks(const Experiment& experiment);
    void addNetworks(const std::vector<ModelSpec>& networks);
    /// What differs from the defaults; the preset always, for it decides about what is not stated.
    template <typename Options>
    void addOptions(const std::vector<OptionRow<Options>>& table, const Options& options) {
        for (const auto& row : table) {
            const auto value = row.get(options);
            if (row.name == "preset" || value != row.get({})) {
                add(fmt::format("--{}", row.name), optionText(row, value));
            }
        }
    }
    /// What is not left to the program (Auto, 0).
    void addMachine(DeviceChoice device, int threads);

    [[nodiscard]] std::string line() const;

private:
    std::vector<std::string> words_;
};

}  // namespace lamscope
