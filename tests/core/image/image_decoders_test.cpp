// SPDX-License-Identifier: GPL-3.0-or-later
// Pixels of each format: against OpenCV's reader, which decodes by itself, and against the rule by which a file is
// made.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <png.h>
#include <tiffio.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "image/image_file.h"
#include "support/bytes.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::image_decoders_test {
namespace {

using namespace std::string_literals;
using test::bytesOf;
using test::contentOf;
using test::expectError;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

LoadedImage read(const std::string& content) {
    const TemporaryFolder folder;
    return readImage(folder.write("image.dat", content));
}

void expectBad(const std::string& content, const std::string& part) {
    const TemporaryFolder folder;
    const auto path = folder.write("bad.dat", content);
    expectError(ErrorCode::BadFile, {path.string(), part}, [&] { static_cast<void>(readImage(path)); });
}

std::vector<float> planeOf(const LoadedImage& loaded, int channel) {
    const auto plane = loaded.image.plane(channel);
    return {plane.begin(), plane.end()};
}

// ---------------------------------------------------------------- against OpenCV

/// Smooth and rough parts, in which decoders of lossy formats would differ.
template <typename Level>
cv::Mat photograph(int type, double scale) {
    cv::Mat mat(53, 67, type);
    for (int y = 0; y < mat.rows; ++y) {
        for (int x = 0; x < mat.cols; ++x) {
            for (int c = 0; c < mat.channels(); ++c) {
                const double wave = std::sin(0.2 * x + c) * std::cos(0.13 * y - c);
                const int grain = (x * 7919 + y * 104729 + c * 31) % 64 * (x > 30 ? 1 : 0);
                mat.ptr<Level>(y, x)[c] = static_cast<Level>(scale * (96.0 + 90.0 * wave + grain));
            }
        }
    }
    return mat;
}

/// The level of a channel R, G, B as OpenCV decodes it.
template <typename Level>
float levelByOpenCv(const cv::Mat& decoded, int channel, int y, int x) {
    const auto* const pixel = decoded.ptr<Level>(y) + x * decoded.channels();
    return static_cast<float>(pixel[decoded.channels() == 1 ? 0 : 2 - channel]);
}

void expectEqualsOpenCv(const std::string& content) {
    const auto loaded = read(content);
    const std::vector<std::uint8_t> bytes(content.begin(), content.end());
    const auto decoded = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
    ASSERT_EQ(loaded.image.width(), decoded.cols);
    ASSERT_EQ(loaded.image.height(), decoded.rows);
    const bool deep = decoded.depth() == CV_16U;
    EXPECT_EQ(loaded.image.bitDepth, deep ? 16 : 8);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < decoded.rows; ++y) {
            for (int x = 0; x < decoded.cols; ++x) {
                const float expected = deep ? levelByOpenCv<std::uint16_t>(decoded, c, y, x) / 65535.0F
                                            : levelByOpenCv<std::uint8_t>(decoded, c, y, x) / 255.0F;
                ASSERT_EQ(loaded.image.at(c, y, x), expected) << c << " " << y << " " << x;
            }
        }
    }
}

TEST(ImageDecoders, GiveThePixelsThatOpenCvGives) {
    const auto colour = photograph<std::uint8_t>(CV_8UC3, 1.0);
    const auto grey = photograph<std::uint8_t>(CV_8UC1, 1.0);
    const auto deep = photograph<std::uint16_t>(CV_16UC3, 251.0);
    const std::vector<std::pair<std::string, std::vector<int>>> encodings{
        {".jpg", {}},
        {".jpg", {cv::IMWRITE_JPEG_QUALITY, 30}},
        {".jpg", {cv::IMWRITE_JPEG_QUALITY, 75, cv::IMWRITE_JPEG_PROGRESSIVE, 1}},
        {".jpg", {cv::IMWRITE_JPEG_QUALITY, 100, cv::IMWRITE_JPEG_RST_INTERVAL, 2}},
        {".webp", {cv::IMWRITE_WEBP_QUALITY, 40}},
        {".webp", {cv::IMWRITE_WEBP_QUALITY, 95}},
        {".webp", {cv::IMWRITE_WEBP_QUALITY, 101}},
        {".png", {}},
        {".tiff", {cv::IMWRITE_TIFF_COMPRESSION, COMPRESSION_LZW}},
        {".tiff", {cv::IMWRITE_TIFF_COMPRESSION, COMPRESSION_ADOBE_DEFLATE}},
        {".bmp", {}},
        {".ppm", {}},
        {".ppm", {cv::IMWRITE_PXM_BINARY, 0}}};
    for (const auto& [extension, options] : encodings) {
        for (const auto* mat : {&colour, &grey, &deep}) {
            const bool holdsDeep = extension == ".png" || extension == ".tiff" || extension == ".ppm";
            if ((mat == &deep && !holdsDeep) || (extension == ".ppm" && mat == &grey)) {
                continue;
            }
            SCOPED_TRACE(extension + " " + testing::PrintToString(options) + " " + std::to_string(mat->type()));
            std::vector<std::uint8_t> bytes;
            ASSERT_TRUE(cv::imencode(extension, *mat, bytes, options));
            expectEqualsOpenCv({bytes.begin(), bytes.end()});
        }
    }
}

