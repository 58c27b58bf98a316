// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/rain.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/degradation.h"
#include "image/drawn_scene.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::rain_test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

constexpr double level = 1.0 / 255.0;

Degradation recipe(const std::string& text) {
    return degradationFromString(text);
}

const RainRange& builtIn(const std::string& name) {
    return *std::ranges::find(rainRanges(), name, &RainRange::name);
}

TEST(Rain, IsThatOfTheRecords) {
    LAMSCOPE_NEED_DATA(file, "golden/methods/derain_rain.json");
    const auto records = nlohmann::json::parse(std::ifstream(file)).at("records");
    ASSERT_EQ(records.size(), 4U);
    for (const auto& record : records) {
        SCOPED_TRACE(record.at("name").get<std::string>());
        const DrawnRain rain{.quantity = record.at("quantity"),
                             .kernelWidth = record.at("kernel_width"),
                             .length = record.at("length"),
                             .angle = record.at("angle")};
        const PortableRandom noise(record.at("noise_key").get<std::string>());
        for (std::uint64_t n = 0; n < 3; ++n) {
            EXPECT_NEAR(256.0 * noise.uniform(n), record.at("first_noise")[n].get<double>(), 256.0 * 0x1.0p-32);
        }
        const auto kernel = streakKernel(rain);
        const double largest = std::ranges::max(kernel.values);
        double sum = 0.0;
        int support = 0;
        for (const double weight : kernel.values) {
            sum += weight;
            support += weight > 0.001 * largest ? 1 : 0;
        }
        EXPECT_NEAR(sum, record.at("kernel_sum").get<double>(), 1e-6);
        EXPECT_NEAR(largest, record.at("kernel_max").get<double>(), 1e-6);
        EXPECT_EQ(support, record.at("kernel_support").get<int>());
        EXPECT_NEAR(streakLength(rain.length), record.at("nominal_line").get<double>(), 1e-9);
        const auto layer = rainLayer(record.at("width"), record.at("height"), rain, noise);
        EXPECT_EQ(layer.drops, record.at("seeds").get<std::size_t>());
        const auto expected = readNpy(file.parent_path() / record.at("array").get<std::string>());
        ASSERT_EQ(expected.values.size(), layer.levels.size());
        for (std::size_t i = 0; i < layer.levels.size(); ++i) {
            ASSERT_LE(std::abs(expected.values[i] - layer.levels[i]), 1.0) << i;
        }
    }
}

TEST(Rain, IsDrawnFromItsRange) {
    const auto& range = builtIn("large");
    std::set<int> widths;
    std::set<int> lengths;
    std::vector<double> angles;
    for (int i = 0; i < 400; ++i) {
        const auto stem = "image" + std::to_string(i);
        const auto rain = drawnRain(range, 7, stem);
        EXPECT_EQ(rain, drawnRain(range, 7, stem));
        EXPECT_DOUBLE_EQ(rain.quantity, 200.0 + 100.0 * PortableRandom("rain.quantity/7/" + stem).uniform(0));
        EXPECT_DOUBLE_EQ(rain.angle, -70.0 + 140.0 * PortableRandom("rain.angle/7/" + stem).uniform(0));
        EXPECT_EQ(rain.length, 5 + std::floor(56.0 * PortableRandom("rain.length/7/" + stem).uniform(0)));
        widths.insert(rain.kernelWidth);
        lengths.insert(rain.length);
        angles.push_back(rain.angle);
    }
    EXPECT_EQ(widths, (std::set<int>{1, 3, 5, 7, 9}));
    EXPECT_THAT(lengths, Each(AllOf(Ge(5), Le(60))));
    EXPECT_GT(lengths.size(), 50U);
    EXPECT_LT(std::ranges::min(angles), -65.0);
    EXPECT_GT(std::ranges::max(angles), 65.0);
    const DrawnRain fixed{.quantity = 212.5, .kernelWidth = 3, .length = 17, .angle = -12.25};
    EXPECT_EQ(drawnRain(rangeOf(fixed, "mine"), 3, "any"), fixed);
    EXPECT_EQ(builtIn("small").length, (RecipeNumber{.low = 30, .high = 30}));
}

