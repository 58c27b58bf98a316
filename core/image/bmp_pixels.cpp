// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <bit>

#include "base/byte_reader.h"
#include "image/bmp_header.h"
#include "image/image_readers.h"

namespace lamscope::detail {
namespace {

using BmpPixels = Pixels<std::uint8_t>;

/// The row of a picture that is stored as number `stored`.
int shownRow(const BmpLayout& layout, int stored) {
    return layout.fromTop ? stored : static_cast<int>(layout.height) - 1 - stored;
}

/// Colours beyond the palette are black.
class BmpPalette {
public:
    BmpPalette(ByteReader reader, const BmpLayout& layout) {
        for (std::uint64_t i = 0; i < layout.paletteSize; ++i) {
            auto& colour = colours_.at(static_cast<std::size_t>(i));
            for (std::uint64_t channel = 0; channel < colour.size(); ++channel) {  // B, G, R
                colour.at(static_cast<std::size_t>(2 - channel)) =
                    static_cast<std::uint8_t>(reader.u8(layout.paletteOffset + i * layout.paletteEntry + channel));
            }
        }
    }

    void set(BmpPixels& pixels, int y, std::int64_t x, std::uint64_t index) const {
        std::ranges::copy(colours_.at(static_cast<std::size_t>(index)),
                          pixels.row(y).subspan(static_cast<std::size_t>(3 * x), 3).begin());
    }

private:
    std::array<std::array<std::uint8_t, 3>, 256> colours_{};
};

BmpPixels readIndices(ByteReader reader, const BmpLayout& layout, const BmpPalette& palette, BmpPixels pixels) {
    const auto mask = (std::uint64_t{1} << layout.bits) - 1;
    for (int stored = 0; stored < pixels.height(); ++stored) {
        const auto start = layout.dataOffset + static_cast<std::uint64_t>(stored) * layout.rowBytes();
        for (int x = 0; x < pixels.width(); ++x) {
            const auto bit = static_cast<std::uint64_t>(x) * layout.bits;
            const auto shift = 8 - layout.bits - bit % 8;
            palette.set(pixels, shownRow(layout, stored), x, reader.u8(start + bit / 8) >> shift & mask);
        }
    }
    return pixels;
}

/// Writes indices along stored rows. What is skipped has index 0; what would lie outside of the picture is left out.
class RunTarget {
public:
    RunTarget(const BmpLayout& layout, const BmpPalette& palette, BmpPixels pixels)
        : layout_(layout)
        , palette_(palette)
        , pixels_(std::move(pixels)) {
        for (int y = 0; y < pixels_.height(); ++y) {
            for (int x = 0; x < pixels_.width(); ++x) {
                palette_.set(pixels_, y, x, 0);
            }
        }
    }

    void add(std::uint64_t index) {
        if (x_ < pixels_.width() && !full()) {
            palette_.set(pixels_, shownRow(layout_, static_cast<int>(stored_)), x_, index);
        }
        ++x_;
    }
    void endRow() {
        x_ = 0;
        ++stored_;
    }
    void skip(std::uint64_t right, std::uint64_t rows) {
        x_ += static_cast<std::int64_t>(right);
        stored_ += static_cast<std::int64_t>(rows);
    }
    [[nodiscard]] bool full() const { return stored_ >= pixels_.height(); }

    [[nodiscard]] BmpPixels&& pixels() && { return std::move(pixels_); }

private:
    const BmpLayout& layout_;
    const BmpPalette& palette_;
    BmpPixels pixels_;
    std::int64_t x_ = 0;
    std::int64_t stored_ = 0;
};

/// Runs of equal indices (count, indices), and after a 0 an order or a number of indices that follow one by one.
BmpPixels readRuns(ByteReader reader, const BmpLayout& layout, RunTarget target) {
    enum Order : std::uint64_t { EndRow = 0, EndPicture = 1, Skip = 2 };
    const bool halves = layout.bits == 4;  // two indices in a byte, the left one in the high bits
    auto offset = layout.dataOffset;
    const auto addIndex = [&](std::uint64_t pair, std::uint64_t i) {
        target.add(!halves ? pair : i % 2 == 0 ? pair >> 4U : pair & 0xFU);
    };
    while (!target.full()) {
        const auto count = reader.u8(offset);
        const auto value = reader.u8(offset + 1);
        offset += 2;
        if (reader.beyondEnd()) {
            throw DecodeFailure(DecodeFailure::Cause::Truncated);
        }
        for (std::uint64_t i = 0; i < count; ++i) {
            addIndex(value, i);
        }
        if (count > 0) {
            continue;
        }
        if (value == EndRow) {
            target.endRow();
        } else if (value == EndPicture) {
            break;
        } else if (value == Skip) {
            target.skip(reader.u8(offset), reader.u8(offset + 1));
            offset += 2;
        } else {
            for (std::uint64_t i = 0; i < value; ++i) {
                addIndex(reader.u8(offset + (halves ? i / 2 : i)), i);
            }
            const auto bytes = halves ? (value + 1) / 2 : value;
            offset += bytes + bytes % 2;
        }
    }
    return std::move(target).pixels();
}

/// The bits of a mask as a level of 8 bits.
class MaskedLevel {
public:
    explicit MaskedLevel(std::uint32_t mask)
        : mask_(mask)
        , shift_(mask == 0 ? 0 : std::countr_zero(mask))
        , largest_(mask >> static_cast<unsigned>(shift_)) {}

