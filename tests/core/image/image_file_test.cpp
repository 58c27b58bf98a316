// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_file.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "base/npy.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::image_file_test {
namespace {

using test::contentOf;
using test::expectError;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int width = 7;
constexpr int height = 5;

/// A level for every channel (R, G, B) and pixel, distinct enough to show swapped axes and channels.
int levelAt(int channel, int y, int x) {
    return (60 * channel + 31 * y + 9 * x + 5) % 256;
}

/// The image of levelAt as OpenCV keeps it (B, G, R).
template <typename Level>
cv::Mat sampleMat(int type, int factor) {
    cv::Mat mat(height, width, type);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < mat.channels(); ++c) {
                mat.ptr<Level>(y, x)[c] = static_cast<Level>(factor * levelAt(mat.channels() == 1 ? 0 : 2 - c, y, x));
            }
        }
    }
    return mat;
}

std::string encoded(const std::string& extension, const cv::Mat& mat, const std::vector<int>& options = {}) {
    std::vector<std::uint8_t> bytes;
    EXPECT_TRUE(cv::imencode(extension, mat, bytes, options));
    return {bytes.begin(), bytes.end()};
}

void expectSample(const Image& image, double factor, double maxLevel, double tolerance, bool grey = false) {
    ASSERT_EQ(image.width(), width);
    ASSERT_EQ(image.height(), height);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const double expected = factor * levelAt(grey ? 0 : c, y, x) / maxLevel;
                ASSERT_NEAR(static_cast<double>(image.at(c, y, x)), expected, tolerance) << c << " " << y << " " << x;
            }
        }
    }
}

// ---------------------------------------------------------------- files by hand

std::string bytes(std::initializer_list<int> values) {
    std::string result;
    for (const int value : values) {
        result += static_cast<char>(value);
    }
    return result;
}

std::string bigEndian32(std::uint32_t value) {
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        bytes += static_cast<char>(value >> shift & 0xFFU);
    }
    return bytes;
}

std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char byte : bytes) {
        crc ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0U ? 0xEDB88320U : 0U);
        }
    }
    return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const char byte : bytes) {
        a = (a + static_cast<unsigned char>(byte)) % 65521U;
        b = (b + a) % 65521U;
    }
    return b << 16U | a;
}

std::string pngChunk(const std::string& type, const std::string& data) {
    return bigEndian32(static_cast<std::uint32_t>(data.size())) + type + data + bigEndian32(crc32(type + data));
}

/// A PNG file of raw rows (each without its filter byte), stored without compression.
std::string pngFile(std::uint32_t columns, std::uint32_t rows, int depth, int colourType, const std::string& extra,
                    const std::vector<std::string>& data) {
    std::string raw;
    for (const auto& row : data) {
        raw += '\0' + row;
    }
    const auto size = static_cast<unsigned>(raw.size());
    std::string stream("\x78\x01\x01", 3);
    for (const unsigned half : {size, ~size}) {
        stream += static_cast<char>(half & 0xFFU);
        stream += static_cast<char>(half >> 8U & 0xFFU);
    }
    stream += raw + bigEndian32(adler32(raw));
    std::string header = bigEndian32(columns) + bigEndian32(rows);
    header += {static_cast<char>(depth), static_cast<char>(colourType), 0, 0, 0};
    return "\x89PNG\r\n\x1a\n" + pngChunk("IHDR", header) + extra + pngChunk("IDAT", stream) + pngChunk("IEND", "");
}

