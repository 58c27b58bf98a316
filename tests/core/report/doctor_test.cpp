// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

ModelReport reportOf(const std::string& routing, const std::string& randomness) {
    ModelReport report;
    report.card.name = "net";
    report.card.architecture = "ATD";
    report.card.scale = 4;
    report.card.scales = {4};
    report.card.routing = routing;
    report.card.randomness = randomness;
    return report;
}

TEST(DoctorCard, TellsWhatIsNotContinuousAlongAPath) {
    const auto report = reportOf("sorts tokens by category", "");
    EXPECT_THAT(toText(report), AllOf(HasSubstr("\n  routes          sorts tokens by category: not continuous"),
                                      Not(HasSubstr("random"))));
    const auto json = jsonOf(report);
    EXPECT_EQ(json.at("routing"), "sorts tokens by category");
    EXPECT_TRUE(json.at("randomness").is_null());
}

TEST(DoctorCard, TellsWhatIsRandomInTheOriginal) {
    const auto report = reportOf("", "Gumbel noise in the original, none here");
    EXPECT_THAT(toText(report), AllOf(HasSubstr("\n  random          Gumbel noise in the original, none here\n"),
                                      Not(HasSubstr("routes"))));
    const auto json = jsonOf(report);
    EXPECT_TRUE(json.at("routing").is_null());
    EXPECT_EQ(json.at("randomness"), "Gumbel noise in the original, none here");
}

TEST(DoctorCard, TellsWhatIsReadBesideTheImage) {
    auto report = reportOf("", "");
    EXPECT_TRUE(jsonOf(report).at("side_inputs").empty());
    report.card.sideInputs = {{.name = "sigma", .value = 25.0, .unit = "levels of 0 to 255", .evidence = "given"}};
    EXPECT_THAT(toText(report), HasSubstr("\n  reads too       sigma 25, levels of 0 to 255 (given)\n"));
    EXPECT_EQ(jsonOf(report).at("side_inputs").dump(),
              R"([{"name":"sigma","value":25.0,"unit":"levels of 0 to 255","evidence":"given"}])");
}

TEST(DoctorCard, AgreesWithTheInputWhereNothingIsEnlarged) {
    auto report = reportOf("", "");
    report.card.bicubicAgreementDb = 40.0;
    EXPECT_THAT(toText(report), HasSubstr("\n  vs bicubic      40.0 dB on a smooth picture\n"));
    EXPECT_EQ(jsonOf(report).at("agreement_with"), "bicubic");
    report.card.scale = 1;
    EXPECT_THAT(toText(report), AllOf(HasSubstr("\n  vs input        40.0 dB"), Not(HasSubstr("bicubic"))));
    EXPECT_THAT(toText(report), AllOf(HasSubstr("1x1 input pixels"), Not(HasSubstr("LR"))));
    EXPECT_EQ(jsonOf(report).at("agreement_with"), "input");
}

TEST(DoctorCard, TellsHowANetworkOfOneChannelSeesColours) {
    auto report = reportOf("", "");
    report.card.colour = ModelCard::Colour::Each;
    EXPECT_THAT(toText(report), HasSubstr("each colour by itself"));
    EXPECT_EQ(jsonOf(report).at("colour"), "each");
    report.card.colour = ModelCard::Colour::Y;
    EXPECT_THAT(toText(report), HasSubstr("Y (luma)"));
    EXPECT_EQ(jsonOf(report).at("colour"), "y");
}

}  // namespace
}  // namespace lamscope
