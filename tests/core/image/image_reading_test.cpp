// SPDX-License-Identifier: GPL-3.0-or-later
// What image files say about their colours and levels: colour profiles, and levels of fewer than 16 bits in 16.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>
#include <zlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "image/colour_profile.h"
#include "image/image_file.h"
#include "support/bytes.h"
#include "support/exif.h"
#include "support/icc_profile.h"
#include "support/temporary_folder.h"
#include "support/tiff_file.h"

namespace lamscope::image_reading_test {
namespace {

using namespace std::string_literals;
using test::bigEndian32;
using test::iccProfile;
using test::pngWithChunk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int width = 40;
constexpr int height = 32;

LoadedImage read(const std::string& content, const ImageReading& reading = {}) {
    const test::TemporaryFolder folder;
    return readImage(folder.write("image.dat", content), reading);
}

std::string encoded(const std::string& extension, const cv::Mat& mat, const std::vector<int>& options = {}) {
    std::vector<std::uint8_t> bytes;
    EXPECT_TRUE(cv::imencode(extension, mat, bytes, options));
    return {bytes.begin(), bytes.end()};
}

// ---------------------------------------------------------------- colour profiles

cv::Mat flat() {
    return {height, width, CV_8UC3, cv::Scalar(30, 120, 200)};
}

std::string flatPng() {
    return encoded(".png", flat());
}

std::string packed(const std::string& content) {
    std::string stream(compressBound(static_cast<uLong>(content.size())), '\0');
    auto size = static_cast<uLongf>(stream.size());
    EXPECT_EQ(compress(reinterpret_cast<Bytef*>(stream.data()), &size, reinterpret_cast<const Bytef*>(content.data()),
                       static_cast<uLong>(content.size())),
              Z_OK);
    return stream.substr(0, size);
}

std::string pngWithProfile(const std::string& profile) {
    return pngWithChunk(flatPng(), "iCCP", "a name\0\0"s + packed(profile));
}

/// In two segments, the second of which comes first.
std::string jpegWithProfile(const std::string& profile) {
    auto jpeg = encoded(".jpg", flat());
    const auto half = profile.size() / 2;
    for (const char number : {'\1', '\2'}) {
        const auto segment =
            "ICC_PROFILE\0"s + number + '\2' + (number == 1 ? profile.substr(0, half) : profile.substr(half));
        jpeg.insert(2, "\xff\xe2" + bigEndian32(segment.size() + 2).substr(2) + segment);
    }
    return jpeg;
}

std::string tiffWithProfile(const std::string& profile) {
    return test::tiffFile({.width = width, .height = height, .profile = profile, .value = [](int c, int, int) {
                               return 200.0 - 80.0 * c;
                           }});
}

std::string webpWithProfile(const std::string& profile) {
    const auto webp = encoded(".webp", flat(), {cv::IMWRITE_WEBP_QUALITY, 101});
    const auto extended = "VP8X"s + test::bytesOf<std::uint32_t>(10) + "\x20\0\0\0"s
                          + test::bytesOf<std::uint32_t>(width - 1).substr(0, 3)
                          + test::bytesOf<std::uint32_t>(height - 1).substr(0, 3);
    const auto padding = std::string(profile.size() % 2, '\0');
    const auto content = "WEBP"s + extended + "ICCP" + test::bytesOf(static_cast<std::uint32_t>(profile.size()))
                         + profile + padding + webp.substr(12);
    return "RIFF" + test::bytesOf(static_cast<std::uint32_t>(content.size())) + content;
}

TEST(ImageReading, NamesAProfileOtherThanSrgbInEveryFormat) {
    for (const auto make : {pngWithProfile, jpegWithProfile, tiffWithProfile, webpWithProfile}) {
        for (const int version : {2, 4}) {
            const auto standard =
                read(make(test::rgbProfile("A camera", test::srgbPrimaries, test::srgbCurve(), version)));
            EXPECT_THAT(standard.warnings, IsEmpty());
            const auto other = read(make(test::rgbProfile("Adobe RGB (1998)", test::adobeRgbPrimaries,
                                                          test::gammaCurve(563.0 / 256.0), version)));
            EXPECT_THAT(other.warnings, ElementsAre(HasSubstr("the colour profile 'Adobe RGB (1998)'")));
            EXPECT_THAT(other.offers, IsEmpty());
            EXPECT_TRUE(std::ranges::equal(other.image.values(), standard.image.values()));
        }
        EXPECT_THAT(read(make("no profile at all")).warnings, ElementsAre(HasSubstr("cannot be read")));
    }
}

TEST(ImageReading, KnowsWhichPngChunkCounts) {
    const auto adobe = "a name\0\0"s + packed(iccProfile("Adobe RGB (1998)", 2));
    const auto gamma = [](std::uint32_t value) { return bigEndian32(value); };
    const auto primaries = [](std::uint32_t greenX, std::uint32_t greenY) {
        std::string data;
        for (const std::uint32_t value : {31270U, 32900U, 64000U, 33000U, greenX, greenY, 15000U, 6000U}) {
            data += bigEndian32(value);
        }
        return data;
    };
    struct Case {
        std::vector<std::pair<std::string, std::string>> chunks;
        std::string said;  // empty: nothing
    };
    const std::vector<Case> cases{
        {{{"gAMA", gamma(45455)}}, ""},
        {{{"gAMA", gamma(45455)}, {"cHRM", primaries(30000, 60000)}}, ""},
        {{{"gAMA", gamma(100000)}}, "the gamma 1 (PNG gAMA)"},
        {{{"cHRM", primaries(21000, 71000)}}, "PNG cHRM"},
        {{{"sRGB", "\0"s}, {"gAMA", gamma(100000)}}, ""},
        {{{"iCCP", adobe}, {"gAMA", gamma(45455)}}, "Adobe RGB"},
        {{{"cICP", "\x09\x10\0\1"s}}, "primaries 9 and the transfer characteristics 16"},
        {{{"cICP", "\x01\x0d\0\1"s}, {"iCCP", adobe}}, ""},
    };
    for (const auto& [chunks, said] : cases) {
        auto png = flatPng();
        for (const auto& [type, data] : chunks) {
            png = pngWithChunk(png, type, data);
        }
        const auto warnings = read(png).warnings;
        if (said.empty()) {
            EXPECT_THAT(warnings, IsEmpty()) << chunks.front().first;
        } else {
            EXPECT_THAT(warnings, ElementsAre(HasSubstr(said)));
        }
    }
}

std::string profileOf(const std::string& icc) {
    return detail::otherProfile(test::asBytes(icc));
}

TEST(ImageReading, KnowsSrgbByItsColoursAndNotByItsName) {
    using namespace test;
    for (const int version : {2, 4}) {
        EXPECT_EQ(profileOf(rgbProfile("Artifex", srgbPrimaries, srgbCurve(), version)), "");
        EXPECT_EQ(profileOf(rgbProfile("sRGB IEC61966-2.1", displayP3Primaries, srgbCurve(), version)),
                  "the colour profile 'sRGB IEC61966-2.1', which differs from sRGB");
        EXPECT_EQ(profileOf(rgbProfile("sRGB, gamma 2.2", srgbPrimaries, gammaCurve(2.2), version)),
                  "the colour profile 'sRGB, gamma 2.2', which differs from sRGB");
        EXPECT_EQ(profileOf(rgbProfile("Display P3", displayP3Primaries, srgbCurve(), version)),
                  "the colour profile 'Display P3'");
        const auto grey = [&](const ToneCurve& curve) {
            return profileOf(writtenProfile(cmsCreateGrayProfile(cmsD50_xyY(), curve.get()), "grey", version));
        };
        EXPECT_EQ(grey(srgbCurve()), "");
        EXPECT_EQ(grey(gammaCurve(1.8)), "the colour profile 'grey'");
    }
    EXPECT_THAT(profileOf(iccProfile("sRGB without colours", 2)), HasSubstr("which differs from sRGB"));
}

/// The colours as the sRGB profile of Hewlett-Packard (1998) states them, which most files carry.
TEST(ImageReading, KnowsTheUsualSrgbProfile) {
    cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
    cmsSetDeviceClass(profile, cmsSigDisplayClass);
    cmsSetColorSpace(profile, cmsSigRgbData);
    cmsSetPCS(profile, cmsSigXYZData);
    const cmsCIEXYZ red{0.43607, 0.22249, 0.01392};
    const cmsCIEXYZ green{0.38515, 0.71687, 0.09708};
    const cmsCIEXYZ blue{0.14307, 0.06061, 0.71410};
    const cmsCIEXYZ white{0.95045, 1.0, 1.08905};
    cmsWriteTag(profile, cmsSigMediaWhitePointTag, &white);
    cmsWriteTag(profile, cmsSigRedColorantTag, &red);
    cmsWriteTag(profile, cmsSigGreenColorantTag, &green);
    cmsWriteTag(profile, cmsSigBlueColorantTag, &blue);
    const auto curve = test::srgbCurve();
    for (const auto tag : {cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag}) {
        cmsWriteTag(profile, tag, curve.get());
    }
    EXPECT_EQ(profileOf(test::writtenProfile(profile, "IEC 61966-2.1 Default RGB colour space", 2)), "");
}

TEST(ImageReading, TrustsNoNumberOfAProfile) {
    const auto whole = test::rgbProfile("Display P3", test::displayP3Primaries, test::srgbCurve(), 4);
    for (std::size_t size = 1; size < whole.size(); ++size) {
        EXPECT_THAT(profileOf(whole.substr(0, size)), HasSubstr("colour profile"));
    }
    for (std::size_t place = 0; place + 4 <= whole.size(); place += 4) {
        auto damaged = whole;
        damaged.replace(place, 4, "\xff\xff\xff\xff");
        EXPECT_THAT(profileOf(damaged), Not(IsEmpty())) << place;
    }
    for (const int version : {2, 4}) {
        const auto named = iccProfile("Display P3", version);
        EXPECT_EQ(profileOf(named), "the colour profile 'Display P3'");
        for (std::size_t size = 1; size < named.size(); ++size) {
            EXPECT_THAT(profileOf(named.substr(0, size)), HasSubstr("colour profile"));
        }
        for (std::size_t place = 128; place + 4 <= named.size(); place += 4) {
            auto damaged = named;
            damaged.replace(place, 4, "\xff\xff\xff\xff");
            EXPECT_THAT(profileOf(damaged), Not(IsEmpty()));
        }
    }
    EXPECT_EQ(profileOf(""), "");
}

TEST(ImageReading, ShowsNamesThatATerminalCanShow) {
    EXPECT_EQ(profileOf(iccProfile("red\x1b[31m\n", 4)), "the colour profile 'red[31m'");
    EXPECT_EQ(profileOf(iccProfile("caf\xe9", 2)), "the colour profile 'caf\xc3\xa9'");  // Latin-1 to UTF-8
    EXPECT_EQ(profileOf(iccProfile(std::string(5000, 'a'), 4)), "the colour profile '" + std::string(80, 'a') + "'");
}

// ---------------------------------------------------------------- levels of fewer bits in 16

using Levels = std::function<int(int index)>;

cv::Mat sixteenBits(const Levels& level, int type = CV_16UC3) {
    cv::Mat mat(height, width, type);
    auto* const levels = mat.ptr<std::uint16_t>();
    for (int i = 0; i < height * width * mat.channels(); ++i) {
        levels[i] = static_cast<std::uint16_t>(level(i));
    }
    return mat;
}

std::string arrayOf(const cv::Mat& mat) {
    const auto header = "{'descr': '<u2', 'fortran_order': False, 'shape': (32, 40, 3), }\n"s;
    const std::string values(reinterpret_cast<const char*>(mat.data), mat.total() * mat.elemSize());
    return "\x93NUMPY\x01\0"s + test::bytesOf(static_cast<std::uint16_t>(header.size())) + header + values;
}

std::string pngOf(const cv::Mat& mat) {
    return encoded(".png", mat);
}

std::string tiffOf(const cv::Mat& mat) {
    return encoded(".tiff", mat);
}

TEST(ImageReading, OffersToStretchLevelsOfFewerBits) {
    for (const int bits : {8, 10, 12}) {
        const int largest = (1 << bits) - 1;
        const auto level = [=](int i) { return (7 * i + 3) % (largest + 1); };
        const auto mat = sixteenBits(level);
        for (const auto make : {pngOf, tiffOf, arrayOf}) {
            const bool isArray = make == arrayOf;  // R, G, B; the others B, G, R
            const auto file = make(mat);
            const auto stored = read(file);
            ASSERT_EQ(stored.offers.size(), 1U) << bits;
            EXPECT_EQ(stored.offers.front().member, &ImageReading::stretch);
            EXPECT_THAT(stored.warnings, ElementsAre(stored.offers.front().note));
            EXPECT_THAT(stored.offers.front().note, HasSubstr("levels of " + std::to_string(bits) + " bits"));
            const auto stretched = read(file, {.stretch = true});
            EXPECT_THAT(stretched.offers, IsEmpty());
            EXPECT_THAT(stretched.warnings, IsEmpty());
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    const auto value = static_cast<float>(level(3 * (y * width + x) + (isArray ? 0 : 2)));
                    ASSERT_EQ(stored.image.at(0, y, x), value / 65535.0F);
                    ASSERT_EQ(stretched.image.at(0, y, x), value / static_cast<float>(largest));
                }
            }
        }
    }
}

