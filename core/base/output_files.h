// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace lamscope {

/// Makes sure that a command does not write over a file that it reads. No output may be one of the inputs under any
/// name, symbolic link or hard link, and no two outputs may have one destination. To be called before the long work.
///
/// @param outputs Files that need not exist yet. Empty paths and "-" (standard output) are skipped.
/// @param inputs  Files; a folder stands for all files in it. Paths that do not exist are skipped.
/// Throws Error(InvalidArgument) naming both files.
void checkOutputFiles(std::span<const std::filesystem::path> outputs, std::span<const std::filesystem::path> inputs);

}  // namespace lamscope
