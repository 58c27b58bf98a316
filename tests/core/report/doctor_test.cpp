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

}  // namespace
}  // namespace lamscope
