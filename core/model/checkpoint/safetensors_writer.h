// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope {

/// Writes named arrays as a safetensors file, whole or not at all. Equal arguments give equal bytes. Arrays whose
/// `dtype` is "int64" are written as I64, all others as F32. readCheckpoint() returns them bit for bit.
///
/// @param metadata texts of the file's `__metadata__` block.
/// Throws Error(InvalidArgument) if the number of values does not match a shape or a name appears twice,
/// Error(WriteFailed) as writeFileAtomically() does.
void writeSafetensors(const std::filesystem::path& path, const std::vector<std::pair<std::string, TensorData>>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

/// The `__metadata__` block of a safetensors file; empty where there is none. Throws Error(BadFile).
[[nodiscard]] std::map<std::string, std::string> readSafetensorsMetadata(const std::filesystem::path& path);

}  // namespace lamscope
