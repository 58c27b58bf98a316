// SPDX-License-Identifier: GPL-3.0-or-later
// Effective receptive fields of networks whose fields are known in closed form.
#include "method/erf/erf.h"

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/analytic_networks.h"
#include "support/expect_error.h"

namespace lamscope::erf_test {
namespace {

using testing::HasSubstr;

ErfOptions optionsOf(ErfPreset preset, int side = 15) {
    ErfOptions options;
    options.preset = preset;
    options.side = side;
    return options;
}

std::vector<ErfCrop> cropsOf(const SrModel& model, int side, int images = 1) {
    std::vector<ErfCrop> crops;
    for (int i = 0; i < images; ++i) {
        auto image = test::testImage(side + 2 * i, side + i);
        image.file = "image " + std::to_string(i);
        crops.push_back(*erfCrop(image, model.card().scale, side));
    }
    return crops;
}

ErfResult fieldOf(const SrModel& model, const ErfOptions& options, int images = 1) {
    return *computeErf(model, cropsOf(model, options.side, images), options);
}

std::vector<double> sidesOf(const ErfResult& result) {
    std::vector<double> sides;
    for (const auto& square : result.numbers.squares) {
        sides.push_back(square.side);
    }
    return sides;
}

double at(const ErfResult& result, int dx, int dy) {
    const auto& frame = result.frame;
    return result.map[static_cast<std::size_t>((frame.y + dy) * frame.width + frame.x + dx)];
}

/// `layers` convolutions whose 3x3 weights are 1/9 each.
SrModel uniformLayers(int layers, double factor = 1.0) {
    return test::makeModel(
        [layers, factor](const torch::Tensor& lr) {
            auto x = lr;
            for (int i = 0; i < layers; ++i) {
                x = at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1});
            }
            return x * factor;
        },
        1);
}

/// Coefficient of z^k in (1/z + 1 + z)^n.
double trinomial(int n, int k) {
    if (n == 0) {
        return k == 0 ? 1.0 : 0.0;
    }
    return trinomial(n - 1, k - 1) + trinomial(n - 1, k) + trinomial(n - 1, k + 1);
}

TEST(ErfPlaces, LieSideBySideInTheMiddleOfTheImage) {
    const Image lr(33, 21);
    // Two columns of 15 leave 3 pixels, one row leaves 6: the crops begin at (1, 3) and (16, 3), their cells 7 further.
    const std::vector<std::pair<int, int>> expected{{8 * 3 + 1, 10 * 3 + 1}, {23 * 3 + 1, 10 * 3 + 1}};
    EXPECT_EQ(erfPlacesOver(lr, 3, 15, 50), expected);
    for (const auto& place : expected) {
        EXPECT_TRUE(erfCrop(lr, 3, 15, place));
    }
    EXPECT_TRUE(erfPlacesOver(lr, 3, 22, 50).empty());
    // The crop of an image that holds one is that of erfCrop().
    const auto whole = test::testImage(17, 18);
    const auto places = erfPlacesOver(whole, 2, 16, 50);
    ASSERT_EQ(places.size(), 1U);
    EXPECT_EQ(erfCrop(whole, 2, 16, places.front())->lr.values()[0], erfCrop(whole, 2, 16)->lr.values()[0]);
}

TEST(ErfPlaces, AreThinnedOutEvenly) {
    const auto places = erfPlacesOver(Image(60, 30), 1, 10, 6);  // of 6 x 3
    std::vector<std::pair<int, int>> expected;
    for (const int y : {5, 15, 25}) {
        expected.insert(expected.end(), {{5, y}, {35, y}});
    }
    EXPECT_EQ(places, expected);
}

