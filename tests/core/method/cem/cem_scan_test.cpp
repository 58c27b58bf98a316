// SPDX-License-Identifier: GPL-3.0-or-later
// Causal effect maps of networks whose effects are known in closed form.
#include "method/cem/cem_scan.h"

#include <array>
#include <cmath>
#include <limits>
#include <stop_token>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/method/cem/cem_cases.h"
#include "support/expect_error.h"

namespace lamscope::cem_test {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

bool same(const std::vector<double>& a, const std::vector<double>& b, double tolerance = 0.0) {
    return std::ranges::equal(a, b, [tolerance](double x, double y) {
        return (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= tolerance;
    });
}

void expectSame(const CemResult& a, const CemResult& b, double tolerance = 0.0) {
    EXPECT_NEAR(a.psnrOrigin, b.psnrOrigin, tolerance);
    EXPECT_TRUE(same(a.coarsePsnr, b.coarsePsnr, tolerance));
    EXPECT_TRUE(same(a.finePsnr, b.finePsnr, tolerance));
    EXPECT_EQ(a.outside.negative, b.outside.negative);
    EXPECT_EQ(a.outside.positive, b.outside.positive);
    EXPECT_EQ(a.fineBlocks, b.fineBlocks);
}

// The page's closed form: nearest x4, HR 4 levels above the output, one of the 16 blocks of the ROI replaced by values
// that differ from HR by d levels.
TEST(Cem, OfNearestInClosedForm) {
    const auto model = nearestModel(4);
    constexpr int level = 100;
    const CemInput input{.lr = shared(flat(24, 24, level)), .hr = shared(flat(96, 96, level + 4))};
    CemOptions options;
    options.fine = 2;
    for (const int d : {0, 4, 12, -60}) {
        const auto result = *computeCem(model, input, flatPatches({level + 4 + d}), options, {32, 32, 32});
        EXPECT_NEAR(result.psnrOrigin, psnrOfLevels(16.0), 1e-12);
        const double expected = 10.0 * std::log10(15.0 / 16.0 + d * d / 256.0);
        for (std::size_t block = 0; block < result.blocks.size(); ++block) {
            const int column = static_cast<int>(block % 12);
            const int row = static_cast<int>(block / 12);
            const bool inside = column >= 4 && column < 8 && row >= 4 && row < 8;
            EXPECT_NEAR(result.blocks[block].effect, inside ? expected : 0.0, inside ? 1e-12 : 0.0)
                << d << " " << block;
            if (inside && d != 4) {
                EXPECT_EQ(result.blocks[block].standardError, 0.0);  // all draws are equal
                EXPECT_EQ(result.blocks[block].draws, 2);
            }
        }
        EXPECT_EQ(result.evaluatedBlocks, 16);
        EXPECT_EQ(result.fineBlocks, d == 4 ? 0 : 16);
        EXPECT_EQ(result.forwards, d == 4 ? 1 + 16 * 3 : 1 + 16 * 5);
        EXPECT_EQ(result.outside, (CemCounts{.zero = 144 - 16}));
        EXPECT_EQ(result.countsOfficial, (std::array{0, 16, 128}));
    }
}

TEST(Cem, WithoutAKnownReachTheWholeIsEvaluatedAndNothingElseChanges) {
    const CemInput input{.lr = shared(flat(24, 24, 100)), .hr = shared(flat(96, 96, 104))};
    CemOptions options;
    options.fine = 2;
    const auto result = *computeCem(nearestModel(4, std::nullopt), input, flatPatches({116}), options, {32, 32, 32});
    EXPECT_EQ(result.evaluatedBlocks, 144);
    EXPECT_EQ(result.place.window, (Rect{0, 0, 24, 24}));
    EXPECT_EQ(result.blocks[0].effect, 0.0);
    EXPECT_EQ(result.blocks[0].draws, 3);
    EXPECT_TRUE(std::isnan(result.blocks[0].standardError));
    EXPECT_NEAR(result.blocks[4 * 12 + 4].effect, 10.0 * std::log10(24.0 / 16.0), 1e-12);
}

TEST(Cem, DrawsOnBothSidesOfTheMeanHaveTheErrorOfTheirDistance) {
    // One block is the image: the PSNR of a draw is that of its level.
    const auto model = nearestModel(2);
    const CemInput input{.lr = shared(flat(4, 4, 100)), .hr = shared(flat(8, 8, 101))};
    CemOptions options;
    options.block = 8;
    options.coarse = 1;
    options.fine = 4;
    const auto result = *computeCem(model, input, flatRecord(4, {111, 103, 105, 105, 103}), options, {0, 0, 8});
    ASSERT_EQ(result.blocks.size(), 1U);
    const double near = psnrOfLevels(4.0);
    const double far = psnrOfLevels(16.0);
    EXPECT_NEAR(result.blocks[0].effect, psnrOfLevels(1.0) - (near + far) / 2.0, 1e-12);
    EXPECT_NEAR(result.blocks[0].standardError, (near - far) / 2.0 / std::sqrt(3.0), 1e-12);
    EXPECT_EQ(result.blocks[0].draws, 4);
    const auto worst = mostHarmful(result, 0, 3);
    ASSERT_EQ(worst.size(), 3U);
    EXPECT_EQ(worst[0], (CemDraw{CemStage::Fine, 0, 0, 1}));
    EXPECT_EQ(worst[1], (CemDraw{CemStage::Fine, 0, 0, 2}));
    EXPECT_EQ(worst[2], (CemDraw{CemStage::Fine, 0, 0, 0}));
}

TEST(Cem, EffectsBelowTheToleranceAreNone) {
    const auto model = nearestModel(2);
    const CemInput input{.lr = shared(flat(4, 4, 100)), .hr = shared(flat(8, 8, 101))};
    CemOptions options;
    options.coarse = 1;
    options.fine = 2;
    options.tolerance = 7.0;
    // 6.02 dB: no fine draw is taken.
    const auto coarse = computeCem(model, input, flatRecord(4, {103}), options, {0, 0, 8})->blocks[0];
    EXPECT_EQ(coarse.effect, 0.0);
    EXPECT_EQ(coarse.draws, 1);
    EXPECT_TRUE(std::isnan(coarse.standardError));
    // 12.04 dB, and a mean of 6.02 of the fine draws, of which the error is known.
    const auto fine = computeCem(model, input, flatRecord(4, {105, 103, 103}), options, {0, 0, 8})->blocks[0];
    EXPECT_EQ(fine.effect, 0.0);
    EXPECT_EQ(fine.draws, 2);
    EXPECT_EQ(fine.standardError, 0.0);
    EXPECT_FALSE(fine.isCertain());
}

/// A map of a network of reach 1 on an image that blocks do not divide.
class CemOfBlur : public testing::Test {
protected:
    CemOfBlur() {
        options_.block = 6;  // 3 LR pixels
        options_.fine = 50;
        options_.tolerance = 0.05;
    }

    [[nodiscard]] static SrModel model(std::function<void()> hook = {}) {
        return localModel(
            [hook = std::move(hook)](const torch::Tensor& lr) {
                if (hook) {
                    hook();
                }
                return blurred(lr, 2);
            },
            2, 1);
    }

    [[nodiscard]] CemResult compute() const { return *computeCem(model(), input_, noisePatches(120), options_, roi_); }

    CemOptions options_;
    Patch roi_{10, 8, 8};
    CemInput input_{.lr = shared(noiseImage(16, 13, "lr")), .hr = shared(noiseImage(32, 26, "hr"))};
};

TEST_F(CemOfBlur, DoesNotDependOnTheBatch) {
    const auto expected = compute();
    for (const int batch : {1, 7, 1000}) {
        options_.batch = batch;
        expectSame(compute(), expected, 1e-9);
    }
}

TEST_F(CemOfBlur, DoesNotDependOnThePartThatIsEvaluated) {
    const auto part = compute();
    EXPECT_EQ(part.place.window, (Rect{4, 3, 6, 6}));
    EXPECT_EQ(part.evaluatedBlocks, 6);
    options_.context = 0;
    const auto whole = compute();
    EXPECT_EQ(whole.evaluatedBlocks, 30);
    EXPECT_EQ(whole.place.window, (Rect{0, 0, 16, 13}));
    for (std::size_t i = 0; i < whole.blocks.size(); ++i) {
        EXPECT_NEAR(part.blocks[i].effect, whole.blocks[i].effect, 1e-9) << i;
    }
    EXPECT_EQ(part.outside, whole.outside);
    EXPECT_GE(part.fineBlocks, 4);
}

TEST_F(CemOfBlur, GoesOnWhereItWasStopped) {
    options_.batch = 5;
    const auto expected = compute();
    std::stop_source source;
    int evaluations = 0;
    const auto stoppable = model([&] {
        if (++evaluations % 4 == 0) {
            source.request_stop();
        }
    });
    CemScan scan(stoppable, input_, noisePatches(120), options_, roi_);
    int stops = 0;
    while (!scan.finished()) {
        if (!scan.next(source.get_token())) {
            source = {};
            ++stops;
        }
    }
    EXPECT_GT(stops, 5);
    expectSame(scan.result(), expected);
    EXPECT_EQ(scan.result().forwards, expected.forwards);
}

TEST_F(CemOfBlur, FillsFromTheRegionOutwardsAndThenInRounds) {
    options_.batch = 3;  // one block, coarse
    const auto blur = model();
    CemScan scan(blur, input_, noisePatches(120), options_, roi_);
    EXPECT_EQ(scan.phase(), CemScan::Phase::Origin);
    EXPECT_TRUE(scan.next());
    EXPECT_EQ(scan.phase(), CemScan::Phase::Coarse);
    EXPECT_EQ(scan.planned(), 6 * 3);
    EXPECT_TRUE(std::isnan(scan.result().blocks[2 * 6 + 2].effect));
    EXPECT_EQ(scan.result().blocks[0].effect, 0.0);  // out of reach
    EXPECT_TRUE(scan.next());
    EXPECT_EQ(scan.done(), 3);
    const auto first = scan.result();
    EXPECT_EQ(first.blocks[1 * 6 + 2].draws, 3);  // at the middle of the ROI
    EXPECT_TRUE(std::isnan(first.blocks[2 * 6 + 2].effect));
    while (scan.phase() == CemScan::Phase::Coarse) {
        EXPECT_TRUE(scan.next());
    }
    EXPECT_EQ(scan.roundsDraws(), 0);
    std::vector<int> rounds;
    while (!scan.finished()) {
        EXPECT_TRUE(scan.next());
        if (rounds.empty() ? scan.roundsDraws() > 0 : scan.roundsDraws() != rounds.back()) {
            rounds.push_back(scan.roundsDraws());
            const auto result = scan.result();
            for (const auto& block : result.blocks) {
                EXPECT_TRUE(std::isfinite(block.effect));
                EXPECT_THAT((std::vector{0, 3, rounds.back()}), Contains(block.draws));
                EXPECT_EQ(std::isfinite(block.standardError), block.draws == rounds.back());
            }
        }
    }
    EXPECT_EQ(rounds, (std::vector{6, 12, 25, 50}));
    EXPECT_EQ(scan.done(), scan.planned());
    EXPECT_TRUE(scan.next());
    expectSame(scan.result(), compute(), 1e-9);
}

TEST_F(CemOfBlur, FineDrawsTakeThePlaceOfCoarseOnes) {
    const auto result = compute();
    for (std::size_t block = 0; block < result.blocks.size(); ++block) {
        const auto fine = std::span(result.finePsnr).subspan(block * 50, 50);
        if (result.blocks[block].draws == 50) {
            const double effect = cemEstimate(result.psnrOrigin, fine).effect;
            EXPECT_EQ(result.blocks[block].effect, std::abs(effect) < 0.05 ? 0.0 : effect);
        } else {
            EXPECT_TRUE(std::ranges::all_of(fine, [](double psnr) { return std::isnan(psnr); }));
            EXPECT_EQ(result.blocks[block].effect, 0.0);
        }
    }
}

TEST_F(CemOfBlur, SeedsGiveOtherDraws) {
    const auto first = compute();
    options_.seed = 1;
    EXPECT_FALSE(same(compute().coarsePsnr, first.coarsePsnr));
    options_.seed = 0;
    expectSame(compute(), first);
}

TEST_F(CemOfBlur, ReplacedShowsWhatTheNetworkGets) {
    const auto blur = model();
    const auto patches = noisePatches(120);
    const CemScan scan(blur, input_, patches, options_, roi_);
    const CemDraw draw{CemStage::Fine, 4, 5, 17};  // the last block, 1x1
    const auto image = scan.replaced(draw);
    const auto pasted = resizedPatch(patches->patch(scan.patchOf(draw)), 8, 3);
    for (int y = 0; y < 13; ++y) {
        for (int x = 0; x < 16; ++x) {
            for (int c = 0; c < 3; ++c) {
                const float expected = x == 15 && y == 12
                                           ? static_cast<float>(pasted[static_cast<std::size_t>(c)]) / 255.0F
                                           : input_.lr->at(c, y, x);
                EXPECT_EQ(image.at(c, y, x), expected);
            }
        }
    }
    EXPECT_EQ(scan.patchOf(draw), drawnPatch(draw, 0, 120));
}

TEST(Cem, OfficialSwapsRedAndBlue) {
    CemOptions options;
    options.block = 4;  // 1 LR pixel
    const CemInput input{.lr = shared(flat(4, 4, 10)), .hr = shared(flat(16, 16, 20))};
    CemInterventions patches{.source = "colours"};
    for (int i = 0; i < 64; ++i) {
        patches.values.insert(patches.values.end(), {1, 2, 3});
    }
    const auto colours = std::make_shared<const CemInterventions>(patches);
    const auto model = nearestModel(4);
    const auto colourOf = [&](CemPreset preset) {
        options.preset = preset;
        const auto image = CemScan(model, input, colours, options, {0, 0, 8}).replaced({CemStage::Coarse, 1, 2, 0});
        return std::array{image.at(0, 1, 2) * 255.0F, image.at(1, 1, 2) * 255.0F, image.at(2, 1, 2) * 255.0F};
    };
    EXPECT_THAT(colourOf(CemPreset::Fast), testing::ElementsAre(1.0F, 2.0F, 3.0F));
    EXPECT_THAT(colourOf(CemPreset::Official), testing::ElementsAre(3.0F, 2.0F, 1.0F));
}

TEST(Cem, NoiseIsDrawnAfreshOnWhatIsPasted) {
    const auto model = nearestModel(1);
    const auto patches = noisePatches(100);
    const CemInput input{.lr = shared(flat(16, 8, 10)), .hr = shared(flat(16, 8, 20)), .noise = 50.0};
    CemOptions options;
    const CemScan scan(model, input, patches, options, {0, 0, 8});
    const CemDraw draw{CemStage::Coarse, 0, 1, 2};
    const auto original = patches->patch(scan.patchOf(draw));
    std::vector<std::uint8_t> expected(original.begin(), original.end());
    addNoise(expected, 8, draw, 0, 50.0);
    const auto image = scan.replaced(draw);
    for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x) {
            EXPECT_EQ(image.at(1, y, 8 + x),
                      static_cast<float>(expected[static_cast<std::size_t>((y * 8 + x) * 3 + 1)]) / 255.0F);
        }
    }
    EXPECT_EQ(scan.result().shownLimit, 1.0);
    options.block = 4;
    test::expectError(ErrorCode::InvalidArgument, {"noise", "8x8", "4x4"}, [&] {
        const CemScan other(model, input, patches, options, {0, 0, 8});
    });
}

