// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/key_pattern.h"

#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"

namespace lamscope {

namespace {

constexpr std::size_t mostKeys = 100'000;

std::optional<int> wholeNumber(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value)
                                                                                     : std::nullopt;
}

[[noreturn]] void refuse(const std::string& pattern, const std::string& why) {
    throw Error(ErrorCode::InvalidArgument,
                fmt::format("the key pattern '{}' {}; groups look like {{0..7}} or {{a,b}}", pattern, why));
}

/// The choices of a group; `group` is the text between the braces, "0..7" or "a,b".
std::vector<std::string> choices(const std::string& pattern, std::string_view group) {
    std::vector<std::string> result;
    if (const auto dots = group.find(".."); dots != std::string_view::npos) {
        const auto first = wholeNumber(group.substr(0, dots));
        const auto last = wholeNumber(group.substr(dots + 2));
        if (!first || !last || *first < 0 || *last < *first || static_cast<std::size_t>(*last - *first) >= mostKeys) {
            refuse(pattern,
                   fmt::format("has the range '{}', which does not rise from one whole number to another", group));
        }
        for (int i = *first; i <= *last; ++i) {
            result.push_back(std::to_string(i));
        }
        return result;
    }
    while (true) {
        const auto comma = group.find(',');
        result.emplace_back(group.substr(0, comma));
        if (result.back().empty()) {
            refuse(pattern, "has an empty choice");
        }
        if (comma == std::string_view::npos) {
            return result;
        }
        group.remove_prefix(comma + 1);
    }
}

}  // namespace

std::vector<std::string> expandKeys(const std::string& pattern) {
    std::vector<std::string> keys{""};
    std::size_t at = 0;
    while (at < pattern.size()) {
        const auto open = pattern.find('{', at);
        for (auto& key : keys) {
            key += pattern.substr(at, open - at);
        }
        if (open == std::string::npos) {
            break;
        }
        const auto close = pattern.find('}', open);
        if (close == std::string::npos) {
            refuse(pattern, "opens a group and does not close it");
        }
        const auto group = choices(pattern, std::string_view(pattern).substr(open + 1, close - open - 1));
        if (keys.size() * group.size() > mostKeys) {
            refuse(pattern, fmt::format("stands for more than {} keys", mostKeys));
        }
        std::vector<std::string> longer;
        for (const auto& key : keys) {
            for (const auto& choice : group) {
                longer.push_back(key + choice);
            }
        }
        keys = std::move(longer);
        at = close + 1;
    }
    return keys;
}

}  // namespace lamscope
