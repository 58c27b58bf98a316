// SPDX-License-Identifier: GPL-3.0-or-later
// TIFF images of the kinds that scientific programs write; the files are made from the rules of TIFF 6.0.
#include <cmath>
#include <limits>
#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/image_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/tiff_file.h"

namespace lamscope::tiff_image_test {
namespace {

using test::expectError;
using test::TemporaryFolder;
using test::tiffFile;
using test::TiffOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr unsigned orientationTag = 274;
constexpr int grey = 1;
constexpr int rgb = 2;

/// 0…255, distinct enough to show swapped axes and channels.
int levelAt(int channel, int y, int x) {
    return (60 * channel + 31 * y + 9 * x + 5) % 256;
}

/// Exact in every floating-point type.
double fractionAt(int channel, int y, int x) {
    return levelAt(channel, y, x) / 256.0;
}

LoadedImage read(const TiffOptions& options) {
    const TemporaryFolder folder;
    return readImage(folder.write("image.tif", tiffFile(options)));
}

void expectBad(const std::string& content, const std::string& part) {
    const TemporaryFolder folder;
    const auto path = folder.write("bad.tif", content);
    expectError(ErrorCode::BadFile, {path.string(), part}, [&] { static_cast<void>(readImage(path)); });
}

template <typename Expected>
void expectValues(const Image& image, const TiffOptions& options, const Expected& expected) {
    ASSERT_EQ(image.width(), options.width);
    ASSERT_EQ(image.height(), options.height);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                ASSERT_NEAR(static_cast<double>(image.at(c, y, x)), expected(c, y, x), 1e-7)
                    << c << " " << y << " " << x;
            }
        }
    }
}

// Every way in which the samples can lie in a file: type, byte order, planes, strips, tiles.
TEST(TiffImage, ReadsFloatingPointInEveryLayout) {
    for (const int bits : {16, 32, 64}) {
        for (int variant = 0; variant < 16; ++variant) {
            TiffOptions options{.width = 37, .height = 21, .bits = bits, .format = 3, .value = fractionAt};
            options.bigEndian = (variant & 1) != 0;
            options.planes = (variant & 2) != 0;
            options.tile = (variant & 4) != 0 ? 16 : 0;
            options.rowsPerStrip = (variant & 8) != 0 ? 4 : 1 << 20;
            SCOPED_TRACE(testing::Message() << bits << " bits, variant " << variant);
            const auto loaded = read(options);
            EXPECT_THAT(loaded.warnings, IsEmpty());
            EXPECT_EQ(loaded.image.bitDepth, 32);
            expectValues(loaded.image, options, fractionAt);
        }
    }
}

TEST(TiffImage, ReadsFloatingPointGreyWithEitherEndWhite) {
    for (const int photometric : {0, 1}) {
        const TiffOptions options{
            .samples = 1, .bits = 32, .format = 3, .photometric = photometric, .value = fractionAt};
        expectValues(read(options).image, options, [&](int /*c*/, int y, int x) {
            return photometric == 0 ? 1.0 - fractionAt(0, y, x) : fractionAt(0, y, x);
        });
    }
}

TEST(TiffImage, NamesTheRangeOfFloatingPointOutsideZeroToOne) {
    TiffOptions options{.bits = 32, .format = 3, .value = levelAt};
    expectBad(tiffFile(options),
              "holds values from 2 to 254, but an image needs values from 0 to 1; divide them by 255");
    options.value = [](int c, int y, int x) { return 257.0 * levelAt(c, y, x); };
    expectBad(tiffFile(options), "divide them by 65535");
    options.value = [](int c, int y, int x) { return fractionAt(c, y, x) - 0.5; };
    expectBad(tiffFile(options), "scale them");
    options.value = [](int /*c*/, int y, int /*x*/) { return y == 3 ? std::numeric_limits<double>::quiet_NaN() : 0.5; };
    expectBad(tiffFile(options), "not finite");
    options.value = [](int /*c*/, int y, int /*x*/) { return y == 3 ? 1.009 : -0.009; };
    EXPECT_FLOAT_EQ(read(options).image.at(0, 3, 0), 1.009F);
}

TEST(TiffImage, ReadsSixteenBitPlanes) {
    const TiffOptions options{
        .bits = 16, .planes = true, .value = [](int c, int y, int x) { return 257.0 * levelAt(c, y, x); }};
    const auto loaded = read(options);
    EXPECT_EQ(loaded.image.bitDepth, 16);
    expectValues(loaded.image, options, [](int c, int y, int x) { return levelAt(c, y, x) / 255.0; });
}

