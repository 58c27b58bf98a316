// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace lamscope {

/// A new, empty folder among the system's temporary ones, for its owner alone to read. It is removed with everything in
/// it at the end of the object's life.
class TemporaryFolder {
public:
    /// @param purpose  the middle of its name, e.g. "ssh".
    /// Throws Error(WriteFailed) where none can be made.
    explicit TemporaryFolder(const std::string& purpose);
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

}  // namespace lamscope
