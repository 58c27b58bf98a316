// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_options.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "training/initial_weights.h"
#include "training/trainer.h"

namespace lamscope {
namespace {

constexpr const char* small = R"({
  "name": "small",
  "network": {"scale": 2, "layers": {"head.0": [4, 3, 3, 3]}, "tensors": {"a": {"shape": [2], "value": 0.25}}},
  "images": {"crop": 16, "batch": 2, "validation": 1},
  "steps": 100, "learning_rate": 0.5, "final_learning_rate": 0.1, "report_every": 10, "validate_every": 50})";

TrainingOptions parsed(const std::string& from = "", const std::string& to = "") {
    std::string text = small;
    if (!from.empty()) {
        text.replace(text.find(from), from.size(), to);
    }
    return parseTrainingOptions(text, "folder/train.json");
}

TEST(TrainingOptions, LayersHaveAWeightAndABias) {
    const auto options = parsed();
    ASSERT_EQ(options.tensors.size(), 3U);
    EXPECT_EQ(options.tensors[0].key, "head.0.weight");
    EXPECT_THAT(options.tensors[0].shape, testing::ElementsAre(4, 3, 3, 3));
    EXPECT_EQ(options.tensors[1].key, "head.0.bias");
    EXPECT_DOUBLE_EQ(options.tensors[1].amount, 1.0 / std::sqrt(27.0));
    EXPECT_EQ(options.tensors[2].fill, InitialTensor::Fill::Constant);
    EXPECT_EQ(options.crop, 16);
}

TEST(TrainingOptions, CosineFallsFromTheFirstRateToTheLast) {
    const auto options = parsed();
    EXPECT_DOUBLE_EQ(learningRateAt(options, 0), 0.5);
    EXPECT_NEAR(learningRateAt(options, 50), 0.3, 1e-12);
    EXPECT_NEAR(learningRateAt(options, 99), 0.1, 1e-3);
}

TEST(TrainingOptions, StepHalvesAndWarmUpRises) {
    const auto options =
        parsed("\"steps\": 100", R"("steps": 100, "schedule": "step", "halve_every": 40, "warm_up": 10)");
    EXPECT_DOUBLE_EQ(learningRateAt(options, 0), 0.05);
    EXPECT_DOUBLE_EQ(learningRateAt(options, 9), 0.5);
    EXPECT_DOUBLE_EQ(learningRateAt(options, 39), 0.5);
    EXPECT_DOUBLE_EQ(learningRateAt(options, 40), 0.25);
    EXPECT_DOUBLE_EQ(learningRateAt(options, 99), 0.125);
}

TEST(TrainingOptions, FineTuningStartsFromAFileBesideTheDescription) {
    const auto options =
        parsed(R"("layers": {"head.0": [4, 3, 3, 3]}, "tensors": {"a": {"shape": [2], "value": 0.25}})",
               R"("weights": "net.pth")");
    EXPECT_EQ(options.initialWeights, std::filesystem::path("folder/net.pth"));
}

TEST(TrainingOptions, RefusesWhatItDoesNotUnderstand) {
    const auto refuses = [](const std::string& from, const std::string& to, const std::string& words) {
        test::expectError(ErrorCode::InvalidArgument, {words}, [&] { static_cast<void>(parsed(from, to)); });
    };
    refuses("\"steps\"", "\"stepz\"", "has no 'steps'");
    refuses("\"crop\"", "\"corp\"", "'corp'");
    refuses("\"crop\": 16", "\"crop\": 1.5", "crop = 1.5");
    refuses("\"crop\": 16", "\"crop\": 2", "8");
    refuses("[4, 3, 3, 3]", "[4, 0]", "[4,0]");
    refuses(R"("scale": 2)", R"("scale": 9)", "scale = 9");
    refuses(R"("validate_every": 50)", R"("validate_every": 55)", "no multiple");
    refuses(R"("name": "small")", R"("name": "a/b")", "without a slash");
    refuses(R"("learning_rate": 0.5)", R"("learning_rate": "fast")", "learning_rate");
    refuses("\"a\"", "\"head.0.bias\"", "twice");
    refuses("\"steps\": 100", R"("steps": 100, "schedule": "step")", "halve_every");
    refuses("\"steps\": 100", R"("steps": 100, "precision": "float16")", "float16");
    test::expectError(ErrorCode::BadFile, {"not JSON"},
                      [] { static_cast<void>(parseTrainingOptions("{", "folder/train.json")); });
    test::expectError(ErrorCode::BadFile, {"no/such.json"},
                      [] { static_cast<void>(readTrainingOptions("no/such.json")); });
}

