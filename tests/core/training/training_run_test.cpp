// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_run.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "image/degradation.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "model/checkpoint/checkpoint.h"
#include "model/sr_model.h"
#include "runtime/device.h"
#include "study/evaluate.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using Json = nlohmann::json;

class TrainingRunTest : public testing::Test {
protected:
    TrainingRunTest() {
        setComputeThreads(1);
        std::filesystem::create_directory(folder_ / "hr");
        const auto scene = drawScene(128);
        writeImage(folder_ / "hr/a.png", scene.cropped({0, 0, 64, 64}));
        writeImage(folder_ / "hr/b.png", scene.cropped({64, 0, 64, 64}));
        writeImage(folder_ / "hr/c.png", scene.cropped({0, 64, 64, 64}));
    }

    [[nodiscard]] TrainingRun run(const std::string& out) const {
        TrainingRun result;
        result.options = parseTrainingOptions(R"({
            "name": "tiny",
            "network": {"arch": "edsr", "scale": 2, "layers": {
                "head.0": [4, 3, 3, 3], "body.0.body.{0,2}": [4, 4, 3, 3], "body.1": [4, 4, 3, 3],
                "tail.0.0": [16, 4, 3, 3], "tail.1": [3, 4, 3, 3]}},
            "images": {"crop": 8, "batch": 2, "validation": 1},
            "steps": 12, "learning_rate": 0.01, "seed": 3, "report_every": 3, "validate_every": 6})",
                                              folder_ / "train.json");
        result.data = folder_ / "hr";
        result.out = folder_ / out;
        result.command = "lamscope-train";
        return result;
    }

    [[nodiscard]] std::string text(const std::string& file) const {
        std::ifstream stream(folder_ / file, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    /// The log without the times.
    [[nodiscard]] std::vector<std::string> curve(const std::string& out) const {
        std::vector<std::string> lines;
        std::ifstream stream(folder_ / out / "log.jsonl");
        for (std::string line; std::getline(stream, line);) {
            auto json = Json::parse(line);
            json.erase("seconds");
            lines.push_back(json.dump());
        }
        return lines;
    }

    test::TemporaryFolder folder_;
};

/// Trains until `step` steps are done, then stops.
bool trainUntil(const TrainingRun& run, std::int64_t step) {
    std::stop_source stop;
    return runTraining(run, stop.get_token(), [&](const TrainingProgress& progress) {
        if (progress.step == step) {
            stop.request_stop();
        }
    });
}

TEST_F(TrainingRunTest, WritesWeightsCardLogAndCurve) {
    auto description = run("out");
    description.tests = {{.name = "Scenes", .hrFolder = folder_ / "hr", .lrFolder = {}}};
    ASSERT_TRUE(runTraining(description));
    EXPECT_EQ(curve("out").size(), 4U);
    EXPECT_EQ(readImage(folder_ / "out/curve.png").image.width(), 960);

    const auto weights = folder_ / "out/tiny.safetensors";
    const auto card = Json::parse(text("out/card.json"));
    EXPECT_EQ(card.at("architecture"), "EDSR");
    EXPECT_EQ(card.at("sha256"), sha256OfFile(weights));
    EXPECT_EQ(card.at("receptive_field"), 6);  // head, two convolutions, the body's last one, the tail
    EXPECT_EQ(card.at("training").at("steps"), 12);
    EXPECT_EQ(card.at("training").at("images"), 2);
    EXPECT_EQ(card.at("learning_curve").size(), 2U);
    // The figures are those of the evaluation that users have.
    const auto model = loadModel({.file = weights, .settings = {}});
    EvaluateOptions options;
    options.hrFolder = folder_ / "hr";
    EXPECT_EQ(card.at("tests").at(0).at("psnr").get<double>(), evaluate(model, options)->mean.psnr);
}

TEST_F(TrainingRunTest, GoesOnAfterAStopToTheSameCurveAndWeights) {
    ASSERT_TRUE(runTraining(run("whole")));
    EXPECT_FALSE(trainUntil(run("parts"), 4));  // between two lines of the log
    EXPECT_FALSE(std::filesystem::exists(folder_ / "parts/tiny.safetensors"));
    EXPECT_FALSE(trainUntil(run("parts"), 9));
    ASSERT_TRUE(runTraining(run("parts")));
    EXPECT_EQ(curve("parts"), curve("whole"));
    EXPECT_EQ(text("parts/tiny.safetensors"), text("whole/tiny.safetensors"));
}

TEST_F(TrainingRunTest, GoesOnWithDegradedSamplesFromTheWeightsOfAnotherRun) {
    ASSERT_TRUE(runTraining(run("first")));
    const auto tuned = [&](const std::string& out) {
        auto result = run(out);
        result.options = parseTrainingOptions(R"({
            "name": "tuned",
            "network": {"arch": "edsr", "scale": 2, "weights": "first/tiny.safetensors"},
            "images": {"reduce": "bilinear", "crop": 8, "batch": 2, "validation": 1,
                       "degrade": ["blur:0..2", "noise:5..25+jpeg:40..80"]},
            "steps": 8, "learning_rate": 0.001, "seed": 5, "report_every": 2, "validate_every": 4})",
                                              folder_ / "tuned.json");
        return result;
    };
    ASSERT_TRUE(runTraining(tuned("whole")));
    EXPECT_FALSE(trainUntil(tuned("parts"), 3));
    ASSERT_TRUE(runTraining(tuned("parts")));
    EXPECT_EQ(curve("parts"), curve("whole"));
    EXPECT_EQ(text("parts/tuned.safetensors"), text("whole/tuned.safetensors"));
    const auto card = Json::parse(text("whole/card.json"));
    EXPECT_EQ(card.at("training").at("validation_images"), 1);
    // It began with the weights of the first run: a few small steps lead nowhere else.
    const auto first = readCheckpoint(folder_ / "first/tiny.safetensors");
    const auto last = readCheckpoint(folder_ / "whole/tuned.safetensors");
    ASSERT_EQ(first.tensors.size(), last.tensors.size());
    for (const auto& [key, data] : first.tensors) {
        const auto& after = last.find(key)->values;
        for (std::size_t i = 0; i < after.size(); ++i) {
            ASSERT_NEAR(after[i], data.values[i], 8 * 0.002) << key;
        }
    }
}

