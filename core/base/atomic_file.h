// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

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

/// Several output files that appear together or not at all: each is written beside its place as it is added, and all
/// take their names in commit(). Without commit(), or when it fails, nothing is left behind, made folders included, and
/// existing files keep their content. Not thread-safe.
class StagedFiles {
public:
    StagedFiles();
    StagedFiles(const StagedFiles&) = delete;
    StagedFiles& operator=(const StagedFiles&) = delete;
    ~StagedFiles();

    /// Makes a folder (and its parents) if it does not exist. Throws Error(WriteFailed).
    void makeFolder(const std::filesystem::path& folder);

    /// Writes a file that commit() will name `path`. Throws as writeFileAtomically().
    void add(const std::filesystem::path& path, std::span<const std::byte> content);
    void add(const std::filesystem::path& path, std::string_view content);

    /// Gives every file its name. Throws Error(WriteFailed) when one cannot take it (what has that name became a
    /// folder meanwhile, say): the files named before it are taken back, what they replaced returns, and nothing is
    /// staged any more. An old file whose return the system refuses stays beside its place; the message says where.
    void commit();

    /// Whether some thread is in commit(): who ends the process now may leave an old file beside its place. May be
    /// called in a signal handler.
    [[nodiscard]] static bool isCommitting() noexcept;

private:
    class File;
    void discard() noexcept;

    std::vector<std::unique_ptr<File>> files_;
    std::vector<std::filesystem::path> madeFolders_;
};

}  // namespace lamscope
