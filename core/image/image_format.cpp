// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_format.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/byte_reader.h"
#include "image/image_headers.h"
#include "image/image_readers.h"

namespace lamscope {

using namespace std::string_view_literals;

namespace detail {

std::string unsupportedBits(std::uint64_t bits) {
    return fmt::format("has {} bits per channel, and only images of up to 8 or of 16 are read", bits);
}

std::span<const std::byte> part(std::span<const std::byte> file, std::uint64_t offset, std::uint64_t length) {
    const auto start = std::min<std::uint64_t>(offset, file.size());
    return file.subspan(static_cast<std::size_t>(start),
                        static_cast<std::size_t>(std::min<std::uint64_t>(length, file.size() - start)));
}

namespace {

using File = std::span<const std::byte>;

bool beginsWithPnm(std::span<const std::byte> file, char first, char last) {
    const auto kind = file.size() < 3 ? '\0' : std::to_integer<char>(file[1]);
    const auto next = file.size() < 3 ? '\0' : std::to_integer<char>(file[2]);
    return hasText(file, "P") && kind >= first && kind <= last && (next == ' ' || (next >= '\t' && next <= '\r'));
}

/// All formats that are read. The first bytes of a file match at most one.
constexpr std::array formats{
    ImageFormat{.name = "PNG",
                .matches = [](File file) { return hasText(file, "\x89PNG\r\n\x1a\n"sv); },
                .readHeader = readPngHeader,
                .readPixels = readPngPixels},
    ImageFormat{.name = "JPEG",
                .matches = [](File file) { return hasText(file, "\xff\xd8\xff"sv); },
                .readHeader = readJpegHeader,
                .readPixels = readJpegPixels},
    ImageFormat{.name = "TIFF",
                .matches =
                    [](File file) {
                        return hasText(file, "II\x2a\0"sv) || hasText(file, "MM\0\x2a"sv) || hasText(file, "II\x2b\0"sv)
                               || hasText(file, "MM\0\x2b"sv);
                    },
                .readHeader = readTiffHeader,
                .readPixels = readTiffPixels},
    ImageFormat{.name = "WebP",
                .matches = [](File file) { return hasText(file, "RIFF"sv) && hasText(file, "WEBP"sv, 8); },
                .readHeader = readWebPHeader,
                .readPixels = readWebPPixels},
    ImageFormat{.name = "BMP",
                .matches = [](File file) { return hasText(file, "BM"sv) && file.size() >= 26; },
                .readHeader = readBmpHeader,
                .readPixels = readBmpPixels},
    ImageFormat{.name = "PNM",
                .matches = [](File file) { return beginsWithPnm(file, '1', '6'); },
                .readHeader = readPnmHeader,
                .readPixels = readPnmPixels},
    ImageFormat{.name = "PFM",
                .matches = [](File file) { return beginsWithPnm(file, 'F', 'F') || beginsWithPnm(file, 'f', 'f'); },
                .readHeader = readPfmHeader,
                .readPixels = readPfmPixels},
};

}  // namespace
}  // namespace detail

const ImageFormat* imageFormat(std::span<const std::byte> file) {
    const auto* const format =
        std::ranges::find_if(detail::formats, [&](const ImageFormat& each) { return each.matches(file); });
    return format == detail::formats.end() ? nullptr : format;
}

}  // namespace lamscope
