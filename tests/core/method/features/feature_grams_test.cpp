// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/feature_grams.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/method/features/small_reporting_network.h"
#include "method/features/tap_survey.h"
#include "model/sr_model_implementation.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope::feature_grams_test {
namespace {

constexpr int side = 20;
constexpr double enough = 1e9;

/// Takes the input of one tap.
class OneInput final : public FeatureSink {
public:
    explicit OneInput(std::string key)
        : key_(std::move(key)) {}

    void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& /*output*/) override {
        if (tap.name == key_) {
            result = input.clone();
        }
    }

    torch::Tensor result;

private:
    std::string key_;
};

/// The Gram matrix by its definition, of one patch after the other.
GramMatrix gramInOnePiece(const SrModel& model, const std::vector<Image>& patches, const std::string& key) {
    const at::NoGradGuard noGradients;
    std::vector<torch::Tensor> rows;
    for (const auto& patch : patches) {
        OneInput sink(key);
        static_cast<void>(model.implementation().forward(model.implementation().toInput(patch), &sink));
        rows.push_back(sink.result.to(torch::kFloat64).contiguous().view({-1}));
    }
    auto all = at::stack(rows);
    all = all - all.mean(0, true);
    const auto gram = at::mm(all, all.t()).contiguous();
    return {patches.size(), {gram.data_ptr<double>(), gram.data_ptr<double>() + gram.numel()}};
}

std::vector<FeatureGram> gramsOf(const SrModel& model, const std::vector<Image>& patches,
                                 const std::vector<std::string>& keys, const FeatureMemory& memory = {enough}) {
    FeatureGrams grams(model, keys, patches.size(), memory);
    EXPECT_TRUE(grams.add(patches));
    return grams.grams().value();
}

void expectNear(const GramMatrix& first, const GramMatrix& second, double tolerance) {
    ASSERT_EQ(first.values.size(), second.values.size());
    const double size = *std::ranges::max_element(first.values);
    for (std::size_t i = 0; i < first.values.size(); ++i) {
        EXPECT_NEAR(first.values[i], second.values[i], tolerance * size);
    }
}

TEST(FeatureGrams, AreThoseOfAllFeaturesInOnePiece) {
    const auto model = test::smallReportingNetwork(false);
    const auto patches = test::somePatches(7, side);
    const auto grams = gramsOf(model, patches, {"body.2", "last"});
    ASSERT_EQ(grams.size(), 2U);
    EXPECT_EQ(grams[1].key, "last");
    EXPECT_EQ(grams[1].dimension, 6U * 40U * 40U) << "more than one block of products";
    for (const auto& gram : grams) {
        expectNear(gram.gram, gramInOnePiece(model, patches, gram.key), 1e-10);
    }
}

TEST(FeatureGrams, DoNotDependOnWhereFeaturesWait) {
    const auto model = test::smallReportingNetwork(false, torch::kFloat32);
    const auto patches = test::somePatches(45, side);  // more than one batch
    const std::vector<std::string> keys{"head", "body.2", "last"};
    const auto inMemory = gramsOf(model, patches, keys);
    FeatureGrams spooled(model, keys, patches.size(), {1.0});
    EXPECT_FALSE(spooled.spools());
    ASSERT_TRUE(spooled.add(std::span(patches).first(3)));
    EXPECT_TRUE(spooled.spools());
    ASSERT_TRUE(spooled.add(std::span(patches).subspan(3)));
    const auto fromFile = spooled.grams().value();
    for (std::size_t k = 0; k < keys.size(); ++k) {
        expectNear(fromFile[k].gram, inMemory[k].gram, 1e-12);
    }
    // 32-bit features against their products in float64.
    expectNear(inMemory[2].gram, gramInOnePiece(model, patches, "last"), 1e-6);
}

TEST(FeatureGrams, KnowTheControls) {
    const auto model = test::bicubicModel(2);
    const auto patches = test::somePatches(3, side);
    const auto grams = gramsOf(model, patches, {"LR", "SR"});
    EXPECT_EQ(grams[0].dimension, 3U * side * side);
    EXPECT_EQ(grams[1].dimension, 4U * 3U * side * side);
    EXPECT_GT(grams[1].gram.at(0, 0), grams[0].gram.at(0, 0));
}