TEST(Rain, HasStreaksThatAreLongestAtAKernelOf50) {
    EXPECT_NEAR(streakLength(30), 29.7, 0.05);
    EXPECT_NEAR(streakLength(50), 35.4, 0.05);
    EXPECT_NEAR(streakLength(60), 33.9, 0.05);
    // Upright streaks are no wider than the kernel's blur; a turn by 90 degrees exchanges the axes.
    const auto extent = [](double angle) {
        const auto kernel = streakKernel({.kernelWidth = 1, .length = 20, .angle = angle});
        std::set<int> rows;
        std::set<int> columns;
        for (int i = 0; i < kernel.width * kernel.height; ++i) {
            if (kernel.values[static_cast<std::size_t>(i)] > 0.1) {
                rows.insert(i / kernel.width);
                columns.insert(i % kernel.width);
            }
        }
        return std::pair(rows.size(), columns.size());
    };
    EXPECT_GE(extent(0).first, 18U);
    EXPECT_LE(extent(0).second, 3U);
    EXPECT_LE(extent(90).first, 3U);
    EXPECT_GE(extent(90).second, 18U);
}

/// The column of the largest weight of a row.
int columnOf(const RealPlane& kernel, int row) {
    const auto first = kernel.values.begin() + row * kernel.width;
    return static_cast<int>(std::max_element(first, first + kernel.width) - first);
}

TEST(Rain, LeansCounterClockwiseForAPositiveAngle) {
    const auto kernel = streakKernel({.kernelWidth = 1, .length = 30, .angle = 30});
    EXPECT_LT(columnOf(kernel, 6), columnOf(kernel, 24) - 5);  // its upper end lies to the left
}

TEST(Rain, ThatDoesNotFallIsBlack) {
    const PortableRandom noise("rain/0/x");
    const auto dry = rainLayer(20, 16, {.quantity = 0.0}, noise);
    EXPECT_EQ(dry.drops, 0U);
    EXPECT_THAT(dry.levels, Each(0));
    const auto dot = rainLayer(1, 1, {.quantity = 25600.0}, noise);  // even: nothing to stretch
    EXPECT_EQ(dot.drops, 1U);
    EXPECT_THAT(dot.levels, Each(0));
    const auto small = rainLayer(3, 2, {.quantity = 25600.0, .length = 60}, noise);
    EXPECT_EQ(small.levels.size(), 6U);
    const auto rain = rainLayer(64, 48, {}, noise);
    EXPECT_EQ(std::ranges::max(rain.levels), 255);
    EXPECT_EQ(std::ranges::min(rain.levels), 0);
}

TEST(Rain, OutsideItsBoundsIsRefused) {
    const PortableRandom noise("rain/0/x");
    const auto refuses = [&](const DrawnRain& rain, const std::string& words) {
        test::expectError(ErrorCode::InvalidArgument, {words},
                          [&] { static_cast<void>(rainLayer(8, 8, rain, noise)); });
    };
    refuses({.quantity = -1.0}, "the quantity -1");
    refuses({.quantity = std::nan("")}, "the quantity nan");
    refuses({.kernelWidth = 4}, "the kernel width 4, which must be odd");
    refuses({.length = 100}, "the length 100");
    refuses({.length = 1}, "2 to 99");
    refuses({.angle = 91.0}, "the angle 91");
}

TEST(RainRange, OfAFileIsReadOrItsMistakeNamed) {
    const test::TemporaryFolder folder;
    const auto file = folder / "range.json";
    const auto read = [&](const std::string& text) {
        folder.write("range.json", text);
        return rainRangeNamed(file.string());
    };
    const auto range =
        read(R"({"quantity": [100, 250.5], "kernel_width": [3, 7], "length": [20, 40], "angle": [-30, 30]})");
    EXPECT_EQ(range, (RainRange{.name = file.string(),
                                .quantity = {.low = 100, .high = 250.5},
                                .kernelWidths = {3, 7},
                                .length = {.low = 20, .high = 40},
                                .angle = {.low = -30, .high = 30}}));
    const auto refuses = [&](const std::string& text, const std::string& words) {
        SCOPED_TRACE(text);
        test::expectError(ErrorCode::BadFile, {file.string(), words, "write for instance"},
                          [&] { static_cast<void>(read(text)); });
    };
    refuses("rain", "is not a JSON object");
    refuses("[1]", "is not a JSON object");
    refuses(R"({"kernel_width": [3], "length": [20, 40], "angle": [0, 0]})", "lacks 'quantity'");
    refuses(R"({"quantity": 250, "kernel_width": [3], "length": [20, 40], "angle": [0, 0]})", "[least, greatest]");
    refuses(R"({"quantity": [300, 200], "kernel_width": [3], "length": [20, 40], "angle": [0, 0]})", "[300,200]");
    refuses(R"({"quantity": [200, 300], "kernel_width": [4], "length": [20, 40], "angle": [0, 0]})",
            "4, which is not odd");
    refuses(R"({"quantity": [200, 300], "kernel_width": [], "length": [20, 40], "angle": [0, 0]})", "not a list");
    refuses(R"({"quantity": [200, 300], "kernel_width": [3], "length": [20, 40.5], "angle": [0, 0]})",
            "has 40.5 in 'length'");
    refuses(R"({"quantity": [200, 300], "kernel_width": [3], "length": [20, 140], "angle": [0, 0]})", "from 2 to 99");
    refuses(R"({"quantity": [200, 300], "kernel_width": [3], "length": [20, 40], "angle": ["a", 0]})", "has \"a\"");
    refuses(R"({"quantity": [1, 2], "kernel_width": [3], "length": [20, 40], "angle": [0, 0], "wind": 3})",
            "holds 5 fields");
    test::expectError(ErrorCode::BadFile, {"nowhere.json", "cannot be read"},
                      [&] { static_cast<void>(rainRangeNamed((folder / "nowhere.json").string())); });
    test::expectError(ErrorCode::InvalidArgument, {"small, medium, large", "'huge'"},
                      [] { static_cast<void>(rainRangeNamed("huge")); });
}

