// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "core/method/faig/faig_pairs.h"
#include "method/faig/faig_document.h"
#include "method/faig/faig_scores.h"
#include "method/faig/filter_ranking.h"
#include "runtime/allocation_meter.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"

namespace lamscope::faig_test {
namespace {

using test::expectError;
using testing::ElementsAre;

/// y = w2 w1 x, channel by channel.
class TwoLayers final : public Network {
public:
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const override {
        const auto each = lr.reshape({-1, 1, lr.size(2), lr.size(3)});
        const auto between = at::conv2d(each, first_);
        reportFeatures(Tap::Kind::Convolution, "first", each, between);
        const auto last = at::conv2d(between, second_);
        reportFeatures(Tap::Kind::Convolution, "second", between, last);
        return last.reshape(lr.sizes());
    }
    [[nodiscard]] NamedTensors namedParameters() const override {
        return {{"first.weight", first_}, {"second.weight", second_}};
    }
    void to(torch::Device device, torch::ScalarType type) override {
        first_.set_data(first_.to(device, type));
        second_.set_data(second_.to(device, type));
    }

private:
    torch::Tensor first_ = torch::ones({1, 1, 1, 1});
    torch::Tensor second_ = torch::ones({1, 1, 1, 1});
};

Checkpoint twoWeights(float first, float second) {
    Checkpoint checkpoint;
    checkpoint.tensors = {{"first.weight", {.shape = {1, 1, 1, 1}, .values = {first}, .dtype = "float32"}},
                          {"second.weight", {.shape = {1, 1, 1, 1}, .values = {second}, .dtype = "float32"}}};
    return checkpoint;
}

/// The path, its gradients and the one integrator on a cubic integrand.
TEST(FaigClosedForm, MidpointsMissItByTheKnownTermAndTheLeftRuleByItsOwn) {
    // gt 0, x = 1 in one of three channels: L = (w1 w2)², target (1, 1), baseline (2, 3).
    const auto attributions = [](FaigPreset preset, int nodes) {
        auto model = test::makeModel(std::make_unique<TwoLayers>(), 1);
        auto target = twoWeights(1.0F, 1.0F);
        auto baseline = twoWeights(2.0F, 3.0F);
        auto pair = FaigPair::ofNetwork(std::move(model), baseline, target);
        pair.evaluateInDouble();
        auto lr = torch::zeros({1, 3, 1, 1}, torch::kFloat64);
        lr[0][0][0][0] = 1.0;
        FaigOptions options;
        options.preset = preset;
        options.nodes = nodes;
        options.tolerance = 1e-30;
        FaigScoring::State state(pair.implementation(), lr, torch::zeros_like(lr), options);
        while (!state.finished()) {
            EXPECT_TRUE(state.next({}));
        }
        EXPECT_EQ(state.done(), nodes);
        EXPECT_NEAR(state.result()->lossTarget, 1.0, 1e-12);
        EXPECT_NEAR(state.result()->lossBaseline, 36.0, 1e-12);
        auto values = state.result()->scores;
        values.push_back(state.result()->attributionSum);
        return values;
    };
    for (const int n : {3, 9, 27}) {
        const auto values = attributions(FaigPreset::Exact, n);
        const double square = static_cast<double>(n) * n;
        EXPECT_NEAR(values[0], 43.0 / 3.0 - 7.0 / 3.0 / square, 1e-12) << n;
        EXPECT_NEAR(values[1], 62.0 / 3.0 - 8.0 / 3.0 / square, 1e-12) << n;
        EXPECT_NEAR(values[2], 35.0 - 5.0 / square, 1e-12) << n;
    }
    EXPECT_NEAR(attributions(FaigPreset::Official, 100)[2], 34.611, 1e-11);
}

/// A pair of MSRResNets of 4 features in float64, an image and its LR.
class SmallPair : public testing::Test {
protected:
    [[nodiscard]] FaigPair pair() const { return FaigPair::ofWeights(baseline_, target_, named("small")); }