TEST(Cem, RainFallsOnWhatIsPasted) {
    Image rain(16, 8);
    for (std::size_t i = 0; i < rain.values().size(); ++i) {
        rain.values()[i] = static_cast<float>(i % 7) * 0.1F;
    }
    const CemInput input{.lr = shared(flat(16, 8, 10)), .hr = shared(flat(16, 8, 20)), .rain = shared(rain)};
    const auto model = nearestModel(1);
    const CemScan scan(model, input, flatPatches({100}), {}, {0, 0, 8});
    const auto image = scan.replaced({CemStage::Fine, 0, 1, 0});
    for (int x = 0; x < 16; ++x) {
        const double rainy = 100.0 / 255.0 + static_cast<double>(rain.at(2, 3, x));
        EXPECT_EQ(image.at(2, 3, x) * 255.0F, x < 8 ? 10.0F : static_cast<float>(nearestLevel(rainy, 255))) << x;
    }
    EXPECT_EQ(scan.result().shownLimit, 2.0);
}

TEST(Cem, OutputsThatAreNotFiniteDoNotCount) {
    // NaN where the input has a level of 200.
    const auto model = localModel(
        [](const torch::Tensor& lr) {
            return test::enlargeByCopying(at::where(lr > 0.7, at::full_like(lr, unknown), lr), 4);
        },
        4, 0);
    const CemInput input{.lr = shared(flat(4, 4, 100)), .hr = shared(flat(16, 16, 104))};
    CemOptions options;
    options.coarse = 4;
    options.fine = 8;
    const auto result = *computeCem(model, input, flatPatches({200, 116, 116, 200, 116}), options, {0, 0, 16});
    EXPECT_GT(result.nonfiniteOutputs, 0);
    EXPECT_LT(result.nonfiniteOutputs, result.forwards);
    EXPECT_THAT(result.warnings, Contains(HasSubstr("NaN or infinite")));
    int counted = 0;
    for (const auto& block : result.blocks) {
        if (block.draws > 0 && block.standardError >= 0.0) {
            EXPECT_NEAR(block.effect, psnrOfLevels(16.0) - psnrOfLevels(12.0 + 144.0 / 4.0), 1e-12);
            EXPECT_LT(block.draws, 9);
            ++counted;
        }
    }
    EXPECT_GT(counted, 0);
    const auto broken = localModel([](const torch::Tensor& lr) { return blurred(lr, 4) * unknown; }, 4, 1);
    test::expectError(ErrorCode::ModelFailure, {"NaN or infinite"}, [&] {
        static_cast<void>(computeCem(broken, input, flatPatches({5}), options, {0, 0, 16}));
    });
}