/// A one-row TIFF file without compression; `data` are its samples, `tags` single 16-bit values beside the usual.
std::string tiffFile(int columns, int bits, int samples, int photometric, const std::vector<std::uint16_t>& data,
                     const std::vector<std::array<unsigned, 2>>& tags = {}) {
    struct Entry {
        unsigned tag;
        unsigned type;
        unsigned count;
        unsigned value;
    };
    constexpr unsigned shortType = 3;
    constexpr unsigned longType = 4;
    std::string pixels;
    for (const auto value : data) {
        pixels += static_cast<char>(value & 0xFF);
        if (bits >= 16) {
            pixels += static_cast<char>(value >> 8);
        }
        if (bits == 32) {
            pixels += std::string(2, '\0');
        }
    }
    std::string bitsValues;
    for (int i = 0; i < samples; ++i) {
        bitsValues += {static_cast<char>(bits), '\0'};
    }
    const auto bitsOffset = 8U + static_cast<unsigned>(pixels.size());
    const auto u = [](int value) { return static_cast<unsigned>(value); };
    std::vector<Entry> entries{
        {256, shortType, 1, u(columns)},
        {257, shortType, 1, 1},
        {258, shortType, u(samples), samples <= 2 ? u(bits) | (samples == 2 ? u(bits) << 16U : 0U) : bitsOffset},
        {259, shortType, 1, 1},
        {262, shortType, 1, u(photometric)},
        {273, longType, 1, 8},
        {277, shortType, 1, u(samples)},
        {278, shortType, 1, 1},
        {279, longType, 1, static_cast<unsigned>(pixels.size())}};
    for (const auto& [tag, value] : tags) {
        entries.push_back({tag, shortType, 1, value});
    }
    std::string file("II\x2a\x00", 4);
    const auto append = [&file](unsigned value, int bytes) {
        for (int i = 0; i < bytes; ++i, value >>= 8U) {
            file += static_cast<char>(value & 0xFFU);
        }
    };
    append(bitsOffset + static_cast<unsigned>(bitsValues.size()), 4);
    file += pixels + bitsValues;
    append(static_cast<unsigned>(entries.size()), 2);
    for (const auto& entry : entries) {
        append(entry.tag, 2);
        append(entry.type, 2);
        append(entry.count, 4);
        append(entry.value, 4);
    }
    append(0, 4);
    return file;
}

std::vector<float> pixelOf(const Image& image, int y, int x) {
    return {image.at(0, y, x), image.at(1, y, x), image.at(2, y, x)};
}

// ---------------------------------------------------------------- what is read

class LosslessFormat : public ::testing::TestWithParam<std::string> {};

TEST_P(LosslessFormat, ReadsColourAndGreyOfEightBits) {
    const TemporaryFolder folder;
    // The name says nothing: the content decides.
    const std::vector<int> options =
        GetParam() == ".webp" ? std::vector<int>{cv::IMWRITE_WEBP_QUALITY, 101} : std::vector<int>{};
    const auto path = folder.write("colour.dat", encoded(GetParam(), sampleMat<std::uint8_t>(CV_8UC3, 1), options));
    const auto loaded = readImage(path);
    EXPECT_THAT(loaded.warnings, IsEmpty());
    EXPECT_EQ(loaded.image.bitDepth, 8);
    EXPECT_EQ(loaded.image.file, path.string());
    expectSample(loaded.image, 1.0, 255.0, 1e-7);

    const auto grey =
        readImage(folder.write("grey", encoded(GetParam(), sampleMat<std::uint8_t>(CV_8UC1, 1), options)));
    EXPECT_EQ(grey.image.bitDepth, 8);
    expectSample(grey.image, 1.0, 255.0, 1e-7, true);
}

INSTANTIATE_TEST_SUITE_P(ImageFile, LosslessFormat, ::testing::Values(".png", ".tiff", ".bmp", ".webp"),
                         [](const auto& test) { return test.param.substr(1); });

TEST(ImageFile, ReadsSixteenBits) {
    const TemporaryFolder folder;
    for (const std::string extension : {".png", ".tiff"}) {
        const auto colour = readImage(folder.write("c", encoded(extension, sampleMat<std::uint16_t>(CV_16UC3, 251))));
        EXPECT_EQ(colour.image.bitDepth, 16);
        expectSample(colour.image, 251.0, 65535.0, 1e-7);
        const auto grey = readImage(folder.write("g", encoded(extension, sampleMat<std::uint16_t>(CV_16UC1, 251))));
        EXPECT_EQ(grey.image.bitDepth, 16);
        expectSample(grey.image, 251.0, 65535.0, 1e-7, true);
    }
}

TEST(ImageFile, ReadsJpeg) {
    const TemporaryFolder folder;
    const cv::Mat flat(24, 16, CV_8UC3, cv::Scalar(30, 120, 200));  // B, G, R
    for (const int progressive : {0, 1}) {
        const auto path = folder.write("flat.jpg", encoded(".jpg", flat, {cv::IMWRITE_JPEG_PROGRESSIVE, progressive}));
        const auto loaded = readImage(path);
        EXPECT_THAT(loaded.warnings, IsEmpty());
        EXPECT_EQ(loaded.image.width(), 16);
        EXPECT_EQ(loaded.image.height(), 24);
        EXPECT_NEAR(loaded.image.at(0, 12, 8), 200.0F / 255.0F, 0.01F);
        EXPECT_NEAR(loaded.image.at(1, 12, 8), 120.0F / 255.0F, 0.01F);
        EXPECT_NEAR(loaded.image.at(2, 12, 8), 30.0F / 255.0F, 0.01F);
    }
}

