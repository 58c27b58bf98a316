// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/faig_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "image/degradation.h"
#include "integrate/nodes.h"

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto faigMethod = "faig";
constexpr int authorsNodes = 100;
constexpr int mostNodes = 243;

constexpr auto faigPresets = std::to_array<OptionChoice<FaigPreset>>(
    {{FaigPreset::Official, {"official", "official", "100 nodes at the left ends of equal cells, the authors' loop"}},
     {FaigPreset::Exact, {"exact", "exact", "midpoints, 3 to 243, until the scores are settled"}}});

constexpr auto filterRules = std::to_array<OptionChoice<FilterRule>>(
    {{FilterRule::Faig, {"faig", "FAIG", "integrated gradients from the target's weights to the baseline's"}},
     {FilterRule::PixelIg, {"pixel-ig", "pixel IG", "gradients along a path of inputs, clean to degraded"}},
     {FilterRule::Change, {"change", "weight change", "how far fine-tuning moved the weights"}},
     {FilterRule::Random, {"random", "random", "a shuffle by the seed"}},
     {FilterRule::Order, {"order", "list", "as a list says that is read"}}});

/// Numbers joined by a mark.
std::vector<double> numbersOf(const std::string& text, char mark, const char* example) {
    std::vector<double> numbers;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at <= end && !text.empty();) {
        double number = 0.0;
        const auto [rest, error] = std::from_chars(at, end, number);
        if (error != std::errc() || (rest != end && *rest != mark)) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is not numbers such as {}", text, example));
        }
        numbers.push_back(number);
        at = rest + 1;
    }
    return numbers;
}

OptionRow<FaigOptions> textRow(const OptionText& text, std::string FaigOptions::*member) {
    OptionRow<FaigOptions> row{{text, OptionType::Choice, /*mayBeUnset=*/true}, {}, {}};
    row.get = [member](const FaigOptions& options) {
        return (options.*member).empty() ? Json(nullptr) : Json(options.*member);
    };
    row.set = [member](FaigOptions& options, const Json& json) {
        options.*member = json.is_null() ? std::string() : json.get<std::string>();
    };
    return row;
}

OptionRow<FaigOptions> reduceRow() {
    OptionRow<FaigOptions> row{
        {{.name = "reduce", .title = "Reduction", .subject = "the reduction", .help = "how HR images are reduced"},
         OptionType::Choice},
        {},
        {}};
    row.choices = {{"pillow", "Pillow", "Pillow's antialiased bicubic"},
                   {"matlab", "MATLAB", "MATLAB's antialiased bicubic"},
                   {"bilinear", "bilinear", "OpenCV's, not antialiased: means of 2x2 at x2"}};
    row.get = [](const FaigOptions& options) { return Json(toString(options.reduction)); };
    row.set = [](FaigOptions& options, const Json& json) {
        options.reduction = reductionFromString(json.get<std::string>());
    };
    return row;
}

OptionRow<FaigOptions> rankRow() {
    auto row =
        choiceRow({.name = "rank", .title = "Rank by", .subject = "the ranking", .help = "what filters are ordered by"},
                  &FaigOptions::rank, filterRules);
    row.choices.pop_back();  // a list comes by itself
    return row;
}

OptionRow<FaigOptions> maskRow() {
    OptionRow<FaigOptions> row{
        {{.name = "mask",
          .title = "Masked",
          .subject = "the percentages",
          .help = "percentages of the filters to mask, from the top of the ranking; 'none': no masks",
          .unit = "%"},
         OptionType::Choice},
        {},
        {}};
    row.get = [](const FaigOptions& options) {
        return Json(options.mask.empty() ? "none" : fmt::format("{}", fmt::join(options.mask, ",")));
    };
    row.set = [](FaigOptions& options, const Json& json) {
        const auto text = json.get<std::string>();
        options.mask = text == "none" ? std::vector<double>() : numbersOf(text, ',', "1,3,5,10");
    };
    return row;
}

