// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/option_table.h"

#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

namespace lamscope {

namespace {

using Json = nlohmann::ordered_json;

template <typename Number>
std::optional<Number> numberIn(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

bool hasZeroWord(const OptionDescription& option) {
    return *option.zeroWord != '\0';
}

std::string rangeText(const OptionDescription& option) {
    const auto& range = option.range;
    std::string text = option.unit;
    const auto add = [&](const std::string& part) { text += text.empty() ? part : ", " + part; };
    if (range.odd) {
        add("odd");
    }
    if (range.positive) {
        add("above 0");
    } else {
        add(fmt::format("{} to {}", hasZeroWord(option) ? 1.0 : range.least, range.most));
    }
    return hasZeroWord(option) ? fmt::format("{}, or '{}'", text, option.zeroWord) : text;
}

}  // namespace

void checkOptionNumber(const OptionDescription& option, double value) {
    const auto& range = option.range;
    const auto refuse = [](const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); };
    if (range.positive) {
        if (!(value > 0.0 && std::isfinite(value))) {
            refuse(fmt::format("{} must be a positive number, found {}", option.subject, value));
        }
        return;
    }
    if (!(value >= range.least && value <= range.most)) {
        refuse(fmt::format("{} must lie between {} and {}, found {}", option.subject, range.least, range.most, value));
    }
    if (range.odd && std::fmod(value, 2.0) == 0.0) {
        refuse(fmt::format("{} must be odd, found {}", option.subject, value));
    }
}

int wholeOptionNumber(const OptionDescription& option, const Json& json) {
    if (hasZeroWord(option) && json == option.zeroWord) {
        return 0;
    }
    const double value = json.get<double>();
    if (value != std::floor(value) || std::abs(value) > std::numeric_limits<int>::max()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} must be a whole number, found {}", option.subject, value));
    }
    return static_cast<int>(value);
}

Json optionValueOf(const OptionDescription& option, const std::string& text) {
    if (option.type == OptionType::Choice || (hasZeroWord(option) && text == option.zeroWord)) {
        return text;
    }
    Json value;
    if (option.type == OptionType::Whole) {
        if (const auto number = numberIn<int>(text)) {
            value = *number;
        }
    } else if (const auto number = numberIn<double>(text)) {
        value = *number;
    }
    if (value.is_null()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("'{}' is not {} ({})", text,
                                option.type == OptionType::Whole ? "a whole number" : "a number", rangeText(option)));
    }
    if (hasZeroWord(option) && value == 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("0 is not possible; give '{}' ({})", option.zeroWord, rangeText(option)));
    }
    return value;
}

std::string optionText(const OptionDescription& option, const Json& value) {
    const auto stated = statedOptionValue(option, value);
    if (stated.is_string()) {
        return stated.get<std::string>();
    }
    return option.type == OptionType::Whole ? std::to_string(stated.get<int>())
                                            : fmt::format("{}", stated.get<double>());  // reads back as the same double
}

Json statedOptionValue(const OptionDescription& option, const Json& value) {
    return hasZeroWord(option) && value == 0 ? Json(option.zeroWord) : value;
}

std::string optionHelp(const OptionDescription& option) {
    std::string text = option.help;
    if (option.type != OptionType::Choice) {
        return fmt::format("{} ({})", text, rangeText(option));
    }
    for (std::size_t i = 0; i < option.choices.size(); ++i) {
        const bool isLast = i + 1 == option.choices.size();
        const auto* between = i == 0 ? ": " : isLast ? " or " : ", ";
        text += fmt::format("{}{} ({})", between, option.choices[i].name, option.choices[i].help);
    }
    return text;
}

void refuseOptionName(std::string_view what, std::string_view name, const std::vector<std::string_view>& known) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("unknown {} '{}'; the known ones are {}", what, name, fmt::join(known, ", ")));
}

}  // namespace lamscope
