// SPDX-License-Identifier: GPL-3.0-or-later
// Effective receptive fields of image files, and what is written of them.
#include "study/erf/erf_run.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/npy.h"
#include "base/sha256.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "method/erf/erf_document.h"
#include "scene/experiment_file.h"
#include "study/erf/erf_command_line.h"
#include "study/erf/erf_picture.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::erf_run_test {
namespace {

using testing::HasSubstr;

TEST(ErfCommandLine, StatesWhatDiffersFromTheDefaults) {
    Experiment experiment{.scenes = {{.image = "/a/one.png", .reduction = Reduction::Matlab},
                                     {.image = "/a/it's two.png", .reduction = Reduction::Matlab}}};
    experiment.networks = {{.spec = ModelSpec::parse("bicubic:scale=2")},
                           {.spec = ModelSpec::parse("/n/hidden.pth"), .shown = false}};
    setErfOptions(experiment, {});
    EXPECT_EQ(erfCommandLine(experiment),
              "lamscope-cli erf --hr /a/one.png --hr '/a/it'\\''s two.png' --reduce matlab --model bicubic:scale=2 "
              "--preset exact");
    ErfOptions options;
    options.preset = ErfPreset::Official;
    options.side = 32;
    options.images = 7;
    options.centre = ErfCentre::Cell;
    options.thresholds = {0.25, 0.5};
    setErfOptions(experiment, options);
    experiment.scenes.resize(1);
    experiment.scenes.front().boxes = {{20, 30, 1}};
    EXPECT_EQ(erfCommandLine(experiment, DeviceChoice::Cuda),
              "lamscope-cli erf --hr /a/one.png --reduce matlab --model bicubic:scale=2 --preset official --side 32 "
              "--images 7 --centre cell --thresholds 0.25,0.5 --at 20,30 --device cuda");
    experiment.scenes.clear();
    EXPECT_THROW(static_cast<void>(erfCommandLine(experiment)), Error);
}

class ErfFiles : public testing::Test {
protected:
    ErfFiles() { experiment_.networks = {{.spec = ModelSpec::parse("bicubic")}}; }

    void addImage(const std::string& name, int side) {
        writeImage(folder_ / name, drawScene(side));
        experiment_.scenes.push_back({.image = folder_ / name});
    }

    void setSide(int side, ErfPreset preset = ErfPreset::Exact) {
        ErfOptions options;
        options.side = side;
        options.preset = preset;
        setErfOptions(experiment_, options);
    }