    [[nodiscard]] FaigScores scoresOf(FaigPair& pair, const Image& lr, const FaigOptions& options = {}) const {
        FaigScoring scoring(pair, lr, hr_, options);
        EXPECT_TRUE(scoring.run());
        return *scoring.result();
    }

    [[nodiscard]] static Image noisy(const Image& image) {
        auto copy = image;
        float wave = 0.0F;
        for (auto& value : copy.values()) {
            wave += 1.7F;
            value += 0.05F * std::sin(wave * wave);
        }
        return copy;
    }

    [[nodiscard]] static std::vector<float> valuesOf(const std::optional<Image>& image) {
        return {image->values().begin(), image->values().end()};
    }

    Checkpoint target_ = msrResNet(4, 2, 0.6);
    Checkpoint baseline_ = baselineOf(target_, 0.6);
    Image lr_ = test::testImage(8, 7);
    Image hr_ = test::testImage(16, 14);
};

TEST_F(SmallPair, FiltersAreNumberedInTheOrderOfTheFile) {
    const auto pair = this->pair();
    const auto& filters = pair.filters();
    std::vector<std::string> keys;
    std::ranges::transform(filters.layers(), std::back_inserter(keys), &FilterLayer::key);
    EXPECT_THAT(keys,
                ElementsAre("conv_first.weight", "body.0.conv1.weight", "body.0.conv2.weight", "body.1.conv1.weight",
                            "body.1.conv2.weight", "upconv1.weight", "conv_hr.weight", "conv_last.weight"));
    EXPECT_EQ(filters.size(), 12 + 4 * 16 + 64 + 16 + 12);
    EXPECT_EQ(filters.layers()[1].firstFilter, 12);
    EXPECT_EQ(filters.layers()[1].biasKey, "body.0.conv1.bias");
    for (int i = 0; i < filters.size(); ++i) {
        EXPECT_EQ(filters.at(filters.place(i)), i);
    }
    EXPECT_EQ(filters.place(14), (FilterPlace{.layer = 1, .out = 0, .in = 2}));
    expectError(ErrorCode::InvalidArgument, {"filter 168", "0 to 167"},
                [&] { static_cast<void>(filters.place(filters.size())); });
    EXPECT_EQ(pair.weightsOf(5).target, target_.find("upconv1.weight")->values);
    EXPECT_EQ(pair.weightsOf(5).baseline, baseline_.find("upconv1.weight")->values);
}

TEST_F(SmallPair, AttributionsAddUpToTheDifferenceOfTheLosses) {
    auto pair = this->pair();
    pair.evaluateInDouble();
    hr_ = *pair.upscale(lr_, {});  // the target makes no error, the baseline a large one
    FaigOptions options;
    options.tolerance = 1e-30;
    std::vector<double> errors;
    for (const int nodes : {3, 27, 243}) {
        options.nodes = nodes;
        const auto scores = scoresOf(pair, lr_, options);
        EXPECT_EQ(scores.nodes, nodes);
        EXPECT_NEAR(scores.lossTarget, 0.0, 1e-10);
        EXPECT_NEAR(scores.lossBaseline, pair.baselineLoss(lr_, hr_), 1e-12);
        errors.push_back(std::abs(*scores.completenessError));
    }
    EXPECT_LT(errors[1], errors[0]);
    EXPECT_LT(errors[2], errors[1]);
    EXPECT_LT(errors[2], 1e-3);
}

TEST_F(SmallPair, AttributionsOfWeightsMakeTheScores) {
    auto pair = this->pair();
    FaigScoring scoring(pair, lr_, hr_, {});
    expectError(ErrorCode::InvalidArgument, {"finished"}, [&] { static_cast<void>(scoring.attributions()); });
    ASSERT_TRUE(scoring.run());
    const auto scores = scoring.result()->scores;
    const auto attributions = scoring.attributions();
    ASSERT_EQ(attributions.size(), pair.filters().layers().size());
    std::size_t filter = 0;
    for (const auto& layer : attributions) {
        for (std::size_t first = 0; first < layer.values.size(); first += 9, ++filter) {
            double sum = 0.0;
            for (std::size_t i = 0; i < 9; ++i) {
                sum += std::abs(layer.values[first + i]);
            }
            EXPECT_NEAR(sum, scores[filter], 1e-6 * (1.0 + sum)) << layer.key;
        }
    }
}

TEST_F(SmallPair, ExactStopsAtTheToleranceAndItsEstimateIsNoSmallerThanTheError) {
    auto pair = this->pair();
    pair.evaluateInDouble();
    FaigOptions finest;
    finest.tolerance = 1e-30;
    const auto best = scoresOf(pair, lr_, finest);
    FaigScoring scoring(pair, lr_, hr_, {});
    EXPECT_EQ(scoring.planned(), 243);
    ASSERT_TRUE(scoring.run());
    EXPECT_EQ(scoring.planned(), scoring.done());
    const auto scores = *scoring.result();
    EXPECT_LT(scores.nodes, 243);
    ASSERT_TRUE(scores.estimatedError);
    EXPECT_LT(*scores.estimatedError, FaigOptions().tolerance);
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < best.scores.size(); ++i) {
        difference += std::abs(scores.scores[i] - best.scores[i]);
        sum += best.scores[i];
    }
    EXPECT_LT(difference / sum, 2.0 * FaigOptions().tolerance);
}

TEST_F(SmallPair, StoppingAndOtherUsesOfThePairBetweenTwoNodesChangeNothing) {
    auto pair = this->pair();
    const auto undisturbed = scoresOf(pair, lr_);
    FaigScoring scoring(pair, lr_, hr_, {});
    std::stop_source stopped;
    stopped.request_stop();
    int steps = 0;
    while (!scoring.finished()) {
        EXPECT_FALSE(scoring.next(stopped.get_token()));
        EXPECT_EQ(scoring.done(), steps);
        ASSERT_TRUE(scoring.next());
        EXPECT_EQ(scoring.done(), ++steps);
        static_cast<void>(pair.upscale(lr_, {.filters = {1, 20, 100}, .lambda = 0.3}));
        static_cast<void>(pair.upscaleBaseline(lr_));
    }
    EXPECT_EQ(scoring.result()->scores, undisturbed.scores);
    EXPECT_EQ(scoring.result()->attributionSum, undisturbed.attributionSum);
}

TEST_F(SmallPair, DifferencesAreAntisymmetricAndImagesMayBePermuted) {
    auto pair = this->pair();
    const auto a = scoresOf(pair, lr_);
    const auto b = scoresOf(pair, noisy(lr_));
    const auto forth = scoreDifference(a.scores, b.scores);
    const auto back = scoreDifference(b.scores, a.scores);
    for (std::size_t i = 0; i < forth.size(); ++i) {
        EXPECT_EQ(forth[i], -back[i]);
    }
    const std::vector both{a, b};
    const std::vector permuted{b, a};
    EXPECT_EQ(meanScores(both), meanScores(permuted));
}

TEST_F(SmallPair, AFilterThatDoesNotDifferScoresExactlyNothing) {
    // Filter [1][2] of body.0.conv1, and all of conv_hr.
    auto& weight = tensorIn(baseline_, "body.0.conv1.weight").values;
    const auto& same = tensorIn(target_, "body.0.conv1.weight").values;
    constexpr std::size_t filter = 1 * 4 + 2;
    std::copy_n(same.begin() + 9 * filter, 9, weight.begin() + 9 * filter);
    tensorIn(baseline_, "conv_hr.weight") = tensorIn(target_, "conv_hr.weight");
    auto pair = this->pair();
    const auto scores = scoresOf(pair, lr_).scores;
    EXPECT_EQ(scores[12 + filter], 0.0);
    EXPECT_TRUE(pair.isUnchanged(12 + filter));
    EXPECT_FALSE(pair.isUnchanged(12));
    EXPECT_GT(scores[12], 0.0);
    const auto& hr = pair.filters().layers()[6];
    ASSERT_EQ(hr.key, "conv_hr.weight");
    for (int i = 0; i < hr.filters(); ++i) {
        EXPECT_EQ(scores[static_cast<std::size_t>(hr.firstFilter + i)], 0.0);
    }
}

TEST_F(SmallPair, BiasesThatAloneDifferLeaveAllScoresZero) {
    baseline_ = target_;
    tensorIn(baseline_, "conv_first.bias").values[0] += 0.5F;
    auto pair = this->pair();
    const auto scores = scoresOf(pair, lr_);
    EXPECT_THAT(scores.scores, testing::Each(0.0));
    EXPECT_NEAR(*scores.completenessError, 0.0, 0.02);
}

TEST_F(SmallPair, MaskingNothingIsTheTargetAndEverythingWithBiasesTheBaseline) {
    auto pair = this->pair();
    const auto model = modelFromWeights(target_, named("target"));
    const auto baseline = modelFromWeights(baseline_, named("baseline"));
    const auto target = valuesOf(model.upscale(lr_));
    std::vector<int> all(static_cast<std::size_t>(pair.filters().size()));
    std::iota(all.begin(), all.end(), 0);
    const std::vector some{0, 5, 13, 40, 167};
    EXPECT_EQ(valuesOf(pair.upscale(lr_, {})), target);
    EXPECT_EQ(valuesOf(pair.upscale(lr_, {.filters = some, .lambda = 1.0, .biases = true})), target);
    EXPECT_NE(valuesOf(pair.upscale(lr_, {.filters = some})), target);
    EXPECT_EQ(valuesOf(pair.upscale(lr_, {.filters = {}, .biases = true})), target);
    EXPECT_NE(valuesOf(pair.upscale(lr_, {.filters = all})), valuesOf(baseline.upscale(lr_)));
    EXPECT_EQ(valuesOf(pair.upscale(lr_, {.filters = all, .biases = true})), valuesOf(baseline.upscale(lr_)));
    EXPECT_EQ(valuesOf(pair.upscaleBaseline(lr_)), valuesOf(baseline.upscale(lr_)));
    EXPECT_EQ(valuesOf(pair.upscale(lr_, {})), target);  // whatever was there before
}

/// Weight by weight, as a file would hold them.
TEST_F(SmallPair, AMaskTakesTheSlicesOfTheBaselineAndNothingElse) {
    auto pair = this->pair();
    const FilterChange change{.filters = {2, 17}, .lambda = 0.25, .biases = true};
    auto expected = target_;
    const auto mix = [&](const std::string& key, std::size_t first, std::size_t count) {
        auto& values = tensorIn(expected, key).values;
        const auto& other = baseline_.find(key)->values;
        for (std::size_t i = first; i < first + count; ++i) {
            values[i] =
                static_cast<float>(0.25 * static_cast<double>(values[i]) + 0.75 * static_cast<double>(other[i]));
        }
    };
    mix("conv_first.weight", 2 * 9, 9);
    mix("conv_first.bias", 0, 1);
    mix("body.0.conv1.weight", 5 * 9, 9);  // [1][1]
    mix("body.0.conv1.bias", 1, 1);
    const auto byFile = modelFromWeights(expected, named("by file"));
    EXPECT_EQ(valuesOf(pair.upscale(lr_, change)), valuesOf(byFile.upscale(lr_)));
    const auto& inside = pair.implementation();
    for (std::size_t i = 0; i < inside.weights().size(); ++i) {
        EXPECT_EQ(lamscope::valuesOf(inside.now(i)), expected.find(inside.weights()[i].key)->values)
            << inside.weights()[i].key;
    }
}

TEST_F(SmallPair, ChangeRivalIsTheRelativeChangeOfASlice) {
    const auto pair = this->pair();
    const auto changes = weightChanges(pair);
    double moved = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < 9; ++i) {
        const double theirs = baseline_.find("conv_first.weight")->values[9 + i];
        moved += std::abs(target_.find("conv_first.weight")->values[9 + i] - theirs);
        size += std::abs(theirs);
    }
    EXPECT_NEAR(changes[1], moved / size, 1e-7);
    EXPECT_NEAR(filterChanges(pair)[1], moved, 1e-7);
}

