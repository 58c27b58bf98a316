// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli faithfulness` as its users meet it: judged by exit code, output and files.
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "support/command_test.h"

namespace lamscope::faithfulness_command_test {
namespace {

using test::contentOf;
using testing::HasSubstr;

class FaithfulnessCommand : public test::CommandTest {
protected:
    FaithfulnessCommand()
        : CommandTest("faithfulness") {}

    void SetUp() override {
        for (const auto& [name, side] : std::map<std::string, int>{{"hr", 96}, {"lr", 24}}) {
            writeImage(folder_ / (name + ".png"), test::sawtooth(side));
        }
        std::filesystem::copy_file("models/fsrcnn-s/fsrcnn-s_x4.safetensors", folder_ / "net.safetensors");
    }

    /// A run that works, and more arguments.
    [[nodiscard]] std::string working(const std::string& more = "") const {
        return fmt::format("--hr {} --patch 40,40,8 --model {} --points 4 --random 2 --only curves,infidelity {}",
                           in("hr.png"), in("net.safetensors:name=Small"), more);
    }

    /// The same with nothing but what is needed.
    [[nodiscard]] std::string plain(const std::string& more) const {
        return fmt::format("--hr {} --patch 40,40,8 --model bicubic {}", in("hr.png"), more);
    }

