// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/faithfulness_options.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/number_list.h"
#include "method/lam/lam_experiment.h"
#include "method/lam/lam_option_table.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto faithfulnessMethod = "faithfulness";

struct Part {
    std::string_view name;
    bool FaithfulnessParts::*member;
};

constexpr auto knownParts = std::to_array<Part>({{"curves", &FaithfulnessParts::curves},
                                                 {"infidelity", &FaithfulnessParts::infidelity},
                                                 {"sensitivity", &FaithfulnessParts::sensitivity}});

std::string textOf(const FaithfulnessParts& parts) {
    std::vector<std::string_view> names;
    for (const auto& part : knownParts) {
        if (parts.*part.member) {
            names.push_back(part.name);
        }
    }
    return fmt::format("{}", fmt::join(names, ","));
}

FaithfulnessParts partsIn(std::string_view text) {
    FaithfulnessParts parts{.curves = false, .infidelity = false, .sensitivity = false};
    for (std::size_t from = 0; from <= text.size();) {
        const auto end = std::min(text.find(',', from), text.size());
        const auto name = text.substr(from, end - from);
        const auto* const found = std::ranges::find(knownParts, name, &Part::name);
        if (found == knownParts.end()) {
            std::vector<std::string_view> known;
            std::ranges::transform(knownParts, std::back_inserter(known), &Part::name);
            refuseOptionName("part", name, known);
        }
        parts.*found->member = true;
        from = end + 1;
    }
    return parts;
}

OptionRow<FaithfulnessOptions> partsRow() {
    OptionRow<FaithfulnessOptions> row{
        {{.name = "only",
          .title = "Parts",
          .subject = "the parts",
          .help = "what to measure, separated by commas: curves, infidelity, sensitivity (which takes longest)"},
         OptionType::Choice},
        {},
        {}};
    row.get = [](const FaithfulnessOptions& options) { return Json(textOf(options.parts)); };
    row.set = [](FaithfulnessOptions& options, const Json& json) {
        options.parts = partsIn(json.get_ref<const std::string&>());
    };
    return row;
}

OptionRow<FaithfulnessOptions> attributionRow() {
    OptionRow<FaithfulnessOptions> row{
        {{.name = "attribution",
          .title = "Attribution",
          .subject = "the attribution",
          .help = "a NumPy file with the map to judge in place of the network's own: 3 x h x w or h x w for the "
                  "context or the whole LR image, or a value a block of the image"},
         OptionType::Choice,
         /*mayBeUnset=*/true},
        {},
        {}};
    row.get = [](const FaithfulnessOptions& options) {
        return options.attribution.empty() ? Json(nullptr) : Json(options.attribution);
    };
    row.set = [](FaithfulnessOptions& options, const Json& json) {
        options.attribution = json.is_null() ? std::string() : json.get<std::string>();
    };
    return row;
}

template <typename Rows>
bool isIn(const Rows& rows, std::string_view name) {
    return std::ranges::any_of(rows, [name](const auto& row) { return row.name == name; });
}

void checkMethod(const Experiment& experiment) {
    if (experiment.method != faithfulnessMethod) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the experiment is one of the method '{}', not of {}",
                                                            experiment.method, faithfulnessMethod));
    }
}

}  // namespace

const std::vector<OptionRow<FaithfulnessOptions>>& faithfulnessOptionTable() {
    constexpr double manyPixels = 4096;
    static const std::vector<OptionRow<FaithfulnessOptions>> rows{
        numberRow({.name = "points",
                   .title = "Points",
                   .subject = "the number of points",
                   .help = "steps of a curve, close together where few pixels are replaced"},
                  &FaithfulnessOptions::points, {.least = 1, .most = 10000}),
        numberRow({.name = "random",
                   .title = "Random orders",
                   .subject = "the number of random orders",
                   .help = "random orders of pixels that the map is compared with"},
                  &FaithfulnessOptions::random, {.least = 0, .most = 1000}),
        numberRow({.name = "square",
                   .title = "Square",
                   .subject = "the side of the squares",
                   .help = "side of the squares that are put back to the baseline for the infidelity",
                   .unit = "LR px"},
                  &FaithfulnessOptions::square, {.least = 1, .most = manyPixels}),
        numberRow({.name = "stride",
                   .title = "Stride",
                   .subject = "the stride of the squares",
                   .help = "from square to square",
                   .unit = "LR px"},
                  &FaithfulnessOptions::stride, {.least = 1, .most = manyPixels}),
        numberListRow({.name = "radius",
                       .title = "Radii",
                       .subject = "the radii",
                       .help = "how far each value of the image is moved at most for the sensitivity, where the image "
                               "is 0 to 1; several are separated by commas"},
                      &FaithfulnessOptions::radii, "0.02,0.002"),
        numberRow({.name = "draws",
                   .title = "Draws",
                   .subject = "the number of draws",
                   .help = "perturbed images for each radius; of each, a map is computed"},
                  &FaithfulnessOptions::draws, {.least = 1, .most = 10000}),
        partsRow(),
        attributionRow(),
    };
    return rows;
}

void checkFaithfulnessOptions(const FaithfulnessOptions& options) {
    checkOptions(faithfulnessOptionTable(), options);
    if (options.parts.sensitivity && options.radii.empty()) {
        throw Error(ErrorCode::InvalidArgument, "there is no radius for the sensitivity; give one, such as 0.02");
    }
    for (const double radius : options.radii) {
        if (!(radius > 0.0 && radius <= 1.0)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the radii must lie above 0 and be at most 1, found {}", radius));
        }
    }
    if (options.parts == FaithfulnessParts{.curves = false, .infidelity = false, .sensitivity = false}) {
        throw Error(ErrorCode::InvalidArgument,
                    "there is nothing to measure; ask for curves, infidelity or sensitivity");
    }
}

FaithfulnessOptions faithfulnessOptionsOf(const Experiment& experiment) {
    checkMethod(experiment);
    FaithfulnessOptions options;
    for (const auto& [name, value] : experiment.options.items()) {
        if (!isIn(lamOptionTable(), name)) {
            setOption(faithfulnessOptionTable(), options, name, value);
        }
    }
    checkFaithfulnessOptions(options);
    return options;
}

Experiment judgedExperiment(const Experiment& experiment) {
    checkMethod(experiment);
    LamOptions options;
    for (const auto& [name, value] : experiment.options.items()) {
        if (isIn(lamOptionTable(), name)) {
            setOption(lamOptionTable(), options, name, value);
        }
    }
    auto judged = experiment;
    setLamOptions(judged, options);
    return judged;
}

void setFaithfulnessOptions(Experiment& experiment, const LamOptions& lam, const FaithfulnessOptions& options) {
    setLamOptions(experiment, lam);
    experiment.method = faithfulnessMethod;
    experiment.options.update(optionsJson(faithfulnessOptionTable(), options));
}

}  // namespace lamscope
