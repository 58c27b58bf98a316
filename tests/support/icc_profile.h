// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "support/exif.h"

namespace lamscope::test {

/// An ICC profile of RGB colours with one tag, its description: a text of version 2, or of version 4 in two languages,
/// of which the second is English.
inline std::string iccProfile(const std::string& description, int version) {
    std::string tag;
    if (version == 2) {
        tag = "desc" + bigEndian32(0) + bigEndian32(description.size() + 1) + description + '\0';
    } else {
        std::string english;
        for (const char letter : description) {
            english += {'\0', letter};
        }
        const std::string french("\0d\0'\0u\0n", 8);
        tag = "mluc" + bigEndian32(0) + bigEndian32(2) + bigEndian32(12) + "frFR" + bigEndian32(french.size())
              + bigEndian32(40) + "enUS" + bigEndian32(english.size()) + bigEndian32(40 + french.size()) + french
              + english;
    }
    constexpr std::size_t headerSize = 128;
    const auto start = headerSize + 4 + 12;
    std::string header = bigEndian32(start + tag.size()) + "none" + static_cast<char>(version);
    header.resize(12, '\0');
    header += "mntrRGB XYZ ";
    header.resize(36, '\0');
    header += "acsp";
    header.resize(headerSize, '\0');
    return header + bigEndian32(1) + "desc" + bigEndian32(start) + bigEndian32(tag.size()) + tag;
}

}  // namespace lamscope::test
