// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/degradation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <future>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/npy.h"
#include "base/portable_random.h"
#include "base/sha256.h"
#include "image/colour.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "image/jpeg_loss.h"
#include "image/real_plane.h"
#include "image/resize.h"
#include "support/expect_error.h"
#include "support/test_data.h"

namespace lamscope::degradation_test {
namespace {

Degradation recipe(const std::string& text) {
    return degradationFromString(text);
}

/// The same in all channels. @param level  of row y and column x, 0…255.
template <typename Level>
Image drawn(int width, int height, Level level) {
    Image image(width, height);
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                image.at(channel, y, x) = static_cast<float>(level(y, x)) / 255.0F;
            }
        }
    }
    image.bitDepth = 8;
    return image;
}

Image named(Image image, const std::string& file) {
    image.file = file;
    return image;
}

int levelAt(const Image& image, int channel, int y, int x) {
    return nearestLevel(static_cast<double>(image.at(channel, y, x)), 255);
}

bool equalPixels(const Image& first, const Image& second) {
    return std::ranges::equal(first.values(), second.values());
}

Image lrOf(const Image& hr, const std::string& text, std::uint64_t seed = 0, int scale = 1,
           Reduction reduction = Reduction::Bilinear) {
    return degrade(hr, scale, reduction, recipe(text), seed).lr;
}

TEST(Recipe, IsReadInAnyOrderAndPrintedInTheOrderOfItsSteps) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"clean", "clean"},
        {"blur:2", "blur:2"},
        {"blur:2.0:21", "blur:2:21"},
        {"blur:0..4", "blur:0..4"},
        {"blur:0.5..2.5:9", "blur:0.5..2.5:9"},
        {"noise:25.5", "noise:25.5"},
        {"noise:3..3", "noise:3"},
        {"jpeg:40..90", "jpeg:40..90"},
        {"jpeg:30+noise:20+blur:1.2", "blur:1.2+noise:20+jpeg:30"},
        {"rain:small", "rain:small"},
        {"noise:3+rain:large:0.50+blur:1", "blur:1+rain:large:0.5+noise:3"},
        {"rain:medium:1", "rain:medium"},
    };
    for (const auto& [text, canonical] : cases) {
        EXPECT_EQ(toString(recipe(text)), canonical);
        EXPECT_EQ(recipe(canonical), recipe(text));
    }
    EXPECT_TRUE(recipe("clean").isClean());
    EXPECT_FALSE(recipe("noise:0").isClean());
    EXPECT_EQ(recipe("blur:2:21").blur->side, 21);
    EXPECT_EQ(recipe("noise:0..5").noise, (RecipeNumber{.low = 0.0, .high = 5.0}));
}

TEST(Recipe, SaysWhatWasFoundAndWhatIsPossible) {
    const auto refuses = [](const std::string& text, const std::vector<std::string>& words) {
        SCOPED_TRACE(text);
        auto expected = words;
        expected.insert(expected.end(), {"'" + text + "'", "blur:SIGMA[:SIDE]"});
        test::expectError(ErrorCode::InvalidArgument, expected, [&] { static_cast<void>(recipe(text)); });
    };
    refuses("", {"a step is empty"});
    refuses("blur:2+", {"a step is empty"});
    refuses("fog:2", {"no step 'fog:2'"});
    refuses("rain", {"small, medium, large or a file NAME.json", "found ''"});
    refuses("rain:huge", {"found 'huge'"});
    refuses("rain:small:2", {"a number from 0 to 1, found '2'"});
    refuses("rain:small:0..1", {"found '0..1'"});
    refuses("rain:small:1:1", {"3 values after 'rain'", "at most 2"});
    refuses("rain:small+rain:large", {"'rain' is given twice"});
    refuses("clean+noise:2", {"'clean' stands alone"});
    refuses("blur", {"a standard deviation from 0 to 50", "found ''"});
    refuses("blur:x", {"found 'x'"});
    refuses("blur:-1", {"found '-1'"});
    refuses("blur:51", {"from 0 to 50"});
    refuses("blur:3..2", {"found '3..2'"});
    refuses("blur:1..2..3", {"found '1..2..3'"});
    refuses("blur:nan", {"found 'nan'"});
    refuses("blur:2:20", {"an odd number from 1 to 301", "found '20'"});
    refuses("blur:2:303", {"found '303'"});
    refuses("blur:2:21:3", {"3 values after 'blur'", "at most 2"});
    refuses("noise:256", {"from 0 to 255"});
    refuses("noise:2:3", {"2 values after 'noise'", "at most 1"});
    refuses("jpeg:0", {"from 1 to 100"});
    refuses("jpeg:50.5", {"a whole quality", "found '50.5'"});
    refuses("noise:2+noise:3", {"'noise' is given twice"});
}