// ---------------------------------------------------------------- PNG

void addBytes(png_structp png, png_bytep content, std::size_t size) {
    static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(content), size);
}

/// Grey of 16 bits; `level` tells each, big-endian as the format wants it.
std::string interlacedPng(int width, int height, const std::function<int(int y, int x)>& level) {
    std::string file;
    auto* png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    auto* info = png_create_info_struct(png);
    png_set_write_fn(png, &file, addBytes, nullptr);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 16, PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_ADAM7, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    const int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; ++pass) {
        for (int y = 0; y < height; ++y) {
            std::string row;
            for (int x = 0; x < width; ++x) {
                row += {static_cast<char>(level(y, x) >> 8), static_cast<char>(level(y, x) & 0xFF)};
            }
            png_write_row(png, reinterpret_cast<png_const_bytep>(row.data()));
        }
    }
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return file;
}

TEST(ImageDecoders, ReadInterlacedPng) {
    const auto level = [](int y, int x) { return (y * 4099 + x * 257 + 77) % 65536; };
    for (const int width : {1, 3, 13}) {
        const auto loaded = read(interlacedPng(width, 11, level));
        EXPECT_EQ(loaded.image.bitDepth, 16);
        for (int y = 0; y < 11; ++y) {
            for (int x = 0; x < width; ++x) {
                ASSERT_EQ(loaded.image.at(1, y, x), static_cast<float>(level(y, x)) / 65535.0F) << y << " " << x;
            }
        }
    }
}

TEST(ImageDecoders, SayWhatIsWrongWithAPng) {
    const auto whole = interlacedPng(13, 11, [](int y, int x) { return 100 * y + x; });
    auto damaged = whole;
    damaged[whole.find("IDAT") + 20] = static_cast<char>(damaged[whole.find("IDAT") + 20] ^ 0x55);
    expectBad(damaged, "damaged PNG");
    const auto end = whole.find("IEND") - 4;
    const auto data = whole.find("IDAT") - 4;
    expectBad(whole.substr(0, data) + whole.substr(end), "(");  // no pixels, and libpng says so
}

// ---------------------------------------------------------------- TIFF

struct TiffRule {
    int width = 37;
    int height = 21;
    int bits = 8;
    int samples = 1;
    int colours = PHOTOMETRIC_MINISBLACK;
    int compression = COMPRESSION_NONE;
    int tile = 0;  ///< side; 0: strips of 8 rows
    int orientation = ORIENTATION_TOPLEFT;

    /// Below 2^bits.
    [[nodiscard]] unsigned level(int y, int x, int channel) const {
        return static_cast<unsigned>(31 * y + 9 * x + 60 * channel + 5) % (1U << static_cast<unsigned>(bits));
    }
};

std::uint16_t paletteColour(unsigned index, unsigned channel) {
    return static_cast<std::uint16_t>((index * 40503U + channel * 12345U) % 256U * 257U);
}

