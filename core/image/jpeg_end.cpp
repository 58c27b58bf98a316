// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/jpeg_end.h"

#include <csetjmp>
#include <cstdio>
#include <jerror.h>
#include <jpeglib.h>

namespace lamscope::detail {
namespace {

/// Error handler for libjpeg. libjpeg's own handler prints and ends the process.
struct Reports : jpeg_error_mgr {
    std::jmp_buf leave;
    bool bitsMissing;
};

void leave(j_common_ptr decoder) {
    std::longjmp(static_cast<Reports*>(decoder->err)->leave, 1);  // NOLINT(cert-err52-cpp): libjpeg is C
}

void note(j_common_ptr decoder, int level) {
    if (level < 0 && decoder->err->msg_code == JWRN_HIT_MARKER) {
        static_cast<Reports*>(decoder->err)->bitsMissing = true;
    }
}

/// The state of a decoding. The caller of decodeAll() owns it: variables that a function with setjmp() changes are
/// indeterminate after longjmp().
struct Decoder : jpeg_decompress_struct {
    Decoder()
        : jpeg_decompress_struct() {}
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    ~Decoder() { jpeg_destroy_decompress(this); }

    Reports reports{};
    std::vector<JSAMPLE> row{};
};

/// False if libjpeg stopped with an error.
bool decodeAll(Decoder& decoder, std::span<const std::byte> file) {
    // NOLINTNEXTLINE(cert-err52-cpp): libjpeg is C; the jump passes over its functions alone
    if (setjmp(decoder.reports.leave) != 0) {
        return false;
    }
    jpeg_create_decompress(&decoder);
    jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    jpeg_read_header(&decoder, TRUE);
    jpeg_start_decompress(&decoder);
    decoder.row.resize(static_cast<std::size_t>(decoder.output_width)
                       * static_cast<std::size_t>(decoder.output_components));
    while (decoder.output_scanline < decoder.output_height) {
        auto* place = decoder.row.data();
        jpeg_read_scanlines(&decoder, &place, 1);
    }
    jpeg_finish_decompress(&decoder);
    return true;
}

/// True if every pixel can be decoded from the file.
bool hasAllPixels(std::span<const std::byte> file) {
    Decoder decoder;
    decoder.err = jpeg_std_error(&decoder.reports);
    decoder.reports.error_exit = leave;
    decoder.reports.emit_message = note;
    return decodeAll(decoder, file) && !decoder.reports.bitsMissing;
}

}  // namespace

std::optional<std::vector<std::byte>> withEndMarker(std::span<const std::byte> file) {
    constexpr std::byte markerStart{0xFF};
    constexpr std::byte endOfImage{0xD9};
    std::vector<std::byte> content(file.begin(), file.end());
    while (!content.empty() && content.back() == markerStart) {
        content.pop_back();  // the first half of the end marker
    }
    content.insert(content.end(), {markerStart, endOfImage});
    return hasAllPixels(content) ? std::optional(std::move(content)) : std::nullopt;
}

}  // namespace lamscope::detail
