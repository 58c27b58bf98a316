// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli cem` as its users meet it: judged by exit code, output and files.
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

namespace lamscope::cem_command_test {
namespace {

using test::contentOf;
using testing::HasSubstr;

class CemCommand : public test::CommandTest {
protected:
    CemCommand()
        : CommandTest("cem") {}

    void SetUp() override {
        for (const auto& [name, side] : std::map<std::string, int>{{"hr", 96}, {"lr", 24}, {"patches", 40}}) {
            writeImage(folder_ / (name + ".png"), test::sawtooth(side));
        }
        std::filesystem::copy_file("models/fsrcnn-s/fsrcnn-s_x4.safetensors", folder_ / "net.safetensors");
    }

    /// A run that works, and more arguments.
    [[nodiscard]] std::string working(const std::string& more = "") const {
        return fmt::format("--hr {} --roi 32,32 --fine 4 --interventions {} --model bicubic {} {}", in("hr.png"),
                           in("patches.png"), in("net.safetensors:name=Small"), more);
    }
};

TEST_F(CemCommand, WritesWhatWasAskedForAndNothingElse) {
    const auto outcome = run(working(
        fmt::format("--json {} --csv {} --npy {} --figure {}", in("a.json"), in("a.csv"), in("arrays"), in("a.png"))));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, testing::AllOf(HasSubstr("Bicubic"), HasSubstr("Small: "), HasSubstr("chance")));
    const auto json = nlohmann::json::parse(contentOf(in("a.json")));
    EXPECT_EQ(json["options"]["fine"], 4);
    EXPECT_EQ(json["results"][0]["roi"]["size"], 32);
    EXPECT_EQ(json["results"][1]["model"]["name"], "Small");
    EXPECT_EQ(json["results"][1]["reach"], 7);
    EXPECT_EQ(json["results"][1]["window"]["width"], 22);
    EXPECT_EQ(json["results"][1]["evaluated_blocks"], 144);
    EXPECT_EQ(json["results"][1]["files"]["draws"], in("arrays/Small.draws.npy"));
    EXPECT_EQ(readNpy(in("arrays/Small.effect.npy")).shape, (std::vector<std::int64_t>{12, 12}));
    EXPECT_EQ(std::ranges::count(contentOf(in("a.csv")), '\n'), 3);
    EXPECT_GT(readImage(in("a.png")).image.width(), 800);
    EXPECT_EQ(contents().size(), 12U);  // 3 images, net, json, csv, png, arrays/ with 4
}

TEST_F(CemCommand, TheSameTwiceIsTheSame) {
    const auto effects = [&] {
        const auto outcome = run(working("--json -"));
        EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
        auto json = nlohmann::json::parse(outcome.output);
        return json["results"][1]["effects"];
    };
    EXPECT_EQ(effects(), effects());
}

TEST_F(CemCommand, AnLrImageNeedsItsReference) {
    const auto outcome = run(fmt::format(
        "--lr {} --reference {} --roi 32,32,16 --interventions {} --fine 2 --model bicubic --preset official --json -",
        in("lr.png"), in("hr.png"), in("patches.png")));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    EXPECT_EQ(json["options"]["preset"], "official");
    EXPECT_EQ(json["results"][0]["evaluated_blocks"], 144);
    expectTrouble(fmt::format("--lr {} --roi 1,1 --interventions {} --model bicubic", in("lr.png"), in("patches.png")),
                  2, "--reference");
}

TEST_F(CemCommand, WrongUsageIsCode2) {
    expectTrouble(fmt::format("--hr {} --roi 1,1 --model bicubic", in("hr.png")), 2, "--interventions");
    expectTrouble(fmt::format("--hr {} --interventions {} --model bicubic", in("hr.png"), in("patches.png")), 2,
                  "--roi");
    expectTrouble(fmt::format("--roi 1,1 --interventions {} --model bicubic", in("patches.png")), 2, "--hr");
    expectTrouble(working("--preset exact"), 2, "official, fast");
    expectTrouble(
        fmt::format("--hr {} --roi 1,1 --fine 1 --interventions {} --model bicubic", in("hr.png"), in("patches.png")),
        2, "fine draws");
    expectTrouble(working("--coarse 0"), 2, "coarse draws");
    expectTrouble(working("--tolerance -1"), 2, "tolerance");
    expectTrouble(working("--context 0"), 2, "--context");
    expectTrouble(working("--context 9 --preset official"), 2, "context");
    expectTrouble(working("--batch 0"), 2, "batch");
    expectTrouble(working("--degrade sharpen:2"), 2, "sharpen");
    expectTrouble(working("--degrade-seed 2"), 2, "--degrade");
    expectTrouble(working("--figure " + in("a.pdf")), 2, ".png");
}

TEST_F(CemCommand, BadInputIsNamed) {
    expectTrouble(working("--json " + in("none/a.json")), 1, "a.json");
    expectTrouble(working("--csv " + in("hr.png")), 1, "hr.png");
    expectTrouble(working("--csv " + in("patches.png")), 1, "patches.png");
    folder_.write("text.png", "this is no picture\n");
    expectTrouble(fmt::format("--hr {} --roi 1,1 --interventions {} --model bicubic", in("hr.png"), in("text.png")), 1,
                  "text.png");
    expectTrouble(fmt::format("--hr {} --roi 80,1 --interventions {} --model bicubic", in("hr.png"), in("patches.png")),
                  1, "(80, 1)");
}

}  // namespace
}  // namespace lamscope::cem_command_test