TEST(ErfCropAround, IsMovedIntoTheImageAndCutToWhatTheNetworkTakes) {
    const auto lr = test::testImage(50, 20);
    ModelCard card;
    card.scale = 2;
    card.sizeMultiple = 8;
    const auto [crop, frame, place] = erfCropAround(lr, card, 33, {97, 3});
    EXPECT_EQ(place, (Rect{50 - 32, 0, 32, 16}));
    EXPECT_EQ(frame, (ErfFrame{32, 16, 48 - 18, 1}));
    EXPECT_EQ(crop.phaseX, 1);
    EXPECT_EQ(crop.phaseY, 1);
    EXPECT_EQ(crop.lr.at(1, frame.y, frame.x), lr.at(1, 1, 48));
    card.fixedSize = {24, 24};
    test::expectError(ErrorCode::InvalidArgument, {"50x20", "too small"}, [&] {
        static_cast<void>(erfCropAround(lr, card, 33, {97, 3}));
    });
    card.fixedSize = {24, 20};
    EXPECT_EQ(erfCropAround(lr, card, 33, {0, 0}).place, (Rect{0, 0, 24, 20}));
}

TEST(ErfNumbers, LevelsOfAPictureSpanFourDecades) {
    EXPECT_EQ(shownLevel(0.2, 0.2), 1.0);
    EXPECT_NEAR(shownLevel(0.002, 0.2), 0.5, 1e-12);
    EXPECT_EQ(shownLevel(1e-6, 0.2), 0.0);
    EXPECT_EQ(shownLevel(0.0, 0.2), 0.0);
}

TEST(Erf, OfCopyingIsOnePixel) {
    for (const int scale : {1, 3, 4}) {
        const auto model =
            test::makeModel([scale](const torch::Tensor& lr) { return test::enlargeByCopying(lr, scale); }, scale);
        const auto exact = fieldOf(model, optionsOf(ErfPreset::Exact));
        EXPECT_EQ(at(exact, 0, 0), 1.0);
        EXPECT_EQ(sidesOf(exact), (std::vector<double>{1, 1, 1, 1}));
        EXPECT_EQ(exact.numbers.pixels, (std::array<double, 5>{1, 1, 1, 1, 1}));
        EXPECT_EQ(exact.numbers.radiusPixels, 0.0);
        EXPECT_EQ(exact.numbers.luoPixels, 1.0);
        EXPECT_EQ(exact.numbers.negativeShare, 0.0);
        EXPECT_EQ(exact.numbers.sum, 3.0);  // of each colour 1
        for (const auto& [distance, share] : exact.numbers.beyond) {
            EXPECT_EQ(share, 0.0) << distance;
        }
        const auto official = fieldOf(model, optionsOf(ErfPreset::Official));
        EXPECT_EQ(at(official, 0, 0), 3.0);
        EXPECT_EQ(official.numbers.sum, 3.0);
        EXPECT_EQ(sidesOf(official), (std::vector<double>{3, 3, 3, 3}));  // the rule begins with 3
        EXPECT_EQ(official.linearSquares.front().side, 1.0);
    }
}

TEST(Erf, OfUniformLayersIsTheirTrinomial) {
    for (const int layers : {1, 2, 3, 5}) {
        const auto result = fieldOf(uniformLayers(layers), optionsOf(ErfPreset::Exact));
        double axis = 0.0;
        for (int i = 0; i <= layers; ++i) {
            axis += (i == 0 ? 1.0 : 2.0) * trinomial(layers, i) / std::pow(3.0, layers);
            EXPECT_NEAR(result.squareShares[static_cast<std::size_t>(i)], axis * axis, 1e-6) << layers << " " << i;
        }
        EXPECT_NEAR(result.numbers.radiusPixels, std::sqrt(4.0 * layers / 3.0), 1e-5);
    }
    const auto two = fieldOf(uniformLayers(2), optionsOf(ErfPreset::Exact));
    EXPECT_EQ(sidesOf(two), (std::vector<double>{3, 3, 3, 5}));
    EXPECT_NEAR(two.numbers.squares.front().areaRatio, 9.0 / 225.0, 1e-12);
    EXPECT_NEAR(two.numbers.beyond.front().second, 1.0 - 33.0 / 81.0, 1e-6);  // the centre and its four neighbours
}

