// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_options.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

TEST(MakePlan, PresetsAreThoseOfTheDefinition) {
    LamOptions options;
    options.preset = Preset::Official;
    EXPECT_EQ(makePlan(options).nodes, 50);
    EXPECT_EQ(makePlan(options).context, 0);
    EXPECT_FALSE(makePlan(options).usesArcLength());
    options.preset = Preset::Paper;
    EXPECT_EQ(makePlan(options).nodes, 100);
    options.preset = Preset::Exact;
    EXPECT_EQ(makePlan(options).nodes, 81);
    EXPECT_EQ(makePlan(options).tolerance, 0.05);
    EXPECT_EQ(makePlan(options).context, 64);
    EXPECT_TRUE(makePlan(options).usesArcLength());
}

TEST(MakePlan, NodesAloneMeanExactlySoMany) {
    LamOptions options;
    options.nodes = 40;
    EXPECT_EQ(makePlan(options).nodes, 40);
    EXPECT_FALSE(makePlan(options).tolerance.has_value());
}

TEST(MakePlan, NodesWithToleranceMeanAtMost) {
    LamOptions options;
    options.rule = IntegrationRule::Midpoints;
    options.nodes = 100;
    options.tolerance = 0.01;
    EXPECT_EQ(makePlan(options).nodes, 81);
    options.nodes = 243;
    EXPECT_EQ(makePlan(options).nodes, 243);
    options.nodes = 8;
    EXPECT_EQ(makePlan(options).nodes, 3);
    options.nodes = 2;
    EXPECT_THROW(static_cast<void>(makePlan(options)), Error);
}

TEST(MakePlan, SecantRuleHasLevelsOfItsOwn) {
    LamOptions options;
    const auto plan = makePlan(options);
    EXPECT_EQ(plan.rule, IntegrationRule::Secant);
    EXPECT_EQ(plan.levels(), (std::vector<int>{3, 7, 16, 36, 81}));
    EXPECT_EQ(plan.gradients(), 143);  // the cells of one level are none of the next
    options.nodes = 40;
    options.tolerance = 0.01;
    EXPECT_EQ(makePlan(options).nodes, 36);
    EXPECT_EQ(makePlan(options).levels(), (std::vector<int>{3, 7, 16, 36}));
    options.nodes = 6;
    EXPECT_EQ(makePlan(options).levels(), (std::vector<int>{3}));
    options.nodes = 2;
    EXPECT_THROW(static_cast<void>(makePlan(options)), Error);
    options.nodes = 6;
    options.tolerance.reset();
    EXPECT_EQ(makePlan(options).levels(), (std::vector<int>{6}));
    EXPECT_EQ(makePlan(options).gradients(), 6);
    options.nodes = 16;
    EXPECT_EQ(makePlan(options).levels(), (std::vector<int>{16}));
    options.rule = IntegrationRule::Secant;
    options.preset = Preset::Official;
    EXPECT_THROW(static_cast<void>(makePlan(options)), Error);
}

TEST(MakePlan, FinerMidpointsAreAddedToThoseBefore) {
    LamOptions options;
    options.rule = IntegrationRule::Midpoints;
    const auto plan = makePlan(options);
    EXPECT_EQ(plan.levels(), (std::vector<int>{3, 9, 27, 81}));
    EXPECT_EQ(plan.gradients(), 81);
}

TEST(MakePlan, NetworksWithoutSecantRulesGetMidpointsUnlessTheRuleWasAskedFor) {
    LamOptions options;
    options.nodes = 100;
    options.tolerance = 0.01;
    const auto plan = makePlan(options);
    EXPECT_EQ(plan.forNetwork(true).levels(), (std::vector<int>{3, 7, 16, 36, 81}));
    EXPECT_EQ(plan.forNetwork(false).rule, IntegrationRule::Midpoints);
    EXPECT_EQ(plan.forNetwork(false).levels(), (std::vector<int>{3, 9, 27, 81}));
    options.nodes = 40;
    EXPECT_EQ(makePlan(options).forNetwork(false).nodes, 27);
    options.rule = IntegrationRule::Secant;
    EXPECT_EQ(makePlan(options).forNetwork(false).rule, IntegrationRule::Secant);
    LamOptions official;
    official.preset = Preset::Official;
    EXPECT_EQ(makePlan(official).forNetwork(false).rule, IntegrationRule::RightEndpoints);
}

TEST(MakePlan, BadValuesAreRefused) {
    const auto refused = [](auto change) {
        LamOptions options;
        change(options);
        EXPECT_THROW(static_cast<void>(makePlan(options)), Error);
    };
    refused([](LamOptions& o) { o.sigma = 0.0; });
    refused([](LamOptions& o) { o.sigma = std::numeric_limits<double>::quiet_NaN(); });
    refused([](LamOptions& o) { o.kernel = 8; });
    refused([](LamOptions& o) { o.kernel = -1; });
    refused([](LamOptions& o) { o.nodes = 0; });
    refused([](LamOptions& o) { o.tolerance = 0.0; });
    refused([](LamOptions& o) { o.patch.size = 0; });
    refused([](LamOptions& o) { o.patch.x = -1; });
    refused([](LamOptions& o) {
        o.preset = Preset::Official;
        o.tolerance = 0.05;
    });
}

TEST(Names, RoundTrip) {
    for (const auto preset : {Preset::Official, Preset::Paper, Preset::Exact}) {
        EXPECT_EQ(presetFromString(toString(preset)), preset);
    }
    for (const auto path : {PathKind::Blur, PathKind::Black, PathKind::BlurredLinear}) {
        EXPECT_EQ(pathFromString(toString(path)), path);
    }
    for (const auto detector : {DetectorKind::Gradient, DetectorKind::Intensity, DetectorKind::Gabor}) {
        EXPECT_EQ(detectorFromString(toString(detector)), detector);
    }
    EXPECT_THROW(static_cast<void>(presetFromString("exakt")), Error);
}

}  // namespace
}  // namespace lamscope
