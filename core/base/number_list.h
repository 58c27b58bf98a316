// SPDX-License-Identifier: GPL-3.0-or-later
// Options that are lists of numbers, which flags and JSON write as one text.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/option_table.h"

namespace lamscope {

/// The numbers of a text such as "0.2,0.5". Throws Error(InvalidArgument) with `example` where it is no such list.
[[nodiscard]] std::vector<double> numbersIn(const std::string& text, const char* example);

/// The inverse, with as many digits as each number needs.
[[nodiscard]] std::string listText(std::span<const double> numbers);

/// @param example  a list as the option wants it, for messages.
template <typename Options>
[[nodiscard]] OptionRow<Options> numberListRow(const OptionText& text, std::vector<double> Options::*member,
                                               const char* example) {
    OptionRow<Options> row{{text, OptionType::Choice}, {}, {}};
    row.get = [member](const Options& options) { return nlohmann::ordered_json(listText(options.*member)); };
    row.set = [member, example](Options& options, const nlohmann::ordered_json& json) {
        options.*member = numbersIn(json.get<std::string>(), example);
    };
    return row;
}

}  // namespace lamscope
