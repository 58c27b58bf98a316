// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/tiled_image.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "model/feature_sink.h"
#include "model/stoppable_evaluation.h"
#include "runtime/torch_headers.h"
#include "support/analytic_networks.h"

namespace lamscope::tiled_image_test {
namespace {

constexpr int enlargement = 2;

ModelCard reaching(int radius, std::optional<int> multiple = 1) {
    ModelCard card;
    card.name = "reaching";
    card.scale = enlargement;
    card.receptiveField.radius = radius;
    card.cropping.multiple = multiple;
    return card;
}

/// What the tiles of an image are: the parts in the order in which they were made, and the sizes evaluated.
struct Made {
    std::vector<Rect> parts;
    std::vector<std::int64_t> evaluated;
};

Made madeOf(TiledImage& tiles, int width, int height, const Rect& near = {}) {
    const Image lr(width, height);
    Made made;
    while (!tiles.finished()) {
        const auto part = tiles.next(
            lr,
            [&](const Image& seen) {
                made.evaluated.push_back(static_cast<std::int64_t>(seen.width()) * seen.height());
                return Image(seen.width() * enlargement, seen.height() * enlargement);
            },
            near);
        made.parts.push_back(part.value());
    }
    return made;
}

double distance(const Rect& a, const Rect& b) {
    return std::hypot(a.x + a.width / 2.0 - b.x - b.width / 2.0, a.y + a.height / 2.0 - b.y - b.height / 2.0);
}

TEST(TiledImage, TilesCoverTheImageOnceAndEvaluateLittleMore) {
    for (const auto& [width, height] : {std::pair(510, 339), {640, 480}, {1000, 150}, {1200, 900}}) {
        for (const int radius : {0, 3, 8, 21, 40, 200}) {
            for (const int multiple : {1, 8}) {
                auto card = reaching(radius, multiple);
                card.sizeMultiple = multiple;
                TiledImage tiles(card, width, height);
                const auto made = madeOf(tiles, width, height);
                const double pixels = static_cast<double>(width) * height;
                double sum = 0.0;
                for (const auto evaluated : made.evaluated) {
                    sum += static_cast<double>(evaluated);
                }
                EXPECT_NEAR(tiles.cost(), sum / pixels, 1e-12);
                const bool tooLarge = width * height > 1024 * 1024 && radius == 200;
                EXPECT_LE(tiles.cost(), tooLarge ? 2.0 : 1.15) << width << " " << radius << " " << multiple;
                std::vector<int> covered(static_cast<std::size_t>(width * height), 0);
                for (const auto& part : made.parts) {
                    EXPECT_EQ(part.x % multiple + part.y % multiple, 0);
                    for (int y = part.y; y < part.y + part.height; ++y) {
                        for (int x = part.x; x < part.x + part.width; ++x) {
                            ++covered[static_cast<std::size_t>(y * width + x)];
                        }
                    }
                }
                EXPECT_TRUE(std::ranges::all_of(covered, [](int times) { return times == 1; }));
            }
        }
    }
}

TEST(TiledImage, IsDividedAsFarAsTheOverlapsAllow) {
    // Two columns of 510 pixels cost 2 * radius / 510 more, two rows of 339 pixels 2 * radius / 339.
    EXPECT_EQ(TiledImage(reaching(38), 510, 339).tiles(), 2U);  // columns: 0.149
    EXPECT_EQ(TiledImage(reaching(39), 510, 339).tiles(), 1U);  // 0.153
    EXPECT_EQ(TiledImage(reaching(39, std::nullopt), 510, 339).tiles(), 1U);
    EXPECT_EQ(TiledImage(reaching(3, std::nullopt), 2000, 1500).tiles(), 1U);
    EXPECT_EQ(TiledImage(reaching(1), 200, 200).tiles(), 1U);
    TiledImage near(reaching(3), 1000, 750);
    const auto made = madeOf(near, 1000, 750);
    EXPECT_LE(std::ranges::max(made.evaluated), TiledImage::enoughPixels);
    EXPECT_LE(made.parts.size(), 25U);  // 19 would do without overlap
}

TEST(TiledImage, WhatMemoryWouldNotHoldIsDividedAtAnyCost) {
    TiledImage tiles(reaching(150), 1600, 1000);
    const auto made = madeOf(tiles, 1600, 1000);
    EXPECT_GT(tiles.cost(), 1.15);
    EXPECT_LE(std::ranges::max(made.evaluated), 1024 * 1024);
}

TEST(TiledImage, BeginsAtTheBox) {
    constexpr Rect box{300, 250, 4, 4};
    TiledImage tiles(reaching(3), 510, 339);
    const auto made = madeOf(tiles, 510, 339, box);
    ASSERT_GT(made.parts.size(), 4U);
    const auto& first = made.parts.front();
    EXPECT_TRUE(first.x <= box.x && box.x < first.x + first.width);
    EXPECT_TRUE(first.y <= box.y && box.y < first.y + first.height);
    EXPECT_TRUE(std::ranges::is_sorted(made.parts, {}, [&](const Rect& part) { return distance(part, box); }));
}

TEST(TiledImage, ATileThatWasStoppedIsMadeAgain) {
    const auto lr = test::testImage(510, 339);
    TiledImage tiles(reaching(0), lr.width(), lr.height());
    const auto enlarged = [](const Image& part) {
        Image sr(part.width() * enlargement, part.height() * enlargement);
        for (int c = 0; c < Image::channels; ++c) {
            for (int y = 0; y < sr.height(); ++y) {
                for (int x = 0; x < sr.width(); ++x) {
                    sr.at(c, y, x) = part.at(c, y / enlargement, x / enlargement);
                }
            }
        }
        return sr;
    };
    EXPECT_EQ(tiles.next(lr, [](const Image&) { return std::nullopt; }), std::nullopt);
    EXPECT_EQ(tiles.done(), 0U);
    const auto first = tiles.next(lr, enlarged).value();
    EXPECT_EQ(tiles.done(), 1U);
    EXPECT_EQ(tiles.next(lr, [](const Image&) { return std::nullopt; }), std::nullopt);
    EXPECT_EQ(tiles.sr().at(2, first.y * enlargement + 1, first.x * enlargement + 1), lr.at(2, first.y, first.x));
    while (!tiles.finished()) {
        ASSERT_TRUE(tiles.next(lr, enlarged));
    }
    const auto sr = tiles.take();
    for (int y = 0; y < sr.height(); ++y) {
        for (int x = 0; x < sr.width(); ++x) {
            ASSERT_EQ(sr.at(1, y, x), lr.at(1, y / enlargement, x / enlargement));
        }
    }
}

TEST(Upscaling, IsLeftBetweenTwoLayers) {
    std::stop_source stop;
    int layers = 0;
    const auto model = test::makeModel(
        [&](const torch::Tensor& lr) {
            const auto layer = [&] {
                ++layers;
                reportFeatures(Tap::Kind::Convolution, "layer", lr, lr);
            };
            layer();
            if (layers == 3) {
                stop.request_stop();
            }
            layer();
            return test::enlargeByCopying(lr, enlargement);
        },
        enlargement);
    const auto lr = test::testImage(12, 10);
    EXPECT_TRUE(model.upscaleAtOnce(lr, stop.get_token()));
    EXPECT_EQ(layers, 2);
    EXPECT_EQ(model.upscaleAtOnce(lr, stop.get_token()), std::nullopt);
    EXPECT_EQ(layers, 4);
    EXPECT_EQ(model.upscale(lr, stop.get_token()), std::nullopt);
    EXPECT_EQ(layers, 4);
    EXPECT_TRUE(model.upscale(lr));  // the stop is forgotten
}

}  // namespace
}  // namespace lamscope::tiled_image_test