TEST(Recipe, HasANameOfItsOwnOrIsItsOwn) {
    const std::vector<std::string> texts{"soft=blur:2:21", "noise:20"};
    const auto named = namedDegradations(texts);
    ASSERT_EQ(named.size(), 2U);
    EXPECT_EQ(named[0], (NamedDegradation{.name = "soft", .degradation = recipe("blur:2:21")}));
    EXPECT_EQ(named[1], (NamedDegradation{.name = "noise:20", .degradation = recipe("noise:20")}));
    const auto refuses = [](const std::vector<std::string>& given, const std::string& word) {
        test::expectError(ErrorCode::InvalidArgument, {word}, [&] { static_cast<void>(namedDegradations(given)); });
    };
    refuses({"a=noise:2", "a=blur:1"}, "'a'");
    refuses({"=noise:2"}, "NAME=RECIPE");
    refuses({"a/b=noise:2"}, "'a/b=noise:2'");
    refuses({"..=noise:2"}, "'.'");
    refuses({"a="}, "a step is empty");
}

TEST(Recipe, DrawsNumbersFromItsRangesForEachImage) {
    const auto ranges = recipe("blur:0.5..2.5+noise:10..20+jpeg:40..42");
    std::array<int, 3> qualities{};
    for (int i = 0; i < 300; ++i) {
        const auto stem = "image" + std::to_string(i);
        const auto fixed = drawnFor(ranges, 5, stem);
        EXPECT_EQ(fixed, drawnFor(ranges, 5, stem));
        EXPECT_DOUBLE_EQ(fixed.blur->sigma.low, 0.5 + 2.0 * PortableRandom("blur.sigma/5/" + stem).uniform(0));
        EXPECT_DOUBLE_EQ(fixed.noise->low, 10.0 + 10.0 * PortableRandom("noise.sigma/5/" + stem).uniform(0));
        EXPECT_EQ(fixed.noise->low, fixed.noise->high);
        ++qualities.at(static_cast<std::size_t>(fixed.jpeg->low) - 40);
    }
    for (const int count : qualities) {
        EXPECT_NEAR(count, 100, 5.0 * std::sqrt(300.0 * 2.0 / 9.0));
    }
    EXPECT_NE(drawnFor(ranges, 5, "a"), drawnFor(ranges, 6, "a"));
    EXPECT_EQ(drawnFor(recipe("blur:2+jpeg:9"), 5, "a"), recipe("blur:2+jpeg:9"));
    EXPECT_EQ(blurRadius(ranges), 8);  // ceil(3 * 2.5)
    EXPECT_EQ(blurRadius(recipe("blur:2:21")), 10);
    EXPECT_EQ(blurRadius(recipe("noise:2")), 0);
}

TEST(Degrade, BlurIsTheGaussianThatSumsToOne) {
    constexpr int side = 9;
    constexpr double sigma = 0.9;
    const auto dot = drawn(side, side, [](int y, int x) { return y == 4 && x == 4 ? 255 : 0; });
    const auto blurred = lrOf(dot, "blur:0.9:5");
    double sum = 0.0;
    for (int y = -2; y <= 2; ++y) {
        for (int x = -2; x <= 2; ++x) {
            sum += std::exp(-(x * x + y * y) / (2.0 * sigma * sigma));
        }
    }
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            const int dy = y - 4;
            const int dx = x - 4;
            const bool inside = std::abs(dy) <= 2 && std::abs(dx) <= 2;
            const double weight = inside ? std::exp(-(dx * dx + dy * dy) / (2.0 * sigma * sigma)) / sum : 0.0;
            EXPECT_EQ(levelAt(blurred, 1, y, x), std::lround(255.0 * weight)) << y << ", " << x;
        }
    }
    EXPECT_TRUE(equalPixels(lrOf(drawn(16, 12, [](int, int) { return 173; }), "blur:3"),
                            drawn(16, 12, [](int, int) { return 173; })));
    EXPECT_TRUE(equalPixels(lrOf(dot, "blur:0"), dot));
    EXPECT_TRUE(equalPixels(lrOf(dot, "blur:1e-200:3"), dot));
}

