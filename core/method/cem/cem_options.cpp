// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/cem/cem_options.h"

#include <array>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr auto cemMethod = "cem";
constexpr auto interventionsName = "interventions";

constexpr auto cemPresets = std::to_array<OptionChoice<CemPreset>>(
    {{CemPreset::Official, {"official", "official", "as the published scripts: whole square images, colours swapped"}},
     {CemPreset::Fast, {"fast", "fast", "the same estimator on the part that the region can depend on, any image"}}});

std::vector<std::filesystem::path> pathsIn(const nlohmann::ordered_json& json) {
    try {
        const auto texts = json.get<std::vector<std::string>>();
        return {texts.begin(), texts.end()};
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::InvalidArgument,
                    "the option 'interventions' must be a list of files and folders, found " + json.dump());
    }
}

}  // namespace

std::string_view toString(CemPreset preset) {
    return choiceName(cemPresets, preset);
}

const std::vector<OptionRow<CemOptions>>& cemOptionTable() {
    static const std::vector<OptionRow<CemOptions>> rows{
        choiceRow({.name = "preset", .title = "Preset", .subject = "the preset", .help = "recipe"}, &CemOptions::preset,
                  cemPresets),
        numberRow({.name = "block",
                   .title = "Block",
                   .subject = "the side of a block",
                   .help = "side of the blocks that are replaced, rounded down to whole LR pixels",
                   .unit = "SR px"},
                  &CemOptions::block, {.least = 1, .most = 4096}),
        numberRow({.name = "coarse",
                   .title = "Coarse draws",
                   .subject = "the number of coarse draws",
                   .help = "draws of every block, which find those that have an effect"},
                  &CemOptions::coarse, {.least = 1, .most = 1000}),
        numberRow({.name = "fine",
                   .title = "Fine draws",
                   .subject = "the number of fine draws, of which a standard error needs two,",
                   .help = "fresh draws of each block that has an effect"},
                  &CemOptions::fine, {.least = 2, .most = 100000}),
        numberRow({.name = "tolerance",
                   .title = "Tolerance",
                   .subject = "the tolerance",
                   .help = "effects below it count as none",
                   .unit = "dB"},
                  &CemOptions::tolerance, {.least = 0.0, .most = 100.0}),
        numberRow({.name = "seed", .title = "Seed", .subject = "the seed", .help = "of the draws"}, &CemOptions::seed,
                  {.least = 0, .most = std::numeric_limits<int>::max()}),
        numberRow({.name = "context",
                   .title = "Context",
                   .subject = "the context",
                   .help = "side of the square around the region that the network sees, or the whole image; unless "
                           "given, a part where that gives what the whole image gives",
                   .unit = "LR px",
                   .zeroWord = "whole"},
                  &CemOptions::context, {.least = 0, .most = 65536}),
        numberRow({.name = "batch",
                   .title = "Batch",
                   .subject = "the batch",
                   .help = "images that are evaluated at once, unless given: by the device"},
                  &CemOptions::batch, {.least = 1, .most = 65536}),
    };
    return rows;
}

void checkCemOptions(const CemOptions& options) {
    checkOptions(cemOptionTable(), options);
    if (options.preset == CemPreset::Official && options.context.value_or(0) != 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("'official' evaluates the whole image, found a context of {} LR pixels; choose 'fast' "
                                "or leave the context out",
                                *options.context));
    }
}

CemOptions cemOptionsOf(const Experiment& experiment) {
    if (experiment.method != cemMethod) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the experiment is one of the method '{}', not of {}", experiment.method, cemMethod));
    }
    CemOptions options;
    for (const auto& [name, value] : experiment.options.items()) {
        if (name == interventionsName) {
            options.interventions = pathsIn(value);
        } else {
            setOption(cemOptionTable(), options, name, value);
        }
    }
    checkCemOptions(options);
    return options;
}

void setCemOptions(Experiment& experiment, const CemOptions& options) {
    experiment.method = cemMethod;
    experiment.options = optionsJson(cemOptionTable(), options);
    auto paths = nlohmann::ordered_json::array();
    for (const auto& path : options.interventions) {
        paths.push_back(path.string());
    }
    experiment.options[interventionsName] = paths;
}

}  // namespace lamscope