TEST(Cem, AnExactRegionIsRefusedAndAnExactDrawLeftOut) {
    const auto model = nearestModel(4);
    const CemInput exact{.lr = shared(flat(4, 4, 100)), .hr = shared(flat(16, 16, 100))};
    test::expectError(ErrorCode::InvalidArgument, {"exactly", "infinite", "another region"}, [&] {
        static_cast<void>(computeCem(model, exact, flatPatches({5}), {}, {0, 0, 16}));
    });
    const CemInput input{.lr = shared(flat(4, 4, 100)), .hr = shared(flat(16, 16, 104))};
    CemOptions options;
    options.block = 16;
    const auto result = *computeCem(model, input, flatPatches({104}), options, {0, 0, 16});
    EXPECT_TRUE(std::isnan(result.blocks[0].effect));
    EXPECT_THAT(result.warnings, Contains(HasSubstr("exact")));
}

TEST(Cem, RefusesWhatCannotBeComputed) {
    const auto model = nearestModel(4);
    const CemInput input{.lr = shared(flat(8, 8, 100)), .hr = shared(flat(32, 32, 104))};
    const auto refuses = [&](const std::vector<std::string>& parts, const CemInput& images,
                             std::shared_ptr<const CemInterventions> patches, const CemOptions& options = {},
                             const Patch& roi = {0, 0, 16}) {
        test::expectError(ErrorCode::InvalidArgument, parts,
                          [&] { static_cast<void>(computeCem(model, images, std::move(patches), options, roi)); });
    };
    refuses({"HR image", "--hr"}, {.lr = input.lr}, flatPatches({1}));
    refuses({"33x32", "8x8", "32x32"}, {.lr = input.lr, .hr = shared(flat(33, 32, 0))}, flatPatches({1}));
    refuses({"rain", "9x8"}, {.lr = input.lr, .hr = input.hr, .rain = shared(flat(9, 8, 0))}, flatPatches({1}));
    refuses({"no patch"}, input, flatPatches({}));
    refuses({"no patch"}, input, nullptr);
    refuses({"does not lie inside"}, input, flatPatches({1}), {}, {20, 0, 16});
    CemOptions options;
    options.fine = 1;
    refuses({"fine draws", "two", "found 1"}, input, flatPatches({1}), options);
    options = {};
    options.tolerance = -0.01;
    refuses({"tolerance", "-0.01"}, input, flatPatches({1}), options);
    options = {};
    options.preset = CemPreset::Official;
    options.context = 6;
    refuses({"official", "context of 6"}, input, flatPatches({1}), options);
    // A record: of another side, too short, too long.
    refuses({"2x2", "3x3", "record"}, input, flatRecord(3, {1}));
    refuses({"16 blocks", "48 entries", "found 2"}, input, flatRecord(2, {1, 2}));
    refuses({"16 blocks", "found 49"}, input, flatRecord(2, std::vector(49, 1)));
}

