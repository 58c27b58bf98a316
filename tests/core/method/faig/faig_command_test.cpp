// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli faig` as its users meet it: judged by exit code, output and files.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "model/checkpoint/checkpoint.h"
#include "support/run_program.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::faig_command_test {
namespace {

using testing::HasSubstr;

class FaigCommand : public testing::Test {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(baseline, "golden/methods/faig_baseline_x2.pth");
        LAMSCOPE_NEED_DATA(target, "golden/methods/faig_target_x2.pth");
        baseline_ = baseline;
        target_ = target;
        std::filesystem::create_directory(folder_.path() / "hr");
        Image image(50, 37);
        float value = 0.0F;
        for (float& sample : image.values()) {
            value = value > 0.9F ? value - 0.87F : value + 0.061F;
            sample = value;
        }
        writeImage(folder_.path() / "hr" / "a.png", image);
    }

    [[nodiscard]] std::string in(const std::string& name) const { return (folder_.path() / name).string(); }

    [[nodiscard]] test::Outcome run(const std::vector<std::string>& more, bool withRecipes = true) const {
        std::vector<std::string> words{LAMSCOPE_CLI, "faig",           "--baseline", baseline_.string(),
                                       "--target",   target_.string(), "--nodes",    "3"};
        if (withRecipes) {
            for (const auto* word : {"--degrade", "blur=blur:2:21", "--degrade", "noise=noise:25.5"}) {
                words.emplace_back(word);
            }
            words.insert(words.end(), {"--hr", in("hr")});
        }
        words.insert(words.end(), more.begin(), more.end());
        return test::runProgram(words, log_.path());
    }

    test::TemporaryFolder folder_;
    test::TemporaryFolder log_;
    std::filesystem::path baseline_;
    std::filesystem::path target_;
};

TEST_F(FaigCommand, WritesEveryFileThatItIsAskedFor) {
    const auto outcome =
        run({"--json", in("faig.json"), "--csv", in("faig.csv"), "--npy", in("npy"), "--sr", in("sr"), "--figure",
             in("faig.png"), "--save-weights", in("masked.safetensors"), "--mask", "1,10", "--lambda", "0:1:0.5"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, HasSubstr("Filters for blur against noise, FAIG"));
    const auto json = nlohmann::json::parse(test::contentOf(in("faig.json")));
    EXPECT_EQ(json.at("filters"), 13504);
    EXPECT_EQ(json.at("degradations").size(), 2U);
    EXPECT_EQ(json.at("masking").size(), 2U);
    EXPECT_EQ(json.at("masking").at(0).at("filters"), 135);
    EXPECT_EQ(json.at("reweighting").size(), 3U);
    EXPECT_EQ(json.at("ranking").at("order_file"), in("npy/order.txt"));
    const auto scores = readNpy(in("npy/blur.scores.npy"));
    ASSERT_EQ(scores.values.size(), 13504U);
    double sum = 0.0;
    for (const double score : scores.values) {
        sum += score;
    }
    EXPECT_NEAR(sum, json.at("degradations").at(0).at("score_sum").get<double>(), 1e-9 * sum);
    for (const auto* name :
         {"sr/a.blur.lr.png", "sr/a.blur.target.png", "sr/a.noise.masked.png", "sr/a.noise.baseline.png"}) {
        EXPECT_TRUE(std::filesystem::exists(in(name))) << name;
    }
    EXPECT_GT(readImage(in("faig.png")).image.width(), 500);
    EXPECT_EQ(readCheckpoint(in("masked.safetensors")).tensors.size(), readCheckpoint(target_).tensors.size());
    const auto csv = test::contentOf(in("faig.csv"));
    EXPECT_EQ(std::ranges::count(csv, '\n'), 13505);

    // The list that was written is read back: the same masks.
    const auto again = run({"--order", in("npy/order.txt"), "--mask", "1", "--json", "-"});
    ASSERT_EQ(again.exitCode, 0) << again.messages;
    const auto masked = nlohmann::json::parse(again.output);
    EXPECT_EQ(masked.at("masking").at(0).at("readouts").at(0).at("psnr"),
              json.at("masking").at(0).at("readouts").at(0).at("psnr"));
    EXPECT_EQ(masked.at("ranking").at("rule"), "order");
}

TEST_F(FaigCommand, TakesFoldersOfLrImages) {
    std::filesystem::create_directory(folder_.path() / "blur");
    writeImage(folder_.path() / "blur" / "ax2.png", Image(25, 18));
    const auto outcome = run({"--gt", in("hr"), "--degraded", "blur=" + in("blur"), "--mask", "none"}, false);
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, HasSubstr("Filters for blur alone"));
    std::filesystem::rename(in("blur/ax2.png"), in("blur/bx2.png"));
    const auto missing = run({"--gt", in("hr"), "--degraded", "blur=" + in("blur")}, false);
    EXPECT_EQ(missing.exitCode, 1);
    EXPECT_THAT(missing.messages, HasSubstr("a.png"));
    std::filesystem::rename(in("blur/bx2.png"), in("blur/ax2.png"));
    writeImage(folder_.path() / "blur" / "ax2.png", Image(12, 9));
    const auto small = run({"--gt", in("hr"), "--degraded", "blur=" + in("blur")}, false);
    EXPECT_EQ(small.exitCode, 1);
    EXPECT_THAT(small.messages, testing::AllOf(HasSubstr("50x37"), HasSubstr("12x9"), HasSubstr("25x18")));
}

TEST_F(FaigCommand, RefusesWhatMakesNoSense) {
    EXPECT_EQ(run({}, false).exitCode, 2);
    EXPECT_EQ(run({"--degrade", "blur=blur:1"}).exitCode, 2);
    EXPECT_EQ(run({"--of", "rain"}).exitCode, 2);
    EXPECT_EQ(run({"--mask", "5,1"}).exitCode, 2);
    EXPECT_EQ(run({"--figure", in("map.pdf")}).exitCode, 2);
    const auto same = run({"--baseline", target_.string()});
    EXPECT_NE(same.exitCode, 0);
    const auto equal = test::runProgram({LAMSCOPE_CLI, "faig", "--baseline", target_.string(), "--target",
                                         target_.string(), "--hr", in("hr"), "--degrade", "blur=blur:2"},
                                        log_.path());
    EXPECT_EQ(equal.exitCode, 1);
    EXPECT_THAT(equal.messages, HasSubstr("the two files hold the same weights: nothing to attribute"));
    const auto other = test::runProgram({LAMSCOPE_CLI, "faig", "--baseline", "bicubic:scale=2", "--target",
                                         target_.string(), "--hr", in("hr"), "--degrade", "blur=blur:2"},
                                        log_.path());
    EXPECT_EQ(other.exitCode, 1);
    EXPECT_THAT(other.messages, HasSubstr("no weights"));
}

}  // namespace
}  // namespace lamscope::faig_command_test
