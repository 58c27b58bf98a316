// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/colour_profile.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/byte_reader.h"

namespace lamscope::detail {
namespace {

constexpr std::uint64_t longestName = 80;  // characters

void appendUtf8(std::string& text, std::uint64_t character) {
    const auto add = [&](std::uint64_t byte) { text += static_cast<char>(byte); };
    const auto rest = [&](unsigned shift) { add(0x80U | (character >> shift & 0x3FU)); };
    if (character < 0x20 || (character >= 0x7F && character < 0xA0)) {
        return;  // a control character, which a terminal would obey
    }
    if (character < 0x80) {
        add(character);
    } else if (character < 0x800) {
        add(0xC0U | character >> 6U);
        rest(0);
    } else if (character < 0x10000) {
        add(0xE0U | character >> 12U);
        rest(6);
        rest(0);
    } else {
        add(0xF0U | character >> 18U);
        rest(12);
        rest(6);
        rest(0);
    }
}

/// One byte a character, up to a zero.
std::string latinText(ByteReader& reader, std::uint64_t place, std::uint64_t length) {
    std::string text;
    for (std::uint64_t i = 0; i < std::min(length, longestName); ++i) {
        const auto character = reader.u8(place + i);
        if (character == 0) {
            break;
        }
        appendUtf8(text, character);
    }
    return text;
}

/// @param length in bytes.
std::string utf16Text(ByteReader& reader, std::uint64_t place, std::uint64_t length) {
    constexpr std::uint64_t replacement = 0xFFFD;
    std::string text;
    const auto end = place + std::min(length / 2, longestName) * 2;
    for (; place < end; place += 2) {
        auto character = reader.u16(place);
        if (character == 0) {
            break;
        }
        if (character >= 0xD800 && character < 0xE000) {  // half of a surrogate pair
            const auto low = reader.u16(place + 2);
            const bool paired = character < 0xDC00 && low >= 0xDC00 && low < 0xE000 && place + 2 < end;
            character = paired ? 0x10000 + ((character - 0xD800) << 10U) + (low - 0xDC00) : replacement;
            place += paired ? 2 : 0;
        }
        appendUtf8(text, character);
    }
    return text;
}

/// Of several languages English, otherwise the first.
std::string localisedText(ByteReader& reader, std::uint64_t tag) {
    constexpr std::uint64_t mostLanguages = 100;
    constexpr std::uint64_t recordSize = 12;
    constexpr std::uint64_t english = 0x656E;  // "en"
    const auto count = std::min(reader.u32(tag + 8), mostLanguages);
    auto chosen = tag + 16;
    for (auto i = count; i-- > 0;) {
        const auto record = tag + 16 + i * recordSize;
        chosen = reader.u16(record) == english ? record : chosen;
    }
    return count == 0 ? "" : utf16Text(reader, tag + reader.u32(chosen + 8), reader.u32(chosen + 4));
}

std::string description(std::span<const std::byte> icc) {
    constexpr std::uint64_t headerSize = 128;
    constexpr std::uint64_t mostTags = 100;
    ByteReader reader(icc, true);
    const auto count = std::min(reader.u32(headerSize), mostTags);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto entry = headerSize + 4 + i * 12;
        if (!hasText(icc, "desc", static_cast<std::size_t>(entry))) {
            continue;
        }
        const auto tag = reader.u32(entry + 4);
        const auto isOfType = [&](std::string_view type) { return hasText(icc, type, static_cast<std::size_t>(tag)); };
        if (isOfType("mluc")) {
            return localisedText(reader, tag);
        }
        return isOfType("desc") ? latinText(reader, tag + 12, reader.u32(tag + 8)) : "";
    }
    return {};
}

}  // namespace

std::string otherProfile(std::span<const std::byte> icc) {
    const auto name = description(icc);
    if (icc.empty() || name.starts_with("sRGB")) {
        return {};
    }
    return name.empty() ? "a colour profile without a name" : fmt::format("the colour profile '{}'", name);
}

}  // namespace lamscope::detail
