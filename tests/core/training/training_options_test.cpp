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
    EXPECT_EQ(found, 6);
}

}  // namespace
}  // namespace lamscope
