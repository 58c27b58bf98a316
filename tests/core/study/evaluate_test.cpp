// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/evaluate.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "image/colour.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "support/expect_error.h"
#include "support/lpips_weights.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

TEST(Evaluate, BicubicOfAFlatImageIsPerfect) {
    const test::TemporaryFolder folder;
    Image flat(48, 48);
    std::ranges::fill(flat.values(), 102.0F / 255.0F);
    writeImage(folder / "a.png", flat);
    EvaluateOptions options;
    options.hrFolder = folder.path();
    const auto evaluation = evaluate(loadModel(ModelSpec::parse("bicubic:scale=2")), options);
    EXPECT_TRUE(std::isinf(evaluation->mean.psnr));
    EXPECT_NEAR(evaluation->mean.ssim, 1.0, 1e-9);
    EXPECT_EQ(evaluation->border, 2);
    const auto json = nlohmann::json::parse(toJson({*evaluation}, options, "cpu"));
    EXPECT_TRUE(json["results"][0]["psnr"].is_null());
    EXPECT_EQ(json["results"][0]["images"].size(), 1U);
}

// What does not enlarge gives back its input: the PSNR is that of the noise.
TEST(Evaluate, DegradesByARecipe) {
    const test::TemporaryFolder folder;
    writeImage(folder / "a.png", drawScene(48));
    const auto model = loadModel(ModelSpec::parse("bicubic:scale=1"));
    EvaluateOptions options;
    options.hrFolder = folder.path();
    test::expectError(ErrorCode::InvalidArgument, {"does not enlarge", "degrade"},
                      [&] { static_cast<void>(evaluate(model, options)); });
    options.degradation = degradationFromString("noise:20");
    options.degradationSeed = 9;
    const auto evaluation = *evaluate(model, options);
    const auto pair = degrade(readImage(folder / "a.png").image, 1, Reduction::Matlab, options.degradation, 9);
    EXPECT_NEAR(evaluation.mean.psnr, compareImages(pair.lr, pair.hr, Channel::Y, 1).psnr, 1e-9);
    const auto json = nlohmann::json::parse(toJson({evaluation}, options, "cpu"));
    EXPECT_EQ(json["options"]["degradation"], "noise:20");
    EXPECT_EQ(json["options"]["seed"], 9);
    std::filesystem::create_directory(folder / "lr");
    writeImage(folder / "lr/a.png", drawScene(48));
    options = {};
    options.hrFolder = folder.path();
    options.lrFolder = folder / "lr";
    EXPECT_GT(evaluate(model, options)->mean.psnr, 100.0);
}

TEST(Evaluate, StatesLpipsWhereItIsMeasured) {
    const test::TemporaryFolder folder;
    const test::TemporaryFolder weights;
    writeImage(folder / "a.png", drawScene(64));
    writeImage(folder / "b.png", drawScene(96));
    EvaluateOptions options;
    options.hrFolder = folder.path();
    const auto model = loadModel(ModelSpec::parse("bicubic"));
    const auto without = *evaluate(model, options);
    EXPECT_FALSE(without.meanLpips.has_value());
    EXPECT_FALSE(nlohmann::json::parse(toJson({without}, options, "cpu"))["results"][0].contains("lpips"));
    EXPECT_TRUE(toCsv({without}).starts_with("network,image,psnr,ssim,seconds\n"));

    const Lpips lpips(test::writeLpipsFiles(weights));
    options.lpips = &lpips;
    const auto measured = *evaluate(model, options);
    const auto pair = makeLowResolution(readImage(folder / "a.png").image, 4, options.reduction);
    EXPECT_EQ(*measured.images[0].lpips, lpips.distance(quantise8(*model.upscale(pair.lr)), pair.hr, 4));
    EXPECT_DOUBLE_EQ(*measured.meanLpips, (*measured.images[0].lpips + *measured.images[1].lpips) / 2.0);
    EXPECT_EQ(measured.mean.psnr, without.mean.psnr);
    const auto json = nlohmann::json::parse(toJson({measured}, options, "cpu"));
    EXPECT_EQ(json["results"][0]["lpips"], *measured.meanLpips);
    EXPECT_EQ(json["results"][0]["images"][1]["lpips"], *measured.images[1].lpips);
    EXPECT_EQ(json["options"]["lpips"]["linear"], lpips.files().linear.string());
    const auto csv = toCsv({measured});
    EXPECT_TRUE(csv.starts_with("network,image,psnr,ssim,lpips,seconds\n"));
    EXPECT_NE(csv.find(fmt::format("mean,{},{},{},", measured.mean.psnr, measured.mean.ssim, *measured.meanLpips)),
              std::string::npos);
}

}  // namespace
}  // namespace lamscope