TEST(ImageFile, ExpandsPalettesAndFewBits) {
    const TemporaryFolder folder;
    const auto palette = pngChunk("PLTE", bytes({10, 20, 30, 255, 128, 0, 0, 0, 255}));
    const auto colours = readImage(folder.write("p.png", pngFile(3, 1, 8, 3, palette, {bytes({1, 0, 2})}))).image;
    EXPECT_EQ(colours.bitDepth, 8);
    EXPECT_THAT(pixelOf(colours, 0, 0), ElementsAre(1.0F, 128.0F / 255.0F, 0.0F));
    EXPECT_THAT(pixelOf(colours, 0, 1), ElementsAre(10.0F / 255.0F, 20.0F / 255.0F, 30.0F / 255.0F));
    EXPECT_THAT(pixelOf(colours, 0, 2), ElementsAre(0.0F, 0.0F, 1.0F));
    const auto twoBits =
        readImage(folder.write("p2.png", pngFile(3, 1, 2, 3, palette, {bytes({0x48})}))).image;  // 01 00 10
    EXPECT_EQ(pixelOf(twoBits, 0, 2), pixelOf(colours, 0, 2));
    const auto bilevel =
        readImage(folder.write("1.png", pngFile(3, 2, 1, 0, "", {bytes({0xA0}), bytes({0x40})}))).image;  // 101, 010
    EXPECT_THAT(bilevel.plane(1), ElementsAre(1.0F, 0.0F, 1.0F, 0.0F, 1.0F, 0.0F));
}

TEST(ImageFile, CompositesTransparencyOnBlack) {
    const TemporaryFolder folder;
    cv::Mat mat(1, 3, CV_8UC4);
    mat.at<cv::Vec4b>(0, 0) = {50, 100, 200, 255};  // B, G, R, alpha
    mat.at<cv::Vec4b>(0, 1) = {50, 100, 200, 51};   // a fifth
    mat.at<cv::Vec4b>(0, 2) = {50, 100, 200, 0};
    for (const std::string extension : {".png", ".webp"}) {
        const auto loaded = readImage(folder.write("a", encoded(extension, mat, {cv::IMWRITE_WEBP_QUALITY, 101})));
        ASSERT_THAT(loaded.warnings, ElementsAre(HasSubstr("composited on black")));
        EXPECT_THAT(loaded.warnings[0], HasSubstr((folder.path() / "a").string()));
        EXPECT_NEAR(loaded.image.at(0, 0, 0), 200.0F / 255.0F, 1e-7F);
        EXPECT_NEAR(loaded.image.at(2, 0, 0), 50.0F / 255.0F, 1e-7F);
        EXPECT_NEAR(loaded.image.at(0, 0, 1), 40.0F / 255.0F, 1e-7F);
        EXPECT_NEAR(loaded.image.at(1, 0, 1), 20.0F / 255.0F, 1e-7F);
        EXPECT_THAT(pixelOf(loaded.image, 0, 2), ElementsAre(0.0F, 0.0F, 0.0F));
    }
    // Grey with alpha, and a palette with one transparent entry.
    const auto grey = readImage(folder.write("la.png", pngFile(1, 1, 8, 4, "", {bytes({100, 51})})));
    EXPECT_NEAR(grey.image.at(1, 0, 0), 20.0F / 255.0F, 1e-7F);
    EXPECT_EQ(grey.warnings.size(), 1U);
    const auto extra = pngChunk("PLTE", bytes({100, 100, 100, 50, 50, 50})) + pngChunk("tRNS", bytes({0}));
    const auto palette = readImage(folder.write("pt.png", pngFile(2, 1, 8, 3, extra, {bytes({0, 1})})));
    EXPECT_THAT(palette.image.plane(0), ElementsAre(0.0F, 50.0F / 255.0F));
    EXPECT_EQ(palette.warnings.size(), 1U);
}

TEST(ImageFile, SaysNothingAboutAlphaThatHidesNothing) {
    const TemporaryFolder folder;
    const cv::Mat mat(2, 2, CV_8UC4, cv::Scalar(1, 2, 3, 255));
    EXPECT_THAT(readImage(folder.write("a.png", encoded(".png", mat))).warnings, IsEmpty());
    EXPECT_THAT(readImage(folder.write("a.bmp", encoded(".bmp", mat))).warnings, IsEmpty());
}