TEST(TiffImage, LeavesOutAFourthBandThatIsNoAlpha) {
    for (const int bits : {8, 16, 32}) {
        for (const bool tagged : {true, false}) {
            const double white = bits == 8 ? 255.0 : bits == 16 ? 65535.0 : 256.0;
            const double unit = bits == 32 ? 256.0 : 1.0;
            const double step = bits == 16 ? 257.0 : 1.0;
            TiffOptions options{.samples = 4, .bits = bits, .format = bits == 32 ? 3 : 1};
            options.value = [=](int c, int y, int x) { return step * levelAt(c, y, x) / unit; };
            if (tagged) {
                options.extraSamples = {0};
            }
            const auto loaded = read(options);
            EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("a further channel (band) beside its colours")));
            expectValues(loaded.image, options, [&](int c, int y, int x) { return step * levelAt(c, y, x) / white; });
        }
    }
}

TEST(TiffImage, LeavesOutFurtherBandsOfAnyNumber) {
    TiffOptions options{.samples = 6, .extraSamples = {0, 0, 0}, .value = levelAt};
    auto loaded = read(options);
    EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("3 further channels")));
    expectValues(loaded.image, options, [](int c, int y, int x) { return levelAt(c, y, x) / 255.0; });

    options = {.samples = 2, .bits = 16, .photometric = grey, .extraSamples = {0}};
    options.value = [](int c, int y, int x) { return 257.0 * levelAt(c, y, x); };
    loaded = read(options);
    EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("a further channel (band) beside its grey")));
    expectValues(loaded.image, options, [](int /*c*/, int y, int x) { return levelAt(0, y, x) / 255.0; });
}

TEST(TiffImage, SaysThatChannelsAreTakenForColours) {
    for (const int bits : {8, 16}) {
        const double step = bits == 16 ? 257.0 : 1.0;
        const TiffOptions options{
            .bits = bits, .photometric = grey, .extraSamples = {0, 0}, .value = [=](int c, int y, int x) {
                return step * levelAt(c, y, x);
            }};
        const auto loaded = read(options);
        EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("does not say what its channels are")));
        expectValues(loaded.image, options, [](int c, int y, int x) { return levelAt(c, y, x) / 255.0; });
    }
}

TEST(TiffImage, CompositesTransparencyOfFloatingPointAndGrey) {
    for (const unsigned kind : {1U, 2U}) {  // colours are multiplied by alpha, or not yet
        const TiffOptions colour{.width = 1,
                                 .height = 1,
                                 .samples = 4,
                                 .bits = 32,
                                 .format = 3,
                                 .extraSamples = {kind},
                                 .value = [](int c, int /*y*/, int /*x*/) { return c == 3 ? 0.5 : 0.25; }};
        const auto loaded = read(colour);
        EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("composited on black")));
        EXPECT_FLOAT_EQ(loaded.image.at(1, 0, 0), kind == 1 ? 0.25F : 0.125F);
        const TiffOptions greyAlpha{.width = 1,
                                    .height = 1,
                                    .samples = 2,
                                    .photometric = grey,
                                    .extraSamples = {kind},
                                    .value = [](int c, int /*y*/, int /*x*/) { return c == 1 ? 51.0 : 100.0; }};
        EXPECT_NEAR(read(greyAlpha).image.at(2, 0, 0), kind == 1 ? 100.0F / 255.0F : 20.0F / 255.0F, 1e-6F);
    }
}

TEST(TiffImage, TurnsFloatingPointAsEightBits) {
    for (unsigned orientation = 1; orientation <= 8; ++orientation) {
        TiffOptions options{.shortTags = {{orientationTag, orientation}}, .value = levelAt};
        const auto eightBits = read(options);
        options.bits = 32;
        options.format = 3;
        options.value = [](int c, int y, int x) { return levelAt(c, y, x) / 255.0; };
        const auto floating = read(options);
        ASSERT_EQ(floating.image.width(), eightBits.image.width());
        ASSERT_EQ(floating.image.height(), eightBits.image.height());
        EXPECT_THAT(std::vector(floating.image.values().begin(), floating.image.values().end()),
                    testing::Pointwise(testing::FloatEq(), eightBits.image.values()))
            << orientation;
    }
}

