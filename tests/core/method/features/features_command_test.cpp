// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli srga` and `lamscope-cli ddr` as their users meet them: judged by exit code, output and files.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "support/command_test.h"

namespace lamscope::features_command_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class FeatureCommands : public test::CommandTest {
protected:
    void SetUp() override {
        std::filesystem::create_directory(folder_ / "set");
        for (int i = 0; i < 4; ++i) {
            Image image(210, 180);
            double value = 0.1 * i;
            int pixel = 0;
            for (float& sample : image.values()) {
                value = value > 0.9 ? value - 0.87 : value + 0.061;
                sample = static_cast<float>(0.5 * value + 0.25 + 0.25 * std::sin(0.01 * (i + 1) * pixel++));
            }
            writeImage(folder_ / fmt::format("set/{}_HR.png", i), image);
        }
        std::filesystem::copy_file("models/fsrcnn-s/fsrcnn-s_x4.safetensors", folder_ / "net.safetensors");
    }

    /// Runs that work, and more arguments.
    [[nodiscard]] std::string srga(const std::string& more = "") const {
        return fmt::format(
            "srga --hr {} --degrade blur:2 noisy=noise:20 --patch 8 --patches 100 --replicates 2 "
            "--model {} {}",
            in("set"), in("net.safetensors:name=Small"), more);
    }
    [[nodiscard]] std::string ddr(const std::string& more = "") const {
        return fmt::format(
            "ddr --hr {} --degrade clean noisy=noise:20 --patch 8 --patches 8 --permutations 19 --model {} "
            "{}",
            in("set"), in("net.safetensors:name=Small"), more);
    }
};

TEST_F(FeatureCommands, SrgaWritesWhatWasAskedForAndNothingElse) {
    const auto outcome = run(srga(fmt::format("--json {} --csv {} --npy {} --figure {} --memory 0.000001", in("a.json"),
                                              in("a.csv"), in("arrays"), in("a.png"))));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("Small"), HasSubstr("colours"), HasSubstr("blur:2"), HasSubstr("noisy"),
                                      HasSubstr("floor")));
    EXPECT_THAT(outcome.messages, HasSubstr("advise more than 300"));
    const auto json = nlohmann::json::parse(test::contentOf(in("a.json")));
    EXPECT_EQ(json["options"]["components"], 37);
    EXPECT_EQ(json["options"]["tap"], "deepest");
    EXPECT_EQ(json["sets"][0]["recipe"], "clean");
    EXPECT_EQ(json["sets"][2]["patches"], 100);
    EXPECT_EQ(json["results"][0]["model"]["name"], "Small");
    EXPECT_EQ(json["results"][0]["adds_input"], false);
    EXPECT_GT(json["results"][0]["index"][1]["srga"], 0.0);
    EXPECT_GT(json["results"][0]["index"][1]["psnr"], 5.0);
    EXPECT_EQ(readNpy(in("arrays/Small.noisy.scores.npy")).shape, (std::vector<std::int64_t>{100, 37}));
    EXPECT_TRUE(std::filesystem::exists(in("arrays/Small.blur_2.scores.npy")));
    EXPECT_EQ(std::ranges::count(test::contentOf(in("a.csv")), '\n'), 3);
    EXPECT_GT(readImage(in("a.png")).image.width(), 600);
    EXPECT_EQ(contents().size(), 13U);  // set/ with 4, net, json, csv, png, arrays/ with 3
}

TEST_F(FeatureCommands, DdrWritesWhatWasAskedForAndNothingElse) {
    const auto outcome =
        run(ddr(fmt::format("--json - --csv {} --npy {} --figure {} --taps LR,deepest --embed tsne --perplexity 4 "
                            "--iterations 250 --starts 2",
                            in("a.csv"), in("arrays"), in("a.png"))));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    EXPECT_EQ(json["content_shared"], true);
    EXPECT_EQ(json["options"]["embed"], "tsne");
    const auto& taps = json["results"][0]["taps"];
    ASSERT_EQ(taps.size(), 2U);
    EXPECT_EQ(taps[1]["what"], "input of the last convolution");
    EXPECT_EQ(taps[1]["points"].size(), 16U);
    EXPECT_EQ(taps[1]["tsne"]["starts"], 2);
    EXPECT_EQ(readNpy(in("arrays/Small.LR.points.npy")).shape, (std::vector<std::int64_t>{16, 4}));
    EXPECT_EQ(std::ranges::count(test::contentOf(in("a.csv")), '\n'), 3);
    EXPECT_GT(readImage(in("a.png")).image.width(), 500);
    const auto table = run(ddr());
    EXPECT_THAT(table.output, AllOf(HasSubstr("CH features"), HasSubstr("LR pixels"), HasSubstr("SR")));
}

