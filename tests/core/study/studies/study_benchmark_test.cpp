// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/study_benchmark.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "support/analytic_loader.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::study_benchmark_test {
namespace {

using testing::HasSubstr;

StudyBenchmarkOptions smallBenchmark() {
    StudyBenchmarkOptions options;
    options.models = {ModelSpec::parse("bicubic"), ModelSpec::parse("bicubic:scale=3,name=Three")};
    options.images = 3;
    options.patchesPerSide = 2;
    options.side = 16;
    options.lam.nodes = 3;
    return options;
}

TEST(StudyBenchmark, StatesAStudyAgainstItsMapsOneByOne) {
    const auto benchmark = *measureStudy(smallBenchmark());
    EXPECT_EQ(benchmark.patches, 4);
    EXPECT_EQ(benchmark.sharedRatios.size(), 3U);
    EXPECT_EQ(benchmark.singleRatios.size(), 3U);
    ASSERT_EQ(benchmark.networks.size(), 2U);
    const auto& first = benchmark.networks[0].shared;
    const auto& second = benchmark.networks[1].shared;
    EXPECT_NEAR(first.separate + second.separate, benchmark.shared.separate, 1e-9);
    EXPECT_LT(first.study + second.study, benchmark.shared.study);  // which also plans and opens files
    EXPECT_GT(std::min(first.study, second.study), 0.0);
    EXPECT_LT(benchmark.single.separate, benchmark.shared.separate);

    const auto json = nlohmann::json::parse(toJson(benchmark));
    EXPECT_EQ(json["shared"]["ratio"].get<double>(), benchmark.shared.study / benchmark.shared.separate);
    EXPECT_EQ(json["networks"][1]["network"], "Three");
    EXPECT_EQ(json["nodes"], 3);
    EXPECT_EQ(json["refined"], false);
    EXPECT_THAT(toText(benchmark), HasSubstr("3 images of 16x16 LR pixels, 4 patches each, 2 networks, exactly 3"));
}

TEST(StudyBenchmark, TheMedianIsThatOfTheImages) {
    StudyBenchmark benchmark{.images = 3, .patches = 16, .side = 64};
    benchmark.shared = {.study = 12.0, .separate = 20.0};
    benchmark.sharedRatios = {0.9, 0.5, 0.6};
    benchmark.single = {.study = 3.0, .separate = 2.0};
    benchmark.singleRatios = {1.5};
    const auto json = nlohmann::json::parse(toJson(benchmark));
    EXPECT_DOUBLE_EQ(json["shared"]["ratio"], 0.6);
    EXPECT_DOUBLE_EQ(json["shared"]["median_ratio"], 0.6);
    EXPECT_DOUBLE_EQ(json["single"]["ratio"], 1.5);
}

TEST(StudyBenchmark, StopsAndFailsInWords) {
    std::stop_source source;
    EXPECT_FALSE(measureStudy(smallBenchmark(), source.get_token(), [&](const std::string&) {
                     source.request_stop();
                 }).has_value());

    const test::TemporaryFolder folder;
    auto options = smallBenchmark();
    options.models = {ModelSpec::parse(folder.write("no-gradient.pth", "no-gradient").string())};
    options.load = [](const ModelSpec& spec) {
        return std::make_shared<const SrModel>(test::loadAnalytic(spec, "cpu"));
    };
    test::expectError(ErrorCode::ModelFailure, {"no-gradient", "NaN"},
                      [&] { static_cast<void>(measureStudy(options)); });
    options.images = 1000;
    options.load = [](const ModelSpec&) -> std::shared_ptr<const SrModel> { throw std::logic_error("loaded"); };
    test::expectError(ErrorCode::InvalidArgument, {"--images", "--side", "8192"},
                      [&] { static_cast<void>(measureStudy(options)); });
    options = smallBenchmark();
    options.side = 2048;  // whether that is too large, the scale decides
    test::expectError(ErrorCode::InvalidArgument, {"at scale 4", "--side"},
                      [&] { static_cast<void>(measureStudy(options)); });
    options = smallBenchmark();
    options.models = {ModelSpec::parse("bicubic"), ModelSpec::parse("bicubic")};
    test::expectError(ErrorCode::InvalidArgument, {"twice"}, [&] { static_cast<void>(measureStudy(options)); });
}

}  // namespace
}  // namespace lamscope::study_benchmark_test
