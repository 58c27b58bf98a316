// SPDX-License-Identifier: GPL-3.0-or-later
// Every way to evaluate gradients gives the same maps: on the whole image, in the window of the receptive field, shared
// by several patches, on kept forward passes. In float64, where rounding does not flip ReLUs.
#include <algorithm>
#include <numeric>
#include <random>
#include <stop_token>

#include <gtest/gtest.h>

#include "method/lam/lam.h"
#include "method/lam/lam_context.h"
#include "method/lam/lam_refinement.h"
#include "method/lam/patch_groups.h"
#include "model/cropping.h"
#include "model/tiled_image.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"
#include "support/every_family.h"
#include "support/network_expectations.h"
#include "support/network_variants.h"
#include "support/synthetic_checkpoint.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

constexpr int patchSize = 6;
constexpr double tolerance = 1e-8;
/// Weights times pixels of an image whose maps take a few seconds in float64.
constexpr double mostWork = 2.5e9;
/// A side that is so much larger than the reach that a window is worth its own path images. Windows begin at multiples.
int sideBeyond(const ModelCard& card) {
    const int reach = card.receptiveField.radius.value_or(0) + card.cropping.multiple.value_or(1) - 1;
    return reach + std::max(12, reach / 5);
}

SrModel inFloat64(test::RecognisedNetwork network) {
    network.card.scale = network.scale;
    return SrModel(std::make_unique<SrModel::Implementation>(std::move(network.network), std::move(network.card),
                                                             torch::kCPU, torch::kFloat64));
}

int roundedUp(int value, int multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

/// Relative L1 distance of attributions, and of what else a result says.
void expectEqual(const LamResult& a, const LamResult& b, const std::string& what) {
    ASSERT_EQ(a.attribution.size(), b.attribution.size()) << what;
    double difference = 0.0;
    double sum = 0.0;
    for (std::size_t i = 0; i < a.attribution.size(); ++i) {
        difference += std::abs(a.attribution[i] - b.attribution[i]);
        sum += std::abs(a.attribution[i]);
    }
    ASSERT_GT(sum, 0.0) << what;
    // Attributions are handed out in float32.
    EXPECT_LT(difference, 1e-7 * sum) << what;
    EXPECT_NEAR(a.attributionSum, b.attributionSum, tolerance * sum) << what;
    EXPECT_NEAR(a.detectorImage, b.detectorImage, tolerance * std::abs(a.detectorImage)) << what;
    EXPECT_NEAR(a.detectorBaseline, b.detectorBaseline, tolerance * std::abs(a.detectorImage)) << what;
    ASSERT_EQ(a.curves.pathSpeed.size(), b.curves.pathSpeed.size()) << what;
    for (std::size_t i = 0; i < a.curves.pathSpeed.size(); ++i) {
        EXPECT_NEAR(a.curves.pathSpeed[i], b.curves.pathSpeed[i], tolerance * a.curves.pathSpeed[i]) << what;
        EXPECT_NEAR(a.curves.detector[i], b.curves.detector[i], tolerance * std::abs(a.detectorImage)) << what;
        EXPECT_NEAR(a.curves.cumulative[i], b.curves.cumulative[i], tolerance * sum) << what;
    }
}

class Evaluation : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (test::smallNetworks().contains(GetParam())) {
            model_.emplace(inFloat64(test::recogniseInFloat64(test::smallNetworks().at(GetParam())())));
            return;
        }
        if (std::ranges::find(test::publishedFiles(), GetParam()) != test::publishedFiles().end()) {
            LAMSCOPE_NEED_FILE(weights, test::dataRoot() / "weights" / GetParam());
            model_.emplace(test::inFloat64(loadModel({.file = weights, .settings = {}})));
            return;
        }
        LAMSCOPE_NEED_FILE(file, test::networksFile("networks_golden.json"));
        model_.emplace(inFloat64(
            test::recogniseInFloat64(test::syntheticCheckpoint(GetParam()), test::recordSettings(GetParam()))));
    }

    /// So large that a patch in a corner leaves something out where the receptive field is bounded, unless that would
    /// take minutes in float64.
    [[nodiscard]] int side() const {
        const int small = std::max(8, model_->card().minimumSide);
        return isTestedBeyondItsReach() ? std::max(small, sideBeyond(model_->card())) : small;
    }

    [[nodiscard]] bool isTestedBeyondItsReach() const {
        const auto& field = model_->card().receptiveField;
        const double beyond = sideBeyond(model_->card());
        return !field.global && field.radius && beyond * beyond * static_cast<double>(weights()) <= mostWork;
    }

    [[nodiscard]] bool isLarge() const { return weights() > 4'000'000; }

    [[nodiscard]] std::int64_t weights() const {
        std::int64_t values = 0;
        for (const auto& [name, parameter] : model_->implementation().network().namedParameters()) {
            values += parameter.numel();
        }
        return values;
    }

    std::optional<SrModel> model_;
};