TEST(FeatureGrams, OfChannelMeansHaveOneNumberAChannel) {
    const auto model = test::smallReportingNetwork(false);
    const auto patches = test::somePatches(3, side);
    const auto grams = gramsOf(model, patches, {"last", "LR"}, {enough, FeaturePooling::Mean});
    EXPECT_EQ(grams[0].dimension, 6U);
    EXPECT_EQ(grams[1].dimension, 3U);
    double mean0 = 0.0;
    double mean1 = 0.0;
    for (std::size_t c = 0; c < 3; ++c) {  // squared distance of two patches' mean colours
        double difference = 0.0;
        for (int i = 0; i < side * side; ++i) {
            difference += static_cast<double>(patches[0].plane(static_cast<int>(c))[static_cast<std::size_t>(i)])
                          - static_cast<double>(patches[1].plane(static_cast<int>(c))[static_cast<std::size_t>(i)]);
        }
        mean0 += std::pow(difference / (side * side), 2);
    }
    const auto& gram = grams[1].gram;
    mean1 = gram.at(0, 0) + gram.at(1, 1) - 2.0 * gram.at(0, 1);
    EXPECT_NEAR(mean1, mean0, 1e-10);
}

TEST(FeatureGrams, ShowTheSrOfEachPatch) {
    const auto model = test::bicubicModel(2);
    const auto patches = test::somePatches(3, side);
    FeatureGrams grams(model, {"SR"}, 3, {enough});
    std::map<std::size_t, Image> seen;
    grams.observeSr([&](std::size_t patch, const Image& sr) { seen[patch] = sr; });
    ASSERT_TRUE(grams.add(std::span(patches).first(2)));
    ASSERT_TRUE(grams.add(std::span(patches).subspan(2)));
    ASSERT_EQ(seen.size(), 3U);
    const auto expected = model.upscaleAtOnce(patches[2]).value();
    EXPECT_TRUE(std::ranges::equal(seen.at(2).values(), expected.values(),
                                   [](float a, float b) { return std::abs(a - b) < 1e-6F; }));
}

TEST(FeatureGrams, NameThePatchAndTheTapOfFeaturesThatAreNotFinite) {
    const auto model = test::smallReportingNetwork(false);
    auto patches = test::somePatches(4, side);
    patches[2].values()[5] = std::numeric_limits<float>::infinity();
    FeatureGrams grams(model, {"body.1"}, 4, {enough});
    test::expectError(ErrorCode::ModelFailure, {"patch 2", "'body.1'", "NaN or infinite"},
                      [&] { static_cast<void>(grams.add(patches)); });
}

/// Float32 features of about 1e25, whose squares are beyond float32.
SrModel hugeNetwork(torch::ScalarType type, double size) {
    return test::makeModel(std::make_unique<test::FormulaNetwork>([size](const torch::Tensor& lr) {
                               const auto x = test::reportingConvolution("head", lr, 6) * size;
                               const auto y = test::reportingConvolution("last", x, 12) / size;
                               return at::pixel_shuffle(y, 2);
                           }),
                           2, 1.0, type);
}

TEST(FeatureGrams, OfLargeFeaturesDoNotOverflow) {
    const auto patches = test::somePatches(5, side);
    constexpr double size = 1e25;
    const auto large = gramsOf(hugeNetwork(torch::kFloat32, size), patches, {"last"});
    auto expected = gramInOnePiece(hugeNetwork(torch::kFloat64, 1.0), patches, "last");
    for (double& value : expected.values) {
        value *= size * size;
    }
    expectNear(large[0].gram, expected, 1e-5);
}

TEST(FeatureGrams, NamePatchAndTapWhereProductsOverflow) {
    const auto patches = test::somePatches(3, side);
    const auto model = hugeNetwork(torch::kFloat64, 1e200);
    FeatureGrams grams(model, {"last"}, 3, {enough});
    ASSERT_TRUE(grams.add(patches));
    test::expectError(ErrorCode::ModelFailure, {"analytic", "patch 0", "'last'", "too large"},
                      [&] { static_cast<void>(grams.grams()); });
}

TEST(FeatureGrams, OfNetworksThatEvaluateImagesOneByOne) {
    const auto model = test::oneByOneNetwork();
    const auto patches = test::somePatches(5, side);
    const auto grams = gramsOf(model, patches, {"last"});
    expectNear(grams[0].gram, gramInOnePiece(model, patches, "last"), 1e-10);
}

std::vector<std::filesystem::path> spoolFolders() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::temp_directory_path())) {
        if (entry.path().filename().string().starts_with("lamscope-features-")) {
            found.push_back(entry.path());
        }
    }
    return found;
}

