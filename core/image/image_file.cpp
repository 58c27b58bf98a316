// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <new>
#include <span>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "image/array_image.h"
#include "image/image_format.h"
#include "image/low_bits.h"
#include "image/orientation.h"

namespace lamscope {
namespace {

using detail::AnyPixels;
using detail::checkValues;
using detail::DecodeFailure;
using detail::Pixels;
using detail::throwBadFile;

constexpr std::uint64_t maxFileSize = std::numeric_limits<int>::max();  // bytes
constexpr std::string_view knownFormats = "PNG, JPEG, TIFF, BMP, WebP, PNM or PFM image, or a NumPy array (.npy)";

std::vector<std::byte> readWholeFile(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        throwBadFile(path, "does not exist; check the name and the folder");
    }
    if (std::filesystem::is_directory(status)) {
        throwBadFile(path, "is a folder; name one of the image files in it");
    }
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throwBadFile(path, fmt::format("cannot be read: {}", std::generic_category().message(errno)));
    }
    if (!std::filesystem::is_regular_file(status)) {
        throwBadFile(path, "is not a regular file; name an image file");
    }
    const auto size = std::filesystem::file_size(path, error);
    if (error || size == 0) {
        throwBadFile(path, "is empty (0 bytes); copy or download it again");
    }
    if (size > maxFileSize) {
        throwBadFile(path, fmt::format("has {} bytes, more than the 2 GiB that can be read; crop or reduce it", size));
    }
    std::vector<std::byte> content(static_cast<std::size_t>(size));
    stream.read(reinterpret_cast<char*>(content.data()), static_cast<std::streamsize>(size));
    if (stream.gcount() != static_cast<std::streamsize>(size)) {
        throwBadFile(path, "cannot be read: the system reported an error, or the file changed while it was read");
    }
    return content;
}