TEST(TiffImage, RefusesWhatIsNeitherGreyNorRgb) {
    TiffOptions options{.value = levelAt};
    const auto expectColours = [&](int photometric, int samples, const std::string& name) {
        options.photometric = photometric;
        options.samples = samples;
        for (const int bits : {8, 16}) {
            options.bits = bits;
            expectBad(tiffFile(options), name);
        }
    };
    expectColours(5, 4, "CMYK");
    expectColours(8, 3, "CIELAB");
    expectColours(8, 1, "CIELAB");
    expectColours(9, 3, "CIELAB");
    expectColours(10, 3, "CIELAB");
    expectColours(4, 1, "transparency mask");
    expectColours(32803, 1, "raw data of a camera");
    expectColours(34892, 3, "raw data of a camera");
    expectColours(32844, 1, "LogLuv");
    expectColours(12345, 3, "photometric interpretation 12345");
    options = {.bits = 32, .format = 3, .photometric = 8, .value = fractionAt};
    expectBad(tiffFile(options), "CIELAB");
    options = {.shortTags = {{254, 1}}, .value = levelAt};
    expectBad(tiffFile(options), "preview");
    options = {.bits = 32, .format = 1, .value = levelAt};
    expectBad(tiffFile(options), "32 bits");
    options = {.bits = 16, .format = 2, .value = levelAt};
    expectBad(tiffFile(options), "signed");
}

// No file of ours is compressed; other programs' mostly are. Written by tifffile's rule: zlib, "floating point
// predictor". A strip that is not what it says it is, is damaged.
TEST(TiffImage, SaysWhatLibtiffSaysOfDamagedFiles) {
    TiffOptions options{.bits = 32, .format = 3, .value = fractionAt};
    options.shortTags = {{259, 8}};
    expectBad(tiffFile(options), "damaged TIFF");
    options.shortTags = {{259, 33333}};
    expectBad(tiffFile(options), "ompression");
}

long peakMemoryMiB() {
    struct rusage usage {};
    EXPECT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss / 1024;
}

// Small files that promise tiles of 1 GiB, or a picture of 4 GiB in one strip.
TEST(TiffImage, MakesNoRoomForWhatTheFileCannotHold) {
    constexpr unsigned side = 16384;
    const auto before = peakMemoryMiB();
    const TiffOptions tiles{.samples = 2,
                            .bits = 16,
                            .format = 3,
                            .photometric = grey,
                            .tile = 16,
                            .extraSamples = {0},
                            .shortTags = {{322, side}, {323, side}},
                            .value = fractionAt};
    expectBad(tiffFile(tiles), "TIFF");
    TiffOptions strip{.samples = 4,
                      .bits = 32,
                      .format = 3,
                      .extraSamples = {2},
                      .shortTags = {{256, side}, {257, side}, {278, side}},
                      .value = fractionAt};
    expectBad(tiffFile(strip), "TIFF");
    strip.shortTags[273] = 0;  // the strip lies nowhere
    expectBad(tiffFile(strip), "TIFF");
    constexpr unsigned lzw = 5;  // packs at most 2731 bytes into one
    const TiffOptions packed{.samples = 3,
                             .bits = 8,
                             .format = 1,
                             .photometric = rgb,
                             .shortTags = {{256, side}, {257, side}, {278, side}, {259, lzw}},
                             .value = fractionAt};
    expectBad(tiffFile(packed), "TIFF");
    EXPECT_LT(peakMemoryMiB(), before + 256);
}

// Neither a cut nor a changed byte leads the program astray.
TEST(TiffImage, SurvivesCutsAndWrongBytesAnywhere) {
    const TemporaryFolder folder;
    for (int variant = 0; variant < 4; ++variant) {
        TiffOptions options{.bits = variant < 2 ? 32 : 16, .format = variant < 2 ? 3 : 1, .value = fractionAt};
        options.planes = (variant & 1) != 0;
        options.tile = variant == 0 ? 16 : 0;
        options.photometric = rgb;
        options.bigEndian = variant == 3;
        const auto whole = tiffFile(options);
        const auto readChecked = [&](const std::string& content) {
            try {
                EXPECT_FALSE(readImage(folder.write("x.tif", content)).image.empty());
                return true;
            } catch (const Error& error) {
                EXPECT_TRUE(error.code() == ErrorCode::BadFile || error.code() == ErrorCode::OutOfMemory)
                    << error.what();
                return false;
            }
        };
        for (std::size_t size = 1; size < whole.size(); size += 7) {
            EXPECT_FALSE(readChecked(whole.substr(0, size))) << variant << " " << size;
        }
        for (std::size_t i = whole.size() - 250; i < whole.size(); ++i) {
            for (const char value : {'\x00', '\x7f', '\xff'}) {
                auto changed = whole;
                changed[i] = value;
                readChecked(changed);
            }
        }
    }
}

}  // namespace
}  // namespace lamscope::tiff_image_test