TEST(Degrade, BlurSeesTheImageMirroredAtItsBorderWithoutTheEdgeTwice) {
    // Of a white column at x = 1, the mirror image lies at x = -1.
    const auto column = drawn(9, 9, [](int, int x) { return x == 1 ? 255 : 0; });
    const double near = std::exp(-1.0 / (2.0 * 0.8 * 0.8));
    const double far = std::exp(-4.0 / (2.0 * 0.8 * 0.8));
    const double sum = 1.0 + 2.0 * near + 2.0 * far;
    const auto blurred = lrOf(column, "blur:0.8:5");
    EXPECT_EQ(levelAt(blurred, 0, 0, 0), std::lround(255.0 * 2.0 * near / sum));
    EXPECT_EQ(levelAt(blurred, 0, 8, 1), std::lround(255.0 * (1.0 + far) / sum));
    EXPECT_EQ(levelAt(blurred, 0, 4, 2), std::lround(255.0 * near / sum));
}

TEST(Degrade, NoiseIsThatOfTheKeyAndHasItsDeviation) {
    const auto grey = named(drawn(128, 96, [](int, int) { return 128; }), "folder/grey.png");
    const auto noisy = lrOf(grey, "noise:10", 7);
    const PortableRandom random("noise/7/grey");
    double squares = 0.0;
    std::uint64_t e = 0;
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < 96; ++y) {
            for (int x = 0; x < 128; ++x, ++e) {
                const int level = levelAt(noisy, channel, y, x);
                ASSERT_EQ(level, std::floor(128.0 + 10.0 * random.normal(e) + 0.5));
                squares += std::pow(level - 128, 2);
            }
        }
    }
    const auto count = static_cast<double>(e);
    const double variance = 10.0 * 10.0 + 1.0 / 12.0;  // of the noise and of rounding
    EXPECT_NEAR(squares / count, variance, 5.0 * variance * std::sqrt(2.0 / count));
}

TEST(Degrade, DependsOnSeedAndStemAndNotOnFolderOrEnding) {
    const auto scene = drawScene(64);
    const auto noisy = lrOf(named(scene, "a/photo.png"), "noise:20", 3, 2);
    EXPECT_TRUE(equalPixels(lrOf(named(scene, "b/photo.jpg"), "noise:20", 3, 2), noisy));
    EXPECT_FALSE(equalPixels(lrOf(named(scene, "a/photo2.png"), "noise:20", 3, 2), noisy));
    EXPECT_FALSE(equalPixels(lrOf(named(scene, "a/photo.png"), "noise:20", 4, 2), noisy));
    EXPECT_EQ(noisy.file, "a/photo.png");
    EXPECT_EQ(noisy.bitDepth, 8);
}

TEST(Degrade, IsTheSameOnManyThreads) {
    const auto scene = named(drawScene(96), "scene.png");
    const auto alone = lrOf(scene, "blur:0..3+noise:0..30+jpeg:20..90", 9, 2);
    std::vector<std::future<Image>> others;
    for (int i = 0; i < 4; ++i) {
        others.push_back(
            std::async(std::launch::async, [&] { return lrOf(scene, "blur:0..3+noise:0..30+jpeg:20..90", 9, 2); }));
    }
    for (auto& other : others) {
        EXPECT_TRUE(equalPixels(other.get(), alone));
    }
}

TEST(Degrade, CropsToMultiplesOfTheScaleAndKeepsTheTruth) {
    const auto scene = drawScene(67);
    const auto pair = degrade(scene, 4, Reduction::Matlab, recipe("noise:5"), 0);
    EXPECT_EQ(pair.lr.width(), 16);
    EXPECT_EQ(pair.hr.height(), 64);
    EXPECT_TRUE(equalPixels(pair.hr, scene.cropped({.x = 0, .y = 0, .width = 64, .height = 64})));
    test::expectError(ErrorCode::InvalidArgument, {},
                      [] { static_cast<void>(degrade(Image(3, 9), 4, Reduction::Matlab, {}, 0)); });
}

