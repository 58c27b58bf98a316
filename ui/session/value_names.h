// SPDX-License-Identifier: GPL-3.0-or-later
// Values of an enumeration and their names in files and on the command line: an array of pairs.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope::ui {

/// "" for a value without a name.
template <typename Names, typename Value>
[[nodiscard]] std::string_view nameOf(const Names& names, Value value) {
    const auto* const found = std::ranges::find(names, value, &Names::value_type::first);
    return found == names.end() ? std::string_view() : found->second;
}

/// Throws Error(InvalidArgument) that says what was wanted, e.g. "layer", and all known names.
template <typename Names>
[[nodiscard]] auto valueOf(const Names& names, std::string_view what, std::string_view wanted) {
    const auto* const found = std::ranges::find(names, wanted, &Names::value_type::second);
    if (found == names.end()) {
        std::string known;
        for (const auto& [value, name] : names) {
            known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
        }
        throw Error(ErrorCode::InvalidArgument, fmt::format("unknown {} '{}'; known: {}", what, wanted, known));
    }
    return found->first;
}

}  // namespace lamscope::ui