TEST(FeatureGrams, LeaveNoTemporaryFolderAfterAStopAndAnError) {
    const test::TemporaryFolder folder;
    const auto before = std::filesystem::temp_directory_path();
    ASSERT_EQ(setenv("TMPDIR", folder.path().c_str(), 1), 0);
    const auto model = test::smallReportingNetwork(false);
    auto patches = test::somePatches(90, side);
    {
        std::stop_source source;
        FeatureGrams grams(model, {"head", "last"}, 90, {1.0});
        EXPECT_FALSE(grams.add(patches, source.get_token(), [&](std::size_t /*done*/) {
            EXPECT_EQ(spoolFolders().size(), 2U);
            source.request_stop();
        }));
    }
    EXPECT_TRUE(spoolFolders().empty());
    patches[1].values()[5] = std::numeric_limits<float>::infinity();
    {
        FeatureGrams grams(model, {"LR", "last"}, 90, {1.0});
        EXPECT_THROW(static_cast<void>(grams.add(patches)), Error);
    }
    EXPECT_TRUE(spoolFolders().empty());
    ASSERT_EQ(setenv("TMPDIR", before.c_str(), 1), 0);
}

TEST(FeatureGrams, OfWindowsAndTokensAreThoseOfPatchByPatch) {
    const auto model = loadModel(test::specOf("models/swinir-s/swinir-s_x4.safetensors"));
    const auto patches = test::somePatches(5, 16);
    std::vector<std::string> keys;
    for (const auto& tap : surveyTaps(model, 16).taps) {
        keys.push_back(tap.key);
    }
    ASSERT_GT(keys.size(), 10U);
    const auto grams = gramsOf(model, patches, keys);
    for (const auto& gram : grams) {
        expectNear(gram.gram, gramInOnePiece(model, patches, gram.key), 1e-4);
    }
}

TEST(FeatureGrams, OfChannelMeansKnowWhereTheChannelsOfTransformersAre) {
    const auto model = loadModel(test::specOf("models/swinir-s/swinir-s_x4.safetensors"));
    const auto patches = test::somePatches(2, 16);
    const auto survey = surveyTaps(model, 16);
    const auto grams = gramsOf(model, patches, {"layers.0", "layers.1"}, {enough, FeaturePooling::Mean});
    for (const auto& gram : grams) {
        const auto place = std::ranges::find(survey.taps, gram.key, &TapPlace::key);
        ASSERT_NE(place, survey.taps.end());
        EXPECT_EQ(static_cast<std::int64_t>(gram.dimension), place->shape.back()) << gram.key;
        EXPECT_NE(gram.dimension, 16U);
    }
}

TEST(FeatureGrams, OfNetworksThatWorkOnYAreOfOneChannel) {
    const auto model = loadModel(test::specOf("models/fsrcnn-s/fsrcnn-s_x4.safetensors"));
    ASSERT_EQ(model.card().colour, ModelCard::Colour::Y);
    const auto patches = test::somePatches(3, side);
    const auto survey = surveyTaps(model, side);
    const auto& deepest = survey.taps[survey.deepest.value()];
    const auto grams = gramsOf(model, patches, {"LR", deepest.key, "SR"});
    EXPECT_EQ(grams[0].dimension, 1U * side * side);
    EXPECT_EQ(grams[1].dimension, deepest.dimension);
    EXPECT_EQ(grams[2].dimension, 16U * side * side);
    expectNear(grams[1].gram, gramInOnePiece(model, patches, deepest.key), 1e-4);
}

TEST(FeatureGrams, RefusePatchesThatDoNotFit) {
    const auto model = test::smallReportingNetwork(false);
    auto patches = test::somePatches(2, side);
    FeatureGrams grams(model, {"last"}, 2, {enough});
    patches.push_back(test::somePatches(1, side + 2).front());
    test::expectError(ErrorCode::InvalidArgument, {"2 patches were stated"},
                      [&] { static_cast<void>(grams.add(patches)); });
    test::expectError(ErrorCode::InvalidArgument, {"22x22", "20x20", "one size"},
                      [&] { static_cast<void>(grams.add(std::span(patches).subspan(1))); });
    test::expectError(ErrorCode::InvalidArgument, {"features of 2 patches"}, [&] { static_cast<void>(grams.grams()); });
    test::expectError(ErrorCode::InvalidArgument, {"two patches"},
                      [&] { const FeatureGrams none(model, {"last"}, 1, {enough}); });
}

TEST(FeatureGrams, StopBetweenBatchesAndInTheProducts) {
    const auto model = test::smallReportingNetwork(false);
    const auto patches = test::somePatches(90, side);
    std::stop_source source;
    FeatureGrams grams(model, {"last"}, 90, {enough});
    EXPECT_FALSE(grams.add(patches, source.get_token(), [&](std::size_t /*done*/) { source.request_stop(); }));
    EXPECT_EQ(grams.done(), grams.patchesAtOnce());
    EXPECT_TRUE(grams.add(std::span(patches).subspan(grams.done())));
    EXPECT_EQ(grams.grams(source.get_token()), std::nullopt);
}

}  // namespace
}  // namespace lamscope::feature_grams_test