OptionRow<FaigOptions> lambdaRow() {
    OptionRow<FaigOptions> row{
        {{.name = "lambda",
          .title = "Factors",
          .subject = "the factors",
          .help = "FROM:TO:STEP, such as 0:1.5:0.1: re-weights the first percentage of --mask by each factor, 1 being "
                  "the target and 0 the mask"},
         OptionType::Choice,
         /*mayBeUnset=*/true},
        {},
        {}};
    row.get = [](const FaigOptions& options) {
        return options.lambdas
                   ? Json(fmt::format("{}:{}:{}", options.lambdas->from, options.lambdas->to, options.lambdas->step))
                   : Json(nullptr);
    };
    row.set = [](FaigOptions& options, const Json& json) {
        if (json.is_null()) {
            options.lambdas.reset();
            return;
        }
        const auto text = json.get<std::string>();
        const auto numbers = numbersOf(text, ':', "0:1.5:0.1");
        if (numbers.size() != 3) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("'{}' is not a range FROM:TO:STEP such as 0:1.5:0.1", text));
        }
        options.lambdas = FaigLambdas{.from = numbers[0], .to = numbers[1], .step = numbers[2]};
    };
    return row;
}

void refuseOptions(const std::string& message) {
    throw Error(ErrorCode::InvalidArgument, message);
}

std::size_t indexOf(const FaigOptions& options, const std::string& name, std::size_t otherwise) {
    if (name.empty()) {
        return otherwise;
    }
    const auto found = std::ranges::find(options.degradations, name, &FaigDegradation::name);
    if (found == options.degradations.end()) {
        std::vector<std::string> names;
        std::ranges::transform(options.degradations, std::back_inserter(names), &FaigDegradation::name);
        refuseOptions(fmt::format("there is no degradation '{}' to rank by; there are: {}", name,
                                  names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
    }
    return static_cast<std::size_t>(std::distance(options.degradations.begin(), found));
}

}  // namespace

std::string_view toString(FaigPreset preset) {
    return choiceName(faigPresets, preset);
}

std::string_view toString(FilterRule rule) {
    return choiceName(filterRules, rule);
}

std::vector<int> faigLevels(const FaigOptions& options) {
    return options.preset == FaigPreset::Official ? std::vector{options.nodes.value_or(authorsNodes)}
                                                  : triplingLadder(options.nodes.value_or(mostNodes));
}

std::vector<double> lambdasOf(const FaigLambdas& range) {
    std::vector<double> lambdas;
    constexpr double rounding = 1e9;
    const auto steps = static_cast<int>(std::floor((range.to - range.from) / range.step + 1e-9));
    for (int k = 0; k <= steps; ++k) {
        lambdas.push_back(std::round((range.from + k * range.step) * rounding) / rounding);
    }
    return lambdas;
}

FaigDegradation parseFaigDegradation(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
        refuseOptions(fmt::format("'{}' is not a name and a recipe such as blur=blur:2:21 or noise=noise:25.5", text));
    }
    const FaigDegradation degradation{.name = text.substr(0, equals), .recipe = text.substr(equals + 1)};
    static_cast<void>(degradationFromString(degradation.recipe));
    return degradation;
}

std::pair<std::size_t, std::optional<std::size_t>> rankedDegradations(const FaigOptions& options) {
    const auto of = indexOf(options, options.of, 0);
    const bool isCompared = options.rank == FilterRule::Faig && options.degradations.size() > 1;
    const auto against = indexOf(options, options.against, of == 0 ? 1 : 0);
    const auto isSame = [&] {
        const auto& one = options.degradations[of].recipe;
        const auto& other = options.degradations[against].recipe;
        return !one.empty() && !other.empty() && degradationFromString(one) == degradationFromString(other);
    };
    if (!isCompared || against == of || isSame()) {
        return {of, std::nullopt};
    }
    return {of, against};
}

