// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_file.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "error.h"
#include "image/atomic_file.h"
#include "image/colour.h"
#include "image/image_format.h"
#include "image/npy.h"

namespace lamscope {
namespace {

constexpr std::uint64_t maxFileSize = std::numeric_limits<int>::max();  // of the decoder's buffer
constexpr std::string_view knownFormats = "PNG, JPEG, TIFF, BMP or WebP image, or a NumPy array (.npy)";

[[noreturn]] void throwBadFile(const std::filesystem::path& path, const std::string& reason) {
    throw Error(ErrorCode::BadFile, fmt::format("'{}' {}", path.string(), reason));
}

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
    if (looksLikeText(file)) {
        throwBadFile(path, fmt::format("is a text file; give a {}", knownFormats));
    }
    throwBadFile(path, fmt::format("is not an image of a known format; give a {}", knownFormats));
}

void checkHeader(const std::filesystem::path& path, ImageFormat format, const ImageHeader& header) {
    const auto name = imageFormatName(format);
    if (header.width > 0 && header.height > maxImagePixels / header.width) {
        throwBadFile(path, fmt::format("has {}x{} pixels, more than the {} that can be read; crop or reduce it",
                                       header.width, header.height, maxImagePixels));
    }
    if (!header.unsupported.empty()) {
        throwBadFile(path, fmt::format("is a {} image that {}; convert it to an 8 or 16 bit RGB image", name,
                                       header.unsupported));
    }
    if (header.truncated) {
        throwBadFile(path, fmt::format("is a truncated {} image: the file ends before the image does; copy or download "
                                       "it again",
                                       name));
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
        // "Unchanged" keeps the depth and alpha and leaves the orientation alone.
        pixels = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception& exception) {
        if (exception.code == cv::Error::StsNoMem) {
            throw std::bad_alloc();
        }
        reason = fmt::format(" ({})", exception.err);
    }
    if (pixels.empty()) {
        throwBadFile(path,
                     fmt::format("is a damaged {} image, or one of a kind that is not read{}; open it in an image "
                                 "editor and save it as PNG",
                                 imageFormatName(format), reason));
    }
    return pixels;
}

/// The level of channel `c` (0 to 2: R, G, B; 3: alpha) from OpenCV's order of channels.
template <typename Level>
void copyPixels(const cv::Mat& pixels, const ImageHeader& header, Image& image, bool& transparent) {
    constexpr auto maxLevel = static_cast<float>(std::numeric_limits<Level>::max());
    const int channelCount = pixels.channels();
    for (int y = 0; y < pixels.rows; ++y) {
        const auto* pixel = pixels.ptr<Level>(y);
        for (int x = 0; x < pixels.cols; ++x, pixel += channelCount) {
            const auto alpha = channelCount == 4 && !header.alphaUnused ? pixel[3] : std::numeric_limits<Level>::max();
            const bool opaque = alpha == std::numeric_limits<Level>::max();
            transparent |= !opaque;
            const float weight = opaque || header.alphaApplied ? 1.0F : static_cast<float>(alpha) / maxLevel;
            for (int channel = 0; channel < Image::channels; ++channel) {
                const auto level = static_cast<float>(pixel[channelCount == 1 ? 0 : 2 - channel]);
                image.at(channel, y, x) = (header.minIsWhite ? maxLevel - level : level) / maxLevel * weight;
            }
        }
    }
}

LoadedImage readRaster(const std::filesystem::path& path, std::span<const std::byte> file) {
    const auto format = imageFormat(file);
    if (format == ImageFormat::Unknown) {
        throwUnknownFormat(path, file);
    }
    const auto header = readImageHeader(format, file);
    checkHeader(path, format, header);
    const auto pixels = decode(path, format, file);
    if (pixels.channels() == 2 || pixels.channels() > 4) {
        throwBadFile(path, fmt::format("has {} channels; convert it to an RGB image", pixels.channels()));
    }

    LoadedImage loaded{Image(pixels.cols, pixels.rows), {}};
    loaded.image.file = path.string();
    bool transparent = false;
    if (pixels.depth() == CV_8U) {
        loaded.image.bitDepth = 8;
        copyPixels<std::uint8_t>(pixels, header, loaded.image, transparent);
    } else if (pixels.depth() == CV_16U) {
        loaded.image.bitDepth = 16;
        copyPixels<std::uint16_t>(pixels, header, loaded.image, transparent);
    } else {
        throwBadFile(path, "has pixels of an unsupported type; convert it to an 8 or 16 bit RGB image");
    }
    if (transparent) {
        loaded.warnings.push_back(
            fmt::format("'{}' is partly transparent; it was composited on black.", path.string()));
    }
    if (header.alphaIgnored) {
        loaded.warnings.push_back(fmt::format("'{}' is partly transparent; this was ignored.", path.string()));
    }
    if (header.morePages) {
        loaded.warnings.push_back(fmt::format("'{}' holds several images; the first was read.", path.string()));
    }
    return loaded;
}

/// Where an array keeps the value of (channel, y, x).
struct ArrayLayout {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t channelStride = 0;
    std::int64_t rowStride = 0;
    std::int64_t columnStride = 0;
};

std::optional<ArrayLayout> arrayLayout(const std::vector<std::int64_t>& shape) {
    if (shape.size() == 2) {
        return ArrayLayout{shape[1], shape[0], 0, shape[1], 1};
    }
    if (shape.size() == 3 && shape[0] == Image::channels) {
        return ArrayLayout{shape[2], shape[1], shape[1] * shape[2], shape[2], 1};
    }
    if (shape.size() == 3 && shape[2] == Image::channels) {
        return ArrayLayout{shape[1], shape[0], 1, shape[1] * Image::channels, Image::channels};
    }
    return std::nullopt;
}

void checkArrayValues(const std::filesystem::path& path, const std::vector<double>& values) {
    if (!std::ranges::all_of(values, [](double value) { return std::isfinite(value); })) {
        throwBadFile(path, "holds values that are not finite (NaN or infinity); an image needs values from 0 to 1");
    }
    const auto [smallest, largest] = std::ranges::minmax(values);
    constexpr double tolerance = 0.01;
    if (smallest < -tolerance || largest > 1.0 + tolerance) {
        throwBadFile(path, fmt::format("holds values from {:.6g} to {:.6g}, but an image needs values from 0 to 1; "
                                       "{}",
                                       smallest, largest,
                                       smallest >= -tolerance ? "divide the array by 255 if it holds 8-bit levels"
                                                              : "scale the array to that range"));
    }
}

LoadedImage readArray(const std::filesystem::path& path) {
    const auto array = readNpy(path);
    const auto layout = arrayLayout(array.shape);
    if (!layout || array.values.empty()) {
        throwBadFile(path, fmt::format("holds an array of shape ({}), which is not an image; give 3 x height x width, "
                                       "height x width x 3 or height x width",
                                       fmt::join(array.shape, ", ")));
    }
    if (layout->height > maxImagePixels / layout->width) {
        throwBadFile(path, fmt::format("has {}x{} pixels, more than the {} that can be read; crop or reduce it",
                                       layout->width, layout->height, maxImagePixels));
    }
    checkArrayValues(path, array.values);
    LoadedImage loaded{Image(static_cast<int>(layout->width), static_cast<int>(layout->height)), {}};
    loaded.image.file = path.string();
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < loaded.image.height(); ++y) {
            for (int x = 0; x < loaded.image.width(); ++x) {
                const auto place = channel * layout->channelStride + y * layout->rowStride + x * layout->columnStride;
                loaded.image.at(channel, y, x) = static_cast<float>(array.values[static_cast<std::size_t>(place)]);
            }
        }
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

LoadedImage readImage(const std::filesystem::path& path) {
    try {
        const auto file = readWholeFile(path);
        if (asText(file).starts_with("\x93NUMPY")) {
            return readArray(path);
        }
        return readRaster(path, file);
    } catch (const std::bad_alloc&) {
        throw Error(ErrorCode::OutOfMemory,
                    fmt::format("'{}' does not fit into memory; crop or reduce the image", path.string()));
    }
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
