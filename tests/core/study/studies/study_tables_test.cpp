// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_tables.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "study/studies/study_report.h"
#include "support/expect_error.h"
#include "support/filled_study.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace lamscope::study_tables_test {
namespace {

/// A store with chosen numbers.
class Tables : public testing::Test {
protected:
    void fill(const std::vector<std::vector<double>>& di, const std::vector<std::vector<double>>& psnr) {
        test::fillStudy(folder_, file_, di, psnr);
        store_.emplace(file_, StudyStore::Access::Read);
    }

    test::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_ / "study.sqlite";
    std::optional<StudyStore> store_;
};

TEST_F(Tables, MeansAreOverImages) {
    fill({{4.0, 8.0, 6.0}, {1.0, 2.0, 3.0}}, {{20.0, 21.0, 25.0}, {30.0, 30.0, 30.0}});
    const auto networks = networkNumbers(*store_);
    ASSERT_EQ(networks.size(), 2U);
    EXPECT_EQ(networks[0].name, "N1");  // the smaller DI first
    const auto& wide = networks[1];
    EXPECT_EQ(wide.di->images, 3);
    EXPECT_DOUBLE_EQ(wide.di->mean, 6.0);
    EXPECT_DOUBLE_EQ(*wide.di->standardError, 2.0 / std::sqrt(3.0));  // deviation 2
    EXPECT_NEAR(wide.logDi->mean, (std::log(4.0) + std::log(8.0) + std::log(6.0)) / 3.0, 1e-12);
    EXPECT_DOUBLE_EQ(wide.psnrY->mean, 22.0);
    EXPECT_FALSE(wide.psnrRgb.has_value());
}

TEST_F(Tables, CorrelationsNeedFourNetworksForAProbability) {
    fill({{1.0}, {2.0}, {4.0}}, {{20.0}, {21.0}, {22.0}});
    const auto few = correlationsOf(networkNumbers(*store_));
    ASSERT_EQ(few.size(), 2U);                 // psnr_y, and ssim, which is constant
    EXPECT_NEAR(*few[0].pearson, 1.0, 1e-12);  // log DI grows by ln 2 for each dB
    EXPECT_NEAR(*few[0].slope, 1.0 / std::log(2.0), 1e-12);
    EXPECT_EQ(few[0].networks, 3U);
    EXPECT_FALSE(few[0].pearsonProbability.has_value());
    EXPECT_FALSE(few[1].pearson.has_value());
}

TEST(Correlations, TakeTheImagesWhereBothAreKnown) {
    std::vector<NetworkNumbers> networks(2);
    const auto image = [](std::int64_t number, double di, std::optional<double> psnr) {
        return ImageNumbers{.image = number, .di = di, .psnrY = psnr, .psnrRgb = {}, .ssim = {}};
    };
    networks[0].images = {image(1, std::exp(1.0), 20.0), image(2, std::exp(9.0), std::nullopt)};
    networks[1].images = {image(1, std::exp(2.0), 23.0)};
    const auto correlations = correlationsOf(networks);
    ASSERT_EQ(correlations.size(), 1U);
    EXPECT_NEAR(*correlations.front().slope, 3.0, 1e-12);  // 3 dB from log DI 1 to 2
}

TEST_F(Tables, PairsAreComparedImageByImage) {
    fill({{4.0, 8.0, 6.0}, {1.0, 2.0, 3.0}}, {{20.0, 21.0, 25.0}, {20.0, 21.0, 25.0}});
    const auto networks = networkNumbers(*store_);
    const auto pairs = pairsOf(networks, {}, 1);
    ASSERT_EQ(pairs.size(), 1U);
    EXPECT_EQ(pairs[0].network, "N0");
    EXPECT_EQ(pairs[0].other, "N1");
    EXPECT_DOUBLE_EQ(pairs[0].di->mean, 4.0);   // 3, 6, 3
    EXPECT_EQ(pairs[0].di->interval.low, 3.0);  // all draws of 3 images have a mean of 3 to 6
    EXPECT_DOUBLE_EQ(*pairs[0].di->probability, 2.0 * 0.5 * std::erfc(3.0 / std::sqrt(3.375) / std::sqrt(2.0)));
    EXPECT_EQ(pairs[0].psnrY->mean, 0.0);
    EXPECT_FALSE(pairs[0].psnrY->probability.has_value());
    const std::pair<std::string, std::string> named[]{{"N1", "N0"}};
    EXPECT_DOUBLE_EQ(pairsOf(networks, named, 1).front().di->mean, -4.0);
    const std::pair<std::string, std::string> unknown[]{{"N1", "N7"}};
    test::expectError(ErrorCode::InvalidArgument, {"N7", "N0"},
                      [&] { static_cast<void>(pairsOf(networks, unknown, 1)); });
}

TEST_F(Tables, ReportStatesThemForPeopleAndInFull) {
    fill({{4.0, 8.0, 6.0}, {1.0, 2.0, 3.0}}, {{20.0, 21.0, 25.0}, {30.0, 30.5, 30.0}});
    StagedFiles files;
    const auto text = addStudyReport(files, *store_, {.command = "the command"}, folder_ / "report");
    files.commit();
    EXPECT_THAT(text, testing::AllOf(testing::HasSubstr("the command"), testing::HasSubstr("6.00 ± 1.15"),
                                     testing::HasSubstr("| +4.00 | +3.00 |"), testing::HasSubstr("seed 1")));
    EXPECT_THAT(test::contentOf(folder_ / "report" / "networks.csv"), testing::HasSubstr("N0,,,3,22,,0.5,6,1.15470"));
    EXPECT_THAT(test::contentOf(folder_ / "report" / "networks.tex"), testing::HasSubstr(R"(6.00 $\pm$ 1.15)"));
}

}  // namespace
}  // namespace lamscope::study_tables_test
