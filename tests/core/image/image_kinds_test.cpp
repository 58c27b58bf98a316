// SPDX-License-Identifier: GPL-3.0-or-later
// Image files as cameras and other programs write them, each made from its rule.
#include <array>
#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "support/bytes.h"
#include "support/exif.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::image_kinds_test {
namespace {

using namespace std::string_literals;
using test::bigEndian32;
using test::exif;
using test::expectError;
using test::TemporaryFolder;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int width = 40;
constexpr int height = 24;

int levelAt(int channel, int y, int x) {
    return (60 * channel + 31 * y + 9 * x + 5) % 256;
}

cv::Mat sampleMat() {
    cv::Mat mat(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < 3; ++c) {
                mat.at<cv::Vec3b>(y, x)[2 - c] = static_cast<std::uint8_t>(levelAt(c, y, x));
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

LoadedImage read(const std::string& content, const ImageReading& reading = {}) {
    const TemporaryFolder folder;
    return readImage(folder.write("image.dat", content), reading);
}

void expectBad(const std::string& content, const std::string& part) {
    const TemporaryFolder folder;
    const auto path = folder.write("bad.dat", content);
    expectError(ErrorCode::BadFile, {path.string(), part}, [&] { static_cast<void>(readImage(path)); });
}

// ---------------------------------------------------------------- JPEG

TEST(ImageKinds, ReadsAJpegThatLacksOnlyItsEndMarker) {
    for (const int progressive : {0, 1}) {
        for (const int restart : {0, 3}) {
            const auto whole =
                encoded(".jpg", sampleMat(),
                        {cv::IMWRITE_JPEG_PROGRESSIVE, progressive, cv::IMWRITE_JPEG_RST_INTERVAL, restart});
            const auto expected = read(whole);
            EXPECT_THAT(expected.warnings, IsEmpty());
            for (const std::size_t missing : {1U, 2U}) {
                const auto loaded = read(whole.substr(0, whole.size() - missing));
                EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("the marker of its end")));
                EXPECT_TRUE(std::ranges::equal(loaded.image.values(), expected.image.values()));
            }
        }
    }
}

TEST(ImageKinds, RefusesAJpegThatLacksPixels) {
    for (const int progressive : {0, 1}) {
        const auto whole = encoded(".jpg", sampleMat(), {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
        for (std::size_t missing = 6; missing < whole.size() - 2; missing += 11) {
            expectBad(whole.substr(0, whole.size() - missing), "truncated");
        }
    }
}

// A progressive file cut between two scans shows every pixel, coarsely.
TEST(ImageKinds, RefusesAProgressiveJpegThatLacksScans) {
    const auto whole = encoded(".jpg", sampleMat(), {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
    const auto lastScan = whole.rfind("\xff\xda");
    ASSERT_NE(lastScan, whole.find("\xff\xda"));
    auto cut = lastScan;
    const auto tables = whole.rfind("\xff\xc4", lastScan);
    if (tables != std::string::npos && tables > lastScan - 40) {
        cut = tables;  // the scan's tables stand before it
    }
    expectBad(whole.substr(0, cut), "truncated");
}

TEST(ImageKinds, RefusesCmykJpegs) {
    std::string frame = "\xff\xd8\xff\xc0"s + "\0\x14\x08\0\x08\0\x08\x04"s;
    for (int i = 1; i <= 4; ++i) {
        frame += {static_cast<char>(i), '\x11', '\0'};
    }
    expectBad(frame + "\xff\xd9", "CMYK");
}

// ---------------------------------------------------------------- EXIF

std::string jpegWithExif(const std::string& data) {
    auto jpeg = encoded(".jpg", sampleMat());
    const auto segment = "Exif\0\0"s + data;
    return jpeg.insert(2, "\xff\xe1" + bigEndian32(segment.size() + 2).substr(2) + segment);
}

std::string pngWithExif(const std::string& data) {
    return test::pngWithExif(encoded(".png", sampleMat()), data);
}

std::string webpWithExif(const std::string& data) {
    const auto webp = encoded(".webp", sampleMat(), {cv::IMWRITE_WEBP_QUALITY, 101});
    const auto extended = "VP8X"s + test::bytesOf<std::uint32_t>(10) + "\x08\0\0\0"s
                          + test::bytesOf<std::uint32_t>(width - 1).substr(0, 3)
                          + test::bytesOf<std::uint32_t>(height - 1).substr(0, 3);
    const auto content =
        "WEBP"s + extended + webp.substr(12) + "EXIF" + test::bytesOf(static_cast<std::uint32_t>(data.size())) + data;
    return "RIFF" + test::bytesOf(static_cast<std::uint32_t>(content.size())) + content;
}

TEST(ImageKinds, SaysThatExifAsksForATurnAndDoesItWhereAsked) {
    for (const auto make : {jpegWithExif, pngWithExif, webpWithExif}) {
        for (const bool bigEndian : {true, false}) {
            const auto plain = read(make(exif(1, bigEndian)));
            EXPECT_THAT(plain.offers, IsEmpty());
            EXPECT_THAT(plain.warnings, IsEmpty());
            const auto file = make(exif(6, bigEndian));
            const auto stored = read(file);
            ASSERT_EQ(stored.offers.size(), 1U);
            EXPECT_EQ(stored.offers.front().member, &ImageReading::upright);
            EXPECT_THAT(stored.warnings,
                        ElementsAre(testing::AllOf(HasSubstr("stored turned"), HasSubstr("90 degrees clockwise"))));
            EXPECT_EQ(stored.image.width(), width);
            EXPECT_TRUE(std::ranges::equal(stored.image.values(), plain.image.values()));
            const auto turned = read(file, {.upright = true});
            EXPECT_THAT(turned.offers, IsEmpty());
            EXPECT_THAT(turned.warnings, IsEmpty());
            EXPECT_EQ(turned.image.width(), height);
            EXPECT_EQ(turned.image.height(), width);
            // Clockwise: the stored left column becomes the top row, from below.
            EXPECT_EQ(turned.image.at(1, 0, 0), stored.image.at(1, height - 1, 0));
            EXPECT_EQ(turned.image.at(1, 3, 2), stored.image.at(1, height - 3, 3));
        }
    }
}

TEST(ImageKinds, IgnoresDamagedExif) {
    for (const auto& data : {""s, "II"s, exif(6, false).substr(0, 12), exif(0, false), exif(9, true), exif(77, true)}) {
        EXPECT_THAT(read(jpegWithExif(data)).offers, IsEmpty());
    }
}

// ---------------------------------------------------------------- PNM and PFM

TEST(ImageKinds, ReadsPnmOfEveryKind) {
    const auto row = [](const LoadedImage& loaded, int channel) {
        const auto plane = loaded.image.plane(channel);
        return std::vector<float>(plane.begin(), plane.end());
    };
    const auto colour = read("P6 2 1 255\n\x0a\x14\x1e\x28\x32\xff"s);
    EXPECT_EQ(colour.image.bitDepth, 8);
    EXPECT_THAT(row(colour, 0), ElementsAre(10.0F / 255.0F, 40.0F / 255.0F));
    EXPECT_THAT(row(colour, 2), ElementsAre(30.0F / 255.0F, 1.0F));
    EXPECT_THAT(row(read("P3\n# drawn\n2 1\n255\n10 20 30\n40 50 255\n"), 2), ElementsAre(30.0F / 255.0F, 1.0F));
    EXPECT_THAT(row(read("P5\n3 # wide\n1\n100\n\x00\x32\x64"s), 1), ElementsAre(0.0F, 0.5F, 1.0F));
    EXPECT_THAT(row(read("P5\n3 1\n1023\n\x00\x00\x02\x00\x03\xff"s), 1), ElementsAre(0.0F, 512.0F / 1023.0F, 1.0F));
    const auto deep = read("P5\n3 1\n65535\n\x00\x00\x02\x00\xff\xff"s);
    EXPECT_EQ(deep.image.bitDepth, 16);
    EXPECT_THAT(row(deep, 0), ElementsAre(0.0F, 512.0F / 65535.0F, 1.0F));
    EXPECT_THAT(row(read("P2\n3 1\n65535\n0 512 65535\n"), 0), ElementsAre(0.0F, 512.0F / 65535.0F, 1.0F));
    EXPECT_THAT(row(read("P2\n2 1\n255\n0 51\n"), 0), ElementsAre(0.0F, 0.2F));
    EXPECT_THAT(row(read("P2\n3 1\n15\n0 # black\n3\n15\n"), 0), ElementsAre(0.0F, 0.2F, 1.0F));
    EXPECT_THAT(row(read("P1\n3 1\n010\n"), 0), ElementsAre(1.0F, 0.0F, 1.0F));
    EXPECT_THAT(row(read("P4\n3 1\n\x40"s), 0), ElementsAre(1.0F, 0.0F, 1.0F));
    EXPECT_THAT(row(read("P1\n3 1\n0 1 0\n"), 0), ElementsAre(1.0F, 0.0F, 1.0F));
}

TEST(ImageKinds, RefusesPnmThatWouldBeMisread) {
    expectBad("P5\n3 4\n255\nabc", "truncated");
    expectBad("P5\n3 4\n255", "truncated");
    expectBad("P5\n3 1\n100\n\x00\x32\x65"s, "above its maximum");
    expectBad("P2\n3 1\n100\n0 50 101\n", "above its maximum");
    expectBad("P2\n3 1\n255\n0 50 256\n", "not a number up to the maximum");
    expectBad("P2\n3 1\n255\n0 fifty 255\n", "not a number up to the maximum");
    expectBad("P2\n3 1\n255\n0 50  \n", "truncated");
    expectBad("P1\n3 1\n0 2 0\n", "damaged PNM");
    expectBad("P1\n3 1\n01 \n", "truncated");
    expectBad("P5\n3 1\n70000\nabcdef", "damaged header");
    expectBad("P5\n3 x\n255\n", "damaged header");
    expectBad("P6\n99999999999999999999 1\n255\n", "damaged header");
    expectBad("P6\n100000 100000\n255\n", "100000x100000");
    expectBad("P7\nWIDTH 2\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\nabcdef", "PAM");
}

// Rows from the bottom to the top; the sign of the scale tells the byte order.
TEST(ImageKinds, ReadsPfm) {
    const auto values = test::bytesOfAll(std::vector<float>{0.0F, 0.125F, 0.25F, 0.375F});
    const auto grey = read("Pf\n2 2\n-1.0\n" + values);
    EXPECT_EQ(grey.image.bitDepth, 32);
    EXPECT_THAT(grey.image.plane(0), ElementsAre(0.25F, 0.375F, 0.0F, 0.125F));
    const auto colour = read("PF\n1 1\n1\n" + "\x3f\x00\x00\x00\x3e\x80\x00\x00\x00\x00\x00\x00"s);
    EXPECT_EQ(colour.image.at(0, 0, 0), 0.5F);
    EXPECT_EQ(colour.image.at(1, 0, 0), 0.25F);
    EXPECT_EQ(colour.image.at(2, 0, 0), 0.0F);
    expectBad("Pf\n2 2\n-2.0\n" + values, "scaled by -2.0");
    expectBad("Pf\n2 3\n-1.0\n" + values, "truncated");
    expectBad("Pf\n1 1\n-1.0\n" + test::bytesOf(255.0F), "divide them by 255");
}

// ---------------------------------------------------------------- arrays

TEST(ImageKinds, ReadsArraysOfEveryShapeAndType) {
    const TemporaryFolder folder;
    const auto file = [&](const std::string& type, const std::string& order, const std::string& shape,
                          const std::string& values) {
        const auto header = "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
        return folder.write(
            "a.npy", "\x93NUMPY\x01\0"s + test::bytesOf(static_cast<std::uint16_t>(header.size())) + header + values);
    };
    const auto expectPlanes = [](const LoadedImage& loaded, bool grey, float white) {
        EXPECT_THAT(loaded.warnings, IsEmpty());
        EXPECT_EQ(loaded.image.bitDepth, 32);
        ASSERT_EQ(loaded.image.width(), width);
        ASSERT_EQ(loaded.image.height(), height);
        for (int c = 0; c < 3; ++c) {
            for (int i = 0; i < width * height; ++i) {
                const auto level = static_cast<float>(levelAt(grey ? 0 : c, i / width, i % width));
                ASSERT_EQ(loaded.image.at(c, i / width, i % width), level / white) << c << " " << i;
            }
        }
    };
    std::string planar;
    std::string interleaved;
    std::string fortran;  // of h x w x 3, big-endian: c slowest, then x, then y
    std::string deep;
    for (int c = 0; c < 3; ++c) {
        for (int i = 0; i < width * height; ++i) {
            planar += static_cast<char>(levelAt(c, i / width, i % width));
            deep += static_cast<char>(levelAt(c, i / width, i % width));
            deep += static_cast<char>(levelAt(c, i / width, i % width));
            const auto value = test::bytesOf(static_cast<float>(levelAt(c, i % height, i / height)) / 256.0F);
            fortran += {value[3], value[2], value[1], value[0]};
        }
    }
    for (int i = 0; i < width * height; ++i) {
        for (int c = 0; c < 3; ++c) {
            interleaved += static_cast<char>(levelAt(c, i / width, i % width));
        }
    }
    const auto grey = planar.substr(0, planar.size() / 3);
    expectPlanes(readImage(file("|u1", "False", "(3, 24, 40)", planar)), false, 255.0F);
    expectPlanes(readImage(file("|u1", "False", "(24, 40, 3)", interleaved)), false, 255.0F);
    expectPlanes(readImage(file("|u1", "False", "(1, 3, 24, 40)", planar)), false, 255.0F);
    expectPlanes(readImage(file("|u1", "False", "(1, 24, 40, 3)", interleaved)), false, 255.0F);
    for (const auto* shape : {"(24, 40)", "(24, 40, 1)", "(1, 24, 40)", "(1, 1, 24, 40)", "(1, 24, 40, 1)"}) {
        expectPlanes(readImage(file("|u1", "False", shape, grey)), true, 255.0F);
    }
    expectPlanes(readImage(file("<u2", "False", "(3, 24, 40)", deep)), false, 255.0F);  // 257 n / 65535 = n / 255
    expectPlanes(readImage(file(">f4", "True", "(24, 40, 3)", fortran)), false, 256.0F);
}

// The files are empty except for their headers; their values would take a hundred gigabytes.
TEST(ImageKinds, LooksAtTheShapeOfAnArrayBeforeItsValues) {
    const TemporaryFolder folder;
    for (const auto& [shape, reason] :
         {std::pair("(65536, 16384)", "16384x65536 pixels"), std::pair("(1073741824,)", "not an image")}) {
        for (const auto* order : {"False", "True"}) {
            const auto header = "{'descr': '|u1', 'fortran_order': "s + order + ", 'shape': " + shape + ", }\n";
            const auto start = "\x93NUMPY\x01\0"s + test::bytesOf(static_cast<std::uint16_t>(header.size())) + header;
            const auto path = folder.write("large.npy", start);
            std::filesystem::resize_file(path, start.size() + (std::uintmax_t{1} << 30U));
            expectError(ErrorCode::BadFile, {path.string(), reason}, [&] { static_cast<void>(readImage(path)); });
        }
    }
}

// ---------------------------------------------------------------- what is known by name alone

TEST(ImageKinds, NamesFormatsThatAreNotRead) {
    const auto boxes = [](const std::string& major, const std::string& more) {
        return bigEndian32(16 + more.size()) + "ftyp" + major + "\0\0\0\0"s + more + std::string(100, '\0');
    };
    expectBad("GIF89a\1\0\1\0"s, "GIF");
    expectBad("GIF87a\1\0\1\0"s, "GIF");
    expectBad(boxes("heic", "mif1heic"), "HEIC");
    expectBad(boxes("mif1", "mif1heic"), "HEIC");
    expectBad(boxes("avif", "avifmif1miaf"), "AVIF");
    expectBad(boxes("mif1", "mif1avif"), "AVIF");
    expectBad(boxes("isom", "isomiso2avc1mp41"), "video");
    expectBad("\x76\x2f\x31\x01\x02\0\0\0"s, "OpenEXR");
    expectBad("\xff\x0a\x10\x20"s, "JPEG XL");
    expectBad("\0\0\0\x0cJXL \x0d\x0a\x87\x0a\0\0\0\x14"s, "JPEG XL");
    expectBad("\0\0\0\x0cjP  \x0d\x0a\x87\x0a\0\0\0\x14"s, "JPEG 2000");
    expectBad("\xff\x4f\xff\x51\0\x2f"s, "JPEG 2000");
    expectBad("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n", "Radiance");
    expectBad("PK\x03\x04\x14\0\0\0"s, ".npz");
    expectBad("8BPS\0\x01"s, "Photoshop");
}

TEST(ImageKinds, SaysWhatToDoWithThem) {
    expectBad("GIF89a\1\0\1\0"s, "convert it to PNG");
    expectBad("\x76\x2f\x31\x01\x02\0\0\0"s, "scale its values to the range 0 to 1");
}

}  // namespace
}  // namespace lamscope::image_kinds_test
