// SPDX-License-Identifier: GPL-3.0-or-later
// Options of a method as a table: one row an option. Flags, JSON, forms, range checks and *Copy as command* read the
// rows, so that they cannot disagree.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace lamscope {

/// How a value of an enumeration is called.
struct ChoiceText {
    std::string_view name;   ///< of the flag and in JSON; never renamed
    const char* title = "";  ///< in forms; empty: the value stands in none
    const char* help = "";   ///< one phrase; empty: --help does not list the value
};

/// A value of an enumeration with its texts.
template <typename Value>
struct OptionChoice {
    Value value;
    ChoiceText text;
};

/// The numbers that an option can be.
struct OptionRange {
    double least = 0.0;
    double most = std::numeric_limits<double>::infinity();
    bool positive = false;  ///< any finite number above 0; `least` and `most` are unused
    bool odd = false;       ///< of whole numbers, the odd ones
};

/// All of a row but the access to its member. Texts are UTF-8.
struct OptionText {
    std::string_view name;      ///< of the flag, without its dashes, and in JSON; never renamed
    const char* title;          ///< in forms
    const char* subject;        ///< in messages, e.g. "the kernel side"
    const char* help;           ///< one phrase
    const char* unit = "";      ///< of a number; empty: none
    const char* zeroWord = "";  ///< what stands for 0 on the command line and in results, e.g. "whole"; empty: nothing
};

enum class OptionType { Choice, Whole, Number };

struct OptionDescription : OptionText {
    OptionType type = OptionType::Number;
    bool mayBeUnset = false;            ///< the member is a std::optional
    OptionRange range{};                ///< of a number
    std::vector<ChoiceText> choices{};  ///< of an enumeration
};

/// One option of a struct.
template <typename Options>
struct OptionRow : OptionDescription {
    /// The member's value: a name, a number, or null where it is unset.
    std::function<nlohmann::ordered_json(const Options&)> get;
    /// The inverse, which also takes `zeroWord`. Throws Error(InvalidArgument) for an unknown name and for a number
    /// with a fraction where a whole one is wanted, nlohmann::json::exception for a value of another type. The range
    /// is checked by checkOptions().
    std::function<void(Options&, const nlohmann::ordered_json&)> set;
};

/// Throws Error(InvalidArgument) that says subject, range and value, where `value` is out of the range.
void checkOptionNumber(const OptionDescription& option, double value);

/// The whole number in `json`. Throws as OptionRow::set.
[[nodiscard]] int wholeOptionNumber(const OptionDescription& option, const nlohmann::ordered_json& json);

/// The text after a flag as a value for OptionRow::set. Throws Error(InvalidArgument) for a text that is no number
/// where one is wanted; 0 is refused where a word stands for it.
[[nodiscard]] nlohmann::ordered_json optionValueOf(const OptionDescription& option, const std::string& text);

/// The inverse: what to write after the flag so that the same value results. `value` is not null.
[[nodiscard]] std::string optionText(const OptionDescription& option, const nlohmann::ordered_json& value);

/// A value as results state it: `zeroWord` in place of 0 where there is one.
[[nodiscard]] nlohmann::ordered_json statedOptionValue(const OptionDescription& option,
                                                       const nlohmann::ordered_json& value);

/// Help, then the choices with theirs, or unit and range of a number: one line.
[[nodiscard]] std::string optionHelp(const OptionDescription& option);

/// Throws Error(InvalidArgument): unknown `what`, e.g. "preset", and the known names.
[[noreturn]] void refuseOptionName(std::string_view what, std::string_view name,
                                   const std::vector<std::string_view>& known);

/// "" for a value without a name.
template <typename Value, std::size_t count>
[[nodiscard]] std::string_view choiceName(const std::array<OptionChoice<Value>, count>& choices, Value value) {
    const auto* const found = std::ranges::find(choices, value, &OptionChoice<Value>::value);
    return found == choices.end() ? std::string_view() : found->text.name;
}

/// The inverse. Throws Error(InvalidArgument) that says what was wanted and the known names.
template <typename Value, std::size_t count>
[[nodiscard]] Value choiceNamed(const std::array<OptionChoice<Value>, count>& choices, std::string_view what,
                                std::string_view name) {
    std::vector<std::string_view> known;
    for (const auto& choice : choices) {
        if (choice.text.name == name) {
            return choice.value;
        }
        known.push_back(choice.text.name);
    }
    refuseOptionName(what, name, known);
}

