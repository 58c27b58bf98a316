// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/lam_experiment.h"

#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "scene/experiment_file.h"
#include "support/expect_error.h"

namespace lamscope {
namespace {

TEST(LamExperiment, GivesEveryOptionBack) {
    const std::vector<std::function<void(LamOptions&)>> changes{
        [](LamOptions&) {},
        [](LamOptions& o) { o.preset = Preset::Paper; },
        [](LamOptions& o) { o.path = PathKind::BlurredLinear; },
        [](LamOptions& o) { o.sigma = 1.0 / 3.0; },
        [](LamOptions& o) { o.kernel = 11; },
        [](LamOptions& o) { o.detector = DetectorKind::Gabor; },
        [](LamOptions& o) { o.rule = IntegrationRule::Midpoints; },
        [](LamOptions& o) { o.rule = IntegrationRule::Secant; },
        [](LamOptions& o) { o.nodes = 27; },
        [](LamOptions& o) { o.tolerance = 0.1; },
        [](LamOptions& o) { o.context = 0; },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        LamOptions options;
        changes[i](options);
        Experiment experiment{.method = "another"};
        setLamOptions(experiment, options);
        EXPECT_EQ(lamOptionsOf(experiment), options) << i;
        const auto read = experimentFromText(toJson(experiment, "/folder"), "/folder/a.lamscope");
        EXPECT_EQ(lamOptionsOf(read), options) << i;
    }
}

TEST(LamExperiment, HasDefaultsAndNoPatch) {
    EXPECT_EQ(lamOptionsOf({}), LamOptions());
    EXPECT_EQ(lamOptionsOf({.options = {{"sigma", 2.0}}}).sigma, 2.0);
    LamOptions options;
    options.patch = {1, 2, 3};
    Experiment experiment;
    setLamOptions(experiment, options);
    EXPECT_EQ(lamOptionsOf(experiment), LamOptions());
}

/// They were written when exact had no other rule: reopened, they give the same maps.
TEST(LamExperiment, OptionsWithoutRuleMeanMidpoints) {
    EXPECT_EQ(lamOptionsOf({.options = {{"preset", "exact"}}}).rule, IntegrationRule::Midpoints);
    EXPECT_EQ(lamOptionsOf({.options = {{"preset", "exact"}, {"rule", nullptr}}}).rule, std::nullopt);
    EXPECT_EQ(makePlan(lamOptionsOf({.options = {{"preset", "official"}}})).rule, IntegrationRule::RightEndpoints);
}

TEST(LamExperiment, SaysWhichOptionIsWrong) {
    const auto expectRefused = [](const Experiment& experiment, const std::vector<std::string>& parts) {
        test::expectError(ErrorCode::InvalidArgument, parts,
                          [&] { static_cast<void>(makePlan(lamOptionsOf(experiment))); });
    };
    expectRefused({.options = {{"sigmaa", 2.0}}}, {"sigmaa", "tolerance"});
    expectRefused({.options = {{"sigma", "wide"}}}, {"sigma", "wide"});
    expectRefused({.options = {{"kernel", nullptr}}}, {"kernel", "null"});
    expectRefused({.options = {{"kernel", 8}}}, {"odd", "8"});
    expectRefused({.options = {{"path", "red"}}}, {"red", "blur"});
    expectRefused({.method = "faig"}, {"faig"});
}

}  // namespace
}  // namespace lamscope
