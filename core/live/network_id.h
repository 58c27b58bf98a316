// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamscope {

/// Names a network for as long as the program runs: chosen by whoever adds it, above 0, never used twice.
using NetworkId = int;

}  // namespace lamscope