TEST(Erf, OfBicubicIsTheMeanOfItsPhases) {
    const auto result = fieldOf(test::bicubicModel(4), optionsOf(ErfPreset::Exact));
    const std::array axis{0.721666666667, 0.128333333333, 0.010833333333, 0.0};
    for (int dy = -3; dy <= 3; ++dy) {
        for (int dx = -3; dx <= 3; ++dx) {
            EXPECT_NEAR(at(result, dx, dy),
                        axis[static_cast<std::size_t>(std::abs(dx))] * axis[static_cast<std::size_t>(std::abs(dy))],
                        1e-6);
        }
    }
    EXPECT_NEAR(result.squareShares[0], 0.520802777778, 1e-6);
    EXPECT_NEAR(result.squareShares[1], 0.957136111111, 1e-6);
    EXPECT_EQ(sidesOf(result), (std::vector<double>{1, 1, 1, 5}));
    EXPECT_NEAR(result.numbers.radiusPixels, 0.8286535263104036, 1e-5);
}

TEST(Erf, OfficialTakesOnePhaseAndItsPositivePart) {
    auto model = test::bicubicModel(4);
    const auto result = fieldOf(model, optionsOf(ErfPreset::Official));
    // SR pixel 30 of 60 in the crop: phase 2 of LR pixel 7, an eighth of a pixel right of its middle.
    const auto cubic = [](double x) { return (1.5 * x - 2.5) * x * x + 1.0; };
    const double near = cubic(0.125);
    const double right = cubic(0.875);
    EXPECT_NEAR(at(result, 0, 0), 3.0 * near * near, 1e-5);
    EXPECT_NEAR(at(result, 1, 0), 3.0 * near * right, 1e-5);
    EXPECT_EQ(at(result, -1, 0), 0.0);  // negative
    EXPECT_GT(result.numbers.negativeShare, 0.0);
    auto options = optionsOf(ErfPreset::Official);
    options.centre = ErfCentre::Cell;
    const auto cell = fieldOf(model, options);
    EXPECT_NEAR(at(cell, -1, 0), at(cell, 1, 0), 1e-6);
}

TEST(Erf, OfASecondDifferenceShowsWhatReluDiscards) {
    const auto model = test::makeModel(
        [](const torch::Tensor& lr) {
            const auto padded = at::constant_pad_nd(lr, {1, 1, 0, 0});
            const auto width = lr.size(3);
            return 2.0 * lr - padded.narrow(3, 0, width) - padded.narrow(3, 2, width);
        },
        1);
    const auto official = fieldOf(model, optionsOf(ErfPreset::Official));
    EXPECT_EQ(at(official, 0, 0), 6.0);
    EXPECT_EQ(official.numbers.sum, 6.0);
    EXPECT_EQ(official.numbers.negativeShare, 0.5);
    const auto exact = fieldOf(model, optionsOf(ErfPreset::Exact));
    EXPECT_EQ(at(exact, -1, 0), 0.25);
    EXPECT_EQ(at(exact, 0, 0), 0.5);
    EXPECT_EQ(at(exact, 1, 0), 0.25);
    EXPECT_EQ(sidesOf(exact), (std::vector<double>{1, 1, 3, 3}));
    EXPECT_NEAR(exact.numbers.radiusPixels, std::sqrt(0.5), 1e-12);
    EXPECT_EQ(exact.numbers.negativeShare, 0.5);
}

TEST(Erf, ScalingTheNetworkChangesOnlyTheOfficialSquares) {
    constexpr double factor = 1e4;
    const auto one = uniformLayers(5);
    const auto scaled = uniformLayers(5, factor);
    const auto exact = fieldOf(one, optionsOf(ErfPreset::Exact));
    const auto exactScaled = fieldOf(scaled, optionsOf(ErfPreset::Exact));
    EXPECT_EQ(sidesOf(exact), sidesOf(exactScaled));
    EXPECT_EQ(exact.numbers.pixels, exactScaled.numbers.pixels);
    EXPECT_EQ(exact.numbers.luoPixels, exactScaled.numbers.luoPixels);
    EXPECT_NEAR(exact.numbers.radiusPixels, exactScaled.numbers.radiusPixels, 1e-6);
    EXPECT_NEAR(exactScaled.numbers.sum / exact.numbers.sum, factor, 1e-3 * factor);
    EXPECT_NE(sidesOf(fieldOf(one, optionsOf(ErfPreset::Official))),
              sidesOf(fieldOf(scaled, optionsOf(ErfPreset::Official))));
}

