// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "model/checkpoint/checkpoint.h"

namespace lamscope {

/// The name of the published network that these tensors belong to, if it is one that is known by its keys and not
/// supported, e.g. "GRL". Thread-safe.
[[nodiscard]] std::optional<std::string_view> unsupportedFamily(const Checkpoint& checkpoint);

}  // namespace lamscope
