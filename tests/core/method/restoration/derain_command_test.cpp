// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli derain` and the rain of `lamscope-cli degrade` as their users meet them: judged by exit code, output
// and files.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "support/command_test.h"

namespace lamscope::derain_command_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class DerainCommand : public test::CommandTest {
protected:
    void SetUp() override {
        std::filesystem::create_directory(folder_ / "clean");
        writeImage(folder_ / "clean/one.png", drawScene(48));
        writeImage(folder_ / "clean/two.png", drawScene(40));
    }

    /// A run that works, by a network that copies its input, and more arguments.
    [[nodiscard]] std::string derain(const std::string& more = "") const {
        return fmt::format("derain --clean {} --degrade seen=rain:small rain:large:0.5 --model {} {}", in("clean"),
                           "bicubic:scale=1,name=Copy", more);
    }
};

TEST_F(DerainCommand, WritesWhatWasAskedForAndNothingElse) {
    const auto outcome =
        run(derain(fmt::format("--blur-line --json {} --csv {} --figure {}", in("a.json"), in("a.csv"), in("a.png"))));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("Copy"), HasSubstr("seen"), HasSubstr("E_R"), HasSubstr("Gaussian blur 0.5 px")));
    const auto json = nlohmann::json::parse(test::contentOf(in("a.json")));
    EXPECT_EQ(json["options"]["mask_threshold"], 0.0);
    EXPECT_EQ(json["options"]["channel"], "rgb");
    EXPECT_EQ(json["options"]["blur_line"], true);
    EXPECT_EQ(json["options"]["clean"].size(), 2U);
    EXPECT_EQ(json["options"]["rainy"], nullptr);
    ASSERT_EQ(json["results"].size(), 2U);
    const auto& result = json["results"][1];
    EXPECT_EQ(result["model"]["name"], "Copy");
    EXPECT_EQ(result["range"], "rain:large:0.5");
    EXPECT_EQ(result["amplitude"], 0.5);
    EXPECT_EQ(result["images"], 2);
    for (const auto* key : {"e_r", "e_b", "residual", "removed_projection", "removed_slope", "transmission",
                            "clean_change", "psnr", "ssim", "psnr_input", "rain_rms", "mask_share", "seconds"}) {
        EXPECT_TRUE(result.at(key).is_number()) << key;
    }
    EXPECT_NEAR(result["transmission"].get<double>(), 1.0, 1e-6);
    EXPECT_NEAR(result["e_r"].get<double>(), 0.0, 1e-6);
    for (const auto* key : {"file", "e_r", "e_b", "removed_slope", "transmission", "psnr"}) {
        EXPECT_TRUE(result["per_image"][1].contains(key)) << key;
    }
    EXPECT_EQ(result["blur_line"].size(), 9U);
    EXPECT_EQ(result["blur_line"][2]["sigma_px"], 1.0);
    EXPECT_EQ(std::ranges::count(test::contentOf(in("a.csv")), '\n'), 1 + 2 + 18);
    EXPECT_GT(readImage(in("a.png")).image.width(), 900);
    EXPECT_EQ(contents().size(), 6U);  // clean/ with 2, json, csv, png
}

TEST_F(DerainCommand, RainyFoldersAreThoseThatDegradeWrites) {
    ASSERT_EQ(
        run(fmt::format("degrade --clean {} --degrade rain:medium --seed 5 --out {}", in("clean"), in("out"))).exitCode,
        0);
    const auto made = run(
        fmt::format("derain --clean {} --degrade rain:medium --seed 5 --model bicubic:scale=1 --json -", in("clean")));
    ASSERT_EQ(made.exitCode, 0) << made.messages;
    const auto read = run(fmt::format("derain --rainy {0} --clean {1} --layer {0} --model bicubic:scale=1 --json -",
                                      in("out"), in("clean")));
    ASSERT_EQ(read.exitCode, 0) << read.messages;
    const auto one = nlohmann::json::parse(made.output)["results"][0];
    const auto other = nlohmann::json::parse(read.output)["results"][0];
    EXPECT_EQ(other["range"], "out");
    EXPECT_EQ(other["recipe"], nullptr);
    for (const auto* key : {"residual", "psnr_input", "mask_share", "rain_rms", "transmission"}) {
        EXPECT_EQ(one.at(key), other.at(key)) << key;
    }
    const auto usual = run(fmt::format("derain --clean {} --model bicubic:scale=1 --json -", in("clean/one.png")));
    EXPECT_EQ(nlohmann::json::parse(usual.output)["results"].size(), 3U);
}

