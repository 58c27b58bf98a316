// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/rain_pool.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "image/degradation.h"
#include "image/drawn_scene.h"
#include "support/expect_error.h"

namespace lamscope {
namespace {

constexpr int side = 40;
constexpr int width = 24;
constexpr int height = 16;
constexpr int layers = 3;
constexpr std::uint64_t seed = 7;

RainRange leaning(double from, double to) {
    return {.name = "test",
            .quantity = {.low = 200, .high = 300},
            .kernelWidths = {1, 3},
            .length = {.low = 12, .high = 16},
            .angle = {.low = from, .high = to}};
}

/// Whether the part lies in the layer, turned by half a turn and mirrored as told.
bool liesIn(const RainLayer& part, const RainLayer& layer, bool turned, bool mirrored) {
    const auto level = [&](int x, int y) {
        const int column = turned != mirrored ? part.width - 1 - x : x;
        const int row = turned ? part.height - 1 - y : y;
        return part.levels[static_cast<std::size_t>(row * part.width + column)];
    };
    for (int top = 0; top + part.height <= layer.height; ++top) {
        for (int left = 0; left + part.width <= layer.width; ++left) {
            bool same = true;
            for (int i = 0; same && i < part.width * part.height; ++i) {
                const int x = i % part.width;
                const int y = i / part.width;
                same = level(x, y) == layer.levels[static_cast<std::size_t>((top + y) * layer.width + left + x)];
            }
            if (same) {
                return true;
            }
        }
    }
    return false;
}

/// The ways in which parts are turned and mirrored, found by search: layer * 4 + mirrored * 2 + turned.
std::set<int> waysOf(const RainRange& range, int parts) {
    const RainPool pool(range, layers, side, seed);
    std::set<int> found;
    for (int i = 0; i < parts; ++i) {
        const auto part = pool.part(width, height, PortableRandom(fmt::format("part/{}", i)));
        EXPECT_EQ(part.levels.size(), static_cast<std::size_t>(width * height));
        bool known = false;
        for (int way = 0; way < 4 * layers; ++way) {
            const auto name = fmt::format("layer-{}", way / 4);
            const auto layer = rainLayer(side, side, drawnRain(range, seed, name), rainNoise(seed, name));
            if (liesIn(part, layer, way % 2 == 1, way % 4 >= 2)) {
                found.insert(way);
                known = true;
            }
        }
        EXPECT_TRUE(known) << i;
    }
    return found;
}

TEST(RainPool, PartsAreThoseOfItsLayersTurnedAndMirrored) {
    EXPECT_EQ(waysOf(leaning(-20, 20), 100).size(), 4U * layers);
}

TEST(RainPool, RainThatLeansToOneSideIsNotMirrored) {
    std::set<int> expected;
    for (int layer = 0; layer < layers; ++layer) {
        expected.insert({4 * layer, 4 * layer + 1});
    }
    EXPECT_EQ(waysOf(leaning(30, 50), 60), expected);
}

TEST(RainPool, PartsDependOnTheirRandomNumbersAlone) {
    const RainPool pool(leaning(-20, 20), layers, side, seed);
    const PortableRandom random("part/1");
    const auto before = pool.part(width, height, random).levels;
    static_cast<void>(pool.part(width, height, PortableRandom("part/2")));
    EXPECT_EQ(pool.part(width, height, random).levels, before);
    EXPECT_EQ(RainPool(leaning(-20, 20), layers, side, seed).part(width, height, random).levels, before);
    EXPECT_NE(RainPool(leaning(-20, 20), layers, side, seed + 1).part(width, height, random).levels, before);
    EXPECT_EQ(pool.part(side, side, random).levels.size(), static_cast<std::size_t>(side * side));
}

TEST(RainPool, ItsPartsTakeThePlaceOfDrawnRain) {
    const auto recipe = degradationFromString("blur:1+rain:small:0.5+noise:5");
    auto scene = drawScene(40);
    scene.file = "scene.png";
    const auto drawn = degrade(scene, 2, Reduction::Bilinear, recipe, seed);
    const auto layer = rainLayer(40, 40, drawnRain(recipe.rain->range, seed, "scene"), rainNoise(seed, "scene"));
    const auto given = degrade(scene, 2, Reduction::Bilinear, recipe, seed, layer);
    EXPECT_TRUE(std::ranges::equal(given.lr.values(), drawn.lr.values()));
    EXPECT_TRUE(std::ranges::equal(given.rain.values(), drawn.rain.values()));
    auto dry = layer;
    std::ranges::fill(dry.levels, std::uint8_t{0});
    const auto without = degrade(scene, 2, Reduction::Bilinear, degradationFromString("blur:1+noise:5"), seed);
    EXPECT_TRUE(
        std::ranges::equal(degrade(scene, 2, Reduction::Bilinear, recipe, seed, dry).lr.values(), without.lr.values()));
    dry.width = 39;
    test::expectError(ErrorCode::InvalidArgument, {"39x40", "40x40"},
                      [&] { static_cast<void>(degrade(scene, 2, Reduction::Bilinear, recipe, seed, dry)); });
}

}  // namespace
}  // namespace lamscope