    [[nodiscard]] std::uint8_t of(std::uint64_t pixel) const {
        constexpr std::uint64_t full = 255;
        const auto level = (pixel & mask_) >> static_cast<unsigned>(shift_);
        return largest_ == 0 ? std::uint8_t{0} : static_cast<std::uint8_t>((level * full + largest_ / 2) / largest_);
    }

private:
    std::uint64_t mask_;
    int shift_;
    std::uint64_t largest_;
};

BmpPixels readMasked(ByteReader reader, const BmpLayout& layout, BmpPixels pixels) {
    const std::array<MaskedLevel, 4> channels{MaskedLevel(layout.masks[0]), MaskedLevel(layout.masks[1]),
                                              MaskedLevel(layout.masks[2]), MaskedLevel(layout.masks[3])};
    const auto bytes = static_cast<unsigned>(layout.bits / 8);
    const auto channelCount = static_cast<std::size_t>(pixels.channels());
    for (int stored = 0; stored < pixels.height(); ++stored) {
        auto offset = layout.dataOffset + static_cast<std::uint64_t>(stored) * layout.rowBytes();
        const auto row = pixels.row(shownRow(layout, stored));
        for (std::size_t i = 0; i < row.size(); i += channelCount, offset += bytes) {
            const auto pixel = reader.number(offset, bytes);
            for (std::size_t channel = 0; channel < channelCount; ++channel) {
                row[i + channel] = channels.at(channel).of(pixel);
            }
        }
    }
    return pixels;
}

BmpPixels readTriples(ByteReader reader, const BmpLayout& layout, BmpPixels pixels) {
    for (int stored = 0; stored < pixels.height(); ++stored) {
        const auto start = layout.dataOffset + static_cast<std::uint64_t>(stored) * layout.rowBytes();
        const auto row = pixels.row(shownRow(layout, stored));
        for (std::size_t i = 0; i < row.size(); ++i) {  // B, G, R
            row[i] = static_cast<std::uint8_t>(reader.u8(start + i / 3 * 3 + (2 - i % 3)));
        }
    }
    return pixels;
}

}  // namespace

AnyPixels readBmpPixels(std::span<const std::byte> file, const ImageHeader& header) {
    const auto layout = bmpLayout(file);
    const ByteReader reader(file, false);
    const bool plain = layout.compression == BmpLayout::Plain;
    const bool masked = plain || layout.compression == BmpLayout::BitFields;
    BmpPixels pixels(header.width, header.height, header.alphaUnused ? 3 : 4);
    if ((layout.bits == 16 || layout.bits == 32) && masked) {
        return readMasked(reader, layout, std::move(pixels));
    }
    if (layout.bits == 24 && plain) {
        return readTriples(reader, layout, std::move(pixels));
    }
    const BmpPalette palette(reader, layout);
    if ((layout.bits == 1 || layout.bits == 4 || layout.bits == 8) && plain) {
        return readIndices(reader, layout, palette, std::move(pixels));
    }
    if ((layout.bits == 8 && layout.compression == BmpLayout::RunsOf8Bits)
        || (layout.bits == 4 && layout.compression == BmpLayout::RunsOf4Bits)) {
        return readRuns(reader, layout, RunTarget(layout, palette, std::move(pixels)));
    }
    throw DecodeFailure(DecodeFailure::Cause::Damaged);
}

}  // namespace lamscope::detail
