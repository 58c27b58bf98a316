// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "attribution/lam.h"

namespace lamscope {

/// The attribution of each LR pixel with its sign: Σ over RGB, context.height x context.width, in units of D.
[[nodiscard]] std::vector<double> signedMap(const LamResult& result);

}  // namespace lamscope