TEST(RainRecipe, AddsTheLayerOfTheImage) {
    auto scene = drawScene(48);
    scene.file = "folder/scene.png";
    const auto pair = degrade(scene, 1, Reduction::Pillow, recipe("rain:small:0.5"), 9);
    const auto layer = rainLayer(48, 48, drawnRain(builtIn("small"), 9, "scene"), rainNoise(9, "scene"));
    ASSERT_EQ(pair.rain.width(), 48);
    for (int c = 0; c < Image::channels; ++c) {
        for (std::size_t i = 0; i < layer.levels.size(); ++i) {
            const double rain = 0.5 * layer.levels[i] * level;
            ASSERT_NEAR(pair.rain.plane(c)[i], rain, 1e-6);
            const double sum = std::clamp(static_cast<double>(scene.plane(c)[i]) + rain, 0.0, 1.0);
            ASSERT_NEAR(pair.lr.plane(c)[i], sum, 0.5 * level + 1e-6);
        }
    }
    EXPECT_TRUE(std::ranges::equal(pair.hr.values(), scene.values()));
    EXPECT_EQ(pair.lr.bitDepth, 8);
    EXPECT_TRUE(degrade(scene, 1, Reduction::Pillow, recipe("noise:3"), 9).rain.empty());
}

TEST(RainRecipe, IsAddedAfterTheBlurAndBeforeTheReduction) {
    Image grey(48, 40);
    std::ranges::fill(grey.values(), 0.25F);
    grey.file = "grey.png";
    const auto alone = degrade(grey, 1, Reduction::Bilinear, recipe("rain:medium:0.25"), 1);
    // A blur would spread the rain; a grey image stays as it is.
    const auto after = degrade(grey, 1, Reduction::Bilinear, recipe("rain:medium:0.25+blur:3"), 1);
    EXPECT_TRUE(std::ranges::equal(alone.lr.values(), after.lr.values()));
    const auto reduced = degrade(grey, 2, Reduction::Bilinear, recipe("rain:medium:0.25"), 1);
    for (int y = 0; y < 20; ++y) {
        for (int x = 0; x < 24; ++x) {
            double mean = 0.0;
            for (int i = 0; i < 4; ++i) {
                mean += 0.25 * (0.25 + static_cast<double>(reduced.rain.at(0, 2 * y + i / 2, 2 * x + i % 2)));
            }
            ASSERT_NEAR(reduced.lr.at(0, y, x), mean, 0.51 * level);
        }
    }
}

TEST(RainRecipe, OfAmplitude0ChangesNothing) {
    auto scene = drawScene(32);
    scene.file = "scene.png";
    const auto pair = degrade(scene, 1, Reduction::Pillow, recipe("rain:large:0"), 0);
    EXPECT_TRUE(std::ranges::equal(pair.lr.values(), scene.values()));
    EXPECT_THAT(std::vector<float>(pair.rain.values().begin(), pair.rain.values().end()), Each(0.0F));
}

TEST(RainRecipe, DrawsEachImageForItself) {
    const auto ranges = recipe("rain:medium:0.5+noise:2");
    const auto drawn = drawnFor(ranges, 4, "a");
    EXPECT_EQ(drawnRain(drawn.rain->range, 0, "whatever"), drawnRain(ranges.rain->range, 4, "a"));
    EXPECT_EQ(drawn.rain->amplitude, 0.5);
    EXPECT_EQ(toString(drawn), "rain:medium:0.5+noise:2");
    EXPECT_NE(drawn, drawnFor(ranges, 4, "b"));
    EXPECT_EQ(drawn, drawnFor(drawn, 5, "c"));
}

}  // namespace
}  // namespace lamscope::rain_test