    void writeArray(const std::string& name, const std::vector<std::int64_t>& shape) const {
        std::vector<float> values(1);
        for (const auto side : shape) {
            values.resize(values.size() * static_cast<std::size_t>(side));
        }
        float value = 0.0F;
        for (float& sample : values) {
            value = value > 0.7F ? value - 1.43F : value + 0.17F;
            sample = value;
        }
        writeNpy(folder_ / name, shape, values);
    }
};

TEST_F(FaithfulnessCommand, WritesWhatWasAskedForAndNothingElse) {
    const auto outcome = run(
        working(fmt::format("--model bicubic --json {} --csv {} --figure {}", in("a.json"), in("a.csv"), in("a.png"))));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, testing::AllOf(HasSubstr("Bicubic"), HasSubstr("Small"), HasSubstr("explained")));
    const auto json = nlohmann::json::parse(contentOf(in("a.json")));
    EXPECT_EQ(json["options"]["points"], 4);
    EXPECT_EQ(json["options"]["detector"], "gradient");
    EXPECT_EQ(json["experiment"]["method"], "faithfulness");
    ASSERT_EQ(json["results"].size(), 2U);
    const auto& small = json["results"][0];
    EXPECT_EQ(small["model"]["name"], "Small");
    EXPECT_GT(small["di"], 0.0);
    ASSERT_EQ(small["curves"].size(), 8U);
    const auto& curve = small["curves"][7];
    EXPECT_EQ(curve["order"], "random");
    EXPECT_EQ(curve["seed"], 1);
    EXPECT_EQ(curve["kind"], "deletion");
    EXPECT_EQ(curve["pixels"], (nlohmann::json{0, 36, 144, 324, 576}));
    EXPECT_EQ(curve["psnr"].size(), 5U);
    EXPECT_TRUE(small["random"]["deletion"]["auc_sd"].is_number());
    EXPECT_TRUE(small["against"]["insertion"]["half_minus_radial"].is_number());
    EXPECT_EQ(small["infidelity"]["perturbations"], 25);
    EXPECT_EQ(small["sensitivity_max"].size(), 0U);
    EXPECT_EQ(small["backwards"], 0);
    EXPECT_LT(small["window"]["width"], 24);
    EXPECT_EQ(std::ranges::count(contentOf(in("a.csv")), '\n'), 3);
    EXPECT_GT(readImage(in("a.png")).image.width(), 1000);
    EXPECT_EQ(contents().size(), 6U);
}

TEST_F(FaithfulnessCommand, GivesTheSameNumbersTwice) {
    const auto numbers = [&] {
        auto json = nlohmann::json::parse(run(working("--json -")).output);
        for (auto& result : json["results"]) {
            result.erase("seconds");
            result.erase("map_seconds");
        }
        return json.dump();
    };
    EXPECT_EQ(numbers(), numbers());
}

TEST_F(FaithfulnessCommand, MeasuresSensitivityOnALrImage) {
    const auto outcome =
        run(fmt::format("--lr {} --patch 40,40,8 --patch 16,24,8 --model {} --only sensitivity "
                        "--draws 2 --radius 0.1,0.01 --nodes 2 --json -",
                        in("lr.png"), in("net.safetensors")));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    ASSERT_EQ(json["results"].size(), 2U);
    const auto& result = json["results"][1];
    EXPECT_EQ(result["patch"]["x"], 16);
    EXPECT_EQ(result["curves"].size(), 0U);
    EXPECT_TRUE(result["infidelity"].is_null());
    ASSERT_EQ(result["sensitivity_max"].size(), 2U);
    EXPECT_EQ(result["sensitivity_max"][1]["radius"], 0.01);
    EXPECT_GT(result["sensitivity_max"][0]["value"], result["sensitivity_max"][1]["value"]);
    EXPECT_GT(result["backwards"], 0);
}

TEST_F(FaithfulnessCommand, JudgesAnybodysMap) {
    writeArray("pixels.npy", {24, 24});
    const auto pixels = run(working("--json - --attribution " + in("pixels.npy")));
    ASSERT_EQ(pixels.exitCode, 0) << pixels.messages;
    const auto json = nlohmann::json::parse(pixels.output);
    const auto& result = json["results"][0];
    EXPECT_EQ(json["options"]["attribution"], in("pixels.npy"));
    EXPECT_TRUE(result["nodes"].is_null());
    EXPECT_TRUE(result["di"].is_number());
    EXPECT_GT(result["detector_image"], 0.0);
    EXPECT_EQ(result["completeness_error"],
              (result["attribution_sum"].get<double>()
               - (result["detector_image"].get<double>() - result["detector_baseline"].get<double>()))
                  / (result["detector_image"].get<double>() - result["detector_baseline"].get<double>()));
    writeArray("blocks.npy", {12, 12});
    const auto blocks = run(working("--attribution " + in("blocks.npy")));
    EXPECT_EQ(blocks.exitCode, 0);
    EXPECT_THAT(blocks.messages, HasSubstr("each block of 2x2 LR pixels"));
}

TEST_F(FaithfulnessCommand, WrongUsageIsCode2) {
    expectTrouble(fmt::format("--hr {} --model bicubic", in("hr.png")), 2, "--patch");
    expectTrouble(plain("--only curves,all"), 2, "curves, infidelity, sensitivity");
    expectTrouble(plain("--points 0"), 2, "number of points");
    expectTrouble(working("--radius 0.1,x"), 2, "--radius");
    expectTrouble(working("--radius 0"), 2, "above 0");
    expectTrouble(working("--figure " + in("a.pdf")), 2, ".png");
    expectTrouble(
        fmt::format("--hr {} --patch 40,40 --model bicubic --only infidelity --figure {}", in("hr.png"), in("a.png")),
        2, "--only");
    expectTrouble(working("--patch 20,20 --attribution " + in("none.npy")), 2, "one --patch");
}

TEST_F(FaithfulnessCommand, BadInputIsNamed) {
    expectTrouble(working("--attribution " + in("none.npy")), 1, "none.npy");
    writeArray("wide.npy", {3, 24, 25});
    expectTrouble(working("--attribution " + in("wide.npy")), 1, "wide.npy");
    expectTrouble(working("--square 25"), 1, "--square");
    writeImage(folder_ / "black.png", Image(96, 96));
    expectTrouble(fmt::format("--hr {} --patch 40,40 --model bicubic", in("black.png")), 1, "zero everywhere");
    expectTrouble(working("--json " + in("none/a.json")), 1, "a.json");
}

TEST_F(FaithfulnessCommand, DoesNotWriteOverAFileThatItReads) {
    writeArray("map.npy", {24, 24});
    expectTrouble(working(fmt::format("--attribution {0} --csv {0}", in("map.npy"))), 1, "which is read");
    expectTrouble(working("--csv " + in("hr.png")), 1, "which is read");
    expectTrouble(working(fmt::format("--csv {0} --json {0}", in("a"))), 1, "same file");
}

}  // namespace
}  // namespace lamscope::faithfulness_command_test