TEST_P(Evaluation, PartsGiveTheSrOfTheWhole) {
    const auto& card = model_->card();
    const auto& model = model_->implementation();
    const int multiple = card.cropping.multiple.value_or(1);
    const at::NoGradGuard noGradients;
    std::vector sides{roundedUp(side() + 1, multiple)};
    if (!isLarge()) {
        sides.push_back(sides.front() + 3);  // no multiple: a network may be cropped there too, or say that it may not
    }
    for (const int beyond : sides) {
        const auto lr = test::testImage(beyond + 2 * multiple, beyond);
        const bool isCropped = mayBeCropped(card, lr.width(), lr.height());
        const auto whole = isCropped ? model.forward(model.toInput(lr)) : torch::Tensor();
        const int furthest = lr.width() - 2;
        for (const auto& wanted : {Rect{0, 0, 2, 2}, Rect{furthest, beyond - 2, 2, 2}, Rect{furthest, 0, 1, 2},
                                   Rect{lr.width() / 2, beyond / 2, 1, 1}}) {
            const auto part = croppedAround(card, wanted, lr.width(), lr.height());
            ASSERT_EQ(part.has_value(), isCropped);
            if (!part) {
                continue;
            }
            const auto sr = model.forward(model.toInput(lr.cropped(*part)));
            const std::int64_t scale = card.scale;
            const auto of = [&](const torch::Tensor& image, int x, int y) {
                return image.narrow(2, (wanted.y - y) * scale, wanted.height * scale)
                    .narrow(3, (wanted.x - x) * scale, wanted.width * scale);
            };
            EXPECT_LT((of(sr, part->x, part->y) - of(whole, 0, 0)).abs().max().item<double>(),
                      1e-9 * whole.abs().max().item<double>())
                << wanted.x << "," << wanted.y << " of " << lr.width() << "x" << lr.height();
        }
    }
}

// Images of more pixels than are evaluated at once, of which one side is just that of two tiles.
TEST_P(Evaluation, TilesGiveTheSrOfTheWhole) {
    const auto& card = model_->card();
    const auto& model = model_->implementation();
    const int multiple = std::lcm(card.cropping.multiple.value_or(1), card.sizeMultiple);
    const int reach = roundedUp(std::max(card.receptiveField.radius.value_or(0), card.minimumSide), multiple);
    const int width = roundedUp(std::max(14 * reach, 640), multiple);
    const int height = roundedUp(72, multiple);
    const double work = static_cast<double>(width) * height * static_cast<double>(weights());
    if (!mayBeCropped(card, width, height) || work > 2.0 * mostWork) {
        GTEST_SKIP() << "sees images whole, or would take minutes in float64";
    }
    const auto lr = test::testImage(width, height);
    TiledImage tiles(card, width, height);
    ASSERT_GT(tiles.tiles(), 1U);
    ASSERT_LE(tiles.cost(), 1.15);
    const at::NoGradGuard noGradients;
    const auto input = model.toInput(lr);
    const auto whole = model.toSrImage(model.forward(input), input);
    const auto sr = model_->upscale(lr).value();
    ASSERT_EQ(sr.values().size(), whole.values().size());
    double largest = 0.0;
    double difference = 0.0;
    for (std::size_t i = 0; i < sr.values().size(); ++i) {
        largest = std::max(largest, static_cast<double>(std::abs(whole.values()[i])));
        difference = std::max(difference, static_cast<double>(std::abs(sr.values()[i] - whole.values()[i])));
    }
    EXPECT_LT(difference, 1e-6 * largest);  // float64 handed out in float32
}

