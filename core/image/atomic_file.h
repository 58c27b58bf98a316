// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace lamscope {

/// Writes a file whole or not at all: the bytes go to a new file in the same folder, which then takes the name `path`
/// in one step. A reader sees the old file or the new one, never a part; when anything fails, nothing is left behind
/// and an existing file keeps its content. An existing symbolic link is followed: its target is replaced.
///
/// Folders are not created. Throws Error(WriteFailed), naming the file and the system's reason, when the folder does
/// not exist or may not be written, when `path` is something other than a regular file (a folder, a device), or when
/// the disk is full. May be called from several threads, also for the same path (the last one wins).
void writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> content);

/// The same for text; the characters are written as they are.
void writeFileAtomically(const std::filesystem::path& path, std::string_view content);

}  // namespace lamscope