std::string writtenTiff(const TiffRule& rule) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.tif";
    std::unique_ptr<TIFF, decltype(&TIFFClose)> handle(TIFFOpen(path.c_str(), "w"), &TIFFClose);
    auto* const tiff = handle.get();
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, rule.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, rule.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, rule.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, rule.samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, rule.colours);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, rule.compression);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, rule.orientation);
    if (rule.colours == PHOTOMETRIC_PALETTE) {
        std::array<std::vector<std::uint16_t>, 3> map;
        for (unsigned i = 0; i < 1U << static_cast<unsigned>(rule.bits); ++i) {
            for (unsigned c = 0; c < 3; ++c) {
                map.at(c).push_back(paletteColour(i, c));
            }
        }
        TIFFSetField(tiff, TIFFTAG_COLORMAP, map[0].data(), map[1].data(), map[2].data());
    }
    const auto addRow = [&](std::uint8_t* target, int y, int left, int count) {
        for (int i = 0; i < count * rule.samples; ++i) {
            const int x = left + i / rule.samples;
            const auto level = y < rule.height && x < rule.width ? rule.level(y, x, i % rule.samples) : 0U;
            const int bit = i * rule.bits;
            target[bit / 8] =
                static_cast<std::uint8_t>(target[bit / 8] | level << static_cast<unsigned>(8 - rule.bits - bit % 8));
        }
    };
    if (rule.tile == 0) {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 8);
    } else {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, rule.tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, rule.tile);
    }
    for (int y = 0; rule.tile == 0 && y < rule.height; ++y) {
        std::vector<std::uint8_t> row(static_cast<std::size_t>(TIFFScanlineSize(tiff)));
        addRow(row.data(), y, 0, rule.width);
        TIFFWriteScanline(tiff, row.data(), static_cast<std::uint32_t>(y), 0);
    }
    for (int top = 0; rule.tile > 0 && top < rule.height; top += rule.tile) {
        for (int left = 0; left < rule.width; left += rule.tile) {
            std::vector<std::uint8_t> block(static_cast<std::size_t>(TIFFTileSize(tiff)));
            for (int row = 0; row < rule.tile; ++row) {
                addRow(block.data() + row * TIFFTileRowSize(tiff), top + row, left, rule.tile);
            }
            TIFFWriteTile(tiff, block.data(), static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top), 0, 0);
        }
    }
    handle.reset();
    return contentOf(path);
}

TEST(ImageDecoders, ReadTiffOfFewBits) {
    for (const int bits : {1, 2, 4, 8}) {
        for (const int colours : {PHOTOMETRIC_MINISWHITE, PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_PALETTE}) {
            for (const int tile : {0, 16}) {
                const TiffRule rule{.bits = bits, .colours = colours, .compression = COMPRESSION_LZW, .tile = tile};
                SCOPED_TRACE(testing::Message() << bits << " bits, colours " << colours << ", tile " << tile);
                const auto loaded = read(writtenTiff(rule));
                EXPECT_THAT(loaded.warnings, IsEmpty());
                EXPECT_EQ(loaded.image.bitDepth, 8);
                ASSERT_EQ(loaded.image.width(), rule.width);
                for (int i = 0; i < 3 * rule.width * rule.height; ++i) {
                    const int c = i / (rule.width * rule.height);
                    const int y = i / rule.width % rule.height;
                    const int x = i % rule.width;
                    const auto level = rule.level(y, x, 0);
                    const auto largest = static_cast<float>((1 << bits) - 1);
                    const auto grey = static_cast<float>(level) / largest;
                    const float expected =
                        colours == PHOTOMETRIC_PALETTE
                            ? static_cast<float>(paletteColour(level, static_cast<unsigned>(c))) / 65535.0F
                        : colours == PHOTOMETRIC_MINISWHITE ? 1.0F - grey
                                                            : grey;
                    ASSERT_NEAR(loaded.image.at(c, y, x), expected, 1e-6F) << c << " " << y << " " << x;
                }
            }
        }
    }
}

// A viewer that mirrors each strip or tile by itself would exchange them.
TEST(ImageDecoders, TurnTiffWholeWhateverItsBlocks) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        TiffRule rule{.samples = 3, .colours = PHOTOMETRIC_RGB, .tile = 16, .orientation = orientation};
        rule.compression = COMPRESSION_ADOBE_DEFLATE;
        const auto tiled = read(writtenTiff(rule));
        rule.tile = 0;
        const auto strips = read(writtenTiff(rule));
        rule.orientation = ORIENTATION_TOPLEFT;
        const auto stored = read(writtenTiff(rule));
        EXPECT_TRUE(std::ranges::equal(tiled.image.values(), strips.image.values())) << orientation;
        const bool swapped = orientation >= 5;
        ASSERT_EQ(strips.image.width(), swapped ? rule.height : rule.width);
        const bool fromRight = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
        const bool fromBottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
        const int x = fromRight ? strips.image.width() - 1 - 2 : 2;
        const int y = fromBottom ? strips.image.height() - 1 - 4 : 4;
        EXPECT_EQ(strips.image.at(1, y, x), swapped ? stored.image.at(1, 2, 4) : stored.image.at(1, 4, 2))
            << orientation;
    }
}

