// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace lamscope {

/// Makes sure that a command loses nothing: none of the files that it will write may be one that it reads, whatever
/// names, symbolic or hard links they go by, and no two of them may be the same. To be called before the long work.
///
/// @param outputs files that need not exist yet; empty paths and "-" (standard output) are passed over.
/// @param inputs  files; a folder stands for all files in it. What does not exist is passed over.
/// Throws Error(InvalidArgument) naming both files.
void checkOutputFiles(std::span<const std::filesystem::path> outputs, std::span<const std::filesystem::path> inputs);

}  // namespace lamscope