TEST(ImageFile, SaysWhenTransparencyIsIgnored) {
    const TemporaryFolder folder;
    const auto colour = pngChunk("tRNS", bytes({0, 100}));
    EXPECT_THAT(readImage(folder.write("g.png", pngFile(1, 1, 8, 0, colour, {bytes({100})}))).warnings,
                ElementsAre(HasSubstr("ignored")));
}

TEST(ImageFile, KnowsWhetherTiffColoursAreMultipliedByAlpha) {
    const TemporaryFolder folder;
    constexpr unsigned extraSamples = 338;
    const auto red = [&](int bits, unsigned kind) {
        const int full = bits == 8 ? 255 : 65535;
        const auto value = static_cast<std::uint16_t>(full / 5 * 2);
        const auto alpha = static_cast<std::uint16_t>(full / 5 * 3);
        const auto loaded =
            readImage(folder.write("a.tif", tiffFile(1, bits, 4, 2, {value, 0, 0, alpha}, {{{extraSamples, kind}}})));
        EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("composited on black")));
        return loaded.image.at(0, 0, 0);
    };
    for (const int bits : {8, 16}) {
        EXPECT_NEAR(red(bits, 1), 0.4F, 1e-6F) << bits;                 // associated: multiplied in the file
        EXPECT_NEAR(red(bits, 2), 0.4F * 0.6F, 0.5F / 255.0F) << bits;  // not yet
    }
}

TEST(ImageFile, ReadsTiffGreyWithWhiteAsZero) {
    const TemporaryFolder folder;
    for (const int bits : {8, 16}) {
        const auto full = static_cast<std::uint16_t>(bits == 8 ? 255 : 65535);
        const auto image = readImage(folder.write("w.tif", tiffFile(2, bits, 1, 0, {0, full}))).image;
        EXPECT_THAT(image.plane(0), ElementsAre(1.0F, 0.0F)) << bits;
    }
}

TEST(ImageFile, ReadsTheTestImages) {
    LAMSCOPE_NEED_DATA(path, "images/lam_demo/1.png");
    const auto loaded = readImage(path);
    EXPECT_EQ(loaded.image.bitDepth, 8);
    EXPECT_THAT(loaded.warnings, IsEmpty());
    const auto reference = cv::imread(path.string(), cv::IMREAD_COLOR);
    ASSERT_EQ(loaded.image.width(), reference.cols);
    EXPECT_EQ(std::lround(loaded.image.at(0, 11, 7) * 255.0F), reference.at<cv::Vec3b>(11, 7)[2]);
}

// ---------------------------------------------------------------- arrays

void writeArray(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
                const std::vector<float>& values) {
    writeNpy(path, shape, values);
}

TEST(ImageFile, ReadsArraysOfThreeShapes) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.npy";
    std::vector<float> planar;
    std::vector<float> interleaved;
    std::vector<float> grey;
    for (int c = 0; c < 3; ++c) {
        for (int i = 0; i < width * height; ++i) {
            planar.push_back(static_cast<float>(levelAt(c, i / width, i % width)) / 256.0F);
        }
    }
    for (int i = 0; i < width * height; ++i) {
        for (int c = 0; c < 3; ++c) {
            interleaved.push_back(static_cast<float>(levelAt(c, i / width, i % width)) / 256.0F);
        }
        grey.push_back(static_cast<float>(levelAt(0, i / width, i % width)) / 256.0F);
    }
    writeArray(path, {3, height, width}, planar);
    EXPECT_EQ(readImage(path).image.bitDepth, 32);
    expectSample(readImage(path).image, 1.0, 256.0, 0.0);
    writeArray(path, {height, width, 3}, interleaved);
    expectSample(readImage(path).image, 1.0, 256.0, 0.0);
    writeArray(path, {height, width}, grey);
    expectSample(readImage(path).image, 1.0, 256.0, 0.0, true);
    // 3 x 2 x 3 is read as planes.
    writeArray(path, {3, 2, 3}, std::vector<float>(planar.begin(), planar.begin() + 18));
    EXPECT_EQ(readImage(path).image.width(), 3);
    EXPECT_EQ(readImage(path).image.height(), 2);
}