TEST(Erf, ASquareThatNeverHoldsEnoughHasNoSide) {
    const auto model = test::makeModel([](const torch::Tensor& lr) { return lr + lr.mean({1, 2, 3}, true); }, 1);
    const auto result = fieldOf(model, optionsOf(ErfPreset::Official, 16));  // the first row and column lie outside
    EXPECT_TRUE(std::isnan(result.numbers.squares.back().side));
    EXPECT_TRUE(std::isnan(result.numbers.squares.back().areaRatio));
}

/// Not linear, so that images differ; looks two pixels far.
torch::Tensor curved(const torch::Tensor& lr) {
    return at::avg_pool2d(at::tanh(at::avg_pool2d(3.0 * lr, {3, 3}, {1, 1}, {1, 1})).square(), {3, 3}, {1, 1}, {1, 1});
}

SrModel curvedModel(std::optional<int> radius) {
    ModelCard card;
    card.name = "curved";
    card.scale = 2;
    card.receptiveField.radius = radius;
    card.cropping.multiple = radius ? std::optional(1) : std::nullopt;
    auto network = std::make_unique<test::FormulaNetwork>(
        [](const torch::Tensor& lr) { return test::enlargeByCopying(curved(lr), 2); });
    return SrModel(std::make_unique<SrModel::Implementation>(std::move(network), std::move(card), torch::kCPU));
}

TEST(Erf, WindowGivesTheFieldOfTheWhole) {
    for (const auto preset : {ErfPreset::Exact, ErfPreset::Official}) {
        const auto whole = fieldOf(curvedModel(std::nullopt), optionsOf(preset), 3);
        const auto window = fieldOf(curvedModel(2), optionsOf(preset), 3);
        EXPECT_EQ(whole.window, (Rect{0, 0, 15, 15}));
        EXPECT_EQ(window.window, (Rect{5, 5, 5, 5}));
        for (std::size_t i = 0; i < whole.map.size(); ++i) {
            EXPECT_NEAR(window.map[i], whole.map[i], 1e-6);
        }
    }
}

TEST(Erf, DoesNotDependOnTheBatch) {
    const auto model = curvedModel(std::nullopt);
    const auto options = optionsOf(ErfPreset::Exact, 61);
    const auto crops = cropsOf(model, options.side, 7);
    const auto together = *computeErf(model, crops, options);
    ErfMeasurement alone(model, options, erfFrame(options.side));
    ASSERT_GT(alone.imagesAtOnce(), 1U);
    EXPECT_FALSE(alone.result(crops.size()));
    for (const auto& crop : crops) {
        EXPECT_TRUE(alone.add({&crop, 1}));
    }
    EXPECT_EQ(alone.result(crops.size())->images, 7);
    for (std::size_t i = 0; i < together.map.size(); ++i) {
        EXPECT_NEAR(alone.result(crops.size())->map[i], together.map[i], 1e-7);
    }
}

TEST(Erf, WeighsImagesByRecipeAndStatesTheErrorOfTheMean) {
    const auto model = test::makeModel([](const torch::Tensor& lr) { return lr.square(); }, 1);
    std::vector<ErfCrop> crops;
    for (const float grey : {0.25F, 0.5F}) {
        Image image(9, 9);
        std::ranges::fill(image.values(), grey);
        crops.push_back(*erfCrop(image, 1, 9));
    }
    const auto exact = *computeErf(model, crops, optionsOf(ErfPreset::Exact, 9));
    EXPECT_EQ(at(exact, 0, 0), 1.0);
    EXPECT_DOUBLE_EQ(exact.numbers.sum, 2.25);  // 3 colours x 2 x grey
    EXPECT_DOUBLE_EQ(exact.numbers.max, 2.25);
    ASSERT_TRUE(exact.standardErrors);
    EXPECT_DOUBLE_EQ(exact.standardErrors->sum, 0.75);
    EXPECT_EQ(exact.standardErrors->radiusPixels, 0.0);
    EXPECT_EQ(exact.standardErrors->squares.front().threshold, 0.2);
    EXPECT_EQ(exact.standardErrors->squares.front().side, 0.0);
    const auto official = *computeErf(model, crops, optionsOf(ErfPreset::Official, 9));
    EXPECT_DOUBLE_EQ(at(official, 0, 0), 2.25);
    EXPECT_FALSE(official.standardErrors);
    EXPECT_FALSE(fieldOf(model, optionsOf(ErfPreset::Exact, 9)).standardErrors);
}