TEST_F(SmallPair, MemoryDoesNotGrowWithTheNodes) {
    auto wide = msrResNet(48, 4, 0.6);
    auto pair = FaigPair::ofWeights(baselineOf(wide, 0.6), wide, named("wide"));
    std::int64_t weights = 0;
    std::int64_t largest = 0;
    for (const auto& weight : pair.implementation().weights()) {
        weights += weight.target.numel() * 4;
        largest = std::max(largest, weight.target.numel() * 4);
    }
    const auto lr = torch::full({1, 3, 4, 4}, 0.4);
    const auto hr = torch::full({1, 3, 8, 8}, 0.5);
    std::int64_t activations = 0;
    {
        pair.implementation().set(0.0);
        for (const auto i : pair.implementation().path()) {
            pair.implementation().now(i).set_requires_grad(true);
        }
        const AllocationMeter meter;
        const auto loss = pair.implementation().lossNow(lr, hr);
        activations = meter.peakBytes();
    }
    for (const int nodes : {9, 27}) {
        const AllocationMeter meter;
        FaigOptions options;
        options.nodes = nodes;
        options.tolerance = 1e-30;
        FaigScoring::State state(pair.implementation(), lr, hr, options);
        while (!state.finished()) {
            ASSERT_TRUE(state.next({}));
        }
        // Beside the pair's three copies: the sum, one gradient, and a few tensors of the largest layer in float64.
        EXPECT_LT(meter.peakBytes(), activations + 2 * weights + 6 * largest)
            << "weights " << weights << ", activations " << activations << ", nodes " << nodes;
    }
}