TEST(ImageFile, RefusesArraysThatAreNotImages) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.npy";
    const auto expectRefused = [&](const std::vector<std::int64_t>& shape, const std::vector<float>& values,
                                   const std::string& part) {
        writeArray(path, shape, values);
        expectError(ErrorCode::BadFile, {"a.npy", part}, [&] { static_cast<void>(readImage(path)); });
    };
    expectRefused({4}, {0, 0, 0, 0}, "shape (4)");
    expectRefused({2, 2, 2}, std::vector<float>(8), "shape (2, 2, 2)");
    expectRefused({2, 3, 1, 1}, std::vector<float>(6), "several images");
    expectRefused({1, 2, 2, 2}, std::vector<float>(8), "shape (1, 2, 2, 2)");
    expectRefused({1, 1, 3, 1, 1}, std::vector<float>(3), "shape");
    expectRefused({2, 2, 4}, std::vector<float>(16), "array[..., :3]");
    expectRefused({0, 3}, {}, "shape");
    expectRefused({0, std::int64_t{1} << 62, 3}, {}, "shape");
    expectRefused({1, 2}, {0.5F, std::numeric_limits<float>::quiet_NaN()}, "not finite");
    expectRefused({1, 2}, {0.5F, std::numeric_limits<float>::infinity()}, "not finite");
    expectRefused({1, 2}, {0.0F, 200.0F}, "divide them by 255");
    expectRefused({1, 2}, {0.0F, 1.02F}, "from 0 to 1.02");
    expectRefused({1, 2}, {-1.0F, 1.0F}, "scale them");
    writeArray(path, {1, 2}, {-0.009F, 1.009F});
    EXPECT_THAT(readImage(path).image.plane(0), ElementsAre(-0.009F, 1.009F));
}

// ---------------------------------------------------------------- what is refused

void expectBadImage(const std::string& content, const std::string& part) {
    const TemporaryFolder folder;
    const auto path = folder.write("bad.png", content);
    expectError(ErrorCode::BadFile, {path.string(), part}, [&] { static_cast<void>(readImage(path)); });
}

TEST(ImageFile, SaysWhatIsThereInsteadOfAnImage) {
    const TemporaryFolder folder;
    expectError(ErrorCode::BadFile, {"none.png", "does not exist"},
                [&] { static_cast<void>(readImage(folder.path() / "none.png")); });
    expectError(ErrorCode::BadFile, {"folder"}, [&] { static_cast<void>(readImage(folder.path())); });
    expectError(ErrorCode::BadFile, {"not a regular file"}, [] { static_cast<void>(readImage("/dev/null")); });
    expectBadImage("", "empty");
    expectBadImage("<html>not found</html>\n", "text file");
    expectBadImage("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git lfs pull");
    expectBadImage("\x01\x02\x03\x04", "known format");
    expectBadImage("B", "text file");
    expectBadImage("\x93NUMPY", "NumPy");
}

TEST(ImageFile, DetectsTruncatedFilesOfEveryFormat) {
    const cv::Mat noise(40, 40, CV_8UC3);
    cv::randu(noise, 0, 256);
    for (const std::string extension : {".png", ".jpg", ".tiff", ".bmp", ".webp"}) {
        const auto whole = encoded(extension, noise);
        for (const double part : {0.05, 0.3, 0.6, 0.9}) {
            expectBadImage(whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size()))),
                           "truncated");
        }
        if (extension != ".jpg") {  // whose last two bytes hold no pixels
            expectBadImage(whole.substr(0, whole.size() - 1), "truncated");
        }
    }
}

TEST(ImageFile, DetectsDamagedFiles) {
    const cv::Mat noise(40, 40, CV_8UC3);
    cv::randu(noise, 0, 256);
    auto png = encoded(".png", noise);
    png[png.size() / 2] = static_cast<char>(png[png.size() / 2] ^ 1);
    expectBadImage(png, "damaged PNG");
    auto webp = encoded(".webp", noise, {cv::IMWRITE_WEBP_QUALITY, 101});
    webp.replace(24, 40, std::string(40, '\xff'));
    expectBadImage(webp, "WebP");
}

