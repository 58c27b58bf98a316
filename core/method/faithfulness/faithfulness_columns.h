// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include "method/faithfulness/faithfulness.h"

namespace lamscope {

/// A number of a FaithfulnessResult as tables have it.
struct FaithfulnessColumn {
    std::string_view key;                        ///< heading in CSV; never renamed
    double (*value)(const FaithfulnessResult&);  ///< NaN where it is not defined or was not measured
    const char* explanation;                     ///< for people, UTF-8
    const char* heading = nullptr;               ///< in tables for people, ASCII; null: they do not have the column
    int decimals = 3;
};

/// All columns in the order of the tables. Keys are unique.
[[nodiscard]] std::span<const FaithfulnessColumn> faithfulnessColumns();

}  // namespace lamscope