TEST_P(Evaluation, EveryWayGivesTheSameMaps) {
    const int multiple = model_->card().cropping.multiple.value_or(1);
    const auto lr = test::testImage(roundedUp(side(), multiple), roundedUp(side() + 1, multiple));
    const int scale = model_->card().scale;
    std::mt19937 random(static_cast<unsigned>(std::hash<std::string>{}(GetParam())));
    const auto place = [&](int extent) {
        return std::uniform_int_distribution(0, extent * scale - patchSize - 1)(random);
    };
    const std::vector<Patch> patches{
        {place(lr.width()), place(lr.height()), patchSize},
        {lr.width() * scale - patchSize - 1, lr.height() * scale - patchSize - 1, patchSize}};
    if (isTestedBeyondItsReach() && mayBeCropped(model_->card(), lr.width(), lr.height())) {
        const auto window = evaluationWindow(model_->card(), DetectorKind::Gradient, std::span(patches).last(1),
                                             lr.width(), lr.height());
        EXPECT_GT(window.x + window.y, 0) << "nothing is left out";
    }
    LamOptions options;
    options.context = 0;
    options.nodes = isLarge() ? 1 : 2;  // both in one batch, where nothing says otherwise

    std::vector<LamResult> whole;
    for (const auto& patch : patches) {
        options.patch = patch;
        whole.push_back(*computeLam(*model_, lr, nullptr, options, {}, {}, {.window = false}));
        if (isTestedBeyondItsReach()) {  // the window of a smaller image is the image
            expectEqual(whole.back(), *computeLam(*model_, lr, nullptr, options), "window");
        }
    }
    const auto together = *computeLams(*model_, lr, nullptr, options, patches);
    ASSERT_EQ(together.size(), patches.size());
    for (std::size_t i = 0; i < patches.size(); ++i) {
        expectEqual(whole[i], together[i], "several patches");
    }

    RetentionBudget budget{.limit = std::int64_t{1} << 40, .used = 0};
    {
        const auto context =
            prepare(*model_, lr, nullptr, options, {0, 0, lr.width(), lr.height()}, patches, {}, {.budget = &budget});
        for (std::size_t i = 0; i < patches.size(); ++i) {
            LamRefinement refinement(*context, options, {&patches[i], 1});
            ASSERT_TRUE(refinement.next());
            expectEqual(whole[i], *refinement.results().front(), "kept forward passes");
            EXPECT_GT(budget.used, 0);
        }
    }
    EXPECT_EQ(budget.used, 0);
}

/// The secant rule adds up exactly, with cells of any length: a sharp test of every operation's rule.
TEST_P(Evaluation, CellsSumToTheDifferenceOfTheDetector) {
    if (!model_->hasSecantRules()) {
        ASSERT_FALSE(model_->card().routing.empty()) << "only what routes by content may do without";
        GTEST_SKIP() << "routes by content: " << model_->card().routing;
    }
    const int multiple = model_->card().cropping.multiple.value_or(1);
    const int least = std::max(isLarge() ? 8 : 16, model_->card().minimumSide);
    const auto lr = test::testImage(roundedUp(least, multiple), roundedUp(least + 1, multiple));
    LamOptions options;
    options.patch = {1, 2, patchSize};
    options.context = 0;
    options.rule = IntegrationRule::Secant;
    struct Way {
        int cells;
        std::int64_t batch;
    };
    for (const auto& [cells, batch] : isLarge() ? std::vector<Way>{{1, 1}} : std::vector<Way>{{1, 1}, {7, 3}}) {
        options.nodes = cells;
        const auto result = computeLam(*model_, lr, nullptr, options, {}, {}, {.batch = batch});
        EXPECT_EQ(result->nodes, cells);
        EXPECT_LT(std::abs(*result->completenessError), 1e-9) << cells << " cells, " << batch << " at once";
    }
}

INSTANTIATE_TEST_SUITE_P(AllFamilies, Evaluation, testing::ValuesIn(test::networksToEvaluate()), test::recordTestName);

class CellEvaluation : public Evaluation {};

TEST_P(CellEvaluation, EveryWayGivesTheSameMaps) {
    const int multiple = model_->card().cropping.multiple.value_or(1);
    const auto lr = test::testImage(roundedUp(side(), multiple), roundedUp(side() + 1, multiple));
    const int last = lr.width() * model_->card().scale - patchSize - 1;
    const std::vector<Patch> patches{{3, 5, patchSize}, {last, last, patchSize}};
    LamOptions options;
    options.context = 0;
    options.rule = IntegrationRule::Secant;
    options.nodes = 5;

    std::vector<LamResult> whole;
    for (const auto& patch : patches) {
        options.patch = patch;
        whole.push_back(*computeLam(*model_, lr, nullptr, options, {}, {}, {.window = false, .batch = 1}));
        expectEqual(whole.back(), *computeLam(*model_, lr, nullptr, options), "window");
        expectEqual(whole.back(), *computeLam(*model_, lr, nullptr, options, {}, {}, {.window = false, .batch = 3}),
                    "three at once");
    }
    const auto together = *computeLams(*model_, lr, nullptr, options, patches);
    RetentionBudget budget{.limit = std::int64_t{1} << 40, .used = 0};
    const auto context =
        prepare(*model_, lr, nullptr, options, {0, 0, lr.width(), lr.height()}, patches, {}, {.budget = &budget});
    for (std::size_t i = 0; i < patches.size(); ++i) {
        expectEqual(whole[i], together[i], "several patches");
        LamRefinement refinement(*context, options, {&patches[i], 1});
        // Stopped before each cell: the next call goes on where that one was.
        for (std::stop_source stop; !refinement.next(stop.get_token(), [&](std::int64_t) { stop.request_stop(); });) {
            stop = {};
        }
        expectEqual(whole[i], *refinement.results().front(), "kept forward passes");
    }
}

