// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>
#include <zlib.h>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "image/colour_profile.h"
#include "image/image_headers.h"

namespace lamscope::detail {
namespace {

/// A zlib stream, unpacked as far as it is whole and into at most 1 MiB. A profile of RGB colours is smaller.
std::vector<std::byte> unpacked(std::span<const std::byte> stream) {
    std::vector<std::byte> content(std::size_t{1} << 20U);
    auto size = static_cast<uLongf>(content.size());
    static_cast<void>(uncompress(reinterpret_cast<Bytef*>(content.data()), &size,
                                 reinterpret_cast<const Bytef*>(stream.data()), static_cast<uLong>(stream.size())));
    content.resize(static_cast<std::size_t>(size));
    return content;
}

/// The chunks that say what the colours of a PNG file are; see otherProfile() for the texts. Source: PNG, third
/// edition, 11.3.2.
class PngColours {
public:
    void readChunk(std::string_view type, std::span<const std::byte> data) {
        ByteReader reader(data, true);
        if (type == "cICP") {
            cicp_ = true;
            codePoints_ = codePoints(reader.u8(0), reader.u8(1));
        } else if (type == "iCCP" && !profiled_) {  // one is allowed; each takes time
            profiled_ = true;
            const auto name = std::ranges::find(data, std::byte{0}) - data.begin();
            const auto start = std::min(static_cast<std::size_t>(name) + 2, data.size());  // behind the method
            profile_ = otherProfile(unpacked(data.subspan(start)));
        } else if (type == "sRGB") {
            standard_ = true;
        } else if (type == "gAMA") {
            gamma_ = otherGamma(reader.u32(0));
        } else if (type == "cHRM") {
            primaries_ = otherPrimaries(reader);
        }
    }

    /// Of contradicting chunks that one counts which the standard prefers.
    [[nodiscard]] std::string profile() const {
        if (cicp_) {
            return codePoints_;
        }
        if (profiled_) {
            return profile_;
        }
        return standard_ ? "" : gamma_.empty() ? primaries_ : gamma_;
    }

private:
    static constexpr std::int64_t unit = 100000;  // of gAMA and cHRM: 1.0
    static constexpr std::int64_t tolerance = 1000;

    static bool isNear(std::uint64_t value, std::int64_t wanted) {
        return std::abs(static_cast<std::int64_t>(value) - wanted) <= tolerance;
    }

    static std::string otherGamma(std::uint64_t gamma) {
        constexpr std::int64_t standard = 45455;  // 1/2.2
        return isNear(gamma, standard)
                   ? ""
                   : fmt::format("the gamma {:.3g} (PNG gAMA)", static_cast<double>(gamma) / static_cast<double>(unit));
    }

    static std::string otherPrimaries(ByteReader& reader) {
        constexpr std::array<std::int64_t, 8> standard{31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000};
        for (std::size_t i = 0; i < standard.size(); ++i) {
            if (!isNear(reader.u32(4 * i), standard.at(i))) {
                return "primary colours of its own (PNG cHRM)";
            }
        }
        return {};
    }

    /// Source: ITU-T H.273, tables 2 and 3.
    static std::string codePoints(std::uint64_t primaries, std::uint64_t transfer) {
        constexpr std::uint64_t bt709 = 1;
        constexpr std::uint64_t srgb = 13;
        return primaries == bt709 && transfer == srgb
                   ? ""
                   : fmt::format("the colour primaries {} and the transfer characteristics {} of H.273 (PNG cICP)",
                                 primaries, transfer);
    }

    bool cicp_ = false;
    bool profiled_ = false;
    bool standard_ = false;
    std::string codePoints_;
    std::string profile_;
    std::string gamma_;
    std::string primaries_;
};

}  // namespace

ImageHeader readPngHeader(std::span<const std::byte> file) {
    ImageHeader header;
    PngColours colours;
    ByteReader reader(file, true);
    header.width = static_cast<std::int64_t>(reader.u32(16));
    header.height = static_cast<std::int64_t>(reader.u32(20));
    const auto colourType = reader.u8(25);
    constexpr std::uint64_t grey = 0;
    header.truncated = true;
    for (std::uint64_t offset = 8; offset + 12 <= file.size();) {
        const auto length = reader.u32(offset);
        const auto typeBytes = part(file, offset + 4, 4);
        const std::string_view type(reinterpret_cast<const char*>(typeBytes.data()), typeBytes.size());
        const auto data = part(file, offset + 8, length);
        header.alphaIgnored |= type == "tRNS" && colourType == grey;
        if (type == "eXIf") {
            header.orientation = exifOrientation(data);
        }
        colours.readChunk(type, data);
        offset += 12 + length;
        if (type == "IEND") {
            header.truncated = offset > file.size();
            break;
        }
    }
    header.profile = colours.profile();
    return header;
}

}  // namespace lamscope::detail
