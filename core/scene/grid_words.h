// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace lamscope {

/// What messages, tables and pictures call the images on the two sides of a network: a network that does not enlarge
/// has no low and no high resolution.
struct GridWords {
    std::string_view input;      ///< what the network gets
    std::string_view output;     ///< what it makes of that
    std::string_view reference;  ///< the truth beside the output
};

[[nodiscard]] constexpr GridWords gridWords(int scale) {
    return scale == 1 ? GridWords{.input = "input", .output = "output", .reference = "reference"}
                      : GridWords{.input = "LR", .output = "SR", .reference = "HR"};
}

}  // namespace lamscope