TEST_F(SmallPair, FilesThatAreNoPairAreRefusedByTheirFirstDifference) {
    const auto pairOf = [this] { static_cast<void>(pair()); };
    const auto whole = baseline_;
    baseline_ = target_;
    expectError(ErrorCode::InvalidArgument, {"the two files hold the same weights: nothing to attribute"}, pairOf);
    baseline_ = msrResNet(5, 2, 0.6);
    expectError(ErrorCode::InvalidArgument,
                {"'conv_first.weight'", "[4, 3, 3, 3]", "[5, 3, 3, 3]", "a baseline and its fine-tuned target"},
                pairOf);
    baseline_ = msrResNet(4, 3, 0.6);
    expectError(ErrorCode::InvalidArgument, {"'body.2.conv1.weight'", "is not in"}, pairOf);
    baseline_ = whole;
    auto pair = this->pair();
    expectError(ErrorCode::InvalidArgument, {"8x7", "16x14", "15x14"},
                [&] { FaigScoring(pair, lr_, test::testImage(15, 14), FaigOptions()); });
    expectError(ErrorCode::InvalidArgument, {"filter 400"},
                [&] { static_cast<void>(pair.upscale(lr_, {.filters = {400}})); });
}

TEST_F(SmallPair, NonfiniteGradientsAreCountedAndSaid) {
    tensorIn(baseline_, "conv_last.weight").values[0] = 1e38F;
    auto pair = this->pair();
    FaigOptions options;
    options.preset = FaigPreset::Official;
    options.nodes = 4;
    FaigDegradationResult result{.degradation = {.name = "blur"}, .scores = {}};
    result.images.push_back({.file = "x.png", .scores = scoresOf(pair, lr_, options)});
    EXPECT_GT(result.images.front().scores.nonfiniteGradients, 0);
    EXPECT_THAT(warningsAbout(result), testing::Contains(testing::HasSubstr("not finite")));
}

