// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fuzz/readers.h"

namespace lamscope::test {

/// A small file that the fuzzers start from.
struct Seed {
    Reader reader = Reader::Pickle;
    std::string name;
    std::string bytes;
    bool readable = true;  ///< whether its reader accepts it
};

/// Every container, nesting and type that the readers know, and hostile files of the known kinds.
[[nodiscard]] std::vector<Seed> seeds();

}  // namespace lamscope::test
