// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <csetjmp>
#include <cstdio>
#include <jerror.h>
#include <jpeglib.h>
#include <new>
#include <optional>

#include "image/image_readers.h"

namespace lamscope::detail {
namespace {

/// Error handler for libjpeg. libjpeg's own handler prints and ends the process.
struct JpegReports : jpeg_error_mgr {
    std::jmp_buf leave;
    bool bitsMissing;
};

void stopAtJpegError(j_common_ptr decoder) {
    std::longjmp(static_cast<JpegReports*>(decoder->err)->leave, 1);  // NOLINT(cert-err52-cpp): libjpeg is C
}

void noteJpegWarning(j_common_ptr decoder, int level) {
    if (level < 0 && decoder->err->msg_code == JWRN_HIT_MARKER) {
        static_cast<JpegReports*>(decoder->err)->bitsMissing = true;
    }
}

/// A few bytes can be a scan of the whole image: a file of a megabyte with thousands of them takes hours.
void refuseEndlessScans(j_common_ptr decoder) {
    constexpr int mostScans = 500;
    if (reinterpret_cast<j_decompress_ptr>(decoder)->input_scan_number > mostScans) {
        ERREXIT(decoder, JERR_BAD_PROGRESSION);
    }
}

/// The state of a decoding. It belongs to the caller of the function with setjmp(): a jump passes over no destructor,
/// and variables that such a function changes would be indeterminate after the jump.
struct JpegDecoder : jpeg_decompress_struct {
    JpegDecoder()
        : jpeg_decompress_struct() {
        err = jpeg_std_error(&reports);
        reports.error_exit = stopAtJpegError;
        reports.emit_message = noteJpegWarning;
    }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;
    ~JpegDecoder() { jpeg_destroy_decompress(this); }

    JpegReports reports{};
    jpeg_progress_mgr watch{};
    std::optional<Pixels<std::uint8_t>> pixels{};
    bool complete = false;  // all rows were decoded
};

void readJpegRows(JpegDecoder& decoder) {
    auto& pixels = decoder.pixels.emplace(decoder.output_width, decoder.output_height, decoder.output_components);
    while (decoder.output_scanline < decoder.output_height) {
        auto* row = pixels.row(static_cast<int>(decoder.output_scanline)).data();
        jpeg_read_scanlines(&decoder, &row, 1);
    }
    decoder.complete = true;
}

/// False if libjpeg stopped with an error.
bool decodeJpeg(JpegDecoder& decoder, std::span<const std::byte> file, const ImageHeader& header) {
    // NOLINTNEXTLINE(cert-err52-cpp): libjpeg is C; the jump passes over its functions and those above alone
    if (setjmp(decoder.reports.leave) != 0) {
        return false;
    }
    jpeg_create_decompress(&decoder);
    decoder.watch.progress_monitor = refuseEndlessScans;
    decoder.progress = &decoder.watch;
    // At the end of the file, this source gives an end marker.
    jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char*>(file.data()), file.size());
    jpeg_read_header(&decoder, TRUE);
    if (decoder.image_width != header.width || decoder.image_height != header.height) {  // what was checked is another
        throw DecodeFailure(DecodeFailure::Cause::Damaged, "it states two sizes");
    }
    decoder.out_color_space = decoder.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&decoder);
    readJpegRows(decoder);
    jpeg_finish_decompress(&decoder);
    return true;
}

std::string jpegMessage(JpegDecoder& decoder) {
    std::array<char, JMSG_LENGTH_MAX> text{};
    decoder.reports.format_message(reinterpret_cast<j_common_ptr>(&decoder), text.data());
    return text.data();
}

}  // namespace

AnyPixels readJpegPixels(std::span<const std::byte> file, const ImageHeader& header) {
    JpegDecoder decoder;
    const bool decoded = decodeJpeg(decoder, file, header);
    if (!decoded && decoder.reports.msg_code == JERR_OUT_OF_MEMORY) {
        throw std::bad_alloc();
    }
    if (header.endMissing && (!decoded || decoder.reports.bitsMissing)) {
        throw DecodeFailure(DecodeFailure::Cause::Truncated);
    }
    if (!decoder.complete) {  // an error behind the last row hides nothing
        throw DecodeFailure(DecodeFailure::Cause::Damaged, jpegMessage(decoder));
    }
    return std::move(*decoder.pixels);
}

}  // namespace lamscope::detail