TEST(Cem, WarnsOfWhatMakesEffectsDoubtful) {
    const auto warningsOf = [&](int level, std::size_t patches, const Patch& roi, std::optional<int> context = {},
                                std::optional<int> reach = 0) {
        CemOptions options;
        options.fine = 2;
        options.context = context;
        const CemInput input{.lr = shared(flat(16, 16, 100)), .hr = shared(flat(64, 64, level))};
        return computeCem(nearestModel(4, reach), input, noisePatches(patches), options, roi)->warnings;
    };
    EXPECT_THAT(warningsOf(104, 100, {16, 16, 32}), testing::IsEmpty());
    EXPECT_THAT(warningsOf(104, 99, {16, 16, 32}), testing::ElementsAre(HasSubstr("only 99 patches")));
    EXPECT_THAT(warningsOf(104, 100, {17, 16, 32}), testing::ElementsAre(HasSubstr("grid of blocks of 8x8")));
    EXPECT_THAT(warningsOf(150, 100, {16, 16, 32}), testing::ElementsAre(HasSubstr("14.2 dB")));
    EXPECT_THAT(warningsOf(104, 100, {16, 16, 32}, 10), testing::IsEmpty());  // enough
    EXPECT_THAT(warningsOf(104, 100, {16, 16, 32}, 10, 2), testing::ElementsAre(HasSubstr("sees 10x10 LR pixels")));
    EXPECT_THAT(warningsOf(104, 100, {16, 16, 32}, 10, std::nullopt), testing::SizeIs(1));
}

}  // namespace
}  // namespace lamscope::cem_test