TEST_P(CellEvaluation, FinerLevelsLieWhereTheMapIsAndAgree) {
    const int multiple = model_->card().cropping.multiple.value_or(1);
    const int least = roundedUp(std::max(16, model_->card().minimumSide), multiple);
    LamOptions options;
    options.patch = {3, 5, patchSize};
    options.context = 0;
    options.rule = IntegrationRule::Secant;
    options.nodes = 36;
    options.tolerance = 1e-9;
    const auto fine = computeLam(*model_, test::testImage(least, least), nullptr, options);
    EXPECT_EQ(fine->nodes, 36);
    EXPECT_LT(std::abs(*fine->completenessError), 1e-9);
    EXPECT_LT(*fine->estimatedMapError, 0.05);
}

/// Patches share the first levels; at the last one each has the cells, and the map, that it has alone.
TEST_P(CellEvaluation, FinerLevelsOfSeveralPatchesAreThoseOfEachAlone) {
    const int multiple = model_->card().cropping.multiple.value_or(1);
    const int least = roundedUp(std::max(16, model_->card().minimumSide), multiple);
    const auto lr = test::testImage(least, least);
    const int last = least * model_->card().scale - patchSize - 1;
    const std::vector<Patch> patches{{3, 5, patchSize}, {last, last, patchSize}, {last, 4, patchSize}};
    LamOptions options;
    options.context = 0;
    options.rule = IntegrationRule::Secant;
    options.nodes = 16;
    options.tolerance = 1e-9;
    const auto together = *computeLams(*model_, lr, nullptr, options, patches);
    for (std::size_t i = 0; i < patches.size(); ++i) {
        options.patch = patches[i];
        const auto alone = *computeLam(*model_, lr, nullptr, options);
        EXPECT_EQ(together[i].nodes, 16);
        EXPECT_EQ(together[i].curves.alpha, alone.curves.alpha);
        expectEqual(alone, together[i], "several patches");
    }
    EXPECT_NE(together[0].curves.alpha, together[1].curves.alpha);
}

INSTANTIATE_TEST_SUITE_P(SmallNetworks, CellEvaluation,
                         testing::Values("small IMDN of the challenge", "small MSRN", "small RDN", "small RFDN",
                                         "small RRDBNet", "small SAFMN"),
                         test::recordTestName);

ModelCard cardOf(int radius, int sizeMultiple = 1) {
    ModelCard card;
    card.scale = 4;
    card.receptiveField.radius = radius;
    card.sizeMultiple = sizeMultiple;
    card.cropping.multiple = sizeMultiple;
    return card;
}

TEST(EvaluationWindow, IsTheReceptiveFieldAroundWhatTheDetectorReads) {
    // The gradient detector reads SR pixels 120…136, which lie in LR pixels 30…34.
    const Patch patch{120, 120, 16};
    EXPECT_EQ(evaluationWindow(cardOf(7), DetectorKind::Gradient, {&patch, 1}, 64, 80), (Rect{23, 23, 19, 19}));
    // Intensity reads no further than the patch.
    EXPECT_EQ(evaluationWindow(cardOf(7), DetectorKind::Intensity, {&patch, 1}, 64, 80), (Rect{23, 23, 18, 18}));
    EXPECT_EQ(evaluationWindow(cardOf(7), DetectorKind::Gradient, {&patch, 1}, 64, 80, 4), (Rect{19, 19, 27, 27}));
}

TEST(EvaluationWindow, KeepsTheAlignmentOfTheNetworksOwnWindows) {
    const Patch middle{120, 120, 16};
    EXPECT_EQ(evaluationWindow(cardOf(7, 8), DetectorKind::Gradient, {&middle, 1}, 64, 80), (Rect{16, 16, 32, 32}));
    // At the end of an image that is no multiple it ends where the image does: the padding stays the same.
    const Patch last{61 * 4 - 17, 0, 16};
    EXPECT_EQ(evaluationWindow(cardOf(7, 8), DetectorKind::Gradient, {&last, 1}, 61, 64), (Rect{48, 0, 13, 16}));
}