TEST(ImageReading, LeavesOtherLevelsAlone) {
    const std::vector<Levels> levels{
        [](int i) { return 53 * i % 4097; },       // more than 12 bits
        [](int i) { return i == 5 ? 65535 : 3; },  // dark, with one white level
        [](int i) { return i % 64 * 64; },         // the high 10 bits of 16, dark
        [](int i) { return i % 256 * 16; },        // the high 12 bits of 16, dark
        [](int i) { return i % 16 * 257; },        // 8 bits expanded to 16, dark
        [](int) { return 0; },                     // black
    };
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto file = pngOf(sixteenBits(levels[i]));
        const auto stored = read(file);
        EXPECT_THAT(stored.offers, IsEmpty()) << i;
        EXPECT_THAT(stored.warnings, IsEmpty()) << i;
        EXPECT_TRUE(std::ranges::equal(read(file, {.stretch = true}).image.values(), stored.image.values())) << i;
    }
}

// A PNM file whose header says what is white needs no guess.
TEST(ImageReading, BelievesAHeaderThatNamesItsLargestLevel) {
    EXPECT_THAT(read("P5\n3 1\n1023\n\x00\x01\x02\x01\x03\xff"s).offers, IsEmpty());
    EXPECT_EQ(read("P5\n3 1\n65535\n\x00\x01\x02\x01\x03\xff"s).offers.size(), 1U);
}

