// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/tap_survey.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/method/features/small_reporting_network.h"
#include "support/expect_error.h"
#include "support/spec_of.h"

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
