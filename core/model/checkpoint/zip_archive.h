// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamscope::detail {

/// A zip file, read by its central directory. Entries must be stored without compression, as PyTorch stores them, so
/// that no entry can grow beyond the file. The object holds the directory only. Its allocations stay below the file's
/// size, whatever numbers the file contains.
class ZipArchive {
public:
    /// Throws FormatError unless the file is a readable zip archive.
    explicit ZipArchive(const std::filesystem::path& file);

    /// Reads an archive from `bytes`, which must outlive it. Throws FormatError unless they are a readable zip archive.
    explicit ZipArchive(std::span<const std::byte> bytes);

    /// The names of all entries, in the directory's order.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] std::uint64_t fileSize() const noexcept { return fileSize_; }
    [[nodiscard]] bool contains(const std::string& name) const;

    /// The size of an entry. Throws FormatError where it is missing, compressed, encrypted, or larger than the file.
    [[nodiscard]] std::uint64_t size(const std::string& name) const;

    /// The content of an entry, its checksum verified. Throws FormatError, also if all entries read so far are larger
    /// than the file: only overlapping entries can be.
    [[nodiscard]] std::vector<std::byte> read(const std::string& name);

private:
    /// What the central directory says about an entry.
    struct Entry {
        std::uint64_t header = 0;  ///< offset of the entry's local header
        std::uint64_t size = 0;
        std::uint64_t storedSize = 0;
        std::uint32_t checksum = 0;
        bool plain = false;  ///< neither compressed nor encrypted
    };

    struct Directory {
        std::uint64_t offset = 0;
        std::uint64_t size = 0;
        std::uint64_t count = 0;
    };

    /// Fills the span with bytes from an offset on. Called only for bytes that the file has.
    using ByteSource = std::function<void(std::uint64_t, std::span<std::byte>)>;

    ZipArchive(std::uint64_t fileSize, ByteSource source);

    [[nodiscard]] std::vector<std::byte> bytesAt(std::uint64_t offset, std::uint64_t count) const;
    [[nodiscard]] Directory findDirectory() const;
    void readDirectory(const Directory& directory);
    [[nodiscard]] const Entry& entryOf(const std::string& name) const;

    std::uint64_t fileSize_ = 0;
    std::uint64_t read_ = 0;
    ByteSource source_;
    std::vector<std::string> names_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace lamscope::detail