TEST_F(FeatureCommands, FoldersOfPatchesAreSetsAsTheyAre) {
    for (const auto* name : {"one", "two"}) {
        std::filesystem::create_directory(folder_ / name);
        for (int i = 0; i < 100; ++i) {
            Image patch(8, 8);
            for (std::size_t k = 0; k < patch.values().size(); ++k) {
                const double wave = std::sin(0.37 * static_cast<double>(k) * (i + 1)) * (name[0] == 'o' ? 0.5 : 0.2);
                patch.values()[k] = static_cast<float>(0.5 + wave);
            }
            writeImage(folder_ / name / fmt::format("{}.png", 100 + i), patch);
        }
    }
    const auto outcome = run(fmt::format("srga --reference {} --set narrow={} --replicates 2 --model {} --json -",
                                         in("one"), in("two"), in("net.safetensors")));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    EXPECT_EQ(json["sets"][0]["name"], "one");
    EXPECT_EQ(json["sets"][0]["recipe"], nullptr);
    EXPECT_EQ(json["options"]["hr"], nullptr);
    EXPECT_GT(json["results"][0]["index"][0]["srga"], 3.0);
    EXPECT_EQ(json["results"][0]["index"][0]["psnr"], nullptr);
    EXPECT_LT(json["results"][0]["sets"][1]["sigma"], json["results"][0]["sets"][0]["sigma"]);
}

TEST_F(FeatureCommands, WrongUsageIsCode2) {
    expectTrouble("srga --model bicubic", 2, "--hr");
    expectTrouble(fmt::format("srga --hr {} --model bicubic", in("set")), 2, "--degrade");
    expectTrouble(fmt::format("srga --set x={} --model bicubic", in("set")), 2, "--reference and --set");
    expectTrouble(fmt::format("srga --reference {} --degrade blur:2 --set x={} --model bicubic", in("set"), in("set")),
                  2, "--degrade needs HR images");
    expectTrouble(srga("--preset paper"), 2, "official, exact");
    expectTrouble(srga("--components 0"), 2, "number of components");
    expectTrouble(fmt::format("srga --hr {} --degrade blur:2 --replicates -1 --model bicubic", in("set")), 2,
                  "number of half-samples");
    expectTrouble(srga("--memory 0"), 2, "--memory");
    expectTrouble(srga("--figure " + in("a.pdf")), 2, ".png");
    expectTrouble(srga("--degrade fog:2"), 2, "fog");
    expectTrouble(srga("--degrade blur:2"), 2, "blur:2");
    expectTrouble(srga("--reduce nearest"), 2, "pillow");
    expectTrouble(ddr("--space plane"), 2, "features, pca2, pca50");
    expectTrouble(ddr("--embed umap"), 2, "pca, tsne");
    expectTrouble(ddr("--perplexity 0"), 2, "perplexity");
    expectTrouble(ddr("--pool max"), 2, "none, mean");
    expectTrouble(fmt::format("ddr --hr {} --set a={} --model bicubic", in("set"), in("set")), 2, "either");
}

TEST_F(FeatureCommands, BadInputIsNamed) {
    expectTrouble(srga("--components 100"), 1, "fewer than patches");
    expectTrouble(fmt::format("srga --hr {} --degrade blur:2 --patch 64 --tap SR --model bicubic", in("set")), 1,
                  "smaller side");
    expectTrouble(srga("--tap mapping"), 1, "the nearest names");
    expectTrouble(srga("--preset official"), 1, "fewer than patches");
    expectTrouble(srga("--model bicubic"), 1, "no layer whose features can be taken");
    expectTrouble(ddr("--embed tsne"), 1, "a perplexity of 30 is too large for 16 patches: the largest is 5.0");
    expectTrouble(ddr("--taps deepest,lats"), 1, "'lats'");
    expectTrouble(fmt::format("ddr --hr {} --degrade clean --model bicubic", in("set")), 1,
                  "at least two classes of two patches");
    expectTrouble(fmt::format("ddr --hr {} --degrade clean blur:1 --model bicubic", in("none")), 1, "none");
    expectTrouble(fmt::format("ddr --set a={0} --set b={0} --model bicubic", in("nowhere")), 1, "nowhere");
    folder_.write("empty.pth", "");
    expectTrouble(fmt::format("ddr --hr {} --degrade clean blur:1 --model {}", in("set"), in("empty.pth")), 1,
                  "empty.pth");
    expectTrouble(srga("--json " + in("none/a.json")), 1, "a.json");
}

TEST_F(FeatureCommands, DoNotWriteOverFilesThatTheyRead) {
    expectTrouble(srga("--figure " + in("set/1_HR.png")), 1, "which is read");
    expectTrouble(ddr("--json " + in("net.safetensors")), 1, "which is read");
    expectTrouble(ddr(fmt::format("--csv {0} --json {0}", in("a"))), 1, "same file");
}

}  // namespace
}  // namespace lamscope::features_command_test
