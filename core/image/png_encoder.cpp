// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <csetjmp>
#include <new>
#include <png.h>
#include <zlib.h>

#include "image/image_encoders.h"

namespace lamscope::detail {
namespace {

/// The state of an encoding. It belongs to the caller of the function with setjmp(): a jump passes over no destructor.
struct PngEncoder {
    PngEncoder() = default;
    PngEncoder(const PngEncoder&) = delete;
    PngEncoder& operator=(const PngEncoder&) = delete;
    ~PngEncoder() { png_destroy_write_struct(&png, &info); }

    png_structp png = nullptr;
    png_infop info = nullptr;
    std::string reason{};
    std::vector<std::byte> file{};
};

void stopAtEncoderError(png_structp png, png_const_charp message) {
    static_cast<PngEncoder*>(png_get_error_ptr(png))->reason = message;
    png_longjmp(png, 1);
}

void ignoreEncoderWarning(png_structp /*png*/, png_const_charp /*message*/) {}

/// False if memory does not suffice: no exception may pass through libpng.
bool append(std::vector<std::byte>& file, std::span<const std::byte> content) noexcept {
    try {
        file.insert(file.end(), content.begin(), content.end());
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

void takeBytes(png_structp png, png_bytep content, std::size_t size) {
    auto& file = static_cast<PngEncoder*>(png_get_io_ptr(png))->file;
    if (!append(file, {reinterpret_cast<const std::byte*>(content), size})) {
        png_error(png, "it does not fit into memory");
    }
}

void flushNothing(png_structp /*png*/) {}

template <typename Level>
void writePngRows(png_structp png, const Pixels<Level>& pixels) {
    for (int y = 0; y < pixels.height(); ++y) {
        png_write_row(png, reinterpret_cast<png_const_bytep>(pixels.row(y).data()));
    }
}

/// False if libpng stopped with an error.
template <typename Level>
bool encodeAll(PngEncoder& encoder, const Pixels<Level>& pixels) {
    // NOLINTNEXTLINE(cert-err52-cpp): libpng is C; the jump passes over its functions and those above alone
    if (setjmp(png_jmpbuf(encoder.png)) != 0) {
        return false;
    }
    auto* const png = encoder.png;
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_compression_level(png, Z_BEST_SPEED);
    png_set_compression_strategy(png, Z_RLE);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png, encoder.info, static_cast<png_uint_32>(pixels.width()), static_cast<png_uint_32>(pixels.height()),
                 8 * sizeof(Level), PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, encoder.info);
    if constexpr (std::endian::native == std::endian::little) {
        png_set_swap(png);
    }
    writePngRows(png, pixels);
    png_write_end(png, encoder.info);
    return true;
}

template <typename Level>
std::vector<std::byte> encodePngLevels(const Pixels<Level>& pixels) {
    PngEncoder encoder;
    encoder.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoder, stopAtEncoderError, ignoreEncoderWarning);
    encoder.info = encoder.png == nullptr ? nullptr : png_create_info_struct(encoder.png);
    if (encoder.info == nullptr) {
        throw std::bad_alloc();
    }
    png_set_write_fn(encoder.png, &encoder, takeBytes, flushNothing);
    if (!encodeAll(encoder, pixels)) {
        throwNotEncoded("PNG", pixels.width(), pixels.height(), encoder.reason);
    }
    return std::move(encoder.file);
}

}  // namespace

std::vector<std::byte> encodePngFile(const Pixels<std::uint8_t>& pixels) {
    return encodePngLevels(pixels);
}

std::vector<std::byte> encodePngFile(const Pixels<std::uint16_t>& pixels) {
    return encodePngLevels(pixels);
}

}  // namespace lamscope::detail