TEST(ImageReading, StretchesColoursAndNotTransparency) {
    const auto opaque = [](int i) { return i % 4 == 3 ? 65535 : i % 1024; };
    const auto file = pngOf(sixteenBits(opaque, CV_16UC4));
    EXPECT_EQ(read(file).offers.size(), 1U);
    const auto stretched = read(file, {.stretch = true});
    EXPECT_THAT(stretched.warnings, IsEmpty());
    EXPECT_EQ(stretched.image.at(0, 0, 1), 6.0F / 1023.0F);
}

TEST(ImageReading, StretchesTransparencyOfTheSameBits) {
    const auto file = pngOf(sixteenBits([](int i) { return i % 4 == 3 ? 1023 : i % 1024; }, CV_16UC4));
    EXPECT_THAT(read(file).warnings, ElementsAre(HasSubstr("partly transparent"), HasSubstr("levels of 10 bits")));
    const auto stretched = read(file, {.stretch = true});
    EXPECT_THAT(stretched.warnings, IsEmpty());
    EXPECT_EQ(stretched.image.at(0, 0, 1), 6.0F / 1023.0F);

    const auto half = pngOf(sixteenBits([](int i) { return i % 4 == 3 ? 341 : 1023; }, CV_16UC4));
    EXPECT_FLOAT_EQ(read(half, {.stretch = true}).image.at(0, 0, 0), 341.0F / 1023.0F);
}