/// A derainer on one square of one image, and the same measured on the third image.
class DerainingRunTest : public TrainingRunTest {
protected:
    [[nodiscard]] TrainingRun derain(const std::string& out, const std::string& more = "") const {
        auto result = run(out);
        result.options = parseTrainingOptions(R"({
            "name": "derain",
            "network": {"arch": "edsr", "scale": 1, "layers": {
                "head.0": [4, 3, 3, 3], "body.0.body.{0,2}": [4, 4, 3, 3], "body.1": [4, 4, 3, 3],
                "tail.1": [3, 4, 3, 3]}},
            "images": {"degrade": ["rain:small"], "rain_layers": 3, "backgrounds": 1, "background_crop": 32,
                       "crop": 16, "batch": 2, "validation": 1},
            "steps": 8, "learning_rate": 0.01, "seed": 3, "report_every": 2, "validate_every": 4)"
                                                  + more + "}",
                                              folder_ / "derain.json");
        return result;
    }

    [[nodiscard]] Json card(const std::string& out) const { return Json::parse(text(out + "/card.json")); }
};

constexpr auto ranges =
    R"(, "evaluate": {"degrade": ["seen=rain:small", "faint=rain:small:0.25", "blur=blur:1"], "crop": 48})";

TEST_F(DerainingRunTest, GoesOnToTheSameBitsAndSaysWhatItTrainedOn) {
    ASSERT_TRUE(runTraining(derain("whole")));
    EXPECT_FALSE(trainUntil(derain("parts"), 3));
    ASSERT_TRUE(runTraining(derain("parts")));
    EXPECT_EQ(curve("parts"), curve("whole"));
    EXPECT_EQ(text("parts/derain.safetensors"), text("whole/derain.safetensors"));
    ASSERT_EQ(curve("whole").size(), 5U);
    EXPECT_THAT(curve("whole").front(), testing::HasSubstr("1 backgrounds of 32x32 pixels, chosen with the seed 3; 3 "
                                                           "layers of rain:small with 160x160 pixels"));
    const auto training = card("whole").at("training");
    ASSERT_EQ(training.at("backgrounds").size(), 1U);
    EXPECT_EQ(training.at("backgrounds").at(0).at("width"), 32);
    EXPECT_THAT(training.at("backgrounds").at(0).at("file"), testing::AnyOf("a.png", "b.png"));
    EXPECT_FALSE(card("whole").contains("evaluation"));
    EXPECT_EQ(card("whole").at("scale"), 1);
}