TEST(FilterRanking, FallsWithTiesByNumber) {
    EXPECT_THAT(orderByScore(std::vector{1.0, 3.0, std::nan(""), 3.0, -1.0}), ElementsAre(1, 3, 0, 4, 2));
    EXPECT_EQ(topCount(13504, 1.0), 135);
    EXPECT_EQ(topCount(13504, 10.0), 1350);
    EXPECT_EQ(topCount(1000, 0.7), 7);
    EXPECT_EQ(topCount(7, 100.0), 7);
    EXPECT_EQ(topCount(7, 1.0), 0);
    EXPECT_THAT(topOf(std::vector{4, 2, 0, 1, 3}, 50.0), ElementsAre(4, 2));
}

TEST(FilterRanking, ShufflesAreTheSameForASeedAndHoldEveryFilter) {
    auto order = randomOrder(500, 3);
    EXPECT_EQ(order, randomOrder(500, 3));
    EXPECT_NE(order, randomOrder(500, 4));
    std::ranges::sort(order);
    for (int i = 0; i < 500; ++i) {
        EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
    }
}

TEST(FaigOptions, PresetsHaveTheirNodesAndFactorsTheirSteps) {
    FaigOptions options;
    EXPECT_THAT(faigLevels(options), ElementsAre(3, 9, 27, 81, 243));
    options.nodes = 50;
    EXPECT_THAT(faigLevels(options), ElementsAre(50));
    options = {.preset = FaigPreset::Official};
    EXPECT_THAT(faigLevels(options), ElementsAre(100));
    const auto lambdas = lambdasOf({.from = 0.0, .to = 1.5, .step = 0.1});
    ASSERT_EQ(lambdas.size(), 16U);
    EXPECT_EQ(lambdas[0], 0.0);
    EXPECT_EQ(lambdas[10], 1.0);
    EXPECT_EQ(lambdas[15], 1.5);
}

