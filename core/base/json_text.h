// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace lamscope {

/// A number for JSON. NaN, infinity and an unset optional become null, because JSON has neither NaN nor infinity.
[[nodiscard]] inline nlohmann::ordered_json numberOrNull(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

template <typename Number>
[[nodiscard]] nlohmann::ordered_json numberOrNull(const std::optional<Number>& value) {
    return value ? numberOrNull(static_cast<double>(*value)) : nlohmann::ordered_json(nullptr);
}

[[nodiscard]] inline nlohmann::ordered_json numbersOrNull(const std::vector<double>& values) {
    auto array = nlohmann::ordered_json::array();
    for (const double value : values) {
        array.push_back(numberOrNull(value));
    }
    return array;
}

/// null where there is no value.
template <typename Value>
[[nodiscard]] nlohmann::ordered_json valueOrNull(const std::optional<Value>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// The inverse for a member of an object: none where it is missing or null. Throws nlohmann::json::exception for a
/// value of another type.
template <typename Value>
[[nodiscard]] std::optional<Value> optionalMember(const nlohmann::ordered_json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? std::nullopt : std::optional(found->template get<Value>());
}

/// JSON as indented text with a final newline. Invalid UTF-8 (possible in file names) is replaced.
[[nodiscard]] std::string dumpJson(const nlohmann::ordered_json& json);

}  // namespace lamscope