std::string_view asText(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool looksLikeText(std::span<const std::byte> file) {
    return std::ranges::all_of(file.first(std::min<std::size_t>(file.size(), 4096)), [](std::byte byte) {
        const auto value = std::to_integer<unsigned>(byte);
        return value >= 0x20 ? value != 0x7F : value == '\t' || value == '\n' || value == '\r' || value == '\f';
    });
}

[[noreturn]] void throwUnknownFormat(const std::filesystem::path& path, std::span<const std::byte> file) {
    if (asText(file).starts_with("version https://git-lfs.github.com/spec/")) {
        throwBadFile(path, "is a pointer of Git LFS, not the image itself; fetch the image with 'git lfs pull'");
    }
    if (const auto foreign = foreignFormat(file)) {
        throwBadFile(path, fmt::format("is {}, which is not read; {}", foreign->name, foreign->remedy));
    }
    if (looksLikeText(file)) {
        throwBadFile(path, fmt::format("is a text file; give a {}", knownFormats));
    }
    throwBadFile(path, fmt::format("is not an image of a known format; give a {}", knownFormats));
}

[[noreturn]] void throwTruncated(const std::filesystem::path& path, const ImageFormat& format) {
    throwBadFile(path, fmt::format("is a truncated {} image: the file ends before the image does; copy or download it "
                                   "again",
                                   format.name));
}

void checkHeader(const std::filesystem::path& path, const ImageFormat& format, const ImageHeader& header) {
    if (header.width > 0 && header.height > maxImagePixels / header.width) {
        throwBadFile(path, fmt::format("has {}x{} pixels, more than the {} that can be read; crop or reduce it",
                                       header.width, header.height, maxImagePixels));
    }
    if (header.truncated) {
        throwTruncated(path, format);
    }
    if (!header.unsupported.empty()) {
        throwBadFile(path, fmt::format("is a {} image that {}; convert it to an 8 or 16 bit RGB image", format.name,
                                       header.unsupported));
    }
}

AnyPixels decode(const std::filesystem::path& path, const ImageFormat& format, const ImageHeader& header,
                 std::span<const std::byte> file) {
    try {
        return format.readPixels(file, header);
    } catch (const DecodeFailure& failure) {
        if (failure.cause() == DecodeFailure::Cause::Truncated) {
            throwTruncated(path, format);
        }
        const std::string_view reason = failure.what();
        throwBadFile(path,
                     fmt::format("is a damaged {} image, or one of a kind that is not read{}; open it in an image "
                                 "editor and save it as PNG",
                                 format.name, reason.empty() ? "" : fmt::format(" ({})", reason)));
    }
}

/// The levels that become 1.
struct FullLevels {
    float white;
    float opaque;
};

template <typename Level>
void copyPixels(const Pixels<Level>& pixels, const ImageHeader& header, const FullLevels& full, Image& image,
                bool& transparent) {
    const auto [white, fullAlpha] = full;
    const int channelCount = pixels.channels();
    const bool grey = channelCount <= 2;
    const bool hasAlpha = channelCount == 2 || (channelCount == 4 && !header.alphaUnused);
    for (int y = 0; y < pixels.height(); ++y) {
        const auto* pixel = pixels.row(y).data();
        for (int x = 0; x < pixels.width(); ++x, pixel += channelCount) {
            const float alpha = hasAlpha ? static_cast<float>(pixel[channelCount - 1]) : fullAlpha;
            const bool opaque = alpha == fullAlpha;
            transparent |= !opaque;
            const float weight = opaque || header.alphaApplied ? 1.0F : alpha / fullAlpha;
            for (int channel = 0; channel < Image::channels; ++channel) {
                const auto level = static_cast<float>(pixel[grey ? 0 : channel]);
                image.at(channel, y, x) = (header.minIsWhite ? white - level : level) / white * weight;
            }
        }
    }
}

/// The 16-bit levels of a file.
struct Levels16 {
    detail::LowBits colours;
    std::uint16_t largestAlpha = 0;
};

Levels16 levelsOf(const Pixels<std::uint16_t>& pixels) {
    const auto channelCount = static_cast<std::size_t>(pixels.channels());
    const std::size_t colourCount = channelCount <= 2 ? 1 : Image::channels;
    Levels16 levels;
    for (auto rest = pixels.levels(); !rest.empty(); rest = rest.subspan(channelCount)) {
        for (const auto level : rest.first(colourCount)) {
            levels.colours.add(level);
        }
        if (colourCount < channelCount) {
            levels.largestAlpha = std::max(levels.largestAlpha, rest[channelCount - 1]);
        }
    }
    return levels;
}

/// The level that is white by the header or, where it says nothing, the largest of the type. Throws Error(BadFile)
/// where levels lie above what the header says.
template <typename Level>
float whiteByHeader(const std::filesystem::path& path, const Pixels<Level>& pixels, const ImageHeader& header) {
    if (header.maxLevel == 0) {
        return std::numeric_limits<Level>::max();
    }
    const int highest = std::ranges::max(pixels.levels());
    if (highest > header.maxLevel) {
        throwBadFile(path, fmt::format("holds levels up to {}, which is above its maximum {}; write it again", highest,
                                       header.maxLevel));
    }
    return static_cast<float>(header.maxLevel);
}

FullLevels fullLevels(const std::filesystem::path& path, const Pixels<std::uint8_t>& pixels, const ImageHeader& header,
                      const ImageReading& /*reading*/, LoadedImage& /*loaded*/) {
    const float white = whiteByHeader(path, pixels, header);
    return {.white = white, .opaque = white};
}

FullLevels fullLevels(const std::filesystem::path& path, const Pixels<std::uint16_t>& pixels, const ImageHeader& header,
                      const ImageReading& reading, LoadedImage& loaded) {
    FullLevels full{.white = whiteByHeader(path, pixels, header), .opaque = std::numeric_limits<std::uint16_t>::max()};
    if (full.white == full.opaque) {
        const auto levels = levelsOf(pixels);
        full.white = whiteLevel(levels.colours, reading, loaded);
        // Whoever stored colours of 10 bits in 16 stored transparency so, unless it shows more.
        full.opaque = static_cast<float>(levels.largestAlpha) <= full.white ? full.white : full.opaque;
    }
    return full;
}

FullLevels fullLevels(const std::filesystem::path& path, const Pixels<float>& pixels, const ImageHeader& /*header*/,
                      const ImageReading& /*reading*/, LoadedImage& /*loaded*/) {
    checkValues(path, pixels.levels());
    return {.white = 1.0F, .opaque = 1.0F};
}

/// Sets `loaded.image`. True if some pixel is transparent.
template <typename Level>
bool takePixels(const std::filesystem::path& path, const Pixels<Level>& pixels, const ImageHeader& header,
                const ImageReading& reading, LoadedImage& loaded) {
    loaded.image = Image(pixels.width(), pixels.height());
    loaded.image.file = path.string();
    loaded.image.bitDepth = 8 * sizeof(Level);
    const auto full = fullLevels(path, pixels, header, reading, loaded);
    bool transparent = false;
    copyPixels(pixels, header, full, loaded.image, transparent);
    return transparent;
}

std::vector<std::string> rasterWarnings(const std::string& file, const ImageHeader& header, bool transparent) {
    std::vector<std::string> warnings;
    if (transparent) {
        warnings.push_back(fmt::format("'{}' is partly transparent; it was composited on black.", file));
    }
    if (header.alphaIgnored) {
        warnings.push_back(fmt::format("'{}' is partly transparent; this was ignored.", file));
    }
    if (header.coloursAssumed) {
        warnings.push_back(
            fmt::format("'{}' does not say what its channels are; the first three were read as R, G and B.", file));
    }
    if (header.bandsLeftOut > 0) {
        warnings.push_back(
            fmt::format("'{}' has {} beside its {}; {} left out.", file,
                        header.bandsLeftOut == 1 ? "a further channel (band)"
                                                 : fmt::format("{} further channels (bands)", header.bandsLeftOut),
                        header.channels >= 3 ? "colours" : "grey", header.bandsLeftOut == 1 ? "it was" : "they were"));
    }
    if (header.endMissing) {
        warnings.push_back(
            fmt::format("'{}' lacks the marker of its end, though all its pixels are there; was it copied "
                        "whole?",
                        file));
    }
    if (!header.profile.empty()) {
        warnings.push_back(fmt::format("'{}' has {}; its colours were taken as they are stored, as if they were sRGB.",
                                       file, header.profile));
    }
    if (header.morePages) {
        warnings.push_back(fmt::format("'{}' holds several images; the first was read.", file));
    }
    return warnings;
}

LoadedImage readRaster(const std::filesystem::path& path, std::span<const std::byte> file,
                       const ImageReading& reading) {
    const auto* const format = imageFormat(file);
    if (format == nullptr) {
        throwUnknownFormat(path, file);
    }
    const auto header = format->readHeader(file);
    checkHeader(path, *format, header);
    LoadedImage loaded{.image = {}, .warnings = {}};
    const bool transparent =
        std::visit([&](const auto& pixels) { return takePixels(path, pixels, header, reading, loaded); },
                   decode(path, *format, header, file));
    std::ranges::move(rasterWarnings(path.string(), header, transparent), std::back_inserter(loaded.warnings));
    if (header.appliedOrientation != 1) {
        loaded.image = oriented(loaded.image, header.appliedOrientation);
    }
    if (header.orientation != 1 && reading.upright) {
        loaded.image = oriented(loaded.image, header.orientation);
    } else if (header.orientation != 1) {
        loaded.offers.push_back(
            {&ImageReading::upright,
             fmt::format("'{}' is stored turned: its EXIF data ask viewers to show it {} (orientation {}). It was "
                         "opened as it is stored.",
                         path.string(), orientationText(header.orientation), header.orientation)});
    }
    return loaded;
}

}  // namespace

LoadedImage readImage(const std::filesystem::path& path, const ImageReading& reading) {
    try {
        const auto file = readWholeFile(path);
        auto loaded = asText(file).starts_with("\x93NUMPY") ? detail::readArrayImage(path, reading)
                                                            : readRaster(path, file, reading);
        std::ranges::transform(loaded.offers, std::back_inserter(loaded.warnings), &ImageOffer::note);
        return loaded;
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("'{}' does not fit into memory; crop or reduce the image", path.string()));
    }
}

std::optional<ImageReading> sharedReading(const ImageReading& reading, std::span<const std::filesystem::path> files,
                                          const std::stop_token& stop) {
    auto shared = reading;
    if (!reading.stretch || reading.bits != 0 || files.size() < 2) {
        return shared;
    }
    for (const auto& file : files) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        shared.bits = std::max(shared.bits, readImage(file, reading).levelBits);
    }
    return shared;
}

}  // namespace lamscope
