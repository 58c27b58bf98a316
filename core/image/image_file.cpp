// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_file.h"

#include <algorithm>
#include <cctype>
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
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "image/array_image.h"
#include "image/colour.h"
#include "image/image_format.h"
#include "image/jpeg_end.h"
#include "image/low_bits.h"
#include "image/orientation.h"
#include "image/tiff_samples.h"

namespace lamscope {
namespace {

using detail::checkValues;
using detail::throwBadFile;

constexpr std::uint64_t maxFileSize = std::numeric_limits<int>::max();  // bytes; the decoder's buffer length is an int
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

[[noreturn]] void throwTruncated(const std::filesystem::path& path, ImageFormat format) {
    throwBadFile(path, fmt::format("is a truncated {} image: the file ends before the image does; copy or download it "
                                   "again",
                                   imageFormatName(format)));
}

[[noreturn]] void throwUndecodable(const std::filesystem::path& path, ImageFormat format, const std::string& reason) {
    throwBadFile(path, fmt::format("is a damaged {} image, or one of a kind that is not read{}; open it in an image "
                                   "editor and save it as PNG",
                                   imageFormatName(format), reason.empty() ? "" : fmt::format(" ({})", reason)));
}

void checkHeader(const std::filesystem::path& path, ImageFormat format, const ImageHeader& header) {
    const auto name = imageFormatName(format);
    if (header.width > 0 && header.height > maxImagePixels / header.width) {
        throwBadFile(path, fmt::format("has {}x{} pixels, more than the {} that can be read; crop or reduce it",
                                       header.width, header.height, maxImagePixels));
    }
    if (header.truncated) {
        throwTruncated(path, format);
    }
    if (!header.unsupported.empty()) {
        throwBadFile(path, fmt::format("is a {} image that {}; convert it to an 8 or 16 bit RGB image", name,
                                       header.unsupported));
    }
}

cv::Mat decode(const std::filesystem::path& path, ImageFormat format, std::span<const std::byte> file) {
    cv::Mat pixels;
    std::string reason;
    try {
        // OpenCV has no view of constant data; the buffer is only read.
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
        auto* const data = const_cast<std::byte*>(file.data());
        const cv::Mat buffer(1, static_cast<int>(file.size()), CV_8UC1, data);
        // IMREAD_UNCHANGED keeps the bit depth and the alpha channel and does not apply the EXIF orientation.
        pixels = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception& exception) {
        if (exception.code == cv::Error::StsNoMem) {
            throw std::bad_alloc();
        }
        reason = exception.err;
    }
    if (pixels.empty()) {
        throwUndecodable(path, format, reason);
    }
    return pixels;
}

cv::Mat decode(const std::filesystem::path& path, ImageFormat format, const ImageHeader& header,
               std::span<const std::byte> file) {
    if (header.endMissing) {
        const auto complete = detail::withEndMarker(file);
        if (!complete) {
            throwTruncated(path, format);
        }
        return decode(path, format, *complete);
    }
    if (!header.plainSamples) {
        return decode(path, format, file);
    }
    std::string reason;
    auto pixels = detail::readTiffSamples(file, header.channels, reason);
    if (pixels.empty()) {
        throwUndecodable(path, format, reason);
    }
    return pixels;
}

/// The levels that become 1.
struct FullLevels {
    float white;
    float opaque;
};

/// @param pixels 1 channel: grey; 2: grey, alpha; 3: B, G, R; 4: B, G, R, and alpha or a channel without meaning.
template <typename Level>
void copyPixels(const cv::Mat& pixels, const ImageHeader& header, const FullLevels& full, Image& image,
                bool& transparent) {
    const auto [white, fullAlpha] = full;
    const int channelCount = pixels.channels();
    const bool grey = channelCount <= 2;
    const bool hasAlpha = channelCount == 2 || (channelCount == 4 && !header.alphaUnused);
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* pixel = pixels.ptr<Level>(y);
        for (int x = 0; x < pixels.cols; ++x, pixel += channelCount) {
            const float alpha = hasAlpha ? static_cast<float>(pixel[channelCount - 1]) : fullAlpha;
            const bool opaque = alpha == fullAlpha;
            transparent |= !opaque;
            const float weight = opaque || header.alphaApplied ? 1.0F : alpha / fullAlpha;
            for (int channel = 0; channel < Image::channels; ++channel) {
                const auto level = static_cast<float>(pixel[grey ? 0 : 2 - channel]);
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

Levels16 levelsOf(const cv::Mat& pixels) {
    const int channelCount = pixels.channels();
    const int colourCount = channelCount <= 2 ? 1 : Image::channels;
    Levels16 levels;
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* pixel = pixels.ptr<std::uint16_t>(y);
        for (int x = 0; x < pixels.cols; ++x, pixel += channelCount) {
            for (int channel = 0; channel < colourCount; ++channel) {
                levels.colours.add(pixel[channel]);
            }
            if (colourCount < channelCount) {
                levels.largestAlpha = std::max(levels.largestAlpha, pixel[channelCount - 1]);
            }
        }
    }
    return levels;
}

/// The level that is white by the header or, where it says nothing, the `largest` of the type. Throws Error(BadFile)
/// where levels lie above what the header says.
float whiteByHeader(const std::filesystem::path& path, const cv::Mat& pixels, const ImageHeader& header, int largest) {
    double highest = 0.0;
    if (header.maxLevel > 0) {
        cv::minMaxIdx(pixels.reshape(1), nullptr, &highest);
    }
    if (highest > header.maxLevel) {
        throwBadFile(path, fmt::format("holds levels up to {}, which is above its maximum {}; write it again", highest,
                                       header.maxLevel));
    }
    return static_cast<float>(header.maxLevel > 0 ? header.maxLevel : largest);
}

/// Fills `loaded.image`, which has the size of `pixels`. True if some pixel is transparent.
bool copyPixels(const std::filesystem::path& path, const cv::Mat& pixels, const ImageHeader& header,
                const ImageReading& reading, LoadedImage& loaded) {
    auto& image = loaded.image;
    bool transparent = false;
    switch (pixels.depth()) {
        case CV_8U: {
            image.bitDepth = 8;
            const float white = whiteByHeader(path, pixels, header, std::numeric_limits<std::uint8_t>::max());
            copyPixels<std::uint8_t>(pixels, header, {white, white}, image, transparent);
            break;
        }
        case CV_16U: {
            constexpr int largest = std::numeric_limits<std::uint16_t>::max();
            image.bitDepth = 16;
            FullLevels full{.white = whiteByHeader(path, pixels, header, largest), .opaque = largest};
            if (full.white == full.opaque) {
                const auto levels = levelsOf(pixels);
                full.white = whiteLevel(levels.colours, reading, loaded);
                // Whoever stored colours of 10 bits in 16 stored transparency so, unless it shows more.
                full.opaque = static_cast<float>(levels.largestAlpha) <= full.white ? full.white : full.opaque;
            }
            copyPixels<std::uint16_t>(pixels, header, full, image, transparent);
            break;
        }
        case CV_32F:
            image.bitDepth = 32;
            checkValues(path,
                        std::span(pixels.ptr<float>(), pixels.total() * static_cast<std::size_t>(pixels.channels())));
            copyPixels<float>(pixels, header, {1.0F, 1.0F}, image, transparent);
            break;
        default:
            throwBadFile(path, "has pixels of an unsupported type; convert it to an 8 or 16 bit RGB image");
    }
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
    const auto format = imageFormat(file);
    if (format == ImageFormat::Unknown) {
        throwUnknownFormat(path, file);
    }
    const auto header = readImageHeader(format, file);
    checkHeader(path, format, header);
    const auto pixels = decode(path, format, header, file);
    if (pixels.channels() > 4 || (pixels.channels() == 2 && !header.plainSamples)) {
        throwBadFile(path, fmt::format("has {} channels; convert it to an RGB image", pixels.channels()));
    }

    LoadedImage loaded{.image = Image(pixels.cols, pixels.rows), .warnings = {}};
    loaded.image.file = path.string();
    const bool transparent = copyPixels(path, pixels, header, reading, loaded);
    std::ranges::move(rasterWarnings(path.string(), header, transparent), std::back_inserter(loaded.warnings));
    if (header.plainSamples && header.appliedOrientation != 1) {  // OpenCV applies it to the others
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

template <typename Level>
cv::Mat toPixels(const Image& image, int type) {
    cv::Mat pixels(image.height(), image.width(), type);
    for (int y = 0; y < image.height(); ++y) {
        auto* pixel = pixels.ptr<Level>(y);
        for (int x = 0; x < image.width(); ++x) {
            for (int channel = Image::channels - 1; channel >= 0; --channel) {
                *pixel++ = static_cast<Level>(
                    nearestLevel(static_cast<double>(image.at(channel, y, x)), std::numeric_limits<Level>::max()));
            }
        }
    }
    return pixels;
}

std::vector<std::uint8_t> encode(const std::string& extension, const Image& image, int bitDepth) {
    if (image.empty()) {
        throw Error(ErrorCode::InvalidArgument, "an empty image cannot be written");
    }
    if (bitDepth != 8 && bitDepth != 16) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("an image cannot be written with {} bits per channel; choose 8 or 16", bitDepth));
    }
    std::vector<std::uint8_t> content;
    bool done = false;
    std::string reason = "the image library refused it";
    try {
        done = cv::imencode(
            extension,
            bitDepth == 8 ? toPixels<std::uint8_t>(image, CV_8UC3) : toPixels<std::uint16_t>(image, CV_16UC3), content);
    } catch (const cv::Exception& exception) {
        reason = exception.err;
    }
    if (!done) {
        throw Error(ErrorCode::WriteFailed, fmt::format("a {}x{} image could not be encoded as {}: {}", image.width(),
                                                        image.height(), extension.substr(1), reason));
    }
    return content;
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

void writeImage(const std::filesystem::path& path, const Image& image, int bitDepth) {
    auto extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    if (extension != ".png" && extension != ".tif" && extension != ".tiff") {
        throw Error(
            ErrorCode::InvalidArgument,
            fmt::format("'{}' cannot be written: images are written as .png, .tif or .tiff files; choose a name "
                        "that ends so",
                        path.string()));
    }
    const auto content = encode(extension, image, bitDepth);
    writeFileAtomically(path, std::as_bytes(std::span(content)));
}

std::vector<std::byte> encodePng(const Image& image, int bitDepth) {
    const auto content = encode(".png", image, bitDepth);
    const auto bytes = std::as_bytes(std::span(content));
    return {bytes.begin(), bytes.end()};
}

}  // namespace lamscope
