// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/degrade_files.h"

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::degrade_files_test {
namespace {

class DegradeFiles : public testing::Test {
protected:
    DegradeFiles() {
        writeImage(folder_ / "one.png", drawScene(48));
        writeImage(folder_ / "two.png", drawScene(35));
        options_.images = {folder_ / "one.png", folder_ / "two.png"};
        options_.degradations = namedDegradations(std::vector<std::string>{"soft=blur:1..2", "noise:20"});
        options_.scale = 2;
        options_.seed = 3;
        options_.outputFolder = folder_ / "out/sets";
    }

    test::TemporaryFolder folder_;
    DegradeOptions options_;
};

TEST_F(DegradeFiles, WritesWhatDegradeMakesAndSaysHow) {
    const auto summary = degradeFiles(options_);
    ASSERT_TRUE(summary.has_value());
    EXPECT_EQ(summary->written.size(), 5U);
    for (const auto& [name, degradation] : options_.degradations) {
        for (const auto& image : options_.images) {
            const auto expected = degrade(readImage(image).image, 2, Reduction::Pillow, degradation, 3).lr;
            const auto written = readImage(options_.outputFolder / name / image.filename()).image;
            EXPECT_TRUE(std::ranges::equal(written.values(), expected.values())) << name << image;
            EXPECT_EQ(written.bitDepth, 8);
        }
    }
    const auto json = nlohmann::json::parse(std::ifstream(options_.outputFolder / "degrade.json"));
    EXPECT_EQ(json.at("options").at("reduce"), "pillow");
    EXPECT_EQ(json.at("options").at("seed"), 3);
    const auto& soft = json.at("degradations").at(0);
    EXPECT_EQ(soft.at("name"), "soft");
    EXPECT_EQ(soft.at("recipe"), "blur:1..2");
    const auto drawn = drawnFor(options_.degradations.front().degradation, 3, "two");
    EXPECT_EQ(soft.at("images").at(1).at("recipe"), toString(drawn));
    EXPECT_EQ(degradationFromString(soft.at("images").at(1).at("recipe").get<std::string>()), drawn);
}

TEST_F(DegradeFiles, WritesNothingOverImagesOrTwice) {
    const auto refuses = [&](const std::vector<std::string>& words) {
        test::expectError(ErrorCode::InvalidArgument, words, [&] { static_cast<void>(degradeFiles(options_)); });
        EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
    };
    std::filesystem::create_directory(folder_ / "noise:20");
    std::filesystem::copy_file(folder_ / "one.png", folder_ / "noise:20/one.png");
    options_.images = {folder_ / "noise:20/one.png"};
    options_.outputFolder = folder_.path();
    refuses({"one.png", "which is read"});
    options_.outputFolder = folder_ / "out";
    options_.images.push_back(folder_ / "one.png");
    refuses({"two images are called one"});
    options_.images.clear();
    refuses({"at least one image"});
}

TEST_F(DegradeFiles, OfOneDegradationLieInTheFolderItself) {
    options_.flat = true;
    test::expectError(ErrorCode::InvalidArgument, {"a folder each"},
                      [&] { static_cast<void>(degradeFiles(options_)); });
    options_.degradations = namedDegradations(std::vector<std::string>{"rain:medium+noise:1..9"});
    const auto summary = degradeFiles(options_);
    ASSERT_TRUE(summary.has_value());
    EXPECT_EQ(summary->written.size(), 8U);
    const auto expected =
        degrade(readImage(folder_ / "two.png").image, 2, Reduction::Pillow, options_.degradations[0].degradation, 3);
    const auto equals = [&](const char* name, const Image& image) {
        const auto written = readImage(options_.outputFolder / name).image;
        return std::ranges::equal(written.values(), image.values());
    };
    EXPECT_TRUE(equals("two.png", expected.lr));
    EXPECT_TRUE(equals("two_rain.png", expected.rain));
    const auto json = nlohmann::json::parse(std::ifstream(options_.outputFolder / "two.json"));
    const auto drawn = drawnRain(rainRanges()[1], 3, "two");
    EXPECT_EQ(json.at("rain").at("angle"), drawn.angle);
    EXPECT_EQ(json.at("rain").at("kernel_width"), drawn.kernelWidth);
    EXPECT_THAT(json.at("recipe").get<std::string>(), testing::StartsWith("rain:medium+noise:"));
    // The rain of `one` would be the image `one_rain`.
    std::filesystem::copy_file(folder_ / "one.png", folder_ / "one_rain.png");
    options_.images.push_back(folder_ / "one_rain.png");
    test::expectError(ErrorCode::InvalidArgument, {"one_rain.png"}, [&] { static_cast<void>(degradeFiles(options_)); });
}

TEST_F(DegradeFiles, LeavesNothingBehindWhenItIsStoppedOrFails) {
    std::stop_source stop;
    EXPECT_FALSE(degradeFiles(options_, stop.get_token(), [&](std::size_t, std::size_t) { stop.request_stop(); }));
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
    writeImage(folder_ / "thin.png", Image(1, 9));
    options_.images.push_back(folder_ / "thin.png");
    test::expectError(ErrorCode::InvalidArgument, {}, [&] { static_cast<void>(degradeFiles(options_)); });
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

}  // namespace
}  // namespace lamscope::degrade_files_test