/// A derainer of one layer; `images` and `more` are added to the description's images and to the description.
TrainingOptions derainer(const std::string& images, const std::string& more = "", const std::string& network = "") {
    return parseTrainingOptions(R"({"name": "n", "network": {"layers": {"head.0": [4, 3, 3, 3]}, "scale": )"
                                    + (network.empty() ? "1" : network) + R"(}, "images": {"crop": 16)" + images
                                    + R"(}, "steps": 9)" + more + "}",
                                "folder/train.json");
}

TEST(TrainingOptions, BackgroundsAndRainHaveTheirFields) {
    const auto options = derainer(R"(, "degrade": ["rain:small:0.5"], "backgrounds": 4, "background_crop": 96,
        "rain_layers": 20)");
    EXPECT_EQ(options.degradations[0].degradation.rain->amplitude, 0.5);
    EXPECT_EQ(options.backgrounds, 4);
    EXPECT_EQ(options.backgroundCrop, 96);
    EXPECT_EQ(options.rainLayers, 20);
    const auto refuses = [](const std::string& images, const std::string& words) {
        test::expectError(ErrorCode::InvalidArgument, {words}, [&] { static_cast<void>(derainer(images)); });
    };
    refuses(R"(, "backgrounds": 0)", "backgrounds = 0");
    refuses(R"(, "background_crop": 12)", "from 16 to");
    refuses(R"(, "degrade": ["blur:2"], "rain_layers": 20)", "no recipe of 'degrade' has rain");
    refuses(R"(, "degrade": ["rain:drizzle"])", "drizzle");
    test::expectError(ErrorCode::BadFile, {"folder/none.json"},
                      [] { static_cast<void>(derainer(R"(, "degrade": ["rain:none.json"])")); });
}

TEST(TrainingOptions, EvaluationsAreNamedRecipes) {
    const auto options = derainer("", R"(, "evaluate": {"degrade": ["seen=rain:small", "rain:large"], "crop": 64})");
    ASSERT_EQ(options.evaluations.size(), 2U);
    EXPECT_EQ(options.evaluations[0].name, "seen");
    EXPECT_EQ(options.evaluations[1].name, "rain:large");
    EXPECT_EQ(options.evaluationCrop, 64);
    // They are measured after the training and do not change it.
    EXPECT_TRUE(trainTheSame(options.json, derainer("").json));
    const auto refuses = [](const std::string& evaluate, const std::string& words, const std::string& images = "",
                            const std::string& network = "") {
        test::expectError(ErrorCode::InvalidArgument, {words},
                          [&] { static_cast<void>(derainer(images, R"(, "evaluate": )" + evaluate, network)); });
    };
    refuses("{}", "needs 'degrade'");
    refuses(R"({"degrade": "rain:small"})", "wrong type");
    refuses(R"({"degrade": ["rain:small", "rain:small"]})", "two degradations");
    refuses(R"({"degrade": ["rain:small"], "crop": 8})", "crop = 8");
    refuses(R"({"degrade": ["rain:small"]})", "scale 2", "", "2");
    refuses(R"({"degrade": ["rain:small"]})", "validation is 0", R"(, "validation": 0)");
}

TEST(TrainingOptions, ALicenceDoesNotMakeAnotherTraining) {
    const auto options = parsed();
    const auto licensed = parsed("\"steps\"", R"("licence": "CC0-1.0", "steps")");
    EXPECT_EQ(licensed.licence, "CC0-1.0");
    EXPECT_NE(licensed.json, options.json);
    EXPECT_TRUE(trainTheSame(licensed.json, options.json));
    EXPECT_FALSE(trainTheSame(parsed("\"steps\": 100", "\"steps\": 101").json, options.json));
}

TEST(TrainingOptions, TheShippedDescriptionsMakeTheirNetworks) {
    int found = 0;
    for (const auto& folder : std::filesystem::directory_iterator("models")) {
        if (!folder.is_directory()) {
            continue;
        }
        SCOPED_TRACE(folder.path());
        const auto options = readTrainingOptions(folder.path() / "train.json");
        const EditableModel network(modelToTrain(options, initialWeights(options)));
        EXPECT_EQ(network.model().card().scale, options.scale);
        EXPECT_FALSE(network.parameters().empty());
        ++found;
    }
    EXPECT_EQ(found, 8);
}

}  // namespace
}  // namespace lamscope