TEST(FaigOptions, SurviveAnExperimentAndAreChecked) {
    FaigOptions options{.preset = FaigPreset::Official,
                        .nodes = 20,
                        .of = "noise",
                        .mask = {0.5, 2.0},
                        .lambdas = FaigLambdas{.from = 0.5, .to = 1.0, .step = 0.25},
                        .biases = true,
                        .seed = 7,
                        .degradations = {{.name = "blur", .recipe = "blur:2:21"}, {.name = "noise", .recipe = ""}}};
    Experiment experiment;
    setFaigOptions(experiment, options);
    EXPECT_EQ(faigOptionsOf(experiment), options);
    EXPECT_EQ(rankedDegradations(options), (std::pair<std::size_t, std::optional<std::size_t>>{1, 0}));
    options.against = "noise";
    EXPECT_EQ(rankedDegradations(options), (std::pair<std::size_t, std::optional<std::size_t>>{1, std::nullopt}));
    options.against = "rain";
    expectError(ErrorCode::InvalidArgument, {"'rain'", "blur, noise"}, [&] { checkFaigOptions(options); });
    options.against = "";
    options.mask = {2.0, 1.0};
    expectError(ErrorCode::InvalidArgument, {"percentages", "2,1"}, [&] { checkFaigOptions(options); });
    options.mask = {1.0};
    options.degradations[1].name = "blur";
    expectError(ErrorCode::InvalidArgument, {"two degradations", "'blur'"}, [&] { checkFaigOptions(options); });
    expectError(ErrorCode::InvalidArgument, {"'blur'", "blur=blur:2:21"},
                [] { static_cast<void>(parseFaigDegradation("blur")); });
}

TEST(FaigDocument, SaysWhereThereIsNothingToExplain) {
    FaigDegradationResult result{
        .degradation = {.name = "jpeg"}, .psnrTarget = 24.5, .psnrBaseline = 25.25, .scores = {}};
    FaigScores scores;
    scores.lossTarget = 3.0;
    scores.lossBaseline = 2.0;
    scores.completenessError = -0.06;
    result.images.push_back({.file = "a.png", .scores = scores});
    EXPECT_THAT(warningsAbout(result),
                ElementsAre(testing::AllOf(testing::HasSubstr("no ability"), testing::HasSubstr("24.50 dB"),
                                           testing::HasSubstr("25.25 dB")),
                            testing::HasSubstr("6.0 %")));
}

}  // namespace
}  // namespace lamscope::faig_test
