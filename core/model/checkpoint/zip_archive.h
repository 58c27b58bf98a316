// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct zip;

namespace lamscope::detail {

/// A zip file, read by its central directory. Entries must be stored without compression, as PyTorch does, so that none
/// can grow beyond the file.
class ZipArchive {
public:
    /// Throws FormatError unless the file is a readable zip archive.
    explicit ZipArchive(const std::filesystem::path& file);

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] std::uint64_t fileSize() const noexcept { return fileSize_; }
    [[nodiscard]] bool contains(const std::string& name) const;

    /// The size of an entry. Throws FormatError where it is missing, compressed, encrypted, or larger than the file.
    [[nodiscard]] std::uint64_t size(const std::string& name) const;

    /// The content of an entry, its checksum verified. Throws FormatError; also where all entries read so far exceed
    /// the file, as only overlapping ones can.
    [[nodiscard]] std::vector<std::byte> read(const std::string& name);

private:
    struct Close {
        void operator()(zip* archive) const noexcept;
    };

    std::uint64_t fileSize_ = 0;
    std::uint64_t read_ = 0;
    std::unique_ptr<zip, Close> archive_;
    std::vector<std::string> names_;
};

}  // namespace lamscope::detail
