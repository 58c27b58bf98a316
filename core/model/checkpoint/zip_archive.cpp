// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <utility>
#include <zlib.h>

#include <fmt/format.h>

#include "model/checkpoint/format_error.h"

namespace lamscope::detail {

namespace {

// Sizes of the format's records without their variable parts (PKWARE APPNOTE 6.3, chapter 4.3).
constexpr std::uint64_t localHeaderSize = 30;
constexpr std::uint64_t directoryRecordSize = 46;
constexpr std::uint64_t endRecordSize = 22;
constexpr std::uint64_t longestComment = 0xFFFF;
constexpr std::uint64_t zip64LocatorSize = 20;
constexpr std::uint64_t zip64EndRecordSize = 56;
/// A 32-bit number of this value means: the number is in the record's zip64 field.
constexpr std::uint32_t inZip64Field = 0xFFFFFFFF;

[[noreturn]] void damagedArchive(std::string_view what) {
    throw FormatError(
        fmt::format("begins like a zip archive but is truncated or damaged ({}); download or copy it again", what));
}

[[noreturn]] void failed(std::string_view entry, std::string_view what) {
    throw FormatError(
        fmt::format("is damaged: its zip entry '{}' {}; download or copy it again", printable(entry), what));
}

template <typename Value>
Value load(std::span<const std::byte> bytes, std::size_t offset) {
    Value value;
    std::memcpy(&value, bytes.subspan(offset, sizeof(Value)).data(), sizeof(Value));
    return value;
}

bool hasSignature(std::span<const std::byte> bytes, std::string_view signature) {
    return bytes.size() >= signature.size() && std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

/// `number`; or, if it is inZip64Field, the next 64-bit number of the record's zip64 field, which is consumed.
std::uint64_t widened(std::uint32_t number, std::span<const std::byte>& zip64) {
    if (number != inZip64Field || zip64.size() < sizeof(std::uint64_t)) {
        return number;
    }
    const auto value = load<std::uint64_t>(zip64, 0);
    zip64 = zip64.subspan(sizeof(std::uint64_t));
    return value;
}

/// The zip64 field among the extra fields of a record; empty if there is none.
std::span<const std::byte> zip64Field(std::span<const std::byte> extra) {
    constexpr std::uint16_t zip64 = 1;
    constexpr std::size_t headSize = 4;
    while (extra.size() >= headSize) {
        const std::size_t size = std::min<std::size_t>(load<std::uint16_t>(extra, 2), extra.size() - headSize);
        if (load<std::uint16_t>(extra, 0) == zip64) {
            return extra.subspan(headSize, size);
        }
        extra = extra.subspan(headSize + size);
    }
    return {};
}

}  // namespace

ZipArchive::ZipArchive(const std::filesystem::path& file)
    : ZipArchive(std::filesystem::file_size(file), [stream = std::make_shared<std::ifstream>(file, std::ios::binary)](
                                                       std::uint64_t offset, std::span<std::byte> into) {
        stream->seekg(static_cast<std::streamoff>(offset));
        stream->read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
        if (!*stream) {
            throw FormatError("cannot be read to its end: check the disk, or copy it again");
        }
    }) {}

ZipArchive::ZipArchive(std::span<const std::byte> bytes)
    : ZipArchive(bytes.size(), [bytes](std::uint64_t offset, std::span<std::byte> into) {
        std::ranges::copy(bytes.subspan(static_cast<std::size_t>(offset), into.size()), into.begin());
    }) {}

ZipArchive::ZipArchive(std::uint64_t fileSize, ByteSource source)
    : fileSize_(fileSize)
    , source_(std::move(source)) {
    readDirectory(findDirectory());
}

std::vector<std::byte> ZipArchive::bytesAt(std::uint64_t offset, std::uint64_t count) const {
    if (offset > fileSize_ || count > fileSize_ - offset) {
        damagedArchive("a part lies beyond its end");
    }
    std::vector<std::byte> bytes(static_cast<std::size_t>(count));
    source_(offset, bytes);
    return bytes;
}

/// The end record is the last record of the file; only a comment may follow. The zip64 end record is found through the
/// locator before the end record.
ZipArchive::Directory ZipArchive::findDirectory() const {
    const std::uint64_t tailSize = std::min(fileSize_, zip64LocatorSize + endRecordSize + longestComment);
    const std::vector<std::byte> bytes = bytesAt(fileSize_ - tailSize, tailSize);
    const std::span<const std::byte> tail(bytes);
    for (std::size_t end = tail.size(); end >= endRecordSize; --end) {
        const auto record = tail.subspan(end - endRecordSize);
        if (!hasSignature(record, "PK\x05\x06") || load<std::uint16_t>(record, 20) != record.size() - endRecordSize) {
            continue;
        }
        const std::size_t before = tail.size() - record.size();
        if (before >= zip64LocatorSize && hasSignature(tail.subspan(before - zip64LocatorSize), "PK\x06\x07")) {
            const auto place = load<std::uint64_t>(tail, before - zip64LocatorSize + 8);
            const std::vector<std::byte> wide = bytesAt(place, zip64EndRecordSize);
            if (!hasSignature(wide, "PK\x06\x06")) {
                damagedArchive("no zip64 end record");
            }
            return {.offset = load<std::uint64_t>(wide, 48),
                    .size = load<std::uint64_t>(wide, 40),
                    .count = load<std::uint64_t>(wide, 32)};
        }
        return {.offset = load<std::uint32_t>(record, 16),
                .size = load<std::uint32_t>(record, 12),
                .count = load<std::uint16_t>(record, 10)};
    }
    damagedArchive("no end record");
}

void ZipArchive::readDirectory(const Directory& directory) {
    const std::vector<std::byte> bytes = bytesAt(directory.offset, directory.size);
    if (directory.count > directory.size / directoryRecordSize) {
        damagedArchive("a directory with fewer entries than announced");
    }
    names_.reserve(static_cast<std::size_t>(directory.count));
    std::span<const std::byte> rest(bytes);
    while (names_.size() < directory.count) {
        if (rest.size() < directoryRecordSize || !hasSignature(rest, "PK\x01\x02")) {
            damagedArchive("a directory with fewer entries than announced");
        }
        const std::size_t nameLength = load<std::uint16_t>(rest, 28);
        const std::size_t extraLength = load<std::uint16_t>(rest, 30);
        const std::size_t length = directoryRecordSize + nameLength + extraLength + load<std::uint16_t>(rest, 32);
        if (length > rest.size()) {
            damagedArchive("a directory that ends early");
        }
        const auto nameBytes = rest.subspan(directoryRecordSize, nameLength);
        auto zip64 = zip64Field(rest.subspan(directoryRecordSize + nameLength, extraLength));
        constexpr unsigned encrypted = 1;
        Entry entry;
        entry.plain = (load<std::uint16_t>(rest, 8) & encrypted) == 0 && load<std::uint16_t>(rest, 10) == 0;
        entry.checksum = load<std::uint32_t>(rest, 16);
        entry.size = widened(load<std::uint32_t>(rest, 24), zip64);
        entry.storedSize = widened(load<std::uint32_t>(rest, 20), zip64);
        entry.header = widened(load<std::uint32_t>(rest, 42), zip64);
        std::string name(reinterpret_cast<const char*>(nameBytes.data()), nameBytes.size());
        if (!entries_.emplace(name, entry).second) {
            failed(name, "is there twice");
        }
        names_.push_back(std::move(name));
        rest = rest.subspan(length);
    }
}

const ZipArchive::Entry& ZipArchive::entryOf(const std::string& name) const {
    const auto found = entries_.find(name);
    if (found == entries_.end()) {
        failed(name, "is missing");
    }
    return found->second;
}

bool ZipArchive::contains(const std::string& name) const {
    return entries_.contains(name);
}

std::uint64_t ZipArchive::size(const std::string& name) const {
    const Entry& entry = entryOf(name);
    if (!entry.plain) {
        throw FormatError(
            fmt::format("was packed again by another program (its zip entry '{}' is compressed or encrypted): use the "
                        "file as PyTorch saved it",
                        printable(name)));
    }
    if (entry.size != entry.storedSize || entry.size > fileSize_) {
        failed(name, "announces more bytes than the file has");
    }
    return entry.size;
}

std::vector<std::byte> ZipArchive::read(const std::string& name) {
    const std::uint64_t bytes = size(name);
    if (bytes > fileSize_ - read_) {
        failed(name, "overlaps other entries");
    }
    read_ += bytes;
    const Entry& entry = entryOf(name);
    const std::vector<std::byte> header = bytesAt(entry.header, localHeaderSize);
    if (!hasSignature(header, "PK\x03\x04")) {
        failed(name, "cannot be opened");
    }
    // The local header repeats size and checksum, but PyTorch leaves both zero. The header's name and padding may
    // differ.
    const std::uint64_t start =
        entry.header + localHeaderSize + load<std::uint16_t>(header, 26) + load<std::uint16_t>(header, 28);
    std::vector<std::byte> content = bytesAt(start, bytes);
    if (crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()) != entry.checksum) {
        failed(name, "does not match its checksum");
    }
    return content;
}

}  // namespace lamscope::detail
