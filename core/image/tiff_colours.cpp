// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "image/tiff_samples.h"

namespace lamscope::detail {
namespace {

/// libtiff's view of a file as R, G, B, alpha, each of 8 bits.
class ColourView {
public:
    ColourView(TIFF* tiff, const std::string& reason) {
        constexpr int stopAtErrors = 1;
        std::array<char, 1024> message{};
        if (TIFFRGBAImageOK(tiff, message.data()) == 0
            || TIFFRGBAImageBegin(&view_, tiff, stopAtErrors, message.data()) == 0) {
            throw DecodeFailure(DecodeFailure::Cause::Damaged, reason.empty() ? message.data() : reason);
        }
        // As they are stored: the orientation is not applied.
        view_.orientation = ORIENTATION_TOPLEFT;
        view_.req_orientation = ORIENTATION_TOPLEFT;
    }
    ColourView(const ColourView&) = delete;
    ColourView& operator=(const ColourView&) = delete;
    ~ColourView() { TIFFRGBAImageEnd(&view_); }

    [[nodiscard]] std::uint32_t width() const { return view_.width; }
    [[nodiscard]] std::uint32_t height() const { return view_.height; }

    /// The pixels of `rows` rows from `top` on; false if the file is damaged.
    bool read(std::uint32_t top, std::uint32_t rows, std::uint32_t* band) {
        view_.row_offset = static_cast<int>(top);
        view_.col_offset = 0;
        return TIFFRGBAImageGet(&view_, band, view_.width, rows) != 0;
    }

private:
    TIFFRGBAImage view_{};
};

/// The rows of a strip or of a row of tiles.
std::uint32_t blockRows(TIFF* tiff, std::uint32_t height) {
    std::uint32_t rows = 0;
    if (TIFFIsTiled(tiff) != 0) {
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &rows);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    }
    return std::clamp(rows, std::uint32_t{1}, height);
}

}  // namespace

AnyPixels readTiffColours(TIFF* tiff, int channels, const std::string& reason) {
    ColourView view(tiff, reason);
    const auto bandRows = blockRows(tiff, view.height());
    // Not filled beforehand: a damaged file does not get that far.
    const auto band = std::make_unique_for_overwrite<std::uint32_t[]>(std::size_t{view.width()} * bandRows);
    Pixels<std::uint8_t> pixels(view.width(), view.height(), channels);
    for (std::uint32_t top = 0; top < view.height(); top += bandRows) {
        const auto rows = std::min(bandRows, view.height() - top);
        if (!view.read(top, rows, band.get())) {
            throw DecodeFailure(DecodeFailure::Cause::Damaged, reason);
        }
        const auto* from = band.get();
        for (std::uint32_t y = top; y < top + rows; ++y) {
            auto* target = pixels.row(static_cast<int>(y)).data();
            for (std::uint32_t x = 0; x < view.width(); ++x, ++from) {
                const std::array<std::uint32_t, 4> levels{TIFFGetR(*from), TIFFGetG(*from), TIFFGetB(*from),
                                                          TIFFGetA(*from)};
                target = std::ranges::transform(levels.begin(), levels.begin() + channels, target, [](std::uint32_t n) {
                             return static_cast<std::uint8_t>(n);
                         }).out;
            }
        }
    }
    return pixels;
}

}  // namespace lamscope::detail