    test::TemporaryFolder folder_;
    Experiment experiment_;
};

TEST_F(ErfFiles, OfBicubicAreThoseOfItsPhases) {
    addImage("one.png", 96);
    addImage("two.png", 100);
    setSide(16);
    const auto document = *runErf(experiment_);
    ASSERT_EQ(document.results.size(), 1U);
    const auto& result = document.results.front().result;
    EXPECT_EQ(result.images, 2);
    EXPECT_NEAR(result.numbers.radiusPixels, 0.82865, 1e-4);
    EXPECT_EQ(result.window.width, 5);  // it looks two pixels far
    EXPECT_EQ(document.experiment.scenes.front().sha256, sha256OfFile(folder_ / "one.png"));
}

TEST_F(ErfFiles, AllNetworksAreMeasuredOnTheSameImages) {
    experiment_.networks.push_back({.spec = ModelSpec::parse("bicubic:scale=2")});
    experiment_.networks.push_back({.spec = ModelSpec::parse("absent.pth"), .shown = false});
    addImage("small.png", 60);  // 30x30 LR pixels at x2, 15x15 at x4
    addImage("large.png", 64);
    addImage("another.png", 72);
    addImage("spare.png", 80);
    ErfOptions options;
    options.side = 16;
    options.images = 2;
    setErfOptions(experiment_, options);
    const auto document = *runErf(experiment_);
    ASSERT_EQ(document.results.size(), 2U);
    EXPECT_EQ(document.results[1].card.name, "Bicubic-2");
    for (const auto& named : document.results) {
        EXPECT_EQ(named.result.images, 2);
    }
    ASSERT_EQ(document.experiment.scenes.size(), 2U);
    EXPECT_EQ(document.experiment.scenes[1].image, folder_ / "another.png");
    EXPECT_THAT(warningsOf(document),
                testing::Contains(testing::AllOf(HasSubstr("small.png"), HasSubstr("15x15 LR pixels at x4"))));
}

TEST_F(ErfFiles, SaysWhereNoImageIsLeft) {
    addImage("small.png", 60);
    setSide(16);
    test::expectError(ErrorCode::InvalidArgument, {"16x16", "small.png", "15x15"},
                      [&] { static_cast<void>(runErf(experiment_)); });
    addImage("large.png", 80);
    for (auto& scene : experiment_.scenes) {
        scene.boxes = {{.x = 4, .y = 40, .size = 1}};
    }
    test::expectError(ErrorCode::InvalidArgument, {"large.png", "20x20", "(4, 40)"},
                      [&] { static_cast<void>(runErf(experiment_)); });
    experiment_.scenes.clear();
    test::expectError(ErrorCode::InvalidArgument, {"no image"}, [&] { static_cast<void>(runErf(experiment_)); });
}

TEST_F(ErfFiles, LookFromTheMiddleOfABox) {
    addImage("one.png", 96);
    ErfOptions options;
    options.side = 9;
    options.centre = ErfCentre::Pixel;
    setErfOptions(experiment_, options);
    const auto fieldAt = [&](const Box& box) {
        experiment_.scenes.front().boxes = {box};
        return runErf(experiment_)->results.front().result.map;
    };
    // SR pixels 43 and 44 lie in two LR pixels, each next to the other: their fields mirror each other.
    const auto left = fieldAt({.x = 43, .y = 43, .size = 1});
    const auto right = fieldAt({.x = 36, .y = 35, .size = 16});
    for (std::size_t row = 0; row < 9; ++row) {
        for (std::size_t x = 0; x < 9; ++x) {
            EXPECT_NEAR(left[row * 9 + x], right[row * 9 + 8 - x], 1e-6);
        }
    }
}

TEST_F(ErfFiles, RefuseToWriteOverWhatIsRead) {
    addImage("one.png", 96);
    setSide(16);
    test::expectError(ErrorCode::InvalidArgument, {"one.png", "which is read"},
                      [&] { static_cast<void>(runErf(experiment_, {.outputs = {folder_ / "one.png"}})); });
    test::expectError(ErrorCode::InvalidArgument, {"Bicubic.erf.npy", "same file"}, [&] {
        static_cast<void>(
            runErf(experiment_, {.outputs = {folder_ / "Bicubic.erf.npy"}, .arrayFolder = folder_.path()}));
    });
}

TEST_F(ErfFiles, StopAndReport) {
    experiment_.networks.push_back({.spec = ModelSpec::parse("bicubic:scale=2,name=Second")});
    addImage("one.png", 96);
    setSide(16);
    std::stop_source source;
    std::vector<std::string> names;
    EXPECT_FALSE(runErf(experiment_, {}, source.get_token(), [&](const ErfRunProgress& state) {
        names.push_back(state.name);
        EXPECT_EQ(state.models, 2U);
        EXPECT_EQ(state.images.imagesDone, 1U);
        ASSERT_TRUE(state.images.soFar);
        EXPECT_EQ(state.images.soFar->images, 1);
        source.request_stop();
    }));
    EXPECT_EQ(names, (std::vector<std::string>{"Bicubic"}));
}

TEST_F(ErfFiles, JsonHoldsEveryNumberOfTheContract) {
    addImage("one.png", 96);
    addImage("two.png", 96);
    setSide(16);
    auto document = *runErf(experiment_);
    {
        StagedFiles files;
        addErfArrays(files, document, folder_ / "arrays");
        files.commit();
    }
    auto served = document;
    served.experiment.networks.front().spec.file = "lamscope+tcp://127.0.0.1:80/secret";
    EXPECT_THAT(toJson(served), testing::Not(testing::HasSubstr("secret")));
    const auto json = nlohmann::ordered_json::parse(toJson(document));
    for (const auto* key : {"lamscope", "options", "results", "experiment"}) {
        EXPECT_TRUE(json.contains(key)) << key;
    }
    EXPECT_EQ(json["options"]["centre"], "cell");
    EXPECT_EQ(json["options"]["thresholds"], (std::vector<double>{0.2, 0.3, 0.5, 0.99}));
    EXPECT_EQ(json["experiment"], jsonOf(document.experiment));
    const auto& result = json["results"][0];
    for (const auto* key : {"model", "side", "images", "skipped_nonfinite", "sum", "max", "negative_share", "squares",
                            "pixels", "radius_pixels", "luo_pixels", "beyond", "square_shares", "standard_errors",
                            "reach", "window", "seconds", "warnings", "files"}) {
        EXPECT_TRUE(result.contains(key)) << key;
    }
    EXPECT_FALSE(result.contains("squares_linear"));
    EXPECT_EQ(result["side"], 16);
    EXPECT_EQ(result["reach"], 2);
    EXPECT_EQ(result["squares"][3]["threshold"], 0.99);
    EXPECT_EQ(result["squares"][3]["side"], 5);
    EXPECT_NEAR(result["squares"][3]["area_ratio"].get<double>(), 25.0 / 256.0, 1e-12);
    EXPECT_EQ(result["pixels"]["99"], 15);          // 1, three times 4, and 2 of 8 equal ones
    EXPECT_EQ(result["square_shares"].size(), 8U);  // sides 1 to 15 of 16
    for (const auto* key : {"sum", "max", "negative_share", "squares", "pixels", "radius_pixels", "luo_pixels"}) {
        EXPECT_TRUE(result["standard_errors"].contains(key)) << key;
    }
    const auto array = readNpy(result["files"]["map"].get<std::string>());
    EXPECT_EQ(array.shape, (std::vector<std::int64_t>{16, 16}));
    double sum = 0.0;
    for (const double value : array.values) {
        sum += value;
    }
    EXPECT_NEAR(sum, 1.0, 1e-6);
}

TEST_F(ErfFiles, JsonOfTheOfficialRecipeHasBothKindsOfSquaresAndNoErrors) {
    addImage("one.png", 96);
    addImage("two.png", 96);
    setSide(16, ErfPreset::Official);
    const auto result = nlohmann::json::parse(toJson(*runErf(experiment_)))["results"][0];
    EXPECT_EQ(result["squares"][0]["side"], 3);
    EXPECT_EQ(result["squares_linear"][0]["side"], 1);
    EXPECT_TRUE(result["standard_errors"].is_null());
}

TEST_F(ErfFiles, TablesHaveALineANetworkAndDoNotMixSides) {
    experiment_.networks.push_back({.spec = ModelSpec::parse("bicubic:scale=2,name=Second")});
    addImage("one.png", 96);
    setSide(16);
    auto document = *runErf(experiment_);
    const auto csv = toCsv(document);
    EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
    EXPECT_THAT(csv, testing::StartsWith("network,preset,scale,side,images,skipped_nonfinite,reach,sum,max,"));
    EXPECT_THAT(csv, HasSubstr(",side_0.99,area_ratio_0.99,pixels_20,"));
    EXPECT_THAT(csv, HasSubstr(",radius_pixels_se,"));
    EXPECT_THAT(csv, HasSubstr("\nSecond,exact,2,16,1,0,2,"));
    const auto commas = [](const std::string& text) { return std::ranges::count(text, ','); };
    EXPECT_EQ(commas(csv), 3 * commas(csv.substr(0, csv.find('\n'))));
    EXPECT_THAT(toText(document), testing::AllOf(HasSubstr("16x16"), HasSubstr("side 99 %"), HasSubstr("0.83")));
    EXPECT_EQ(std::ranges::count(toText(document), '\n'), 3);

    document.results[1].result.frame = erfFrame(32);
    const auto expectRefused = [](const auto& write) {
        test::expectError(ErrorCode::InvalidArgument, {"Second", "32x32", "16x16"}, write);
    };
    expectRefused([&] { static_cast<void>(toCsv(document)); });
    expectRefused([&] { static_cast<void>(toText(document)); });
    expectRefused([&] { static_cast<void>(drawErf(document)); });
}

TEST_F(ErfFiles, PictureOutlinesTheSquares) {
    addImage("one.png", 96);
    setSide(16);
    const auto document = *runErf(experiment_);
    const auto picture = drawErf(document);
    EXPECT_GT(picture.width(), 400);
    // One panel of 384 pixels, 24 an LR pixel, its corner at (16, 52); the cell is LR pixel (8, 8).
    const auto colourAt = [&](double x, double y) {
        const int column = 16 + static_cast<int>(24.0 * x);
        const int row = 52 + static_cast<int>(24.0 * y);
        return std::array{picture.at(0, row, column), picture.at(1, row, column), picture.at(2, row, column)};
    };
    const auto brightness = [](const std::array<float, 3>& colour) { return colour[0] + colour[1] + colour[2]; };
    EXPECT_GT(brightness(colourAt(8.5, 8.5)), 2.0F);  // the top of the scale
    EXPECT_GT(brightness(colourAt(8.5, 8.5)), brightness(colourAt(9.5, 8.5)));
    EXPECT_GT(brightness(colourAt(9.5, 8.5)), brightness(colourAt(10.5, 8.5)));
    EXPECT_LT(brightness(colourAt(12.5, 8.5)), 0.1F);  // beyond its reach
    const auto outline = colourAt(6.0, 8.5);           // the left side of the square of 5, which holds 99 %
    EXPECT_NE(outline, colourAt(6.5, 8.5));
    EXPECT_THROW(static_cast<void>(drawErf({})), Error);
}

}  // namespace
}  // namespace lamscope::erf_run_test
