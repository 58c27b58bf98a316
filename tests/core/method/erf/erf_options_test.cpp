// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/erf/erf_options.h"

#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "scene/experiment_file.h"
#include "support/expect_error.h"

namespace lamscope::erf_options_test {
namespace {

TEST(ErfOptions, AreGivenBackByTheirExperiment) {
    const std::vector<std::function<void(ErfOptions&)>> changes{
        [](ErfOptions&) {},
        [](ErfOptions& o) { o.preset = ErfPreset::Official; },
        [](ErfOptions& o) { o.side = 120; },
        [](ErfOptions& o) { o.images = 3; },
        [](ErfOptions& o) { o.centre = ErfCentre::Pixel; },
        [](ErfOptions& o) { o.centre = ErfCentre::Cell; },
        [](ErfOptions& o) {
            o.thresholds = {1.0 / 3.0, 0.9};
        },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        ErfOptions options;
        changes[i](options);
        Experiment experiment;
        setErfOptions(experiment, options);
        EXPECT_EQ(erfOptionsOf(experiment), options) << i;
        const auto read = experimentFromText(toJson(experiment, "/folder"), "/folder/a.lamscope");
        EXPECT_EQ(erfOptionsOf(read), options) << i;
    }
}

TEST(ErfOptions, CentreIsThePresetsUnlessGiven) {
    ErfOptions options;
    EXPECT_EQ(centreOf(options), ErfCentre::Cell);
    options.preset = ErfPreset::Official;
    EXPECT_EQ(centreOf(options), ErfCentre::Pixel);
    options.centre = ErfCentre::Cell;
    EXPECT_EQ(centreOf(options), ErfCentre::Cell);
}

TEST(ErfOptions, SaysWhatIsWrong) {
    const auto expectRefused = [](const nlohmann::ordered_json& json, const std::vector<std::string>& parts) {
        test::expectError(ErrorCode::InvalidArgument, parts,
                          [&] { static_cast<void>(erfOptionsOf({.method = "erf", .options = json})); });
    };
    expectRefused({{"preset", "paper"}}, {"preset", "official, exact"});
    expectRefused({{"centre", "middle"}}, {"centre", "pixel, cell"});
    expectRefused({{"side", 2}}, {"the side", "3"});
    expectRefused({{"side", 7.5}}, {"the side", "whole"});
    expectRefused({{"images", 0}}, {"the number of images", "1"});
    expectRefused({{"thresholds", "0.5,"}}, {"0.5,", "list of numbers"});
    expectRefused({{"thresholds", "half"}}, {"half"});
    expectRefused({{"thresholds", ""}}, {"list of numbers"});
    expectRefused({{"thresholds", "0.5,0.2"}}, {"ascend"});
    expectRefused({{"thresholds", "0.5,1"}}, {"below 1"});
    expectRefused({{"thresholds", "nan"}}, {"below 1"});
    expectRefused({{"thresholds", 0.5}}, {"thresholds", "0.5"});
    expectRefused({{"sides", 64}}, {"sides", "thresholds"});
    test::expectError(ErrorCode::InvalidArgument, {"lam", "erf"}, [] { static_cast<void>(erfOptionsOf({})); });
}

}  // namespace
}  // namespace lamscope::erf_options_test
