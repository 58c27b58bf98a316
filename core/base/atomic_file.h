// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace lamscope {

/// Writes a file whole or not at all. The bytes go to a new file in the same folder; the new file then takes the name
/// `path` in one step. A reader sees the old file or the new file, never a part. On failure nothing is left behind and
/// an existing file keeps its content. If `path` is a symbolic link, the link's target is replaced; a dangling link is
/// replaced itself.
///
/// Folders are not created. Throws Error(WriteFailed), naming the file and the system's reason, when the folder does
/// not exist or may not be written, when `path` is not a regular file (a folder, a device), or when the disk is full.
/// Thread-safe, also for one path: the last writer wins.
void writeFileAtomically(const std::filesystem::path& path, std::span<const std::byte> content);

/// Overload for text: the bytes of `content` are written unchanged.
void writeFileAtomically(const std::filesystem::path& path, std::string_view content);

/// Whether a file is one that writeFileAtomically() or StagedFiles made beside its final place and left there because
/// the process was killed: its name says so, and no process of this machine that runs can have made it. Thread-safe.
[[nodiscard]] bool isAbandonedFile(const std::filesystem::path& path);

/// Several output files that appear together or not at all. add() writes each file beside its final place; commit()
/// gives all files their names. Without commit(), or when commit() fails, nothing is left behind, folders made here
/// included, and existing files keep their content. Not thread-safe.
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

    /// Gives every file its name. Throws Error(WriteFailed) when a file cannot take its name, for example because a
    /// folder of that name has appeared. The files renamed before it are then removed, the files that they replaced
    /// return, and nothing is staged any more. If the system refuses to let an old file return, the old file stays
    /// beside its place; the message says where.
    void commit();

    /// True while any thread is in commit(): ending the process at that time may leave an old file beside its place.
    /// May be called in a signal handler.
    [[nodiscard]] static bool isCommitting() noexcept;

private:
    class File;
    void discard() noexcept;

    std::vector<std::unique_ptr<File>> files_;
    std::vector<std::filesystem::path> madeFolders_;
};

}  // namespace lamscope
