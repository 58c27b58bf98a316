// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/erf/erf_options.h"

#include <array>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/number_list.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto erfMethod = "erf";

constexpr auto erfPresets = std::to_array<OptionChoice<ErfPreset>>(
    {{ErfPreset::Official, {"official", "official", "as the published scripts: ReLU of one SR pixel's gradient"}},
     {ErfPreset::Exact, {"exact", "exact", "absolute gradients of a whole LR pixel, each image with equal weight"}}});

constexpr auto erfCentres =
    std::to_array<OptionChoice<ErfCentre>>({{ErfCentre::Pixel, {"pixel", "SR pixel", "one SR pixel"}},
                                            {ErfCentre::Cell, {"cell", "LR pixel", "each SR pixel of one LR pixel"}}});

OptionRow<ErfOptions> centreRow() {
    OptionRow<ErfOptions> row{{{.name = "centre",
                                .title = "Centre",
                                .subject = "the centre",
                                .help = "what is differentiated (unless given, official: pixel, exact: cell)"},
                               OptionType::Choice,
                               /*mayBeUnset=*/true},
                              {},
                              {}};
    for (const auto& choice : erfCentres) {
        row.choices.push_back(choice.text);
    }
    row.get = [](const ErfOptions& options) {
        return options.centre ? Json(toString(*options.centre)) : Json(nullptr);
    };
    row.set = [](ErfOptions& options, const Json& json) {
        options.centre =
            json.is_null() ? std::nullopt : std::optional(choiceNamed(erfCentres, "centre", json.get<std::string>()));
    };
    return row;
}

}  // namespace

ErfCentre centreOf(const ErfOptions& options) {
    return options.centre.value_or(options.preset == ErfPreset::Official ? ErfCentre::Pixel : ErfCentre::Cell);
}

std::string_view toString(ErfPreset preset) {
    return choiceName(erfPresets, preset);
}

std::string_view toString(ErfCentre centre) {
    return choiceName(erfCentres, centre);
}

const std::vector<OptionRow<ErfOptions>>& erfOptionTable() {
    static const std::vector<OptionRow<ErfOptions>> rows{
        choiceRow({.name = "preset", .title = "Preset", .subject = "the preset", .help = "recipe"}, &ErfOptions::preset,
                  erfPresets),
        numberRow({.name = "side",
                   .title = "Side",
                   .subject = "the side",
                   .help = "side of the square that the networks see; fields of networks with a global reach grow with "
                           "it",
                   .unit = "LR px"},
                  &ErfOptions::side, {.least = 3, .most = 4096}),
        numberRow({.name = "images",
                   .title = "Images",
                   .subject = "the number of images",
                   .help = "the most images to use, the first that are large enough"},
                  &ErfOptions::images, {.least = 1, .most = 100000}),
        centreRow(),
        numberListRow({.name = "thresholds",
                       .title = "Shares",
                       .subject = "the thresholds",
                       .help = "shares of the map: of each, the smallest centred square that holds more is reported "
                               "(above 0, below 1, ascending)"},
                      &ErfOptions::thresholds, "0.2,0.5,0.99"),
    };
    return rows;
}

void checkErfOptions(const ErfOptions& options) {
    checkOptions(erfOptionTable(), options);
    double last = 0.0;
    for (const double threshold : options.thresholds) {
        if (!(threshold > last && threshold < 1.0)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the thresholds must lie above 0 and below 1 and ascend, found {}",
                                    listText(options.thresholds)));
        }
        last = threshold;
    }
    if (options.thresholds.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no threshold; give one, such as 0.5");
    }
}

ErfOptions erfOptionsOf(const Experiment& experiment) {
    if (experiment.method != erfMethod) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the experiment is one of the method '{}', not of {}", experiment.method, erfMethod));
    }
    ErfOptions options;
    for (const auto& [name, value] : experiment.options.items()) {
        setOption(erfOptionTable(), options, name, value);
    }
    checkErfOptions(options);
    return options;
}

void setErfOptions(Experiment& experiment, const ErfOptions& options) {
    experiment.method = erfMethod;
    experiment.options = optionsJson(erfOptionTable(), options);
}

}  // namespace lamscope