TEST(ImageDecoders, SayWhichPartOfATiffIsDamaged) {
    TiffRule rule{.samples = 3, .colours = PHOTOMETRIC_RGB};
    rule.compression = COMPRESSION_ADOBE_DEFLATE;
    auto file = writtenTiff(rule);
    std::fill_n(file.begin() + 12, 40, '\x55');  // within the first strip
    expectBad(file, "not read (");
}

// ---------------------------------------------------------------- BMP

struct BmpRule {
    int width = 3;
    int height = 2;
    int bits = 24;
    unsigned compression = 0;
    std::string afterHeader{};  ///< palette, or masks
    std::string pixels{};
    unsigned headerSize = 40;
};

std::string bmpFile(const BmpRule& rule) {
    const auto u32 = [](auto value) { return bytesOf(static_cast<std::uint32_t>(value)); };
    const auto u16 = [](auto value) { return bytesOf(static_cast<std::uint16_t>(value)); };
    std::string header = u32(rule.headerSize) + u32(rule.width) + u32(rule.height) + u16(1) + u16(rule.bits)
                         + u32(rule.compression) + u32(rule.pixels.size()) + u32(0) + u32(0) + u32(0) + u32(0);
    if (rule.headerSize == 12) {
        header = u32(12) + u16(rule.width) + u16(rule.height) + u16(1) + u16(rule.bits);
    }
    header += rule.afterHeader;
    header.resize(std::max<std::size_t>(header.size(), rule.headerSize), '\0');
    return "BM" + u32(14 + header.size() + rule.pixels.size()) + u32(0) + u32(14 + header.size()) + header
           + rule.pixels;
}

/// Four colours (B, G, R): black, blue, green, red.
std::string palette(bool padded) {
    std::string colours;
    for (const auto& colour : {"\0\0\0"s, "\xff\0\0"s, "\0\xff\0"s, "\0\0\xff"s}) {
        colours += colour + (padded ? "\0"s : ""s);
    }
    return colours;
}

/// The picture as letters, '.' for black, row by row.
std::string letters(const LoadedImage& loaded) {
    std::string text;
    for (int y = 0; y < loaded.image.height(); ++y) {
        for (int x = 0; x < loaded.image.width(); ++x) {
            const std::array<float, 3> pixel{loaded.image.at(0, y, x), loaded.image.at(1, y, x),
                                             loaded.image.at(2, y, x)};
            text += pixel == std::array{1.0F, 0.0F, 0.0F}   ? 'r'
                    : pixel == std::array{0.0F, 1.0F, 0.0F} ? 'g'
                    : pixel == std::array{0.0F, 0.0F, 1.0F} ? 'b'
                    : pixel == std::array{0.0F, 0.0F, 0.0F} ? '.'
                                                            : '?';
        }
        text += '/';
    }
    return text;
}

TEST(ImageDecoders, ReadBmpWithPalettes) {
    const auto eight = "\1\2\3\0\3\2\1\0"s;  // rows from the bottom, padded to 4 bytes
    EXPECT_EQ(
        letters(read(bmpFile({.bits = 8, .afterHeader = palette(true) + std::string(1008, '\0'), .pixels = eight}))),
        "rgb/bgr/");
    EXPECT_EQ(letters(read(bmpFile(
                  {.height = -2, .bits = 8, .afterHeader = palette(true) + std::string(1008, '\0'), .pixels = eight}))),
              "bgr/rgb/");
    EXPECT_EQ(
        letters(read(bmpFile(
            {.bits = 4, .afterHeader = palette(true) + std::string(48, '\0'), .pixels = "\x12\x30\0\0\x32\x10\0\0"s}))),
        "rgb/bgr/");
    EXPECT_EQ(letters(read(
                  bmpFile({.bits = 1, .afterHeader = palette(true).substr(0, 8), .pixels = "\x40\0\0\0\xa0\0\0\0"s}))),
              "b.b/.b./");
    // The header of OS/2 has colours of three bytes.
    EXPECT_EQ(letters(read(bmpFile({.bits = 4,
                                    .afterHeader = palette(false) + std::string(36, '\0'),
                                    .pixels = "\x12\x30\0\0\x32\x10\0\0"s,
                                    .headerSize = 12}))),
              "rgb/bgr/");
}