TEST_F(DerainCommand, DegradeWritesRainMaskAndNumbers) {
    const auto outcome =
        run(fmt::format("degrade --clean {} --degrade rain:small:0.5 --seed 2 --out {}", in("clean/one.png"), in("o")));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_EQ(contents().size(), 3U + 5U);  // clean/ with 2; o/ with 4
    const auto rainy = readImage(in("o/one.png")).image;
    const auto rain = readImage(in("o/one_rain.png")).image;
    const auto mask = readImage(in("o/one_mask.png")).image;
    const auto clean = readImage(in("clean/one.png")).image;
    for (std::size_t i = 0; i < rainy.values().size(); ++i) {
        ASSERT_NEAR(rainy.values()[i], std::min(clean.values()[i] + rain.values()[i], 1.0F), 0.51F / 255.0F);
        ASSERT_EQ(mask.values()[i], rain.values()[i] > 0.0F ? 1.0F : 0.0F);
    }
    EXPECT_EQ(rain.bitDepth, 16);
    EXPECT_EQ(mask.bitDepth, 8);
    const auto json = nlohmann::json::parse(test::contentOf(in("o/one.json")));
    EXPECT_EQ(json["recipe"], "rain:small:0.5");
    EXPECT_EQ(json["options"]["seed"], 2);
    const auto& drawn = json["rain"];
    EXPECT_EQ(drawn["range"], "small");
    EXPECT_EQ(drawn["amplitude"], 0.5);
    EXPECT_EQ(drawn["length"], 30);
    EXPECT_EQ(drawn["kernel_width"], 5);
    EXPECT_GE(drawn["quantity"], 200.0);
    EXPECT_NEAR(drawn["streak_px"].get<double>(), 29.7, 0.01);
    EXPECT_GT(drawn["covered"], 0.2);
    folder_.write("r.json", R"({"quantity": [0, 0], "kernel_width": [3], "length": [9, 9], "angle": [0, 0]})");
    ASSERT_EQ(run(fmt::format("degrade --clean {} --degrade a=rain:{} b=noise:3 --out {}", in("clean/one.png"),
                              in("r.json"), in("two")))
                  .exitCode,
              0);
    for (const auto* file : {"two/a/one.png", "two/a/one_rain.png", "two/a/one_mask.png", "two/b/one.png"}) {
        EXPECT_TRUE(std::filesystem::exists(in(file))) << file;
    }
    EXPECT_EQ(contents().size(), 3U + 5U + 1U + 8U);
    EXPECT_EQ(nlohmann::json::parse(
                  test::contentOf(in("two/degrade.json")))["degradations"][0]["images"][0]["rain"]["covered"],
              0.0);
    // Of one recipe the path of its file need not be a name.
    EXPECT_EQ(run(fmt::format("degrade --clean {} --degrade rain:{} --out {}", in("clean/one.png"), in("r.json"),
                              in("three")))
                  .exitCode,
              0);
}

TEST_F(DerainCommand, WrongUsageIsCode2) {
    expectTrouble("derain --model bicubic:scale=1", 2, "--clean");
    expectTrouble(fmt::format("derain --clean {}", in("clean")), 2, "--model");
    expectTrouble(derain("--rainy " + in("clean")), 2, "--rainy");
    expectTrouble(derain("--layer " + in("clean")), 2, "--layer");
    expectTrouble(fmt::format("derain --rainy {0} --clean {0} {0} --model bicubic:scale=1", in("clean")), 2,
                  "one folder");
    expectTrouble(derain("--mask-threshold 255"), 2, "threshold of the mask");
    expectTrouble(derain("--channel cb"), 2, "rgb, y");
    expectTrouble(derain("--figure " + in("a.pdf")), 2, ".png");
    expectTrouble(derain("--degrade rain:tiny"), 2, "small, medium, large");
    expectTrouble(derain("--degrade rain:" + in("none.json")), 2, "none.json");
}

TEST_F(DerainCommand, BadInputIsNamed) {
    expectTrouble(fmt::format("derain --clean {} --model bicubic:scale=2", in("clean")), 1, "enlarges by 2");
    expectTrouble(fmt::format("derain --clean {} --model bicubic:scale=1", in("none.png")), 1, "none.png");
    folder_.write("empty.pth", "");
    expectTrouble(fmt::format("derain --clean {} --model {}", in("clean"), in("empty.pth")), 1, "empty.pth");
    std::filesystem::create_directory(folder_ / "rainy");
    writeImage(folder_ / "rainy/one.png", drawScene(40));
    expectTrouble(fmt::format("derain --rainy {} --clean {} --model bicubic:scale=1", in("rainy"), in("clean")), 1,
                  "one size");
    writeImage(folder_ / "rainy/three.png", drawScene(40));
    expectTrouble(fmt::format("derain --rainy {} --clean {} --model bicubic:scale=1", in("rainy"), in("clean")), 1,
                  "rainy/three.png: no clean image");
    expectTrouble(derain("--json " + in("none/a.json")), 1, "a.json");
}

TEST_F(DerainCommand, DoesNotWriteOverAFileThatItReads) {
    expectTrouble(derain("--figure " + in("clean/one.png")), 1, "which is read");
    expectTrouble(derain(fmt::format("--csv {0} --json {0}", in("a"))), 1, "same file");
    expectTrouble(fmt::format("degrade --clean {0} --degrade rain:small --out {0}", in("clean")), 1, "which is read");
}

}  // namespace
}  // namespace lamscope::derain_command_test
