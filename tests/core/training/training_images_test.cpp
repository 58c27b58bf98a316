// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/training_images.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
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

/// The part of the images that the rain made brighter, of one sample: [h, w] in levels; the colours agree where nothing
/// was clipped.
torch::Tensor rainOf(const TrainingBatch& batch, std::int64_t sample) {
    const auto difference = ((batch.lr[sample] - batch.hr[sample]) * 255.0).round();
    const auto visible = batch.lr[sample].lt(1.0F).all(0);
    EXPECT_EQ((difference.amax(0) - difference.amin(0)).masked_select(visible).abs().sum().item<double>(), 0.0);
    return difference.amax(0);
}

/// The mean square of neighbours' differences.
double roughness(const torch::Tensor& picture, std::int64_t axis) {
    return picture.diff(1, axis).square().mean().item<double>();
}

class RainyImages : public TrainingImagesTest {
protected:
    RainyImages() { folder_.write("upright.json", rainFile); }

    [[nodiscard]] TrainingOptions rainy(const std::string& images, const std::string& more = "") const {
        return parseTrainingOptions(R"({"name": "n", "network": {"scale": 1, "layers": {"head": [4, 3, 3, 3]}},
            "images": {"crop": 24, "batch": 8, "validation": 0, "rain_layers": 4, )"
                                        + images + R"(}, "steps": 9, "seed": 4)" + more + "}",
                                    folder_ / "train.json");
    }

    static constexpr auto rainFile =
        R"({"quantity": [200, 300], "kernel_width": [1], "length": [30, 30], "angle": [0, 0]})";
};

TEST_F(RainyImages, RainKeepsItsDirectionHoweverTheBackgroundIsTurned) {
    const TrainingImages images(folder_.path(), rainy(R"("degrade": ["rain:upright.json"])"));
    bool hasMoved = false;
    for (int step = 0; step < 4; ++step) {
        const auto batch = images.batch(step);
        for (std::int64_t i = 0; i < batch.lr.size(0); ++i) {
            EXPECT_TRUE(isPartOf(batch.hr[i], tensorOf(scene_)));
            const auto rain = rainOf(batch, i);
            // Streaks of thirty pixels: hardly a change along them.
            EXPECT_LT(roughness(rain, 0), 0.5 * roughness(rain, 1)) << step << " " << i;
            hasMoved = hasMoved || !at::equal(rain, rainOf(batch, 0));
        }
    }
    EXPECT_TRUE(hasMoved);
}

TEST_F(RainyImages, RainIsThatOfThePool) {
    const auto options = rainy(R"("degrade": ["rain:upright.json:0.5"])");
    const TrainingImages images(folder_.path(), options);
    const RainPool pool(options.degradations[0].degradation.rain->range, 4, 160, 4);
    const auto batch = images.batch(2);
    // Margins of two pixels, but at the image's borders: a crop away from them shows the middle of its layer's part.
    int compared = 0;
    for (std::int64_t i = 0; i < batch.lr.size(0); ++i) {
        const auto part = pool.part(28, 28, PortableRandom("layer/4/2-" + std::to_string(i)));
        const auto levels = torch::tensor(std::vector<float>(part.levels.begin(), part.levels.end())).view({28, 28});
        const auto expected = levels.narrow(0, 2, 24).narrow(1, 2, 24) * 0.5;
        const auto rain = (batch.lr[i] - batch.hr[i]) * 255.0;
        const auto off = (rain - expected).abs().masked_select(batch.lr[i].lt(1.0F)).max().item<double>();
        compared += off <= 0.5001 ? 1 : 0;
    }
    EXPECT_GE(compared, 4);
}

TEST_F(RainyImages, BackgroundsAreAllThatIsTrainedOn) {
    writeImage(folder_ / "b.png", drawScene(80));
    const auto images = [&](int count) {
        return TrainingImages(
            folder_.path(),
            rainy(R"("degrade": ["rain:small"], "background_crop": 32, "backgrounds": )" + std::to_string(count)));
    };
    const auto three = images(3);
    ASSERT_EQ(three.backgrounds().size(), 3U);
    EXPECT_EQ(three.trainingCount(), 3U);
    std::vector<torch::Tensor> squares;
    for (const auto& [file, part] : three.backgrounds()) {
        EXPECT_EQ(part.width, 32);
        squares.push_back(tensorOf(readImage(folder_ / file).image.cropped(part)));
    }
    const auto batch = three.batch(0);
    for (std::int64_t i = 0; i < batch.hr.size(0); ++i) {
        EXPECT_TRUE(std::ranges::any_of(squares, [&](const auto& square) { return isPartOf(batch.hr[i], square); }));
    }
    EXPECT_NE(three.backgrounds()[0].file, three.backgrounds()[1].file);
    EXPECT_EQ(images(1).backgrounds()[0], three.backgrounds()[0]);
    EXPECT_THAT(three.about(), testing::AllOf(testing::HasSubstr("3 backgrounds of 32x32"),
                                              testing::HasSubstr("4 layers of rain:small with 160x160 pixels"),
                                              testing::HasSubstr("the seed 4")));
}

TEST_F(RainyImages, WholeImagesCanBeBackgrounds) {
    writeImage(folder_ / "b.png", drawScene(80));
    const auto options = rainy(R"("degrade": ["rain:small"], "backgrounds": 1)");
    const TrainingImages images(folder_.path(), options);
    ASSERT_EQ(images.backgrounds().size(), 1U);
    const auto& [file, part] = images.backgrounds()[0];
    EXPECT_EQ(part.width, file == "a.png" ? 64 : 80);
    EXPECT_EQ(images.trainingCount(), 1U);
    EXPECT_TRUE(TrainingImages(folder_.path(), rainy(R"("degrade": ["rain:small"])")).backgrounds().empty());
}

TEST_F(RainyImages, SayWhichBackgroundsCannotBe) {
    const auto refuses = [&](const std::string& images, const std::string& words) {
        test::expectError(ErrorCode::InvalidArgument, {words}, [&] {
            const TrainingImages made(folder_.path(), rainy(R"("degrade": ["rain:small"], )" + images));
        });
    };
    refuses(R"("backgrounds": 2)", "1 of 1");
    refuses(R"("background_crop": 65)", "64x64");
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
