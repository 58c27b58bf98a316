// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/tap_survey.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include "core/method/features/small_reporting_network.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::tap_survey_test {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::vector<std::pair<std::string, std::string>> wordsOf(const std::vector<ChosenTap>& taps) {
    std::vector<std::pair<std::string, std::string>> words;
    for (const auto& tap : taps) {
        words.emplace_back(tap.key, tap.what);
    }
    return words;
}

TEST(TapSurvey, FindsTheDeepestFeaturesAndTheDepths) {
    const auto survey = surveyTaps(test::smallReportingNetwork(false), 12);
    ASSERT_TRUE(survey.deepest.has_value());
    const auto& deepest = survey.taps[*survey.deepest];
    EXPECT_EQ(deepest.key, "last");
    EXPECT_EQ(deepest.dimension, 6U * 24U * 24U);
    EXPECT_THAT(deepest.shape, ElementsAre(6, 24, 24));
    EXPECT_THAT(
        wordsOf(survey.usual),
        ElementsAre(Pair("LR", "LR pixels"), Pair("body.0", "first features"), Pair("body.1", "a quarter of the body"),
                    Pair("body.2", "half of the body"), Pair("body.3", "three quarters of the body"),
                    Pair("body.4", "end of the body"), Pair("up.0", "after the body"),
                    Pair("last", "input of the last convolution"), Pair("SR", "SR")));
}

TEST(TapSurvey, TellsFromTheNetworkWhetherItAddsItsInput) {
    EXPECT_FALSE(surveyTaps(test::smallReportingNetwork(false), 12).addsInput);
    EXPECT_TRUE(surveyTaps(test::smallReportingNetwork(true), 12).addsInput);
}

TEST(TapSurvey, OfTheShippedNetworks) {
    const auto surveyOf = [](const std::string& name) {
        return surveyTaps(loadModel(test::specOf("models/" + name + "/" + name + "_x4.safetensors")), 16);
    };
    const auto edsr = surveyOf("edsr-s");
    EXPECT_EQ(edsr.taps[edsr.deepest.value()].key, "tail.1");
    EXPECT_FALSE(edsr.addsInput);
    for (const auto& [key, what] : std::vector<std::pair<std::string, std::string>>{{"body.2", "a quarter of the body"},
                                                                                    {"body.5", "half of the body"},
                                                                                    {"body.10", "end of the body"},
                                                                                    {"tail.0.0", "after the body"},
                                                                                    {"tail.0.2", "enlarged 2 times"}}) {
        EXPECT_THAT(wordsOf(edsr.usual), testing::Contains(Pair(key, what)));
    }
    for (const auto* name : {"fsrcnn-s", "rcan-s", "swinir-s"}) {
        const auto survey = surveyOf(name);
        EXPECT_TRUE(survey.deepest.has_value()) << name;
        EXPECT_FALSE(survey.addsInput) << name;
        EXPECT_GE(survey.usual.size(), 6U) << name;
    }
}

TEST(TapSurvey, OfRectangularPatchesIsThatOfTheirSize) {
    const auto survey = surveyTaps(test::smallReportingNetwork(true), 18, 12);
    const auto square = surveyTaps(test::smallReportingNetwork(true), 12);
    EXPECT_THAT(survey.taps[survey.deepest.value()].shape, ElementsAre(6, 24, 36));
    EXPECT_EQ(wordsOf(survey.usual), wordsOf(square.usual));
    EXPECT_TRUE(survey.addsInput);
    const auto swinir = loadModel(test::specOf("models/swinir-s/swinir-s_x4.safetensors"));
    EXPECT_EQ(wordsOf(surveyTaps(swinir, 24, 16).usual), wordsOf(surveyTaps(swinir, 16).usual));
}

TEST(TapSurvey, NamesEachDepthOnce) {
    for (const auto* name : {"edsr-s", "fsrcnn-s", "rcan-s", "swinir-s"}) {
        const auto file = std::string("models/") + name + "/" + name + "_x4.safetensors";
        for (const auto& tap : surveyTaps(loadModel(test::specOf(file)), 16).usual) {
            EXPECT_FALSE(tap.what.find("quarter") != std::string::npos && tap.what.find("half") != std::string::npos)
                << name << ": " << tap.what;
        }
    }
}