TEST(Degrade, CleanIsTheReductionRoundedOnce) {
    const auto scene = drawScene(96);
    EXPECT_TRUE(equalPixels(lrOf(scene, "clean"), scene));  // at scale 1
    EXPECT_TRUE(equalPixels(lrOf(scene, "clean", 0, 2, Reduction::Bilinear),
                            makeLowResolution(scene, 2, Reduction::Bilinear).lr));
    for (const auto reduction : {Reduction::Pillow, Reduction::Matlab}) {
        const auto once = lrOf(scene, "clean", 0, 4, reduction);
        const auto asThey = makeLowResolution(scene, 4, reduction).lr;
        for (std::size_t i = 0; i < once.values().size(); ++i) {
            ASSERT_LE(std::abs(once.values()[i] - asThey.values()[i]), 1.001F / 255.0F);
        }
    }
}

TEST(Degrade, JpegIsThatOfLibjpegsDefaults) {
    const auto scene = named(drawScene(64), "scene.png");
    cv::Mat3b pixels(64, 64);
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 64; ++x) {
            for (int channel = 0; channel < 3; ++channel) {
                pixels(y, x)[2 - channel] = static_cast<std::uint8_t>(levelAt(scene, channel, y, x));
            }
        }
    }
    for (const int quality : {1, 30, 95, 100}) {
        SCOPED_TRACE(quality);
        std::vector<std::uint8_t> file;
        cv::imencode(".jpg", pixels, file, {cv::IMWRITE_JPEG_QUALITY, quality});
        const cv::Mat3b expected = cv::imdecode(file, cv::IMREAD_COLOR);
        const auto packed = lrOf(scene, "jpeg:" + std::to_string(quality));
        for (int y = 0; y < 64; ++y) {
            for (int x = 0; x < 64; ++x) {
                for (int channel = 0; channel < 3; ++channel) {
                    ASSERT_EQ(levelAt(packed, channel, y, x), expected(y, x)[2 - channel]) << y << ", " << x;
                }
            }
        }
        EXPECT_EQ(packed.file, "scene.png");
    }
    test::expectError(ErrorCode::InvalidArgument, {"quality 0"}, [&] { static_cast<void>(withJpegLoss(scene, 0)); });
    test::expectError(ErrorCode::WriteFailed, {"65501x1", "JPEG"},
                      [] { static_cast<void>(withJpegLoss(Image(65501, 1), 50)); });
}

TEST(BilinearReduction, IsOpenCvs) {
    const auto scene = drawScene(120);
    const auto plane = realLevels(scene, 0);
    const cv::Mat1d source(plane.height, plane.width, const_cast<double*>(plane.values.data()));
    for (const int factor : {1, 2, 3, 4, 5, 8}) {
        SCOPED_TRACE(factor);
        cv::Mat1d expected;
        cv::resize(source, expected, {120 / factor, 120 / factor}, 0.0, 0.0, cv::INTER_LINEAR);
        const auto reduced = reduceReal(plane, factor, Reduction::Bilinear);
        ASSERT_EQ(reduced.width, expected.cols);
        for (int i = 0; i < expected.rows * expected.cols; ++i) {
            ASSERT_NEAR(reduced.values[static_cast<std::size_t>(i)], expected(i / expected.cols, i % expected.cols),
                        1e-4);  // OpenCV's weights are float32
        }
    }
    const auto four = drawn(2, 2, [](int y, int x) { return 10 * y + x; });
    EXPECT_EQ(levelAt(makeLowResolution(four, 2, Reduction::Bilinear).lr, 0, 0, 0), 6);  // 5.5, a half up
}

TEST(BicubicReduction, WithoutRoundingIsTheSameWeights) {
    const auto scene = drawScene(60);
    const auto plane = realLevels(scene, 2);
    const auto matlab = reduceReal(plane, 3, Reduction::Matlab);
    const auto expected = resizeBicubicMatlab(scene, 1.0 / 3.0, MatlabBorder::Repeated);
    const auto pillow = reduceReal(plane, 3, Reduction::Pillow);
    const auto rounded = reduceBicubicPillow(scene, 3);
    for (std::size_t i = 0; i < matlab.values.size(); ++i) {
        ASSERT_NEAR(matlab.values[i], static_cast<double>(expected.plane(2)[i]) * 255.0, 1e-3);
        ASSERT_NEAR(std::clamp(pillow.values[i], 0.0, 255.0), static_cast<double>(rounded.plane(2)[i]) * 255.0, 1.1);
    }
}

TEST(Reduction, HasNamesInOneList) {
    EXPECT_EQ(reductionNames(), "pillow, matlab, bilinear");
    for (const auto reduction : reductions) {
        EXPECT_EQ(reductionFromString(toString(reduction)), reduction);
    }
}