/// `Member` is Value or a std::optional of it.
template <typename Options, typename Member, typename Value, std::size_t count>
[[nodiscard]] OptionRow<Options> choiceRow(const OptionText& text, Member Options::*member,
                                           const std::array<OptionChoice<Value>, count>& choices) {
    constexpr bool mayBeUnset = std::is_same_v<Member, std::optional<Value>>;
    OptionRow<Options> row{{text, OptionType::Choice, mayBeUnset}, {}, {}};
    for (const auto& choice : choices) {
        row.choices.push_back(choice.text);
    }
    row.get = [member, choices](const Options& options) {
        const std::optional<Value> value = options.*member;
        return value ? nlohmann::ordered_json(choiceName(choices, *value)) : nlohmann::ordered_json(nullptr);
    };
    row.set = [member, choices, name = text.name](Options& options, const nlohmann::ordered_json& json) {
        if constexpr (mayBeUnset) {
            if (json.is_null()) {
                options.*member = std::nullopt;
                return;
            }
        }
        options.*member = choiceNamed(choices, name, json.get<std::string>());
    };
    return row;
}

/// `Value` is int, double, or a std::optional of one.
template <typename Options, typename Value>
[[nodiscard]] OptionRow<Options> numberRow(const OptionText& text, Value Options::*member, const OptionRange& range) {
    constexpr bool isWhole = std::is_same_v<Value, int> || std::is_same_v<Value, std::optional<int>>;
    constexpr bool mayBeUnset = std::is_constructible_v<Value, std::nullopt_t>;
    OptionRow<Options> row{{text, isWhole ? OptionType::Whole : OptionType::Number, mayBeUnset, range}, {}, {}};
    row.get = [member](const Options& options) {
        const auto& value = options.*member;
        if constexpr (mayBeUnset) {
            return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
        } else {
            return nlohmann::ordered_json(value);
        }
    };
    row.set = [member, option = static_cast<const OptionDescription&>(row)](Options& options,
                                                                            const nlohmann::ordered_json& json) {
        if (mayBeUnset && json.is_null()) {
            options.*member = Value();
        } else if constexpr (isWhole) {
            options.*member = wholeOptionNumber(option, json);
        } else {
            options.*member = json.get<double>();
        }
    };
    return row;
}

/// The row of a name. Throws Error(InvalidArgument) listing the known ones.
template <typename Options>
[[nodiscard]] const OptionRow<Options>& optionRow(const std::vector<OptionRow<Options>>& rows, std::string_view name) {
    const auto found = std::ranges::find(rows, name, &OptionRow<Options>::name);
    if (found == rows.end()) {
        std::vector<std::string_view> known;
        std::ranges::transform(rows, std::back_inserter(known), &OptionRow<Options>::name);
        refuseOptionName("option", name, known);
    }
    return *found;
}

/// Sets one option by its name. Throws Error(InvalidArgument) for a name that is not known, and as OptionRow::set, also
/// for a value of the wrong type.
template <typename Options>
void setOption(const std::vector<OptionRow<Options>>& rows, Options& options, std::string_view name,
               const nlohmann::ordered_json& value) {
    const auto& row = optionRow(rows, name);
    try {
        row.set(options, value);
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::InvalidArgument, "the option '" + std::string(name) + "' cannot be " + value.dump());
    }
}

/// All options as a JSON object, in the order of the rows.
template <typename Options>
[[nodiscard]] nlohmann::ordered_json optionsJson(const std::vector<OptionRow<Options>>& rows, const Options& options) {
    auto json = nlohmann::ordered_json::object();
    for (const auto& row : rows) {
        json[row.name] = row.get(options);
    }
    return json;
}

/// Checks every number against its range. Throws Error(InvalidArgument) for the first that is out of it.
template <typename Options>
void checkOptions(const std::vector<OptionRow<Options>>& rows, const Options& options) {
    for (const auto& row : rows) {
        if (const auto value = row.get(options); value.is_number()) {
            checkOptionNumber(row, value.template get<double>());
        }
    }
}

}  // namespace lamscope
