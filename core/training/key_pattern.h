// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace lamscope {

/// The keys that a pattern stands for, in order. "{0..2}" stands for 0, 1, 2, and "{a,b}" for a, b. Several groups give
/// all combinations; the last group runs fastest: "body.{0..1}.conv{1,2}" is body.0.conv1, body.0.conv2, body.1.conv1,
/// body.1.conv2. Throws Error(InvalidArgument) on an unclosed or empty group, on a range that falls, and beyond 100000
/// keys. Thread-safe.
[[nodiscard]] std::vector<std::string> expandKeys(const std::string& pattern);

}  // namespace lamscope
