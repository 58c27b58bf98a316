// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstring>
#include <new>
#include <optional>
#include <png.h>
#include <string>

#include "image/image_readers.h"

namespace lamscope::detail {
namespace {

/// The state of a decoding. It belongs to the caller of the function with setjmp(): a jump passes over no destructor,
/// and variables that such a function changes would be indeterminate after the jump.
struct PngDecoder {
    PngDecoder() = default;
    PngDecoder(const PngDecoder&) = delete;
    PngDecoder& operator=(const PngDecoder&) = delete;
    ~PngDecoder() { png_destroy_read_struct(&png, &info, nullptr); }

    png_structp png = nullptr;
    png_infop info = nullptr;
    std::span<const std::byte> rest{};
    std::string reason{};
    std::optional<AnyPixels> pixels{};
};

void stopAtPngError(png_structp png, png_const_charp message) {
    static_cast<PngDecoder*>(png_get_error_ptr(png))->reason = message;
    png_longjmp(png, 1);
}

void ignorePngWarning(png_structp /*png*/, png_const_charp /*message*/) {}

void giveBytes(png_structp png, png_bytep target, std::size_t size) {
    auto& rest = static_cast<PngDecoder*>(png_get_io_ptr(png))->rest;
    if (size > rest.size()) {
        png_error(png, "the file ends before the image does");
    }
    std::memcpy(target, rest.data(), size);
    rest = rest.subspan(size);
}

void askForPlainLevels(PngDecoder& decoder) {
    const auto type = png_get_color_type(decoder.png, decoder.info);
    if (type == PNG_COLOR_TYPE_PALETTE) {
        png_set_palette_to_rgb(decoder.png);
    } else if (type == PNG_COLOR_TYPE_GRAY) {
        png_set_expand_gray_1_2_4_to_8(decoder.png);
    }
    if (type == PNG_COLOR_TYPE_RGB && png_get_valid(decoder.png, decoder.info, PNG_INFO_tRNS) != 0) {
        png_set_tRNS_to_alpha(decoder.png);
    }
    if constexpr (std::endian::native == std::endian::little) {
        png_set_swap(decoder.png);
    }
}

template <typename Level>
void readPngRows(PngDecoder& decoder, int passes) {
    auto& pixels = decoder.pixels.emplace(
        std::in_place_type<Pixels<Level>>, png_get_image_width(decoder.png, decoder.info),
        png_get_image_height(decoder.png, decoder.info), int{png_get_channels(decoder.png, decoder.info)});
    auto& rows = std::get<Pixels<Level>>(pixels);
    for (int pass = 0; pass < passes; ++pass) {
        for (int y = 0; y < rows.height(); ++y) {
            png_read_row(decoder.png, reinterpret_cast<png_bytep>(rows.row(y).data()), nullptr);
        }
    }
}

/// False if libpng stopped with an error.
bool decodePng(PngDecoder& decoder, const ImageHeader& header) {
    // NOLINTNEXTLINE(cert-err52-cpp): libpng is C; the jump passes over its functions and those above alone
    if (setjmp(png_jmpbuf(decoder.png)) != 0) {
        return false;
    }
    png_set_user_limits(decoder.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // the header's pixels were checked
    png_read_info(decoder.png, decoder.info);
    if (png_get_image_width(decoder.png, decoder.info) != header.width
        || png_get_image_height(decoder.png, decoder.info) != header.height) {
        png_error(decoder.png, "it states two sizes");
    }
    askForPlainLevels(decoder);
    const int passes = png_set_interlace_handling(decoder.png);
    png_read_update_info(decoder.png, decoder.info);
    if (png_get_bit_depth(decoder.png, decoder.info) == 16) {
        readPngRows<std::uint16_t>(decoder, passes);
    } else {
        readPngRows<std::uint8_t>(decoder, passes);
    }
    png_read_end(decoder.png, nullptr);
    return true;
}

}  // namespace

AnyPixels readPngPixels(std::span<const std::byte> file, const ImageHeader& header) {
    PngDecoder decoder;
    decoder.rest = file;
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, stopAtPngError, ignorePngWarning);
    decoder.info = decoder.png == nullptr ? nullptr : png_create_info_struct(decoder.png);
    if (decoder.info == nullptr) {
        throw std::bad_alloc();
    }
    png_set_read_fn(decoder.png, &decoder, giveBytes);
    if (!decodePng(decoder, header)) {
        if (decoder.reason.find("emory") != std::string::npos) {
            throw std::bad_alloc();
        }
        throw DecodeFailure(DecodeFailure::Cause::Damaged, decoder.reason);
    }
    return std::move(*decoder.pixels);
}

}  // namespace lamscope::detail