TEST(TapSurvey, WithoutBlocksTheConvolutionsOfAttentionsAreNoBody) {
    const auto model = test::makeModel(
        std::make_unique<test::FormulaNetwork>([](const torch::Tensor& lr) {
            auto x = test::reportingConvolution("head", lr, 6);
            for (int i = 0; i < 4; ++i) {
                const auto name = "body." + std::to_string(i);
                const auto y = test::reportingConvolution(name, x, 6);
                const auto weights = test::reportingConvolution(name + ".attention", y.mean({2, 3}, true), 6);
                x = x + y * at::sigmoid(weights);
            }
            return at::pixel_shuffle(test::reportingConvolution("last", x, 12), 2);
        }),
        2, 1.0, torch::kFloat64);
    const auto survey = surveyTaps(model, 12);
    EXPECT_THAT(
        wordsOf(survey.usual),
        ElementsAre(Pair("LR", "LR pixels"), Pair("body.0", "first features"), Pair("body.1", "a quarter of the body"),
                    Pair("body.2", "half of the body"), Pair("body.3", "three quarters of the body"),
                    Pair("last", "input of the last convolution"), Pair("SR", "SR")));
}

TEST(TapSurvey, OfNetworksThatEvaluateImagesOneByOne) {
    const auto survey = surveyTaps(test::oneByOneNetwork(), 12);
    EXPECT_EQ(survey.taps.size(), 2U);
    EXPECT_EQ(survey.taps[survey.deepest.value()].key, "last");
}

TEST(TapSurvey, OfExportedProgramsHasTheirLayers) {
    LAMSCOPE_NEED_DATA(file, "pt2/residual.pt2");
    const auto survey = surveyTaps(loadModel(test::specOf(file)), 16);
    EXPECT_TRUE(survey.deepest.has_value());
    EXPECT_GT(survey.usual.size(), 3U);
    LAMSCOPE_NEED_DATA(single, "pt2/window.pt2");  // for a batch of 1, patches of 48x48
    EXPECT_FALSE(surveyTaps(loadModel(test::specOf(single)), 48).taps.empty());
}

TEST(TapSurvey, OfTorchScriptHasItsLayers) {
    const test::TemporaryFolder folder;
    torch::jit::Module head("Head");
    head.register_parameter("weight", 0.1 * torch::ones({12, 3, 3, 3}), false);
    head.define("\ndef forward(self, x):\n    return torch.conv2d(x, self.weight, None, [1, 1], [1, 1])\n");
    torch::jit::Module network("Network");
    network.register_module("head", head);
    torch::jit::Module last("Last");
    last.register_parameter("weight", torch::eye(12).view({12, 12, 1, 1}), false);
    last.define("\ndef forward(self, x):\n    return torch.conv2d(x, self.weight)\n");
    network.register_module("last", last);
    network.define(
        "\ndef forward(self, x):\n"
        "    return torch.pixel_shuffle(self.last.forward(self.head.forward(x)), 2)\n");
    network.save((folder / "net.pt").string());
    const auto survey = surveyTaps(loadModel(test::specOf(folder / "net.pt", ":range=1")), 12);
    EXPECT_EQ(survey.taps[survey.deepest.value()].key, "last");
    EXPECT_THAT(survey.taps[*survey.deepest].shape, ElementsAre(12, 12, 12));
}

TEST(TapSurvey, OfANetworkWithoutLayersHasTheControlsAlone) {
    const auto survey = surveyTaps(test::bicubicModel(2), 12);
    EXPECT_TRUE(survey.taps.empty());
    EXPECT_THAT(wordsOf(chosenTaps(survey, "auto", "Bicubic")), ElementsAre(Pair("LR", "LR pixels"), Pair("SR", "SR")));
    test::expectError(ErrorCode::InvalidArgument, {"Bicubic", "no layer whose features can be taken", "known family"},
                      [&] { static_cast<void>(chosenTap(survey, "deepest", "Bicubic")); });
}

TEST(ChosenTaps, AreNamedInAnyOrderAndGivenInThatOfTheNetwork) {
    const auto survey = surveyTaps(test::smallReportingNetwork(false), 12);
    EXPECT_THAT(wordsOf(chosenTaps(survey, "SR,deepest,body.1.conv,LR", "Small")),
                ElementsAre(Pair("LR", "LR pixels"), Pair("body.1.conv", ""),
                            Pair("last", "input of the last convolution"), Pair("SR", "SR")));
    EXPECT_EQ(chosenTaps(survey, "all", "Small").size(), survey.taps.size() + 2);
    EXPECT_EQ(chosenTap(survey, "up.0", "Small"), "up.0");
}

TEST(ChosenTaps, RefuseAnUnknownKeyWithTheNearest) {
    const auto survey = surveyTaps(test::smallReportingNetwork(false), 12);
    test::expectError(ErrorCode::InvalidArgument, {"Small", "'body.2.cnov'", "body.2.conv"},
                      [&] { static_cast<void>(chosenTaps(survey, "LR,body.2.cnov", "Small")); });
    test::expectError(ErrorCode::InvalidArgument, {"'lats'", "last"},
                      [&] { static_cast<void>(chosenTap(survey, "lats", "Small")); });
}

}  // namespace
}  // namespace lamscope::tap_survey_test