double meanLevel(const Image& image) {
    double sum = 0.0;
    for (const float value : image.values()) {
        sum += nearestLevel(static_cast<double>(value), 255);
    }
    return sum / static_cast<double>(image.values().size());
}

/// Rows of R, G, B.
std::string bytesOf(const Image& image) {
    std::string bytes;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            for (int channel = 0; channel < Image::channels; ++channel) {
                bytes.push_back(static_cast<char>(levelAt(image, channel, y, x)));
            }
        }
    }
    return bytes;
}

TEST(DegradeGolden, BlurOfTheFaigPairIsThatOfTheReference) {
    LAMSCOPE_NEED_DATA(record, "golden/methods/faig.json");
    LAMSCOPE_NEED_DATA(crops, "golden/methods/faig_blur.npy");
    LAMSCOPE_NEED_DATA(images, "images");
    const auto blurred = readNpy(crops);
    std::size_t n = 0;
    const auto document = nlohmann::json::parse(std::ifstream(record));
    for (const auto& entry : document.at("real").at("degradation")) {
        const auto file = images / entry.at("file").get<std::string>();
        SCOPED_TRACE(file);
        const auto hr = readImage(file).image.croppedToMultiple(12);
        const auto expectPixel = [&](const Image& image, const nlohmann::json& levels, int tolerance) {
            for (int channel = 0; channel < Image::channels; ++channel) {
                EXPECT_NEAR(levelAt(image, channel, 10, 20), levels.at(static_cast<std::size_t>(channel)).get<int>(),
                            tolerance);
            }
        };
        const auto blur = lrOf(hr, "blur:2:21", 0, 2);
        EXPECT_EQ(sha256OfText(bytesOf(blur)), entry.at("blur").at("sha256"));
        EXPECT_NEAR(meanLevel(blur), entry.at("blur").at("mean").get<double>(), 1e-9);
        expectPixel(blur, entry.at("blur").at("pixel_10_20"), 0);
        // A tenth of the means of 2x2 bytes are halves, which NumPy rounds to even.
        const auto reduced = lrOf(hr, "clean", 0, 2);
        EXPECT_NEAR(meanLevel(reduced), entry.at("reduced").at("mean").get<double>(), 0.2);
        expectPixel(reduced, entry.at("reduced").at("pixel_10_20"), 1);
        for (int channel = 0; channel < Image::channels; ++channel) {
            for (int y = 0; y < 64; ++y) {
                for (int x = 0; x < 64; ++x, ++n) {
                    ASSERT_EQ(levelAt(blur, channel, 94 + y, 94 + x), blurred.values.at(n)) << y << ", " << x;
                }
            }
        }
    }
    EXPECT_EQ(n, blurred.values.size());
}

TEST(DegradeGolden, CleanAndBlurredPatchesOfSrgaAreReproduced) {
    LAMSCOPE_NEED_DATA(patches, "golden/methods/patches_lr.npy");
    LAMSCOPE_NEED_DATA(folder, "images/bsd100");
    const auto expected = readNpy(patches);
    constexpr int count = 40;
    constexpr int side = 32;
    std::size_t n = 0;
    int different = 0;
    for (const auto* text : {"clean", "blur:2"}) {
        for (int i = 1; i <= count; ++i) {
            const auto name = "img_" + std::string(i < 10 ? "00" : "0") + std::to_string(i) + "_SRF_4_HR.png";
            SCOPED_TRACE(std::string(text) + " " + name);
            const auto image = readImage(folder / name).image;
            const bool landscape = image.width() > image.height();
            const auto hr = image.cropped(
                {.x = landscape ? 32 : 16, .y = landscape ? 16 : 32, .width = 4 * side, .height = 4 * side});
            const auto lr = lrOf(hr, text, 0, 4, Reduction::Pillow);
            for (int channel = 0; channel < Image::channels; ++channel) {
                for (int y = 0; y < side; ++y) {
                    for (int x = 0; x < side; ++x, ++n) {
                        const auto distance = std::abs(levelAt(lr, channel, y, x) - expected.values.at(n));
                        ASSERT_LE(distance, 1.0) << channel << " " << y << " " << x;
                        different += distance > 0.0 ? 1 : 0;
                    }
                }
            }
        }
    }
    // One value is 197.4999981, which the reference stored as float32, and so as 197.5, before it rounded.
    EXPECT_LE(different, 1);
}

}  // namespace
}  // namespace lamscope::degradation_test