TEST(ImageDecoders, ReadBmpWithRuns) {
    const auto colours = palette(true) + std::string(1008, '\0');
    const auto eight = [&](const std::string& pixels) {
        return bmpFile(
            {.width = 4, .height = 3, .bits = 8, .compression = 1, .afterHeader = colours, .pixels = pixels});
    };
    EXPECT_EQ(letters(read(eight("\4\1\0\0"      // a run, end of row
                                 "\0\3\1\2\3\0"  // three one by one, padded
                                 "\1\1\0\0\2\3"  // a run, end of row, a run
                                 "\0\1"s))),     // end of picture
              "rr../bgrb/bbbb/");
    EXPECT_EQ(letters(read(eight("\1\3\0\2\1\1\2\2\0\1"s))), "..../..gg/r.../");  // one to the right, a row up
    EXPECT_EQ(letters(read(eight("\xff\1\0\0\0\1"s))), "..../..../bbbb/");        // more than fits
    expectBad(eight("\4\1\0\0\4\2"s), "truncated");
    EXPECT_EQ(letters(read(bmpFile({.width = 5,
                                    .height = 1,
                                    .bits = 4,
                                    .compression = 2,
                                    .afterHeader = colours.substr(0, 64),
                                    .pixels = "\2\x12\0\3\x31\x20\0\1"s}))),
              "bgrbg/");
}

TEST(ImageDecoders, ReadBmpWithMasks) {
    const auto u16 = [](unsigned value) { return bytesOf(static_cast<std::uint16_t>(value)); };
    const auto u32 = [](unsigned value) { return bytesOf(static_cast<std::uint32_t>(value)); };
    // 5 bits of each colour without masks; 31 is white.
    const auto five =
        read(bmpFile({.width = 2, .height = 1, .bits = 16, .pixels = u16(31U << 10U | 10U << 5U) + u16(31)}));
    EXPECT_THAT(planeOf(five, 0), ElementsAre(1.0F, 0.0F));
    EXPECT_THAT(planeOf(five, 1), ElementsAre(82.0F / 255.0F, 0.0F));  // 10 / 31 in 255 levels
    EXPECT_THAT(planeOf(five, 2), ElementsAre(0.0F, 1.0F));
    const auto six = read(bmpFile({.width = 2,
                                   .height = 1,
                                   .bits = 16,
                                   .compression = 3,
                                   .afterHeader = u32(0xF800) + u32(0x07E0) + u32(0x001F),
                                   .pixels = u16(63U << 5U) + u16(31U << 11U)}));
    EXPECT_EQ(letters(six), "gr/");
    // Colours in another order than usual, without and with transparency.
    const auto masks = u32(0x000000FF) + u32(0x0000FF00) + u32(0x00FF0000);
    const auto pixels = u32(0x80000064) + u32(0xFF0000FF);
    const auto opaque =
        read(bmpFile({.width = 2, .height = 1, .bits = 32, .compression = 3, .afterHeader = masks, .pixels = pixels}));
    EXPECT_THAT(opaque.warnings, IsEmpty());
    EXPECT_THAT(planeOf(opaque, 0), ElementsAre(100.0F / 255.0F, 1.0F));
    const auto transparent = read(bmpFile({.width = 2,
                                           .height = 1,
                                           .bits = 32,
                                           .compression = 3,
                                           .afterHeader = masks + u32(0xFF000000),
                                           .pixels = pixels,
                                           .headerSize = 108}));
    EXPECT_THAT(transparent.warnings, ElementsAre(HasSubstr("composited on black")));
    EXPECT_THAT(planeOf(transparent, 0), ElementsAre(testing::FloatEq(100.0F / 255.0F * (128.0F / 255.0F)), 1.0F));
}

TEST(ImageDecoders, RefuseBmpOfUnknownKinds) {
    expectBad(bmpFile({.compression = 4, .pixels = "\xff\xd8\xff"s}), "damaged BMP");  // JPEG within BMP
    expectBad(bmpFile({.bits = 7, .afterHeader = std::string(512, '\0'), .pixels = std::string(8, '\0')}),
              "damaged BMP");
    auto header = bmpFile({.pixels = std::string(24, '\0')});
    header[14] = 13;  // its size
    expectBad(header, "damaged header");
    expectBad(bmpFile({.width = 0, .pixels = "abcdef"}), "damaged header");
    expectBad(bmpFile({.height = 4, .pixels = std::string(47, '\0')}), "truncated");
    expectBad(bmpFile({.width = 16385, .height = 16384, .bits = 8, .compression = 1}), "16385x16384");
}

}  // namespace
}  // namespace lamscope::image_decoders_test
