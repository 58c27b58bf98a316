// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "model/model_spec.h"

namespace lamscope {

/// The files and folders that are read for these models: for checkOutputFiles().
[[nodiscard]] std::vector<std::filesystem::path> filesOf(std::span<const ModelSpec> models);

}  // namespace lamscope