const std::vector<OptionRow<FaigOptions>>& faigOptionTable() {
    static const std::vector<OptionRow<FaigOptions>> rows{
        choiceRow({.name = "preset", .title = "Preset", .subject = "the preset", .help = "recipe"},
                  &FaigOptions::preset, faigPresets),
        numberRow({.name = "nodes",
                   .title = "Nodes",
                   .subject = "the number of nodes",
                   .help = "gradients an image; of exact the most, 3, 9, 27, 81, 243, or exactly that many (unless "
                           "given, official: 100, exact: 243)"},
                  &FaigOptions::nodes, {.least = 1, .most = 10000}),
        numberRow({.name = "tolerance",
                   .title = "Tolerance",
                   .subject = "the tolerance",
                   .help = "of exact: the estimated relative error of an image's scores to stop at"},
                  &FaigOptions::tolerance, {.positive = true}),
        rankRow(),
        textRow({.name = "of",
                 .title = "Filters for",
                 .subject = "the degradation",
                 .help = "name of the degradation whose filters are sought (unless given, the first)"},
                &FaigOptions::of),
        textRow({.name = "against",
                 .title = "against",
                 .subject = "the other degradation",
                 .help = "name of the degradation whose filters are not (unless given, the second; the same as --of: "
                         "none)"},
                &FaigOptions::against),
        reduceRow(),
        maskRow(),
        lambdaRow(),
        numberRow({.name = "images",
                   .title = "Images",
                   .subject = "the number of images",
                   .help = "the most HR images that scores are means over"},
                  &FaigOptions::images, {.least = 1, .most = 100000}),
        numberRow({.name = "seed", .title = "Seed", .subject = "the seed", .help = "of noise and of the random order"},
                  &FaigOptions::seed, {.least = 0, .most = 2147483647}),
    };
    return rows;
}

void checkFaigOptions(const FaigOptions& options) {
    checkOptions(faigOptionTable(), options);
    double last = 0.0;
    for (const double percent : options.mask) {
        if (!(percent > last && percent <= 100.0)) {
            refuseOptions(fmt::format("percentages to mask must lie above 0 and up to 100 and ascend, found {}",
                                      fmt::join(options.mask, ",")));
        }
        last = percent;
    }
    if (options.lambdas) {
        const auto& [from, to, step] = *options.lambdas;
        constexpr double most = 10000.0;
        if (!(step > 0.0) || !(to >= from) || !std::isfinite(to - from) || (to - from) / step > most) {
            refuseOptions(
                fmt::format("factors from {} to {} in steps of {} were asked for; give a range such as "
                            "0:1.5:0.1",
                            from, to, step));
        }
        if (options.mask.empty()) {
            refuseOptions("re-weighting acts on the first percentage to mask; give one, such as 1");
        }
    }
    std::set<std::string> names;
    for (const auto& [name, recipe] : options.degradations) {
        if (name.empty() || name.find_first_of("/\\") != std::string::npos || name.front() == '.') {
            refuseOptions(fmt::format("'{}' cannot be the name of a degradation: files are named by it", name));
        }
        if (!names.insert(name).second) {
            refuseOptions(fmt::format("two degradations are called '{}'; give each a name of its own", name));
        }
        if (!recipe.empty()) {
            static_cast<void>(degradationFromString(recipe));
        }
    }
    if (!options.degradations.empty()) {
        static_cast<void>(rankedDegradations(options));
    }
}

FaigOptions faigOptionsOf(const Experiment& experiment) {
    if (experiment.method != faigMethod) {
        refuseOptions(
            fmt::format("the experiment is one of the method '{}', not of {}", experiment.method, faigMethod));
    }
    FaigOptions options;
    for (const auto& [name, value] : experiment.options.items()) {
        try {
            if (name == "biases") {
                options.biases = value.get<bool>();
            } else if (name == "degradations") {
                for (const auto& one : value) {
                    const auto& recipe = one.at("recipe");
                    options.degradations.push_back({.name = one.at("name").get<std::string>(),
                                                    .recipe = recipe.is_null() ? "" : recipe.get<std::string>()});
                }
            } else {
                setOption(faigOptionTable(), options, name, value);
            }
        } catch (const Json::exception&) {
            refuseOptions(fmt::format("the option '{}' cannot be {}", name, value.dump()));
        }
    }
    checkFaigOptions(options);
    return options;
}

void setFaigOptions(Experiment& experiment, const FaigOptions& options) {
    experiment.method = faigMethod;
    experiment.options = optionsJson(faigOptionTable(), options);
    experiment.options["biases"] = options.biases;
    auto degradations = Json::array();
    for (const auto& [name, recipe] : options.degradations) {
        degradations.push_back({{"name", name}, {"recipe", recipe.empty() ? Json(nullptr) : Json(recipe)}});
    }
    experiment.options["degradations"] = std::move(degradations);
}

}  // namespace lamscope
