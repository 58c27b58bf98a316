// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli erf` as its users meet it: judged by exit code, output and files.
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

namespace lamscope::erf_command_test {
namespace {

using test::contentOf;
using testing::HasSubstr;

class ErfCommand : public test::CommandTest {
protected:
    ErfCommand()
        : CommandTest("erf") {}

    void SetUp() override {
        std::filesystem::create_directory(folder_ / "set");
        for (const auto& [name, side] : std::map<std::string, int>{{"a_HR", 96}, {"b_HR", 80}, {"c_HR", 32}}) {
            writeImage(folder_ / ("set/" + name + ".png"), test::sawtooth(side));
        }
        std::filesystem::copy_file("models/fsrcnn-s/fsrcnn-s_x4.safetensors", folder_ / "net.safetensors");
    }

    /// A run that works, and more arguments.
    [[nodiscard]] std::string working(const std::string& more = "") const {
        return fmt::format("--hr {} --side 16 --model bicubic {} {}", in("set"), in("net.safetensors:name=Small"),
                           more);
    }
};

TEST_F(ErfCommand, WritesWhatWasAskedForAndNothingElse) {
    const auto outcome = run(working(
        fmt::format("--json {} --csv {} --npy {} --figure {}", in("a.json"), in("a.csv"), in("arrays"), in("a.png"))));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, testing::AllOf(HasSubstr("Bicubic"), HasSubstr("Small"), HasSubstr("16x16")));
    EXPECT_THAT(outcome.messages,
                testing::AllOf(HasSubstr("left out"), HasSubstr("c_HR.png"), HasSubstr("fewer than")));
    const auto json = nlohmann::json::parse(contentOf(in("a.json")));
    EXPECT_EQ(json["options"]["preset"], "exact");
    EXPECT_EQ(json["options"]["reduce"], "pillow");
    ASSERT_EQ(json["results"].size(), 2U);
    EXPECT_EQ(json["results"][1]["model"]["name"], "Small");
    EXPECT_EQ(json["results"][1]["images"], 2);
    EXPECT_EQ(json["results"][1]["reach"], 7);
    EXPECT_EQ(json["results"][1]["window"]["width"], 15);
    EXPECT_EQ(json["results"][0]["squares"][3]["side"], 5);
    EXPECT_EQ(readNpy(in("arrays/Small.erf.npy")).shape, (std::vector<std::int64_t>{16, 16}));
    EXPECT_EQ(std::ranges::count(contentOf(in("a.csv")), '\n'), 3);
    EXPECT_GT(readImage(in("a.png")).image.width(), 800);
    EXPECT_EQ(contents().size(), 11U);  // set/ with 3, net, json, csv, png, arrays/ with 2
}

TEST_F(ErfCommand, JsonToStandardOutputIsAloneThere) {
    const auto outcome = run(working("--preset official --thresholds 0.5,0.9 --images 1 --stretch --json -"));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    EXPECT_EQ(json["options"]["centre"], "pixel");
    EXPECT_EQ(json["options"]["stretch"], true);
    EXPECT_EQ(json["options"]["upright"], false);
    EXPECT_EQ(json["results"][0]["squares"].size(), 2U);
    EXPECT_EQ(json["results"][0]["images"], 1);
}

TEST_F(ErfCommand, LooksFromTheSrPixelAskedFor) {
    const auto fieldAt = [&](const std::string& place) {
        const auto outcome = run(
            fmt::format("--lr {} --side 9 --model bicubic --centre pixel --json - --at {}", in("set/c_HR.png"), place));
        EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
        return nlohmann::json::parse(outcome.output);
    };
    // A line as the window copies it: several images, each with its flag.
    const auto twice = run(fmt::format("--lr {0} --lr {1} --side 9 --model bicubic --preset exact --at 64,65 --json -",
                                       in("set/b_HR.png"), in("set/c_HR.png")));
    EXPECT_EQ(nlohmann::json::parse(twice.output)["results"][0]["images"], 2) << twice.messages;
    const auto json = fieldAt("64,65");
    EXPECT_EQ(json["options"]["at"], (nlohmann::json{{"x", 64}, {"y", 65}}));
    expectTrouble(fmt::format("--lr {} --side 9 --model bicubic --at 3,64", in("set/c_HR.png")), 1, "(3, 64)");
}

TEST_F(ErfCommand, WrongUsageIsCode2) {
    expectTrouble("--model bicubic", 2, "--hr");
    expectTrouble(fmt::format("--hr {}", in("set")), 2, "--model");
    expectTrouble(fmt::format("--hr {0} --lr {0} --model bicubic", in("set")), 2, "--lr");
    expectTrouble(working("--preset paper"), 2, "official, exact");
    expectTrouble(working("--side wide"), 2, "--side");
    expectTrouble(working("--images 0"), 2, "number of images");
    expectTrouble(working("--centre middle"), 2, "pixel, cell");
    expectTrouble(working("--thresholds 0.5,x"), 2, "--thresholds");
    expectTrouble(working("--thresholds 0.5,1"), 2, "below 1");
    expectTrouble(working("--at 3"), 2, "--at");
    expectTrouble(working("--at 3,-1"), 2, "--at");
    expectTrouble(working("--reduce nearest"), 2, "pillow, matlab");
    expectTrouble(working("--figure " + in("a.pdf")), 2, ".png");
}

TEST_F(ErfCommand, BadInputIsNamed) {
    expectTrouble(fmt::format("--hr {} --model bicubic", in("set")), 1, "a_HR.png");  // a side of 64
    expectTrouble(fmt::format("--hr {} --model bicubic", in("none.png")), 1, "none.png");
    expectTrouble(fmt::format("--lr {} --model bicubic", in("set")), 1, "no LR image");
    folder_.write("text.png", "this is no picture\n");
    expectTrouble(fmt::format("--hr {} --model bicubic", in("text.png")), 1, "text.png");
    folder_.write("empty.pth", "");
    expectTrouble(fmt::format("--hr {} --side 16 --model {}", in("set"), in("empty.pth")), 1, "empty.pth");
    expectTrouble(working("--json " + in("none/a.json")), 1, "a.json");
}

TEST_F(ErfCommand, DoesNotWriteOverAFileThatItReads) {
    expectTrouble(working("--figure " + in("set/b_HR.png")), 1, "which is read");
    expectTrouble(working("--images 1 --csv " + in("set/b_HR.png")), 1, "which is read");
    expectTrouble(working("--json " + in("net.safetensors")), 1, "which is read");
    expectTrouble(working(fmt::format("--csv {0} --json {0}", in("a"))), 1, "same file");
}

}  // namespace
}  // namespace lamscope::erf_command_test