TEST(Erf, CropLiesInTheMiddleOrAroundThePixelAskedFor) {
    const auto image = test::testImage(11, 8);
    const auto middle = *erfCrop(image, 4, 5);
    EXPECT_EQ(middle.lr.at(1, 0, 0), image.at(1, 1, 3));
    EXPECT_EQ(middle.phaseX, 2);  // SR pixel 10 of 20
    EXPECT_EQ(middle.phaseY, 2);
    const auto even = *erfCrop(image, 4, 6);
    EXPECT_EQ(even.lr.at(0, 0, 0), image.at(0, 1, 2));
    EXPECT_EQ(even.phaseX, 0);
    const auto asked = *erfCrop(image, 4, 5, std::pair(9, 23));
    EXPECT_EQ(asked.lr.at(2, 0, 0), image.at(2, 3, 0));
    EXPECT_EQ(asked.phaseX, 1);
    EXPECT_EQ(asked.phaseY, 3);
    EXPECT_FALSE(erfCrop(image, 4, 5, std::pair(7, 20)));
    EXPECT_FALSE(erfCrop(image, 4, 5, std::pair(-1, 20)));
    EXPECT_FALSE(erfCrop(image, 4, 5, std::pair(20, 24)));
    EXPECT_FALSE(erfCrop(image, 4, 9));
    EXPECT_EQ(erfFrame(5), (ErfFrame{5, 5, 2, 2}));
}

TEST(Erf, CentrePixelIsTheOneAskedFor) {
    const auto model = test::bicubicModel(2);
    const auto image = test::testImage(24, 24);
    auto options = optionsOf(ErfPreset::Exact, 9);
    options.centre = ErfCentre::Pixel;
    const std::array crops{*erfCrop(image, 2, 9, std::pair(20, 21))};
    const auto result = *computeErf(model, crops, options);
    EXPECT_GT(at(result, -1, 0), at(result, 1, 0));  // the left one of two columns
    EXPECT_LT(at(result, 0, -1), at(result, 0, 1));  // the lower one of two rows
}

TEST(Erf, LeavesImagesWithoutAFiniteGradientOut) {
    const auto model = test::makeModel([](const torch::Tensor& lr) { return (lr - 0.5).sqrt(); }, 1);
    Image dark(9, 9);
    dark.file = "dark.png";
    Image light(9, 9);
    std::ranges::fill(light.values(), 1.0F);
    const std::vector crops{*erfCrop(light, 1, 9), *erfCrop(dark, 1, 9)};
    for (const auto preset : {ErfPreset::Exact, ErfPreset::Official}) {
        const auto result = *computeErf(model, crops, optionsOf(preset, 9));
        EXPECT_EQ(result.images, 1);
        EXPECT_EQ(result.skippedNonfinite, 1);
        EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("dark.png")));
        EXPECT_EQ(at(result, 0, 0) > 0.0, true);
        test::expectError(ErrorCode::ModelFailure, {"NaN", "1 of 1"}, [&] {
            static_cast<void>(computeErf(model, std::span(crops).last(1), optionsOf(preset, 9)));
        });
    }
}

