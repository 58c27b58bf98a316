// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/number_list.h"

#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace lamscope {

std::vector<double> numbersIn(const std::string& text, const char* example) {
    std::vector<double> numbers;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at <= end;) {
        double number = 0.0;
        const auto [rest, error] = std::from_chars(at, end, number);
        if (error != std::errc() || (rest != end && *rest != ',')) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("'{}' is not a list of numbers such as {}", text, example));
        }
        numbers.push_back(number);
        at = rest + 1;
    }
    return numbers;
}

std::string listText(std::span<const double> numbers) {
    return fmt::format("{}", fmt::join(numbers, ","));
}

}  // namespace lamscope
