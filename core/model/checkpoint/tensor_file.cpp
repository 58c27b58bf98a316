// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/tensor_file.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

namespace lamscope::detail {

namespace {

constexpr std::array<std::string_view, 5> wrapperSegments{"_orig_mod", "module", "_fsdp_wrapped_module",
                                                          "_checkpoint_wrapped_module", "_forward_module"};

/// The name without the segments of wrappers. The first and the last segment always stay.
std::string withoutWrappers(const std::string& name) {
    std::string result;
    std::size_t begin = 0;
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', begin)) {
        const std::string_view segment = std::string_view(name).substr(begin, dot - begin);
        if (begin == 0 || std::ranges::find(wrapperSegments, segment) == wrapperSegments.end()) {
            result.append(segment).push_back('.');
        }
        begin = dot + 1;
    }
    return result.append(name, begin);
}

}  // namespace

void removeWrapperSegments(std::vector<std::string>& names, Budget& budget) {
    const auto hasWrapper = [](const std::string& name) {
        return std::ranges::any_of(wrapperSegments,
                                   [&](std::string_view segment) { return name.find(segment) != std::string::npos; });
    };
    if (std::ranges::none_of(names, hasWrapper)) {
        return;
    }
    std::vector<std::string> plain;
    std::unordered_set<std::string> unique;
    budget.reserve(plain, names.size());
    for (const std::string& name : names) {
        constexpr std::size_t overhead = 128;
        budget.charge(2 * name.size() + overhead);
        plain.push_back(withoutWrappers(name));
        if (!unique.insert(plain.back()).second) {
            return;
        }
    }
    names = std::move(plain);
}

}  // namespace lamscope::detail
