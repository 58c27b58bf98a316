// SPDX-License-Identifier: GPL-3.0-or-later
#include <new>
#include <webp/decode.h>

#include "image/image_readers.h"

namespace lamscope::detail {
namespace {

void checkWebP(VP8StatusCode status) {
    if (status == VP8_STATUS_OUT_OF_MEMORY) {
        throw std::bad_alloc();
    }
    if (status != VP8_STATUS_OK) {
        throw DecodeFailure(DecodeFailure::Cause::Damaged);
    }
}

}  // namespace

AnyPixels readWebPPixels(std::span<const std::byte> file, const ImageHeader& /*header*/) {
    const auto* const data = reinterpret_cast<const std::uint8_t*>(file.data());
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0) {
        throw DecodeFailure(DecodeFailure::Cause::Damaged, "the installed libwebp is of another version");
    }
    checkWebP(WebPGetFeatures(data, file.size(), &config.input));
    const int channels = config.input.has_alpha != 0 ? 4 : 3;
    Pixels<std::uint8_t> pixels(config.input.width, config.input.height, channels);
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels.row(0).data();
    config.output.u.RGBA.stride = pixels.width() * channels;
    config.output.u.RGBA.size = pixels.levels().size();
    checkWebP(WebPDecode(data, file.size(), &config));
    return pixels;
}

}  // namespace lamscope::detail
