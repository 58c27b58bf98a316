// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "base/byte_reader.h"
#include "image/colour_profile.h"
#include "image/image_headers.h"

namespace lamscope::detail {
namespace {

using namespace std::string_view_literals;

/// True for the markers that begin a JPEG frame: SOF0 to SOF15 except DHT, JPG and DAC.
bool isFrame(std::uint64_t marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Notes the lowest bit of each coefficient that the scans so far contain. Progressive files store coarse bits first.
class ScanAccount {
public:
    void addComponent(std::uint64_t id) { lowestBits_[id].fill(absent); }

    /// @param place of the length field in a "start of scan" segment, bytes from the file's start.
    void addScan(ByteReader& reader, std::uint64_t place) {
        const auto count = reader.u8(place + 2);
        const auto parameters = place + 3 + 2 * count;
        const auto first = reader.u8(parameters);
        const auto last = std::min<std::uint64_t>(reader.u8(parameters + 1), coefficients - 1);
        const auto lowestBit = static_cast<int>(reader.u8(parameters + 2) & 0xFU);
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto component = lowestBits_.find(reader.u8(place + 3 + 2 * i));
            for (auto k = first; component != lowestBits_.end() && k <= last; ++k) {
                component->second[static_cast<std::size_t>(k)] = lowestBit;
            }
        }
    }

    [[nodiscard]] bool complete() const {
        return !lowestBits_.empty() && std::ranges::all_of(lowestBits_, [](const auto& component) {
            return std::ranges::all_of(component.second, [](int bit) { return bit == 0; });
        });
    }

private:
    static constexpr std::size_t coefficients = 64;
    static constexpr int absent = -1;

    std::map<std::uint64_t, std::array<int, coefficients>> lowestBits_;  // by the component's id
};

void readFrame(ByteReader& reader, std::uint64_t place, ImageHeader& header, ScanAccount& scans) {
    header.height = static_cast<std::int64_t>(reader.u16(place + 3));
    header.width = static_cast<std::int64_t>(reader.u16(place + 5));
    const auto components = reader.u8(place + 7);
    if (const auto bits = reader.u8(place + 2); bits != 8) {
        header.unsupported = unsupportedBits(bits);
    } else if (components == 4) {
        header.unsupported = "has CMYK colours, which look different on every printer";
    } else if (components != 1 && components != 3) {
        header.unsupported = "has neither grey nor colour channels";
    }
    for (std::uint64_t i = 0; i < components; ++i) {
        scans.addComponent(reader.u8(place + 8 + 3 * i));
    }
}

/// What a segment holds behind a name of `nameSize` bytes. @param place of the segment's length field.
std::span<const std::byte> segmentPart(std::span<const std::byte> file, std::uint64_t place, std::uint64_t length,
                                       std::uint64_t nameSize) {
    const auto before = std::min(length, 2 + nameSize);
    return part(file, place + before, length - before);
}

}  // namespace

ImageHeader readJpegHeader(std::span<const std::byte> file) {
    constexpr std::uint64_t startOfScan = 0xDA;
    constexpr std::uint64_t endOfImage = 0xD9;
    constexpr std::uint64_t application1 = 0xE1;
    constexpr std::uint64_t application2 = 0xE2;
    constexpr auto exifName = "Exif\0\0"sv;
    constexpr auto profileName = "ICC_PROFILE\0"sv;
    ImageHeader header;
    ScanAccount scans;
    std::map<std::uint64_t, std::span<const std::byte>> profileParts;  // by their number
    bool ended = false;
    ByteReader reader(file, true);
    std::uint64_t offset = 2;
    while (!ended && offset + 2 <= file.size()) {
        const auto marker = reader.u8(offset + 1);
        if (reader.u8(offset) != 0xFF || marker == 0xFF) {
            ++offset;  // compressed data, rubbish between segments that decoders skip, or a filling byte
            continue;
        }
        offset += 2;
        if (marker == endOfImage) {
            ended = true;
        } else if (marker > 1 && (marker < 0xD0 || marker > 0xD8)) {  // a segment with its length
            const auto length = std::max<std::uint64_t>(reader.u16(offset), 2);
            if (isFrame(marker) && header.width == 0) {
                readFrame(reader, offset, header, scans);
            } else if (marker == startOfScan) {
                scans.addScan(reader, offset);
            } else if (marker == application1 && hasText(file, exifName, static_cast<std::size_t>(offset) + 2)) {
                header.orientation = exifOrientation(segmentPart(file, offset, length, exifName.size()));
            } else if (marker == application2 && hasText(file, profileName, static_cast<std::size_t>(offset) + 2)) {
                const auto number = reader.u8(offset + 2 + profileName.size());
                profileParts.emplace(number, segmentPart(file, offset, length, profileName.size() + 2));
            }
            offset += length;
        }
    }
    std::vector<std::byte> profile;
    for (const auto& [number, bytes] : profileParts) {
        profile.insert(profile.end(), bytes.begin(), bytes.end());
    }
    header.profile = otherProfile(profile);
    header.endMissing = !ended && scans.complete() && offset <= file.size();
    header.truncated = !ended && !header.endMissing;
    return header;
}

}  // namespace lamscope::detail
