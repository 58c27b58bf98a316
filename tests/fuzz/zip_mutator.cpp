// SPDX-License-Identifier: GPL-3.0-or-later
// Zip entries carry checksums, which a blind change breaks: most changed archives get right ones again, so that what is
// behind the check is reached too.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <zlib.h>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's own name
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t maxSize);

namespace {

template <typename Value>
Value load(std::span<const std::uint8_t> bytes, std::size_t offset) {
    Value value;
    std::memcpy(&value, bytes.data() + offset, sizeof(Value));
    return value;
}

void repairChecksum(std::span<std::uint8_t> file, std::size_t record) {
    constexpr std::size_t recordSize = 46;
    constexpr std::size_t headerSize = 30;
    if (file.size() - record < recordSize) {
        return;
    }
    const std::size_t length = load<std::uint32_t>(file, record + 20);
    const std::size_t header = load<std::uint32_t>(file, record + 42);
    if (header > file.size() || file.size() - header < headerSize) {
        return;
    }
    const std::size_t start =
        header + headerSize + load<std::uint16_t>(file, header + 26) + load<std::uint16_t>(file, header + 28);
    if (start <= file.size() && length <= file.size() - start) {
        const auto sum = static_cast<std::uint32_t>(crc32(0, file.data() + start, static_cast<uInt>(length)));
        std::memcpy(file.data() + record + 16, &sum, sizeof(sum));
    }
}

void repairChecksums(std::span<std::uint8_t> file) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    for (std::size_t at = text.find("PK\x01\x02"); at != std::string_view::npos; at = text.find("PK\x01\x02", at + 4)) {
        repairChecksum(file, at);
    }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's own name
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t maxSize,
                                               unsigned int seed) {
    const std::size_t changed = LLVMFuzzerMutate(data, size, maxSize);
    if (seed % 8 != 0) {
        repairChecksums({data, changed});
    }
    return changed;
}
