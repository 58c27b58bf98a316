// SPDX-License-Identifier: GPL-3.0-or-later
// `lamscope-cli info --keys` and `info A B` as their users meet them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/run_program.h"
#include "support/safetensors_file.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::info_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Info : public testing::Test {
protected:
    [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }

    [[nodiscard]] test::Outcome info(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {LAMSCOPE_CLI, "info"});
        return test::runProgram(std::move(arguments), log_.path());
    }

    [[nodiscard]] nlohmann::json jsonOf(std::vector<std::string> arguments) const {
        arguments.insert(arguments.end(), {"--json", "-"});
        const auto outcome = info(std::move(arguments));
        EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
        return nlohmann::json::parse(outcome.output);
    }

    static TensorData filled(std::vector<std::int64_t> shape, std::size_t count, float value) {
        return {.shape = std::move(shape), .values = std::vector<float>(count, value), .dtype = "float32"};
    }

    test::TemporaryFolder folder_;
    test::TemporaryFolder log_;
};

TEST_F(Info, KeysListsTheTensorsOfAnUnknownNetwork) {
    folder_.write("own.safetensors", test::unknownNetworkFile());
    const auto outcome = info({"--keys", in("own.safetensors")});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("2 tensors, 36928 values"), HasSubstr("IMDB1.c1.weight  64x64x3x3  float32"),
                      HasSubstr("IMDB1.c1.bias    64         float32"), Not(HasSubstr("architecture"))));
    const auto json = jsonOf({"--keys", in("own.safetensors")});
    EXPECT_EQ(json["results"][0]["sets"][0]["keys"][1]["name"], "IMDB1.c1.bias");
    EXPECT_EQ(json["results"][0]["container"], "safetensors");
    EXPECT_TRUE(json["comparison"].is_null());
}

TEST_F(Info, KeysWorksWhereNoNetworkCanBeLoaded) {
    LAMSCOPE_NEED_DATA(quantised, "cases/quantised.pth");
    EXPECT_EQ(info({quantised.string()}).exitCode, 1);
    const auto outcome = info({"--keys", quantised.string()});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, HasSubstr("int8"));
}

TEST_F(Info, WhatCannotBeComparedIsListedAllTheSame) {
    LAMSCOPE_NEED_DATA(quantised, "cases/quantised.pth");
    const auto outcome = info({"--keys", quantised.string(), quantised.string()});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, HasSubstr("int8"));
    EXPECT_THAT(outcome.messages, HasSubstr("the two are not compared: "));
}

TEST_F(Info, KeysNeedsFiles) {
    const auto outcome = info({"--keys", "bicubic"});
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_THAT(outcome.messages, HasSubstr("bicubic has none"));
    EXPECT_EQ(info({"--keys", in("missing.pth")}).exitCode, 1);
}

TEST_F(Info, ComparesTwoFilesAndOnlyTwo) {
    const test::NamedTensors first{{"head.weight", filled({4, 4}, 16, 2.0F)}, {"old.bias", filled({2}, 2, 1.0F)}};
    const test::NamedTensors second{{"module.head.weight", filled({4, 4}, 16, 2.5F)},
                                    {"module.new.bias", filled({3}, 3, 1.0F)}};
    folder_.write("a.safetensors", test::safetensorsFile(first));
    folder_.write("b.safetensors", test::safetensorsFile(second));
    const auto outcome = info({in("a.safetensors"), in("b.safetensors")});
    EXPECT_EQ(outcome.exitCode, 0) << "differences are a result, not a failure: " << outcome.messages;
    EXPECT_THAT(outcome.output,
                AllOf(HasSubstr("relative L2 0.25, largest |A - B| 0.5"), HasSubstr("missing from B (1)"),
                      HasSubstr("old.bias"), HasSubstr("in B alone (1)"), HasSubstr("without the prefix module.")));
    const auto comparison = jsonOf({in("a.safetensors"), in("b.safetensors")})["comparison"];
    EXPECT_EQ(comparison["relative_l2"], 0.25);
    EXPECT_EQ(comparison["extra"][0]["name"], "new.bias");
    EXPECT_TRUE(jsonOf({in("a.safetensors")})["comparison"].is_null());
    EXPECT_TRUE(jsonOf({in("a.safetensors"), "bicubic"})["comparison"].is_null());
    EXPECT_TRUE(jsonOf({in("a.safetensors"), in("a.safetensors"), in("b.safetensors")})["comparison"].is_null());
    EXPECT_EQ(jsonOf({in("a.safetensors"), in("a.safetensors")})["comparison"]["equal"], true);
}

TEST_F(Info, ComparesAverageAndPlainWeightsOfOneFile) {
    LAMSCOPE_NEED_DATA(file, "cases/generator_and_ema.pth");  // its generator is 0.9 times its generator_ema
    const auto comparison =
        jsonOf({file.string() + ":weights=generator_ema", file.string() + ":weights=generator"})["comparison"];
    EXPECT_NEAR(comparison["relative_l2"].get<double>(), 0.1, 1e-6);
    EXPECT_EQ(comparison["missing"].size() + comparison["extra"].size(), 0U);
    for (const auto& tensor : comparison["distances"]) {
        if (!tensor["counter"] && tensor["largest"] > 0.0) {
            EXPECT_NEAR(tensor["relative_l2"].get<double>(), 0.1, 1e-6) << tensor["name"];
        }
    }
}

TEST_F(Info, SaysWhatIsInAProgramThatIsRefused) {
    LAMSCOPE_NEED_DATA(custom, "pt2/custom_op.pt2");
    const auto outcome = info({custom.string()});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("refused"), HasSubstr("lamdemo::shift"), HasSubstr("aten::conv2d 1")));
    const auto result = jsonOf({custom.string()})["results"][0];
    EXPECT_EQ(result["container"], "torch-export");
    EXPECT_THAT(result["refusal"].get<std::string>(), HasSubstr("lamdemo::shift"));
    EXPECT_EQ(result["program"]["operators"][0]["name"], "lamdemo::shift");
    EXPECT_EQ(result["program"]["operators"][0]["outside"], true);
    EXPECT_EQ(result["program"]["nodes"], 3);
}

TEST_F(Info, ListsAndComparesProgramsOfEveryLayout) {
    LAMSCOPE_NEED_DATA(current, "pt2/residual.pt2");
    const auto legacy = test::dataFile("pt2/legacy.pt2").string();
    const auto outcome = info({"--keys", legacy});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("head.weight"), HasSubstr("16x3x3x3")));
    const auto comparison = jsonOf({"--keys", current.string(), legacy})["comparison"];
    EXPECT_EQ(comparison["missing"].size(), 0U);
    EXPECT_EQ(comparison["largest"], 0.0);
    const auto report = jsonOf({legacy})["results"][0];
    EXPECT_THAT(report["refusal"].get<std::string>(), HasSubstr("2.9 or newer"));
    EXPECT_EQ(report["program"]["nodes"], 21);
}

}  // namespace
}  // namespace lamscope::info_test