TEST(Erf, RefusesNetworksWithoutInfluence) {
    const std::vector<test::FormulaNetwork::Formula> dead{
        [](const torch::Tensor& lr) { return lr.round(); },
        [](const torch::Tensor& lr) { return lr.detach().clone(); },
        [](const torch::Tensor& lr) { return at::relu(lr - 2.0); },
    };
    for (const auto& formula : dead) {
        for (const auto preset : {ErfPreset::Exact, ErfPreset::Official}) {
            test::expectError(ErrorCode::ModelFailure, {"zero everywhere", "all 2 images", "rounds"},
                              [&] { static_cast<void>(fieldOf(test::makeModel(formula, 1), optionsOf(preset), 2)); });
        }
    }
    const auto negative = test::makeModel([](const torch::Tensor& lr) { return -lr; }, 1);
    EXPECT_EQ(at(fieldOf(negative, optionsOf(ErfPreset::Exact)), 0, 0), 1.0);
    test::expectError(ErrorCode::ModelFailure, {"nowhere positive", "'exact'"},
                      [&] { static_cast<void>(fieldOf(negative, optionsOf(ErfPreset::Official))); });
}

TEST(Erf, LeavesImagesWithoutInfluenceOutOfExact) {
    const auto model = test::makeModel([](const torch::Tensor& lr) { return at::relu(lr - 0.5); }, 1);
    Image dark(9, 9);
    dark.file = "dark.png";
    Image light(9, 9);
    std::ranges::fill(light.values(), 1.0F);
    const std::vector crops{*erfCrop(light, 1, 9), *erfCrop(dark, 1, 9)};
    const auto exact = *computeErf(model, crops, optionsOf(ErfPreset::Exact, 9));
    EXPECT_EQ(exact.images, 1);
    EXPECT_THAT(exact.warnings, testing::Contains(HasSubstr("dark.png")));
    const auto official = *computeErf(model, crops, optionsOf(ErfPreset::Official, 9));
    EXPECT_EQ(official.images, 2);
    EXPECT_EQ(at(official, 0, 0), 1.5);
}

TEST(Erf, RefusesSidesThatTheNetworkDoesNotTakeAsTheyAre) {
    const auto refuse = [](const ModelCard& card, int side, const std::vector<std::string>& parts) {
        test::expectError(ErrorCode::InvalidArgument, parts, [&] {
            const SrModel model(std::make_unique<SrModel::Implementation>(
                std::make_unique<test::FormulaNetwork>([](const torch::Tensor& lr) { return lr; }), card, torch::kCPU));
            static_cast<void>(fieldOf(model, optionsOf(ErfPreset::Exact, side)));
        });
    };
    ModelCard card;
    card.name = "picky";
    card.scale = 1;
    card.sizeMultiple = 8;
    refuse(card, 60, {"picky", "multiples of 8", "60x60", "56 or 64"});
    card.sizeMultiple = 1;
    card.minimumSide = 16;
    refuse(card, 15, {"picky", "at least 16", "15x15"});
    card.fixedSize = {48, 48};
    refuse(card, 64, {"picky", "48x48", "64x64"});
}

TEST(Erf, RefusesWhatIsNoImage) {
    const auto model = uniformLayers(1);
    test::expectError(ErrorCode::InvalidArgument, {"no image"},
                      [&] { static_cast<void>(computeErf(model, {}, optionsOf(ErfPreset::Exact))); });
    auto crops = cropsOf(model, 9);
    test::expectError(ErrorCode::InvalidArgument, {"image 0", "15x15", "9x9"},
                      [&] { static_cast<void>(computeErf(model, crops, optionsOf(ErfPreset::Exact, 15))); });
}

TEST(Erf, WarnsOfACutFieldAndOfFewImages) {
    const auto cut = fieldOf(curvedModel(9), optionsOf(ErfPreset::Exact, 15), 9);
    EXPECT_THAT(cut.warnings, testing::ElementsAre(HasSubstr("9 LR pixels far; 19 would"), HasSubstr("9 images")));
    EXPECT_TRUE(fieldOf(curvedModel(7), optionsOf(ErfPreset::Exact, 15), 10).warnings.empty());
}