// No number in a header may lead the program astray: every byte of small files is changed in turn.
TEST(ImageFile, SurvivesWrongBytesAnywhere) {
    const TemporaryFolder folder;
    const cv::Mat mat = sampleMat<std::uint8_t>(CV_8UC3, 1);
    for (const std::string extension : {".png", ".tiff", ".bmp", ".webp", ".jpg"}) {
        const auto whole = encoded(extension, mat);
        for (std::size_t i = 0; i < std::min<std::size_t>(whole.size(), 400); ++i) {
            for (const char value : {'\x00', '\x7f', '\xff'}) {
                auto changed = whole;
                changed[i] = value;
                try {
                    EXPECT_FALSE(readImage(folder.write("x", changed)).image.empty());
                } catch (const Error& error) {  // a refusal is as good as an image
                    EXPECT_EQ(error.code(), ErrorCode::BadFile);
                }
            }
        }
    }
}

TEST(ImageFile, RefusesUnsupportedPixels) {
    cv::Mat floating(4, 4, CV_32FC3, cv::Scalar(0.5, 0.5, 0.5));
    expectBadImage(encoded(".tiff", floating), "LogLuv");
    expectBadImage(tiffFile(1, 32, 1, 1, {7}), "32 bits per channel");
    constexpr unsigned sampleFormat = 339;
    expectBadImage(tiffFile(1, 16, 1, 1, {7}, {{{sampleFormat, 2}}}), "signed");
    expectBadImage(tiffFile(1, 16, 1, 3, {7}), "colour model");
}

TEST(ImageFile, RefusesTooManyPixelsBeforeDecodingThem) {
    expectBadImage(pngFile(16385, 16384, 8, 2, "", {"x"}), "16385x16384");
    expectBadImage(pngFile(0x7FFFFFFF, 0x7FFFFFFF, 8, 2, "", {"x"}), "2147483647x2147483647");
}

// ---------------------------------------------------------------- writing

TEST(WriteImage, IsReadBackExactlyOnItsLevels) {
    const TemporaryFolder folder;
    Image image(width, height);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                image.at(c, y, x) = static_cast<float>(levelAt(c, y, x)) / 255.0F;
            }
        }
    }
    for (const std::string name : {"a.png", "b.tif", "c.TIFF", "d.PNG"}) {
        for (const int bits : {8, 16}) {
            writeImage(folder.path() / name, image, bits);
            const auto loaded = readImage(folder.path() / name);
            EXPECT_EQ(loaded.image.bitDepth, bits);
            EXPECT_THAT(loaded.warnings, IsEmpty());
            expectSample(loaded.image, 1.0, 255.0, bits == 8 ? 1e-7 : 1e-6);
        }
    }
    EXPECT_EQ(folder.fileCount(), 4U);
    EXPECT_EQ(contentOf(folder.path() / "a.png").substr(1, 3), "PNG");
    EXPECT_EQ(contentOf(folder.path() / "c.TIFF").substr(0, 2), "II");
}

TEST(WriteImage, ClampsAndRoundsToTheNearestLevel) {
    const TemporaryFolder folder;
    Image image(5, 1);
    image.at(0, 0, 0) = -0.2F;
    image.at(0, 0, 1) = 1.3F;
    image.at(0, 0, 2) = 100.4F / 255.0F;
    image.at(0, 0, 3) = 100.6F / 255.0F;
    image.at(0, 0, 4) = std::numeric_limits<float>::quiet_NaN();
    writeImage(folder.path() / "a.png", image);
    EXPECT_THAT(readImage(folder.path() / "a.png").image.plane(0),
                ElementsAre(0.0F, 1.0F, 100.0F / 255.0F, 101.0F / 255.0F, 0.0F));
}

TEST(WriteImage, WritesWhatEncodePngReturns) {
    const TemporaryFolder folder;
    const Image image(3, 2);
    writeImage(folder.path() / "a.png", image, 16);
    const auto bytes = encodePng(image, 16);
    EXPECT_EQ(contentOf(folder.path() / "a.png"),
              std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

TEST(WriteImage, LeavesNothingBehindWhenItFails) {
    const TemporaryFolder folder;
    const Image image(3, 2);
    expectError(ErrorCode::InvalidArgument, {"a.jpg", ".png"}, [&] { writeImage(folder.path() / "a.jpg", image); });
    expectError(ErrorCode::InvalidArgument, {"12 bits"}, [&] { writeImage(folder.path() / "a.png", image, 12); });
    expectError(ErrorCode::InvalidArgument, {"empty"}, [&] { writeImage(folder.path() / "a.png", Image()); });
    expectError(ErrorCode::WriteFailed, {"none/a.png", "No such file"},
                [&] { writeImage(folder.path() / "none" / "a.png", image); });
    EXPECT_EQ(folder.fileCount(), 0U);
}

}  // namespace
}  // namespace lamscope::image_file_test
