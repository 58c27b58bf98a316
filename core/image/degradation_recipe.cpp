// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar of recipes.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "image/degradation.h"
#include "image/rain.h"

namespace lamscope {

namespace {

constexpr double largestBlurSigma = 50.0;  // HR pixels
constexpr int largestBlurSide = 301;       // HR pixels
constexpr double largestNoise = 255.0;     // levels
constexpr double bestJpeg = 100.0;

constexpr std::string_view possibleSteps =
    "a recipe is 'clean', or steps joined by '+': blur:SIGMA[:SIDE] (HR pixels), "
    "rain:small|medium|large|FILE.json[:AMPLITUDE], noise:S (levels of 0 to 255), jpeg:QUALITY; a range A..B may stand "
    "for a number, but for the amplitude";

std::vector<std::string_view> split(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(mark);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

template <typename Number>
std::optional<Number> wholeTextAsNumber(std::string_view text) {
    Number value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// The number that a step takes.
struct Bounds {
    std::string_view what;  ///< "a standard deviation", for messages
    double least;
    double most;
    bool whole;
};

/// A step of a recipe while it is read.
struct Step {
    std::string_view recipe;
    std::string_view text;
    std::vector<std::string_view> parts;  ///< of `text`, between ':'

    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the recipe '{}': {}; {}", recipe, why, possibleSteps));
    }

    [[nodiscard]] RecipeNumber number(std::size_t part, const Bounds& bounds) const {
        const auto found = part < parts.size() ? parts[part] : std::string_view{};
        const auto dots = found.find("..");
        const auto low = wholeTextAsNumber<double>(found.substr(0, dots));
        const auto high = dots == std::string_view::npos ? low : wholeTextAsNumber<double>(found.substr(dots + 2));
        const auto fits = [&](const std::optional<double>& value) {
            return value && *value >= bounds.least && *value <= bounds.most
                   && (!bounds.whole || *value == std::floor(*value));
        };
        if (!fits(low) || !fits(high) || *low > *high) {
            refuse(fmt::format("{} takes {} from {} to {}, or a range of such, found '{}'", parts.front(), bounds.what,
                               bounds.least, bounds.most, found));
        }
        return {.low = *low, .high = *high};
    }

    void expectParts(std::size_t most) const {
        if (parts.size() > most) {
            refuse(fmt::format("'{}' has {} values after '{}', at most {} can be given", text, parts.size() - 1,
                               parts.front(), most - 1));
        }
    }
};

Degradation::Blur blurOf(const Step& step) {
    step.expectParts(3);
    Degradation::Blur blur{
        .sigma =
            step.number(1, {.what = "a standard deviation", .least = 0.0, .most = largestBlurSigma, .whole = false})};
    if (step.parts.size() == 3) {
        blur.side = wholeTextAsNumber<int>(step.parts[2]);
        if (!blur.side || *blur.side < 1 || *blur.side > largestBlurSide || *blur.side % 2 == 0) {
            step.refuse(fmt::format("the side of a blur kernel is an odd number from 1 to {}, found '{}'",
                                    largestBlurSide, step.parts[2]));
        }
    }
    return blur;
}

Degradation::Rain rainOf(const Step& step) {
    step.expectParts(3);
    Degradation::Rain rain;
    try {
        rain.range = rainRangeNamed(std::string(step.parts.size() > 1 ? step.parts[1] : std::string_view{}));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::InvalidArgument) {
            throw;
        }
        step.refuse(error.what());
    }
    if (step.parts.size() == 3) {
        const auto amplitude = wholeTextAsNumber<double>(step.parts[2]);
        if (!amplitude || !(*amplitude >= 0.0 && *amplitude <= 1.0)) {
            step.refuse(fmt::format("the amplitude of rain is a number from 0 to 1, found '{}'", step.parts[2]));
        }
        rain.amplitude = *amplitude;
    }
    return rain;
}

/// Sets what a step gives; a step that is set already is refused.
template <typename Value>
void setOnce(std::optional<Value>& target, const Step& step, Value value) {
    if (target) {
        step.refuse(fmt::format("the step '{}' is given twice", step.parts.front()));
    }
    target = std::move(value);
}

std::string textOf(const RecipeNumber& number) {
    return number.low == number.high ? fmt::format("{}", number.low) : fmt::format("{}..{}", number.low, number.high);
}

}  // namespace

Degradation degradationFromString(std::string_view recipe) {
    Degradation degradation;
    if (recipe == "clean") {
        return degradation;
    }
    for (const auto text : split(recipe, '+')) {
        const Step step{.recipe = recipe, .text = text, .parts = split(text, ':')};
        const auto name = step.parts.front();
        if (name == "blur") {
            setOnce(degradation.blur, step, blurOf(step));
        } else if (name == "noise") {
            step.expectParts(2);
            setOnce(
                degradation.noise, step,
                step.number(1, {.what = "a standard deviation", .least = 0.0, .most = largestNoise, .whole = false}));
        } else if (name == "jpeg") {
            step.expectParts(2);
            setOnce(degradation.jpeg, step,
                    step.number(1, {.what = "a whole quality", .least = 1.0, .most = bestJpeg, .whole = true}));
        } else if (name == "rain") {
            setOnce(degradation.rain, step, rainOf(step));
        } else if (name == "clean") {
            step.refuse("'clean' stands alone");
        } else {
            step.refuse(text.empty() ? std::string("a step is empty") : fmt::format("there is no step '{}'", text));
        }
    }
    return degradation;
}

std::string toString(const Degradation& degradation) {
    std::vector<std::string> steps;
    if (const auto& blur = degradation.blur) {
        steps.push_back("blur:" + textOf(blur->sigma) + (blur->side ? fmt::format(":{}", *blur->side) : ""));
    }
    if (const auto& rain = degradation.rain) {
        steps.push_back("rain:" + rain->range.name
                        + (rain->amplitude == 1.0 ? "" : fmt::format(":{}", rain->amplitude)));
    }
    if (degradation.noise) {
        steps.push_back("noise:" + textOf(*degradation.noise));
    }
    if (degradation.jpeg) {
        steps.push_back("jpeg:" + textOf(*degradation.jpeg));
    }
    return steps.empty() ? "clean" : fmt::format("{}", fmt::join(steps, "+"));
}

std::vector<NamedDegradation> namedDegradations(std::span<const std::string> texts) {
    std::vector<NamedDegradation> named;
    for (const auto& text : texts) {
        const auto equals = text.find('=');
        const auto recipe = equals == std::string::npos ? text : text.substr(equals + 1);
        NamedDegradation entry{.name = text.substr(0, equals), .degradation = degradationFromString(recipe)};
        if (entry.name.empty() || entry.name.front() == '.' || entry.name.find('/') != std::string::npos) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("the degradation '{}' needs a name that can be a folder's: not empty, without '/', "
                                    "not beginning with '.'; write NAME=RECIPE, such as blur=blur:2",
                                    text));
        }
        if (std::ranges::find(named, entry.name, &NamedDegradation::name) != named.end()) {
            throw Error(
                ErrorCode::InvalidArgument,
                fmt::format("two degradations are called '{}'; give each its own name, NAME=RECIPE", entry.name));
        }
        named.push_back(std::move(entry));
    }
    return named;
}

}  // namespace lamscope
