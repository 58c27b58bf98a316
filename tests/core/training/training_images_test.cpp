// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_images.h"

#include <cmath>

#include <gtest/gtest.h>

#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "runtime/torch_headers.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

class TrainingImagesTest : public testing::Test {
protected:
    TrainingImagesTest() { writeImage(folder_ / "a.png", scene_); }

    /// @param degrade  the text of the field, such as R"(, "degrade": ["blur:1"])".
    [[nodiscard]] TrainingOptions options(const std::string& degrade, int validation = 0) const {
        return parseTrainingOptions(R"({"name": "n", "network": {"scale": 2, "layers": {"head": [4, 3, 3, 3]}},
            "images": {"reduce": "bilinear", "crop": 12, "batch": 6, "validation": )"
                                        + std::to_string(validation) + degrade + R"(}, "steps": 9, "seed": 4})",
                                    "train.json");
    }

    [[nodiscard]] TrainingImages images(const std::string& degrade) const { return {folder_.path(), options(degrade)}; }

    test::TemporaryFolder folder_;
    Image scene_ = drawScene(64);
};

torch::Tensor tensorOf(const Image& image) {
    const auto values = image.values();
    return torch::tensor(std::vector<float>(values.begin(), values.end()))
        .view({Image::channels, image.height(), image.width()});
}

/// True if `crop`, turned and mirrored in some way, is a part of `whole`.
bool isPartOf(const torch::Tensor& crop, const torch::Tensor& whole) {
    for (int way = 0; way < 8; ++way) {
        auto turned = at::rot90(crop, way % 4, {1, 2});
        turned = (way >= 4 ? turned.flip(2) : turned).unsqueeze(0);
        const auto windows = whole.unfold(1, crop.size(1), 1).unfold(2, crop.size(2), 1).permute({1, 2, 0, 3, 4});
        if ((windows - turned.unsqueeze(0)).abs().amax({2, 3, 4}).min().item<float>() < 1e-4F) {
            return true;
        }
    }
    return false;
}

TEST_F(TrainingImagesTest, BlurredCropsAreThoseOfTheWholeImage) {
    const auto images = this->images(R"(, "degrade": ["blur:1.5"])");
    const auto whole = tensorOf(degrade(scene_, 2, Reduction::Bilinear, degradationFromString("blur:1.5"), 0).lr);
    const auto batch = images.batch(3);
    for (std::int64_t i = 0; i < batch.lr.size(0); ++i) {
        EXPECT_TRUE(isPartOf(batch.lr[i], whole)) << i;
        EXPECT_TRUE(isPartOf(batch.hr[i], tensorOf(scene_))) << i;
    }
    EXPECT_FALSE(isPartOf(this->images("").batch(3).lr[0], whole));
}

TEST_F(TrainingImagesTest, RecipesDoNotChangeWhichCropsAreTaken) {
    const auto plain = images("").batch(5);
    const auto clean = images(R"(, "degrade": ["clean"])").batch(5);
    const auto noisy = images(R"(, "degrade": ["noise:20"])").batch(5);
    EXPECT_TRUE(at::equal(plain.hr, clean.hr));
    EXPECT_TRUE(at::equal(plain.lr, clean.lr));
    EXPECT_TRUE(at::equal(plain.hr, noisy.hr));
    const auto noise = (noisy.lr - plain.lr) * 255.0;
    // Clipping takes a little where the scene is dark or bright.
    EXPECT_NEAR(noise.std().item<double>(), 20.0, 1.5);
    EXPECT_FALSE(at::equal(noise[0], noise[1]));
}

TEST_F(TrainingImagesTest, DependOnSeedAndStepAlone) {
    const std::string recipes = R"(, "degrade": ["clean", "blur:0..2+noise:0..30+jpeg:30..90"])";
    const auto first = images(recipes);
    const auto before = first.batch(7);
    static_cast<void>(first.batch(8));
    EXPECT_TRUE(at::equal(first.batch(7).lr, before.lr));
    EXPECT_TRUE(at::equal(images(recipes).batch(7).lr, before.lr));
    EXPECT_FALSE(at::equal(first.batch(8).lr, before.lr));
    auto other = options(recipes);
    other.seed = 5;
    EXPECT_FALSE(at::equal(TrainingImages(folder_.path(), other).batch(7).lr, before.lr));
}

