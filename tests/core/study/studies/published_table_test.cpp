// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/published_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lamscope::published_table_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

NetworkNumbers network(std::string architecture, double di, double psnr) {
    NetworkNumbers numbers;
    numbers.name = architecture;
    numbers.architecture = std::move(architecture);
    numbers.scale = 4;
    numbers.di = ImageMean{.images = 1, .mean = di};
    numbers.psnrY = ImageMean{.images = 1, .mean = psnr};
    return numbers;
}

TEST(PublishedTable, OfThePaperAgreesWithItself) {
    std::vector<NetworkNumbers> networks;
    for (const auto& published : publishedNetworks()) {
        networks.push_back(network(std::string(published.architecture), published.di, published.psnr));
    }
    const auto comparison = compareWithPublished(networks);
    ASSERT_EQ(comparison.rows.size(), 10U);
    EXPECT_THAT(comparison.missing, IsEmpty());
    EXPECT_DOUBLE_EQ(*comparison.diSpearman, 1.0);
    EXPECT_DOUBLE_EQ(*comparison.psnrSpearman, 1.0);
    EXPECT_EQ(comparison.rows.front().diOrder, 1.0);  // FSRCNN looks least far
    EXPECT_EQ(comparison.rows.back().publishedDiOrder, 10.0);
    EXPECT_EQ(comparison.rows[2].psnrOrder, 2.5);  // EDSR and RRDBNet have 20.96 dB both
    EXPECT_EQ(comparison.rows[4].psnrOrder, 2.5);
}

TEST(PublishedTable, ComparesOrders) {
    // The paper's order of DI is CARN, RFDN, IMDN, SAN: here the last two are exchanged, which is 1 - 6 · 2 / (4 · 15).
    const std::vector<NetworkNumbers> networks{network("CARN", 1.0, 20.0), network("RFDN", 2.0, 21.0),
                                               network("SAN", 3.0, 22.0), network("IMDN", 4.0, 23.0),
                                               network("SwinIR", 5.0, 24.0)};
    const auto comparison = compareWithPublished(networks);
    ASSERT_EQ(comparison.rows.size(), 4U);
    EXPECT_DOUBLE_EQ(*comparison.diSpearman, 0.8);
    // PSNR of the paper: IMDN, CARN, RFDN, SAN. Ranks 2, 3, 4, 1 against 1, 2, 3, 4: 1 - 6 · 12 / 60.
    EXPECT_DOUBLE_EQ(*comparison.psnrSpearman, -0.2);
    EXPECT_EQ(comparison.rows[2].network->name, "SAN");
    EXPECT_EQ(comparison.rows[2].diOrder, 3.0);
    EXPECT_EQ(comparison.rows[2].publishedDiOrder, 4.0);
    EXPECT_THAT(comparison.missing, ElementsAre("FSRCNN", "EDSR", "MSRN", "RRDBNet", "RCAN", "RNAN"));
}

TEST(PublishedTable, LeavesOutWhatHasNoNumbers) {
    auto failed = network("SAN", 1.0, 20.0);
    failed.di.reset();
    const std::vector<NetworkNumbers> networks{failed, network("IMDN", 4.0, 23.0), network("CARN-M", 4.0, 23.0)};
    const auto comparison = compareWithPublished(networks);
    ASSERT_EQ(comparison.rows.size(), 1U);
    EXPECT_FALSE(comparison.diSpearman.has_value());  // of one network
    EXPECT_FALSE(comparison.psnrSpearman.has_value());
    EXPECT_EQ(comparison.missing.size(), 9U);
}

TEST(PublishedTable, IsOfOneScale) {
    auto other = network("IMDN", 4.0, 23.0);
    other.scale = 2;
    auto unknown = network("RFDN", 4.0, 23.0);
    unknown.scale.reset();
    EXPECT_THAT(compareWithPublished(std::vector{other, unknown}).rows, IsEmpty());
}

TEST(PublishedTable, SmallNetworksHaveNoOrder) {
    std::vector<NetworkNumbers> networks{network("RCAN", 0.5, 30.0), network("CARN", 1.0, 20.0),
                                         network("SAN", 3.0, 22.0)};
    networks[0].parameters = 7'796'189;  // half of 15 592 379, rounded down
    networks[1].parameters = 1'111'899;
    const auto comparison = compareWithPublished(networks);
    ASSERT_EQ(comparison.rows.size(), 3U);
    EXPECT_TRUE(comparison.rows[0].small);
    EXPECT_FALSE(comparison.rows[0].diOrder.has_value());
    EXPECT_FALSE(comparison.rows[1].small);
    EXPECT_EQ(comparison.rows[1].diOrder, 1.0);
    EXPECT_FALSE(comparison.rows[2].small);  // its size is not known
    EXPECT_DOUBLE_EQ(*comparison.diSpearman, 1.0);
    EXPECT_DOUBLE_EQ(*comparison.psnrSpearman, 1.0);
}

TEST(PublishedTable, TwoOfOneArchitectureStandBesideTheSameNumbers) {
    const std::vector<NetworkNumbers> networks{network("IMDN", 1.0, 20.0), network("IMDN", 2.0, 21.0)};
    const auto comparison = compareWithPublished(networks);
    ASSERT_EQ(comparison.rows.size(), 2U);
    EXPECT_EQ(comparison.rows[0].publishedDiOrder, 1.5);
    EXPECT_FALSE(comparison.diSpearman.has_value());  // the paper's numbers are equal
}

}  // namespace
}  // namespace lamscope::published_table_test
