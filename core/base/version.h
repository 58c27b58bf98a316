// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lamscope {

/// The program's version, e.g. "0.1.0".
[[nodiscard]] std::string version();

}  // namespace lamscope
