// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/ddr.h"

#include <cmath>
#include <stop_token>
#include <vector>

#include <gtest/gtest.h>

#include "support/expect_error.h"
#include "support/portable_numbers.h"

namespace lamscope::ddr_test {
namespace {

constexpr std::size_t columns = 20;
constexpr int classes = 3;

/// Three classes of the same contents, moved apart by `shift`.
GramMatrix classesOf(int patches, double shift) {
    std::vector<double> data;
    for (int c = 0; c < classes; ++c) {
        for (int i = 0; i < patches; ++i) {
            for (std::uint32_t j = 0; j < columns; ++j) {
                const auto n = static_cast<std::uint32_t>(i) * static_cast<std::uint32_t>(columns) + j;
                const auto own = static_cast<std::uint32_t>(100 + c);
                data.push_back(test::portableNumber(1, n) + shift * test::portableNumber(own, j)
                               + 0.1 * test::portableNumber(own + 50, n));
            }
        }
    }
    return centred(gramOf(data, columns));
}

std::vector<int> labelsOf(int patches) {
    std::vector<int> labels;
    for (int i = 0; i < classes * patches; ++i) {
        labels.push_back(i / patches);
    }
    return labels;
}

std::vector<int> contentsOf(int patches) {
    std::vector<int> contents;
    for (int i = 0; i < classes * patches; ++i) {
        contents.push_back(i % patches);
    }
    return contents;
}

TEST(Ddr, TellsDegradationFromContent) {
    const DdrOptions options{.permutations = 199};
    const auto apart = sortPatches(classesOf(20, 2.0), labelsOf(20), contentsOf(20), options, 1);
    const auto together = sortPatches(classesOf(20, 0.0), labelsOf(20), contentsOf(20), options, 1);
    ASSERT_TRUE(apart && together);
    EXPECT_GT(apart->ratioFeatures, 10.0);
    EXPECT_GT(apart->ratioPca2, apart->ratioFeatures);
    EXPECT_DOUBLE_EQ(apart->chance.value().probability, 1.0 / 200.0);
    EXPECT_LT(apart->chance->p95, apart->ratioFeatures);
    EXPECT_LT(together->ratioFeatures, 0.1);
    EXPECT_GT(together->chance.value().probability, 0.05);
    EXPECT_EQ(apart->pairs.size(), 3U);
    EXPECT_EQ(apart->explained.size(), 10U);
    EXPECT_EQ(apart->scatter.size(), 120U);
    EXPECT_EQ(&shownPoints(*apart), &apart->scatter);
}

TEST(Ddr, StatesTheSpaceOfPairsAndChance) {
    const auto gram = classesOf(20, 1.0);
    const auto in = [&](DdrSpace space) {
        return sortPatches(gram, labelsOf(20), contentsOf(20), {.space = space, .permutations = 99}, 1).value();
    };
    const auto features = in(DdrSpace::Features);
    const auto plane = in(DdrSpace::Pca2);
    EXPECT_GT(plane.pairs[0].ratio, 2.0 * features.pairs[0].ratio);
    EXPECT_GT(plane.chance->mean, 0.0);
    EXPECT_EQ(ratioIn(plane, DdrSpace::Pca2), plane.ratioPca2);
    // 20 columns have 20 components.
    EXPECT_NEAR(in(DdrSpace::Pca50).pairs[0].ratio, features.pairs[0].ratio, 1e-9 * features.pairs[0].ratio);
    EXPECT_NEAR(features.ratioPca50, features.ratioFeatures, 1e-9 * features.ratioFeatures);
}

TEST(Ddr, EmbedsTheSameForAnyNumberOfThreads) {
    const DdrOptions options{
        .embed = DdrEmbedding::Tsne, .perplexity = 8.0, .iterations = 300, .starts = 2, .permutations = 9};
    const auto first = sortPatches(classesOf(15, 2.0), labelsOf(15), contentsOf(15), options, 1);
    const auto second = sortPatches(classesOf(15, 2.0), labelsOf(15), contentsOf(15), options, 2);
    EXPECT_EQ(first.value().tsne.value().points, second.value().tsne.value().points);
    EXPECT_EQ(first->tsne->starts, 2);
    EXPECT_GT(first->tsne->ratioRange.first, 10.0);
    EXPECT_LE(first->tsne->ratioRange.first, first->tsne->ratioRange.second);
    EXPECT_EQ(&shownPoints(*first), &first->tsne->points);
}

TEST(Ddr, OfEqualFeaturesHasNoRatio) {
    const GramMatrix flat{.rows = 12, .values = std::vector<double>(144, 0.0)};
    const auto tap = sortPatches(flat, labelsOf(4), contentsOf(4), {}, 1);
    ASSERT_TRUE(tap.has_value());
    EXPECT_TRUE(std::isnan(tap->ratioFeatures));
    EXPECT_EQ(tap->chance, std::nullopt);
}

TEST(Ddr, SharesOfOneComponentAreAtMostOne) {
    std::vector<double> data;
    for (int i = 0; i < classes * 9; ++i) {
        data.push_back(test::portableNumber(9, static_cast<std::uint32_t>(i)));
    }
    const auto tap = sortPatches(centred(gramOf(data, 1)), labelsOf(9), {}, {.permutations = 9}, 1).value();
    for (const double share : tap.explained) {
        EXPECT_LE(share, 1.0);
    }
    EXPECT_NEAR(tap.explained[0], 1.0, 1e-12);
}

TEST(Ddr, RefusesWhatCannotBe) {
    test::expectError(ErrorCode::InvalidArgument, {"at least two classes of two patches"},
                      [] { static_cast<void>(sortPatches(classesOf(4, 1.0), std::vector<int>(12, 0), {}, {}, 1)); });
    const DdrOptions tsne{.embed = DdrEmbedding::Tsne};
    test::expectError(ErrorCode::InvalidArgument, {"30", "45 patches", "14.6"},
                      [&] { static_cast<void>(sortPatches(classesOf(15, 1.0), labelsOf(15), {}, tsne, 1)); });
    EXPECT_EQ(tsneRefusal(5000, tsne), "");
    EXPECT_EQ(tsneRefusal(9000, {}), "");
    EXPECT_NE(tsneRefusal(9000, tsne).find("minutes"), std::string::npos);
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(sortPatches(classesOf(15, 1.0), labelsOf(15), {}, {}, 1, source.get_token()), std::nullopt);
}

}  // namespace
}  // namespace lamscope::ddr_test