TEST_F(TrainingImagesTest, RecipesHaveTheirShareOfTheSamples) {
    const auto images = this->images(R"(, "degrade": [{"recipe": "noise:60", "probability": 0.25}])");
    const auto plain = this->images("");
    int noisy = 0;
    constexpr int steps = 100;
    for (int step = 0; step < steps; ++step) {
        const auto difference = (images.batch(step).lr - plain.batch(step).lr).abs().amax({1, 2, 3});
        noisy += static_cast<int>((difference > 0.0).sum().item<std::int64_t>());
    }
    constexpr double count = 6.0 * steps;
    EXPECT_NEAR(noisy / count, 0.25, 5.0 * std::sqrt(0.25 * 0.75 / count));
}

TEST_F(TrainingImagesTest, ValidateUnderEveryRecipe) {
    writeImage(folder_ / "b.png", drawScene(48));
    const auto recipes = options(
        R"(, "degrade": [{"recipe": "blur:1", "probability": 0.5}, {"recipe": "noise:9", "probability": 0}])", 1);
    const TrainingImages images(folder_.path(), recipes);
    EXPECT_EQ(images.trainingCount(), 1U);
    EXPECT_EQ(images.validationCount(), 1U);
    ASSERT_EQ(images.validation().size(), 2U);  // blurred and clean; never noisy
    const auto blurred =
        degrade(readImage(folder_ / "b.png").image, 2, Reduction::Bilinear, degradationFromString("blur:1"), 4);
    EXPECT_TRUE(at::equal(tensorOf(images.validation()[0].lr), tensorOf(blurred.lr)));
    EXPECT_TRUE(at::equal(tensorOf(images.validation()[1].hr), tensorOf(blurred.hr)));
}

TEST_F(TrainingImagesTest, ProbabilitiesAreSharedAndSumToOne) {
    const auto shares = [&](const std::string& list) {
        std::vector<std::pair<std::string, double>> found;
        for (const auto& [degradation, probability] : options(R"(, "degrade": )" + list).degradations) {
            found.emplace_back(toString(degradation), probability);
        }
        return found;
    };
    using Shares = std::vector<std::pair<std::string, double>>;
    EXPECT_EQ(shares(R"(["blur:2", "noise:9"])"), (Shares{{"blur:2", 0.5}, {"noise:9", 0.5}}));
    EXPECT_EQ(shares(R"([{"recipe": "blur:2", "probability": 0.5}, "noise:9", {"recipe": "jpeg:9"}])"),
              (Shares{{"blur:2", 0.5}, {"noise:9", 0.25}, {"jpeg:9", 0.25}}));
    EXPECT_EQ(shares(R"([{"recipe": "blur:2", "probability": 0.75}])"), (Shares{{"blur:2", 0.75}, {"clean", 0.25}}));
    const auto refuses = [&](const std::string& list, const std::string& words) {
        test::expectError(ErrorCode::InvalidArgument, {words}, [&] { static_cast<void>(shares(list)); });
    };
    refuses("\"blur:2\"", "a list of recipes");
    refuses("[]", "a list of recipes");
    refuses("[3]", "must be an object");
    refuses(R"([{"recipe": "blur:2", "share": 1}])", "'share'");
    refuses(R"([{"recipe": "blur:2", "probability": 1.5}])", "probability = 1.5");
    refuses(R"([{"recipe": "blur:2", "probability": 0.75}, {"recipe": "noise:2", "probability": 0.5}])", "at most 1");
    refuses(R"([{"recipe": "blur:2", "probability": 1}, "noise:2"])", "nothing is left");
    refuses(R"(["fog"])", "no step 'fog'");
}

}  // namespace
}  // namespace lamscope