TEST(EvaluationWindow, IsTheWholeImageWithoutABoundOrWithoutGain) {
    const Patch patch{8, 8, 16};
    const Rect whole{0, 0, 64, 64};
    auto card = cardOf(7);
    card.receptiveField.radius.reset();
    EXPECT_EQ(evaluationWindow(card, DetectorKind::Gradient, {&patch, 1}, 64, 64), whole);
    card.receptiveField.global = true;
    card.receptiveField.radius = 3;
    EXPECT_EQ(evaluationWindow(card, DetectorKind::Gradient, {&patch, 1}, 64, 64), whole);
    EXPECT_EQ(evaluationWindow(cardOf(60), DetectorKind::Gradient, {&patch, 1}, 64, 64), whole);
}

TEST(EvaluationWindow, IsTheWholeImageWhereTheNetworkDoesNotCommuteWithCropping) {
    const Patch patch{8, 8, 16};
    const Rect whole{0, 0, 64, 61};
    auto card = cardOf(7);
    card.cropping.multiple.reset();
    EXPECT_EQ(evaluationWindow(card, DetectorKind::Gradient, {&patch, 1}, 64, 61), whole);
    // Pooled in cells of 8 without padding: only images of whole cells have the cells of their parts.
    card.cropping.multiple = 8;
    EXPECT_EQ(evaluationWindow(card, DetectorKind::Gradient, {&patch, 1}, 64, 61), whole);
    EXPECT_EQ(evaluationWindow(card, DetectorKind::Gradient, {&patch, 1}, 64, 64), (Rect{0, 0, 16, 16}));
}

std::vector<PatchGroup> groupsOf(const ModelCard& card, int lrSide, const LamOptions& options,
                                 const std::vector<Patch>& patches) {
    const auto plan = makePlan(options);
    std::vector<PlacedPatch> placed;
    for (const auto& patch : patches) {
        placed.push_back({patch, contextAround(patch, card.scale, lrSide, lrSide, plan.context)});
    }
    return groupPatches(card, plan, placed);
}

TEST(PatchGroups, OneContextIsOneGroupWhereTheReceptiveFieldIsGlobal) {
    ModelCard card;
    card.scale = 4;
    card.receptiveField.global = true;
    LamOptions options;
    options.nodes = 9;
    const std::vector<Patch> patches{{0, 0}, {100, 90}, {200, 40}};
    const auto groups = groupsOf(card, 64, options, patches);
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].patches, (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(groups[0].window, (Rect{0, 0, 64, 64}));
}

TEST(PatchGroups, RefinedCellsShareTheirFirstLevelsWhereTheWindowIsTheSame) {
    ModelCard card;
    card.scale = 4;
    card.receptiveField.global = true;
    const std::vector<Patch> patches{{0, 0}, {100, 90}, {200, 40}};
    ASSERT_GT(makePlan({}).levels().size(), 1U);
    EXPECT_EQ(groupsOf(card, 64, {}, patches).size(), 1U);
}

TEST(PatchGroups, ContextsOfTheirOwnAreNotShared) {
    ModelCard card;
    card.scale = 4;
    card.receptiveField.global = true;
    LamOptions options;
    options.nodes = 16;
    options.context = 32;
    const std::vector<Patch> patches{{0, 0}, {400, 400}, {4, 4}};
    const auto groups = groupsOf(card, 128, options, patches);
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].patches, (std::vector<std::size_t>{0, 2}));  // both in the corner's context
}

TEST(PatchGroups, WithABoundNeighboursShareAWindowAndDistantPatchesDoNot) {
    LamOptions options;
    options.nodes = 16;
    options.context = 0;
    const std::vector<Patch> patches{{400, 400}, {416, 400}, {1200, 1200}};
    const auto groups = groupsOf(cardOf(20), 512, options, patches);
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].patches, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(groups[1].patches, (std::vector<std::size_t>{2}));

    // Finer levels of cells lie elsewhere for each patch, which then looks at a window of its own.
    options.nodes.reset();
    EXPECT_EQ(groupsOf(cardOf(20), 512, options, patches).size(), 3U);
    options.rule = IntegrationRule::Midpoints;
    EXPECT_EQ(groupsOf(cardOf(20), 512, options, patches).size(), 2U);
}

}  // namespace
}  // namespace lamscope
