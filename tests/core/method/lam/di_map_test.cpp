// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/lam/di_map.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "method/lam/lam.h"
#include "support/analytic_networks.h"

namespace lamscope {
namespace {

using test::makeModel;
using test::testImage;

/// Bends and looks three pixels far, so that DI differs from place to place.
SrModel bentModel() {
    return makeModel(
        [](const torch::Tensor& lr) {
            const auto kernel = torch::ones({3, 1, 7, 7}, lr.options()) / 49.0;
            const auto blurred = at::conv2d(at::tanh(lr * 3.0), kernel, {}, 1, 3, 1, 3);
            return test::enlargeByCopying(lr * blurred + at::relu(blurred - 0.4), 2);
        },
        2);
}

/// The same, and says how far it looks.
SrModel nearModel() {
    ModelCard card;
    card.name = "near";
    card.scale = 2;
    card.receptiveField.radius = 3;
    card.cropping.multiple = 1;
    const auto formula = [](const torch::Tensor& lr) {
        const auto kernel = torch::ones({3, 1, 7, 7}, lr.options()) / 49.0;
        const auto blurred = at::conv2d(at::tanh(lr * 3.0), kernel, {}, 1, 3, 1, 3);
        return test::enlargeByCopying(lr * blurred + at::relu(blurred - 0.4), 2);
    };
    return SrModel(
        std::make_unique<SrModel::Implementation>(std::make_unique<test::FormulaNetwork>(formula), card, torch::kCPU));
}

LamOptions optionsOf(int size) {
    LamOptions options;
    options.patch.size = size;
    options.context = 0;
    return options;
}

TEST(DiMap, CoversEveryPatchThatTheDetectorAllows) {
    // The gradient detector reads one SR pixel to the right: the last patch of 16 in 256 begins at 239.
    const auto model = makeModel([](const torch::Tensor& lr) { return test::enlargeByCopying(lr, 4); }, 4);
    const DiMapScan scan(model, std::make_shared<const Image>(testImage(64, 32)), optionsOf(16), 16);
    EXPECT_EQ(scan.map().columns, 15);
    EXPECT_EQ(scan.map().rows, 7);
    EXPECT_EQ(scan.map().at(14, 6).patch, (Patch{224, 96, 16}));
    EXPECT_EQ(scan.options().nodes, 9);
}

TEST(DiMap, CellsAreTheProbesOfTheirPatches) {
    const auto model = bentModel();
    const auto lr = testImage(20, 16);
    auto options = optionsOf(6);
    options.nodes = 9;
    const auto map = computeDiMap(model, lr, options, 9);
    ASSERT_TRUE(map);
    ASSERT_EQ(map->cells.size(), 4U * 3U);
    for (const auto& cell : map->cells) {
        options.patch = cell.patch;
        const auto probed = computeLam(model, lr, nullptr, options);
        ASSERT_TRUE(probed);
        EXPECT_EQ(cell.nodes, 9);
        ASSERT_TRUE(cell.diffusionIndex);
        EXPECT_NEAR(*cell.diffusionIndex, *probed->diffusionIndex, 1e-4);
        EXPECT_NEAR(*cell.radiusPixels, *probed->radiusPixels, 1e-4);
        EXPECT_EQ(cell.mass95Pixels, probed->mass95Pixels);
        EXPECT_NEAR(*cell.completenessError, *probed->completenessError, 1e-5);
    }
}

// DI is that of the whole context, of which each cell evaluates a part.
TEST(DiMap, CellsOfALargeImageAreTheProbesOfTheirPatches) {
    const auto model = nearModel();
    const auto lr = testImage(150, 90);
    auto options = optionsOf(6);
    options.nodes = 9;
    const auto map = computeDiMap(model, lr, options, 30, {}, {}, {.pixelsAtOnce = 400});
    ASSERT_TRUE(map);
    ASSERT_EQ(map->cells.size(), 10U * 6U);
    for (std::size_t i = 0; i < map->cells.size(); i += 7) {
        const auto& cell = map->cells[i];
        options.patch = cell.patch;
        const auto probed = computeLam(model, lr, nullptr, options, {}, {}, {.window = false});
        ASSERT_TRUE(probed);
        ASSERT_TRUE(cell.diffusionIndex);
        EXPECT_NEAR(*cell.diffusionIndex, *probed->diffusionIndex, 1e-4);
        EXPECT_NEAR(*cell.radiusPixels, *probed->radiusPixels, 1e-4);
        EXPECT_EQ(cell.mass95Pixels, probed->mass95Pixels);
        EXPECT_NEAR(*cell.completenessError, *probed->completenessError, 1e-5);
    }
}

TEST(DiMap, ComesCoarseToFine) {
    const auto model = bentModel();
    DiMapScan scan(model, std::make_shared<const Image>(testImage(30, 30)), optionsOf(4), 6);
    ASSERT_EQ(scan.map().columns, 10);
    ASSERT_EQ(scan.map().coarseStep, 3);
    EXPECT_EQ(scan.map().shownAt(0, 0), nullptr);

    int reports = 0;
    ASSERT_TRUE(scan.next({}, [&](const DiMapProgress& state) {
        reports += state.map != nullptr ? 1 : 0;
        EXPECT_LE(state.gradientsDone, state.gradientsPlanned);
    }));
    EXPECT_EQ(reports, 1);
    int computed = 0;
    for (int row = 0; row < 10; ++row) {
        for (int column = 0; column < 10; ++column) {
            computed += scan.map().at(column, row).nodes == 3 ? 1 : 0;
            ASSERT_NE(scan.map().shownAt(column, row), nullptr) << column << "," << row;
        }
    }
    EXPECT_EQ(computed, 16);  // one for each block of 3x3, of which the last are cut off
    EXPECT_EQ(scan.map().shownAt(0, 2), &scan.map().at(1, 1));

    while (!scan.finished()) {
        ASSERT_TRUE(scan.next());
    }
    EXPECT_TRUE(std::ranges::all_of(scan.map().cells, [](const DiMapCell& cell) { return cell.nodes == 9; }));
    EXPECT_EQ(scan.map().shownAt(0, 2), &scan.map().at(0, 2));
}

TEST(DiMap, StoppedScanGoesOnWhereItWas) {
    const auto model = bentModel();
    const auto lr = std::make_shared<const Image>(testImage(20, 20));
    const auto whole = computeDiMap(model, *lr, optionsOf(4), 8);
    ASSERT_TRUE(whole);
    DiMapScan scan(model, lr, optionsOf(4), 8);
    std::int64_t most = 0;
    int stops = 0;
    while (!scan.finished()) {
        std::stop_source source;
        const auto before = most;
        const bool complete = scan.next(source.get_token(), [&](const DiMapProgress& state) {
            EXPECT_GE(state.gradientsDone, most);  // nothing is done twice
            most = state.gradientsDone;
            if (most >= before + 5) {
                source.request_stop();
            }
        });
        stops += complete ? 0 : 1;
    }
    EXPECT_GT(stops, 3);
    for (std::size_t i = 0; i < whole->cells.size(); ++i) {
        EXPECT_EQ(scan.map().cells[i].diffusionIndex, whole->cells[i].diffusionIndex);
    }
}

TEST(DiMap, NearestCellOfAPlace) {
    const auto model = bentModel();
    const DiMapScan scan(model, std::make_shared<const Image>(testImage(30, 30)), optionsOf(4), 6);
    EXPECT_EQ(scan.map().nearest(2.0, 2.0).patch, (Patch{0, 0, 4}));
    EXPECT_EQ(scan.map().nearest(20.4, 7.0).patch, (Patch{18, 6, 4}));
    EXPECT_EQ(scan.map().nearest(500.0, -3.0).patch, (Patch{54, 0, 4}));
}

TEST(DiMap, ImpossibleGridsAreRefused) {
    const auto model = bentModel();
    const auto lr = std::make_shared<const Image>(testImage(8, 8));
    EXPECT_THROW(DiMapScan(model, lr, optionsOf(16), 16), Error);
    EXPECT_THROW(DiMapScan(model, lr, optionsOf(4), 0), Error);
}

}  // namespace
}  // namespace lamscope
