// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>

namespace lamscope {

/// Handles events until `condition`, asked after each of them, holds. GUI thread.
/// @return false when it still does not hold after `patience`.
bool waitUntil(const std::function<bool()>& condition, std::chrono::milliseconds patience);

}  // namespace lamscope
