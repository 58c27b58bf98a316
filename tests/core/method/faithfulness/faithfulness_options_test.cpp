// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faithfulness/faithfulness_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "method/lam/lam_experiment.h"
#include "study/faithfulness/faithfulness_command_line.h"
#include "support/expect_error.h"

namespace lamscope::faithfulness_options_test {
namespace {

using test::expectError;

TEST(FaithfulnessOptions, AreKeptInAnExperiment) {
    LamOptions lam;
    lam.path = PathKind::Black;
    lam.nodes = 9;
    FaithfulnessOptions options;
    options.points = 16;
    options.radii = {0.5, 0.001953125};
    options.parts.sensitivity = false;
    options.attribution = "map.npy";
    Experiment experiment;
    setFaithfulnessOptions(experiment, lam, options);
    EXPECT_EQ(faithfulnessOptionsOf(experiment), options);
    EXPECT_EQ(lamOptionsOf(judgedExperiment(experiment)), lam);
    EXPECT_EQ(experiment.options["only"], "curves,infidelity");
    EXPECT_EQ(experiment.options["radius"], "0.5,0.001953125");
    expectError(ErrorCode::InvalidArgument, {"faithfulness"}, [&] { return lamOptionsOf(experiment); });
    experiment.options["pionts"] = 3;
    expectError(ErrorCode::InvalidArgument, {"pionts"}, [&] { return faithfulnessOptionsOf(experiment); });
    experiment.method = "lam";
    expectError(ErrorCode::InvalidArgument, {"'lam'"}, [&] { return judgedExperiment(experiment); });
}

TEST(FaithfulnessOptions, HaveRanges) {
    const auto refused = [](const char* expected, const auto& change) {
        FaithfulnessOptions options;
        change(options);
        expectError(ErrorCode::InvalidArgument, {expected}, [&] {
            checkFaithfulnessOptions(options);
            return 0;
        });
    };
    refused("number of points", [](auto& options) { options.points = 0; });
    refused("random orders", [](auto& options) { options.random = -1; });
    refused("side of the squares", [](auto& options) { options.square = 0; });
    refused("stride", [](auto& options) { options.stride = 0; });
    refused("number of draws", [](auto& options) { options.draws = 0; });
    refused("above 0", [](auto& options) { options.radii = {0.1, 0.0}; });
    refused("no radius", [](auto& options) { options.radii.clear(); });
    refused("nothing to measure", [](auto& options) { options.parts = {false, false, false}; });
    FaithfulnessOptions options;
    expectError(ErrorCode::InvalidArgument, {"curves, infidelity, sensitivity"}, [&] {
        setOption(faithfulnessOptionTable(), options, "only", "curves,all");
        return 0;
    });
}

TEST(FaithfulnessOptions, MakeACommand) {
    Experiment experiment;
    experiment.scenes = {{.image = "a b.png", .boxes = {{120, 100, 16}}}};
    experiment.networks = {{.spec = ModelSpec::parse("bicubic")}};
    FaithfulnessOptions options;
    options.random = 3;
    setFaithfulnessOptions(experiment, {}, options);
    EXPECT_EQ(faithfulnessCommandLine(experiment),
              "lamscope-cli faithfulness --hr 'a b.png' --model bicubic --patch 120,100,16 --preset exact --random 3");
}

}  // namespace
}  // namespace lamscope::faithfulness_options_test
