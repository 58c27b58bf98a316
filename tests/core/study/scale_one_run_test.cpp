// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of networks that do not enlarge: what is their input, what their reference, and what is said about it.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "image/degradation.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "method/lam/lam_experiment.h"
#include "metrics/concentration.h"
#include "report/lam_json.h"
#include "report/result_tables.h"
#include "scene/network_input.h"
#include "study/lam_command_line.h"
#include "study/lam_run.h"
#include "study/overview_picture.h"
#include "study/sanity_run.h"
#include "support/expect_error.h"
#include "support/safetensors_file.h"
#include "support/synthetic_checkpoint.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using testing::HasSubstr;

/// "bicubic:scale=1" changes nothing.
Experiment unchangedBy(const std::vector<std::string>& models, const Scene& scene, PathKind path = PathKind::Blur) {
    Experiment experiment{.scenes = {scene}};
    for (const auto& model : models) {
        experiment.networks.push_back({.spec = ModelSpec::parse(model)});
    }
    LamOptions options;
    options.path = path;
    options.nodes = 3;
    options.detector = DetectorKind::Intensity;
    setLamOptions(experiment, options);
    return experiment;
}

class ScaleOneRun : public testing::Test {
protected:
    ScaleOneRun() {
        writeImage(folder_ / "clean.png", drawScene(64));
        scene_.image = folder_ / "clean.png";
        scene_.boxes = {{20, 24, 8}};
    }

    test::TemporaryFolder folder_;
    Scene scene_;
};

TEST_F(ScaleOneRun, AnImageAloneHasNoReferenceWhichIsSaidOnce) {
    const auto document = runLam(unchangedBy({"bicubic:scale=1", "bicubic:scale=1,name=again"}, scene_))->front();
    ASSERT_EQ(document.results.size(), 2U);
    for (const auto& named : document.results) {
        EXPECT_FALSE(named.result.psnr);
        EXPECT_TRUE(named.result.hr.empty());
        EXPECT_FALSE(named.result.maskMassRatio);
    }
    const auto warnings = warningsOf(document);
    const auto isSaid = [](const std::string& text) { return text.find("not its own reference") != std::string::npos; };
    EXPECT_EQ(std::ranges::count_if(warnings, isSaid), 1);
    const auto json = nlohmann::json::parse(toJson(document));
    EXPECT_TRUE(json["image"]["degradation"].is_null());
    EXPECT_TRUE(json["image"]["seed"].is_null());
    EXPECT_TRUE(json["results"][0]["mask_mass_ratio"].is_null());
    EXPECT_TRUE(json["results"][0]["psnr"].is_null());
}

// The identity along the path of the rain: the map lies under the rain of the patch alone.
TEST_F(ScaleOneRun, RainOnACleanImageIsKnown) {
    scene_.degradation = degradationFromString("rain:small:0.5");
    scene_.degradationSeed = 11;
    const auto experiment = unchangedBy({"bicubic:scale=1"}, scene_, PathKind::Rain);
    const auto document = runLam(experiment)->front();
    const auto& result = document.results.front().result;
    const auto pair = degrade(readImage(scene_.image).image, 1, Reduction::Pillow, scene_.degradation, 11);
    double rain = 0.0;
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 24; y < 32; ++y) {
            for (int x = 20; x < 28; ++x) {
                rain += static_cast<double>(pair.lr.at(c, y, x)) - pair.hr.at(c, y, x);
            }
        }
    }
    EXPECT_NEAR(result.attributionSum, rain, 1e-4);
    EXPECT_TRUE(result.psnr);
    const auto mask = rainMaskOf(pair, inputRecipeOf(scene_), 1);
    ASSERT_TRUE(result.maskMassRatio);
    EXPECT_NEAR(*result.maskMassRatio, massRatio(result.map, mask.pixels).value(), 1e-9);  // the context is the image
    EXPECT_GT(*result.maskMassRatio, 1.0);
    EXPECT_TRUE(document.warnings.empty());

    const auto json = nlohmann::json::parse(toJson(document));
    EXPECT_EQ(json["image"]["degradation"], "rain:small:0.5");
    EXPECT_EQ(json["image"]["seed"], 11);
    EXPECT_EQ(json["options"]["path"], "rain");
    EXPECT_TRUE(json["results"][0]["curves"]["sigma"][0].is_null());
    EXPECT_NEAR(json["results"][0]["mask_mass_ratio"].get<double>(), *result.maskMassRatio, 1e-12);
    EXPECT_EQ(json["experiment"]["scenes"][0]["image"]["degradation"], "rain:small:0.5");
    EXPECT_THAT(toText(document), HasSubstr("rain x"));
    EXPECT_THAT(lamCommandLine(experiment), HasSubstr("--degrade rain:small:0.5 --seed 11 "));
    EXPECT_GT(drawOverview(document).width(), 0);
}