TEST(Erf, WarnsOfAMeanThatIsNotOverAllImages) {
    const auto model = uniformLayers(1);
    ErfMeasurement measurement(model, optionsOf(ErfPreset::Exact), erfFrame(15));
    ASSERT_TRUE(measurement.add(cropsOf(model, 15, 3)));
    auto early = *measurement.result(16);
    addErfWarnings(early, model.card());
    EXPECT_THAT(early.warnings, testing::Contains(HasSubstr("ended after 3 of 16 images")));
    auto whole = *measurement.result(3);
    addErfWarnings(whole, model.card());
    EXPECT_THAT(whole.warnings, testing::Each(testing::Not(HasSubstr("ended after"))));
}

TEST(Erf, StopsWithinAnImageAndReportsWhatItHas) {
    const auto model = curvedModel(std::nullopt);
    const auto options = optionsOf(ErfPreset::Exact, 61);
    const auto crops = cropsOf(model, options.side, 9);
    std::stop_source source;
    int calls = 0;
    const auto result = computeErf(model, crops, options, source.get_token(), [&](const ErfProgress& state) {
        ++calls;
        EXPECT_EQ(state.imagesPlanned, 9U);
        ASSERT_TRUE(state.soFar);
        EXPECT_EQ(state.soFar->images, static_cast<int>(state.imagesDone));
        source.request_stop();
    });
    EXPECT_FALSE(result);
    EXPECT_EQ(calls, 1);

    std::stop_source within;
    int passes = 0;
    const auto stopping = test::makeModel(
        [&](const torch::Tensor& lr) {
            ++passes;
            within.request_stop();  // after the forward pass no backward pass begins
            return lr;
        },
        1);
    ErfMeasurement measurement(stopping, options, erfFrame(options.side));
    EXPECT_FALSE(measurement.add(crops, within.get_token()));
    EXPECT_EQ(passes, 1);
    EXPECT_EQ(measurement.imagesSeen(), 0U);
}

TEST(Erf, SmallerBatchesWhereMemoryDoesNotSuffice) {
    const auto hungry = [](std::int64_t most) {
        return test::makeModel(
            [most](const torch::Tensor& lr) {
                if (lr.size(0) > most) {
                    throw std::bad_alloc();
                }
                return lr.square();
            },
            1);
    };
    const auto options = optionsOf(ErfPreset::Exact, 41);
    EXPECT_EQ(fieldOf(hungry(2), options, 7).images, 7);
    test::expectError(ErrorCode::OutOfMemory, {"41x41", "smaller side"},
                      [&] { static_cast<void>(fieldOf(hungry(0), options, 3)); });
}

TEST(ErfNumbers, RefuseMapsThatAreNone) {
    const std::vector<double> zero(9);
    test::expectError(ErrorCode::InvalidArgument, {"zero everywhere"},
                      [&] { static_cast<void>(squareShares(zero, erfFrame(3))); });
    test::expectError(ErrorCode::InvalidArgument, {"9 values", "5x5"},
                      [&] { static_cast<void>(squareShares(zero, erfFrame(5))); });
    test::expectError(ErrorCode::InvalidArgument, {"two images"},
                      [&] { static_cast<void>(standardErrors(std::vector<ErfNumbers>(1))); });
}

TEST(ErfNumbers, FollowACellThatIsNotInTheMiddle) {
    std::vector<double> map(7 * 5, 0.0);
    map[1 * 7 + 1] = 3.0;  // the cell
    map[1 * 7 + 3] = 1.0;  // two pixels to its right
    const ErfFrame frame{7, 5, 1, 1};
    EXPECT_EQ(squareShares(map, frame), (std::vector<double>{0.75, 0.75}));  // a larger square leaves the map
    const std::array thresholds{0.5, 0.9};
    const auto numbers = erfNumbers(map, frame, ErfPreset::Exact, thresholds);
    EXPECT_EQ(numbers.squares[0].side, 1.0);
    EXPECT_TRUE(std::isnan(numbers.squares[1].side));
    EXPECT_EQ(numbers.radiusPixels, 1.0);
    EXPECT_EQ(numbers.beyond.front(), std::pair(1, 0.25));
}

}  // namespace
}  // namespace lamscope::erf_test