TEST(ImageReading, StretchesFilesThatAreComparedAlike) {
    const test::TemporaryFolder folder;
    const auto withLevels = [&](const std::string& name, const Levels& levels) {
        return folder.write(name, pngOf(sixteenBits(levels)));
    };
    const auto ten = withLevels("ten.png", [](int i) { return i % 1024; });
    const auto twelve = withLevels("twelve.png", [](int i) { return i == 5 ? 1025 : i % 1024; });
    const auto sixteen = withLevels("sixteen.png", [](int i) { return i == 5 ? 4097 : i % 1024; });
    const auto black = withLevels("black.png", [](int) { return 0; });
    const auto eight = folder.write("eight.png", flatPng());  // has no levels of 16 bits
    const ImageReading stretch{.stretch = true};
    const auto bitsOf = [&](const std::vector<std::filesystem::path>& files) {
        return sharedReading(stretch, files, {})->bits;
    };
    EXPECT_EQ(bitsOf({ten}), 0);  // shows it by itself
    EXPECT_EQ(bitsOf({ten, ten, black, eight}), 10);
    EXPECT_EQ(bitsOf({ten, twelve}), 12);
    EXPECT_EQ(bitsOf({twelve, sixteen, ten}), 16);
    EXPECT_EQ(sharedReading({.upright = true}, std::vector{ten, twelve}, {}), (ImageReading{.upright = true}));

    // What is known is not read again, and a stop ends the reading.
    const ImageReading known{.stretch = true, .bits = 12};
    EXPECT_EQ(sharedReading(known, std::vector{ten, folder.path() / "missing.png"}, {}), known);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(sharedReading(stretch, std::vector{ten, twelve}, stop.get_token()), std::nullopt);

    for (const auto& [files, white] :
         {std::pair(std::vector{ten, twelve}, 4095.0F), std::pair(std::vector{ten, sixteen}, 65535.0F)}) {
        for (const auto& file : files) {
            const auto stretched = readImage(file, *sharedReading(stretch, files, {}));
            EXPECT_EQ(stretched.image.at(0, 0, 2), 8.0F / white) << file;
            EXPECT_THAT(stretched.offers, IsEmpty());
        }
    }
    EXPECT_THAT(readImage(ten, *sharedReading(stretch, std::vector{ten, sixteen}, {})).warnings,
                ElementsAre(HasSubstr("a file that it is compared with uses all 16 bits")));
}

TEST(ImageReading, TurnsAndStretchesInOneReading) {
    const auto file = test::pngWithExif(pngOf(sixteenBits([](int i) { return i % 1024; })), test::exif(6, true));
    const auto stored = read(file);
    EXPECT_EQ(stored.offers.size(), 2U);
    EXPECT_EQ(stored.warnings.size(), 2U);
    EXPECT_EQ(read(file, {.stretch = true}).offers.size(), 1U);
    const auto both = read(file, {.upright = true, .stretch = true});
    EXPECT_THAT(both.warnings, IsEmpty());
    EXPECT_EQ(both.image.width(), height);
    EXPECT_EQ(both.image.at(0, 0, height - 1), 2.0F / 1023.0F);  // clockwise: the first stored pixel is top right
}

}  // namespace
}  // namespace lamscope::image_reading_test
