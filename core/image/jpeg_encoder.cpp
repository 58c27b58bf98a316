// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <csetjmp>
#include <cstdio>
#include <jerror.h>
#include <jpeglib.h>
#include <new>

#include "image/image_encoders.h"

namespace lamscope::detail {
namespace {

/// Error handler for libjpeg. libjpeg's own handler prints and ends the process.
struct JpegEncoderReports : jpeg_error_mgr {
    std::jmp_buf leave;
};

void stopAtJpegEncoderError(j_common_ptr encoder) {
    std::longjmp(static_cast<JpegEncoderReports*>(encoder->err)->leave, 1);  // NOLINT(cert-err52-cpp): libjpeg is C
}

void ignoreJpegEncoderWarning(j_common_ptr /*encoder*/, int /*level*/) {}

void beginJpegBuffer(j_compress_ptr encoder);
boolean takeJpegBuffer(j_compress_ptr encoder);
void endJpegBuffer(j_compress_ptr encoder);

/// The state of an encoding. It belongs to the caller of the function with setjmp(): a jump passes over no destructor.
struct JpegEncoder : jpeg_compress_struct {
    JpegEncoder()
        : jpeg_compress_struct() {
        err = jpeg_std_error(&reports);
        reports.error_exit = stopAtJpegEncoderError;
        reports.emit_message = ignoreJpegEncoderWarning;
        target.init_destination = beginJpegBuffer;
        target.empty_output_buffer = takeJpegBuffer;
        target.term_destination = endJpegBuffer;
    }
    JpegEncoder(const JpegEncoder&) = delete;
    JpegEncoder& operator=(const JpegEncoder&) = delete;
    ~JpegEncoder() { jpeg_destroy_compress(this); }

    JpegEncoderReports reports{};
    jpeg_destination_mgr target{};
    std::array<JOCTET, 1U << 14U> buffer{};
    std::vector<std::byte> file{};
};

/// False if memory does not suffice: no exception may pass through libjpeg.
bool appendJpegBytes(JpegEncoder& encoder, std::size_t count) noexcept {
    try {
        const auto* bytes = reinterpret_cast<const std::byte*>(encoder.buffer.data());
        encoder.file.insert(encoder.file.end(), bytes, bytes + count);
        return true;
    } catch (const std::exception&) {
        return false;
    }
}

void beginJpegBuffer(j_compress_ptr encoder) {
    auto& self = *static_cast<JpegEncoder*>(encoder);
    self.target.next_output_byte = self.buffer.data();
    self.target.free_in_buffer = self.buffer.size();
}

boolean takeJpegBuffer(j_compress_ptr encoder) {
    auto& self = *static_cast<JpegEncoder*>(encoder);
    if (!appendJpegBytes(self, self.buffer.size())) {
        ERREXIT1(encoder, JERR_OUT_OF_MEMORY, 0);
    }
    beginJpegBuffer(encoder);
    return TRUE;
}

void endJpegBuffer(j_compress_ptr encoder) {
    auto& self = *static_cast<JpegEncoder*>(encoder);
    if (!appendJpegBytes(self, self.buffer.size() - self.target.free_in_buffer)) {
        ERREXIT1(encoder, JERR_OUT_OF_MEMORY, 0);
    }
}

/// False if libjpeg stopped with an error.
bool encodeJpeg(JpegEncoder& encoder, const Pixels<std::uint8_t>& pixels, int quality) {
    // NOLINTNEXTLINE(cert-err52-cpp): libjpeg is C; the jump passes over its functions and those above alone
    if (setjmp(encoder.reports.leave) != 0) {
        return false;
    }
    jpeg_create_compress(&encoder);
    encoder.dest = &encoder.target;
    encoder.image_width = static_cast<JDIMENSION>(pixels.width());
    encoder.image_height = static_cast<JDIMENSION>(pixels.height());
    encoder.input_components = pixels.channels();
    encoder.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder);
    jpeg_set_quality(&encoder, quality, TRUE);
    jpeg_start_compress(&encoder, TRUE);
    while (encoder.next_scanline < encoder.image_height) {
        // libjpeg takes rows that it could change, and does not change them.
        auto* row = const_cast<JSAMPLE*>(pixels.row(static_cast<int>(encoder.next_scanline)).data());
        jpeg_write_scanlines(&encoder, &row, 1);
    }
    jpeg_finish_compress(&encoder);
    return true;
}

}  // namespace

std::vector<std::byte> encodeJpegFile(const Pixels<std::uint8_t>& pixels, int quality) {
    JpegEncoder encoder;
    if (!encodeJpeg(encoder, pixels, quality)) {
        if (encoder.reports.msg_code == JERR_OUT_OF_MEMORY) {
            throw std::bad_alloc();
        }
        std::array<char, JMSG_LENGTH_MAX> text{};
        encoder.reports.format_message(reinterpret_cast<j_common_ptr>(&encoder), text.data());
        throwNotEncoded("JPEG", pixels.width(), pixels.height(), text.data());
    }
    return std::move(encoder.file);
}

}  // namespace lamscope::detail