TEST_F(DerainingRunTest, MeasuresRestorationOnNamedRanges) {
    ASSERT_TRUE(runTraining(derain("out")));
    const auto weights = text("out/derain.safetensors");
    // A finished run is only measured: other ranges make no other training.
    ASSERT_TRUE(runTraining(derain("out", ranges)));
    EXPECT_EQ(text("out/derain.safetensors"), weights);
    const auto evaluation = card("out").at("evaluation");
    ASSERT_EQ(evaluation.size(), 3U);
    EXPECT_EQ(evaluation.at(0).at("range"), "seen");
    EXPECT_EQ(evaluation.at(1).at("recipe"), "rain:small:0.25");
    EXPECT_FALSE(evaluation.at(2).contains("rain"));
    const auto number = [&](std::size_t range, const char* name) {
        return evaluation.at(range).at(name).get<double>();
    };
    // The same rain at a quarter, up to roundings and the highlights that it would clip.
    EXPECT_NEAR(number(1, "rain_rms") / number(0, "rain_rms"), 0.25, 0.08);
    EXPECT_EQ(number(1, "mask_share"), number(0, "mask_share"));
    EXPECT_EQ(number(1, "clean_change"), number(0, "clean_change"));
    EXPECT_GT(number(1, "psnr_input"), number(0, "psnr_input") + 6.0);  // 20 log10(4) = 12 without clipping

    // By the measures' definition, from the images themselves.
    const auto model = loadModel({.file = folder_ / "out/derain.safetensors", .settings = {}});
    const auto clean = readImage(folder_ / "hr/c.png").image.cropped({.x = 8, .y = 8, .width = 48, .height = 48});
    const auto rainy = degrade(clean, 1, Reduction::Pillow, degradationFromString("rain:small"), 0);
    const auto restored = *model.upscale(rainy.lr);
    const auto restoredClean = *model.upscale(clean);
    double changed = 0.0;
    double inMask = 0.0;
    double through = 0.0;
    double added = 0.0;
    const auto clipped = [](float value) { return std::clamp(static_cast<double>(value), 0.0, 1.0); };
    for (std::size_t i = 0; i < restored.values().size(); ++i) {
        const double rain = static_cast<double>(rainy.lr.values()[i]) - static_cast<double>(clean.values()[i]);
        if (rainy.rain.values()[i] > 0.0F) {
            changed += std::pow(clipped(restored.values()[i]) - static_cast<double>(rainy.lr.values()[i]), 2.0);
            inMask += 1.0;
        }
        through += (clipped(restored.values()[i]) - clipped(restoredClean.values()[i])) * rain;
        added += rain * rain;
    }
    EXPECT_NEAR(number(0, "e_r"), std::sqrt(changed / inMask), 1e-6);
    EXPECT_NEAR(number(0, "transmission"), through / added, 1e-6);

    // A blur of σ → 0 would be a copy: the less it blurs, the more comes through.
    const auto& blurs = evaluation.at(0).at("blur_line");
    ASSERT_GE(blurs.size(), 3U);
    for (std::size_t i = 1; i < blurs.size(); ++i) {
        EXPECT_GT(blurs.at(i).at("sigma_px"), blurs.at(i - 1).at("sigma_px"));
        EXPECT_LT(blurs.at(i).at("transmission"), blurs.at(i - 1).at("transmission"));
        EXPECT_GT(blurs.at(i).at("e_b"), blurs.at(i - 1).at("e_b"));
    }
}

TEST_F(DerainingRunTest, NamesAnImageThatIsSmallerThanWhatIsMeasured) {
    const auto wide = derain("out", R"(, "evaluate": {"degrade": ["rain:small"], "crop": 80})");
    test::expectError(ErrorCode::InvalidArgument, {"c.png", "64x64", "80"},
                      [&] { static_cast<void>(runTraining(wide)); });
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));  // before anything is trained
}

TEST_F(TrainingRunTest, GoesOnAfterAKillThatCameLaterThanTheState) {
    ASSERT_TRUE(runTraining(run("whole")));
    EXPECT_FALSE(trainUntil(run("killed"), 4));
    const auto state = text("killed/state.safetensors");
    EXPECT_FALSE(trainUntil(run("killed"), 10));
    // A kill leaves the older state, the newer log, and perhaps half a line.
    std::ofstream(folder_ / "killed/state.safetensors", std::ios::binary) << state;
    std::ofstream(folder_ / "killed/log.jsonl", std::ios::app) << R"({"step":12,"lo)";
    ASSERT_TRUE(runTraining(run("killed")));
    EXPECT_EQ(curve("killed"), curve("whole"));
    EXPECT_EQ(text("killed/tiny.safetensors"), text("whole/tiny.safetensors"));
}

TEST_F(TrainingRunTest, WillNotGoOnWithAnotherDescription) {
    EXPECT_FALSE(trainUntil(run("out"), 4));
    auto other = run("out");
    other.options.json = "{}";
    test::expectError(ErrorCode::InvalidArgument, {"another description", "--restart"},
                      [&] { static_cast<void>(runTraining(other)); });
    other.restart = true;
    EXPECT_TRUE(runTraining(other));
}

TEST_F(TrainingRunTest, NamesImagesThatAreTooSmallAndFoldersWithoutAny) {
    auto description = run("out");
    description.options.crop = 40;
    test::expectError(ErrorCode::InvalidArgument, {"a.png", "32x32", "crop"},
                      [&] { static_cast<void>(runTraining(description)); });
    description.options.crop = 8;
    description.options.validationImages = 3;
    test::expectError(ErrorCode::InvalidArgument, {"validation"}, [&] { static_cast<void>(runTraining(description)); });
    description.data = folder_ / "nowhere";
    test::expectError(ErrorCode::BadFile, {"nowhere"}, [&] { static_cast<void>(runTraining(description)); });
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(TrainingRunTest, WritesOverNothingThatItReads) {
    auto training = run("hr");
    writeImage(folder_ / "hr/curve.png", drawScene(64));
    test::expectError(ErrorCode::InvalidArgument, {"curve.png", "which is read"},
                      [&] { static_cast<void>(runTraining(training)); });
    training = run("out");
    training.config = folder_ / "out/card.json";
    std::filesystem::create_directory(folder_ / "out");
    folder_.write("out/card.json", "{}");
    test::expectError(ErrorCode::InvalidArgument, {"card.json", "which is read"},
                      [&] { static_cast<void>(runTraining(training)); });
}

}  // namespace
}  // namespace lamscope
