// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace lamscope {

/// Keeps a second program from writing the same file: a file `NAME.lock` beside it, locked by the system, so that a
/// program that was killed holds nothing. Readers need none. Not for files on storage without locks.
class WriterLock {
public:
    /// Throws Error(WriteFailed) where another program writes the file, or no file can be made beside it.
    explicit WriterLock(const std::filesystem::path& file);
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;
    ~WriterLock();

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace lamscope
