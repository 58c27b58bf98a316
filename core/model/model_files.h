// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "model/model_spec.h"

namespace lamscope {

/// The files that are read for these models, the parts and indices of sharded ones included: for checkOutputFiles(). A
/// model that cannot be found stands for itself: whoever loads it says what is wrong with it. Thread-safe.
[[nodiscard]] std::vector<std::filesystem::path> filesOf(std::span<const ModelSpec> models);

}  // namespace lamscope
