// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "base/option_table.h"
#include "method/lam/lam_options.h"

namespace lamscope {

/// The options of LAM, all but the patch, in the order of --help and of JSON. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<LamOptions>>& lamOptionTable();

}  // namespace lamscope