TEST_F(ScaleOneRun, ARainyImageBesideItsCleanOneGivesTheSame) {
    scene_.degradation = degradationFromString("rain:small:0.3");
    const auto degraded = runLam(unchangedBy({"bicubic:scale=1"}, scene_, PathKind::Rain))->front().results.front();
    const auto pair = degrade(readImage(scene_.image).image, 1, Reduction::Pillow, scene_.degradation, 0);
    writeImage(folder_ / "rainy.png", pair.lr);
    const Scene beside{.image = folder_ / "rainy.png",
                       .role = ImageRole::Lr,
                       .reference = folder_ / "clean.png",
                       .gridScale = 0,
                       .boxes = scene_.boxes};
    const auto given = runLam(unchangedBy({"bicubic:scale=1"}, beside, PathKind::Rain))->front().results.front();
    EXPECT_EQ(given.result.attribution, degraded.result.attribution);
    EXPECT_EQ(given.result.psnr, degraded.result.psnr);
    EXPECT_TRUE(given.result.maskMassRatio);
    EXPECT_TRUE(given.result.warnings.empty());
}

TEST_F(ScaleOneRun, DiMapsFollowTheRainToo) {
    scene_.degradation = degradationFromString("rain:small");
    auto experiment = unchangedBy({"bicubic:scale=1"}, scene_, PathKind::Rain);
    experiment.gridStride = 24;
    const auto document = runLam(experiment)->front();
    ASSERT_EQ(document.grids.size(), 1U);
    EXPECT_EQ(document.grids.front().map.columns, 3);
    for (const auto& cell : document.grids.front().map.cells) {
        EXPECT_GT(cell.nodes, 0);
    }
    scene_.degradation = {};
    experiment = unchangedBy({"bicubic:scale=1"}, scene_, PathKind::Rain);
    test::expectError(ErrorCode::InvalidArgument, {"path rain", "not known"},
                      [&] { static_cast<void>(runLam(experiment)); });
    experiment = unchangedBy({"bicubic"}, scene_, PathKind::Rain);
    test::expectError(ErrorCode::InvalidArgument, {"path rain", "enlarges 4 times"},
                      [&] { static_cast<void>(runLam(experiment)); });
}

// 8x8 pixels of the output stand for 64 of the input, or for 4 at scale 4.
TEST_F(ScaleOneRun, SaysThatDiOfSeveralScalesIsNotComparable) {
    scene_.degradation = degradationFromString("noise:10");
    const auto document = runLam(unchangedBy({"bicubic:scale=1", "bicubic"}, scene_))->front();
    EXPECT_EQ(document.results[0].result.context.width, 64);
    EXPECT_EQ(document.results[1].result.context.width, 16);
    EXPECT_FALSE(document.results[0].result.maskMassRatio);  // noise is no rain
    EXPECT_THAT(warningsOf(document),
                testing::Contains(testing::AllOf(HasSubstr("cannot be compared"), HasSubstr("64 input pixels"),
                                                 HasSubstr("and 4 at scale 4"))));
    const auto json = nlohmann::json::parse(toJson(document));
    EXPECT_THAT(json["results"][1]["warnings"].dump(), HasSubstr("cannot be compared"));
    const auto one = runLam(unchangedBy({"bicubic"}, scene_))->front();
    EXPECT_EQ(scalesNote(one), "");
}

TEST_F(ScaleOneRun, SanityOfAFamily) {
    LAMSCOPE_NEED_FILE(records, test::networksFile("networks2_golden.json"));
    const auto checkpoint = test::syntheticCheckpoint("Compact 32x4 x1 leakyrelu (synthetic)");
    const auto file = folder_.write("compact.safetensors", test::safetensorsFile(checkpoint.tensors));
    scene_.degradation = degradationFromString("rain:small:0.5");
    auto experiment = unchangedBy({file.string()}, scene_, PathKind::Rain);
    const auto checked = runSanity(experiment, {}, 1);
    ASSERT_EQ(checked->maps.size(), 3U);
    for (const auto& map : checked->maps) {
        EXPECT_TRUE(map.correlation);
        EXPECT_NEAR(map.completenessError.value(), 0.0, 1e-3);
    }
}

}  // namespace
}  // namespace lamscope
