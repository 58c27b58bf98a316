// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/image_pairs.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using testing::HasSubstr;

void touch(const std::filesystem::path& file) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "x";
}

TEST(PairImages, TwoFoldersByStemWithoutMarks) {
    const test::TemporaryFolder folder;
    for (const auto* name :
         {"hr/baby.png", "hr/bird.png", "lr/babyx4.png", "lr/birdx4.png", "lr/birdx2.png", "lr/notes.txt"}) {
        touch(folder / name);
    }
    const auto pairs = pairImages(folder / "hr", folder / "lr", 4);
    ASSERT_EQ(pairs.size(), 2U);
    EXPECT_EQ(pairs[0].lr->filename(), "babyx4.png");
    EXPECT_EQ(pairs[1].hr.filename(), "bird.png");
    EXPECT_EQ(pairs[1].lr->filename(), "birdx4.png");
}

TEST(PairImages, OneFolderForBoth) {
    const test::TemporaryFolder folder;
    for (const auto* name :
         {"img_001_SRF_4_HR.png", "img_001_SRF_4_LR.png", "img_002_SRF_4_HR.png", "img_002_SRF_4_LR.png"}) {
        touch(folder / name);
    }
    const auto pairs = pairImages(folder.path(), folder.path(), 4);
    ASSERT_EQ(pairs.size(), 2U);
    EXPECT_EQ(pairs[0].hr.filename(), "img_001_SRF_4_HR.png");
    EXPECT_EQ(pairs[0].lr->filename(), "img_001_SRF_4_LR.png");
    const auto alone = pairImages(folder.path(), {}, 4);
    ASSERT_EQ(alone.size(), 2U);
    EXPECT_FALSE(alone[0].lr.has_value());
}

TEST(ImagesOfRole, GoesByTheMarksWhereThereAreAny) {
    const test::TemporaryFolder folder;
    for (const auto* name : {"mixed/b_HR.png", "mixed/a_HR.png", "mixed/a_LR.png", "mixed/cx4.png", "mixed/d.png",
                             "plain/2.png", "plain/1.png", "plain/notes.txt"}) {
        touch(folder / name);
    }
    const auto namesOf = [&](const char* name, ImageRole role) {
        std::vector<std::string> names;
        for (const auto& file : imagesOfRole(folder / name, role)) {
            names.push_back(file.filename().string());
        }
        return names;
    };
    EXPECT_EQ(namesOf("mixed", ImageRole::Hr), (std::vector<std::string>{"a_HR.png", "b_HR.png"}));
    EXPECT_EQ(namesOf("mixed", ImageRole::Lr), (std::vector<std::string>{"a_LR.png", "cx4.png"}));
    EXPECT_EQ(namesOf("plain", ImageRole::Hr), (std::vector<std::string>{"1.png", "2.png"}));
    EXPECT_EQ(namesOf("plain", ImageRole::Lr), (std::vector<std::string>{"1.png", "2.png"}));
    std::filesystem::create_directory(folder / "empty");
    EXPECT_THROW(static_cast<void>(imagesOfRole(folder / "empty", ImageRole::Lr)), Error);
    EXPECT_THROW(static_cast<void>(imagesOfRole(folder / "missing", ImageRole::Hr)), Error);
}

struct Names {
    const char* set;
    std::vector<std::string> hr;
    std::vector<std::string> lr;        ///< of scale 4, in the order of `hr`
    std::vector<std::string> others{};  ///< that lie among the LR images
};

// As the data sets of the field are distributed.
TEST(PairImages, PairsTheNamesOfDataSets) {
    const std::vector<Names> sets{
        {"DIV2K", {"0801.png", "0802.png"}, {"0801x4.png", "0802x4.png"}, {"0801x2.png", "0801x3.png"}},
        {"DIV2K mild", {"0801.png"}, {"0801x4m.png"}},
        {"DIV2K wild", {"0801.png"}, {"0801x4w1.png"}},
        {"Set5, SRF", {"img_001_SRF_4_HR.png"}, {"img_001_SRF_4_LR.png"}, {"img_001_SRF_4_HR.png"}},
        {"RealSR", {"Canon_001_HR.png", "Nikon_001_HR.png"}, {"Canon_001_LR4.png", "Nikon_001_LR4.png"}},
        {"RealSR, several scales",
         {"Canon_001_HR.png"},
         {"Canon_001_LR4.png"},
         {"Canon_001_LR2.png", "Canon_001_LR3.png"}},
        {"DRealSR", {"DSC_1286_x4.png"}, {"DSC_1286_x1.png"}},
        {"RCAN", {"butterfly_HR_x4.png"}, {"butterfly_LRBI_x4.png"}, {"butterfly_LRBI_x2.png"}},
        {"RCAN, blurred", {"img_001_HR_x4.png"}, {"img_001_LRBD_x4.png"}},
        {"Manga109", {"AisazuNihaIrarenai.png"}, {"AisazuNihaIrarenai_LRBI_x4.png"}},
        {"BSD100", {"101085.png", "101087.png"}, {"101085.png", "101087.png"}},
        {"BasicSR", {"baby.png", "bird.png"}, {"babyx4.png", "birdx4.png"}},
        {"KAIR", {"baby.bmp"}, {"baby_x4.png"}},
        {"ground truth", {"img_gt.png"}, {"img_lq.png"}},
        {"other case", {"Butterfly.PNG", "Lenna.BMP"}, {"butterfly.png", "LENNA_X4.JPG"}},
        {"other format", {"baby.tif"}, {"babyx4.jpg"}},
        {"same name, another scale", {"img_x3.png", "matrix2.png"}, {"img_x3.png", "matrix2.png"}},
        {"same name, another mark", {"img_SRF_2_HR.png"}, {"img_SRF_2_HR.png"}},
    };
    for (const auto& set : sets) {
        const test::TemporaryFolder folder;
        for (const auto& name : set.hr) {
            touch(folder / ("hr/" + name));
        }
        for (const auto* names : {&set.lr, &set.others}) {
            for (const auto& name : *names) {
                touch(folder / ("lr/" + name));
            }
        }
        const auto pairs = pairImages(folder / "hr", folder / "lr", 4);
        ASSERT_EQ(pairs.size(), set.hr.size()) << set.set;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            EXPECT_EQ(pairs[i].hr.filename(), set.hr[i]) << set.set;
            EXPECT_EQ(pairs[i].lr->filename(), set.lr[i]) << set.set;
        }
    }
}

TEST(PairImages, TakesTheHrImageThatWasMadeForTheScale) {
    const test::TemporaryFolder folder;
    for (const auto* scale : {"2", "3", "4"}) {
        touch(folder / ("hr/butterfly_HR_x" + std::string(scale) + ".png"));
        touch(folder / ("lr/butterfly_LRBI_x" + std::string(scale) + ".png"));
    }
    const auto pairs = pairImages(folder / "hr", folder / "lr", 3);
    ASSERT_EQ(pairs.size(), 1U);
    EXPECT_EQ(pairs[0].hr.filename(), "butterfly_HR_x3.png");
    EXPECT_EQ(pairs[0].lr->filename(), "butterfly_LRBI_x3.png");
}

TEST(PairImages, OfOneFolderOnlyMarkedImagesAreHrWhereThereAreSome) {
    const test::TemporaryFolder folder;
    for (const auto* end : {"HR", "LR", "bicubic", "SelfExSR"}) {
        touch(folder / ("img_001_SRF_4_" + std::string(end) + ".png"));
    }
    const auto pairs = pairImages(folder.path(), folder.path(), 4);
    ASSERT_EQ(pairs.size(), 1U);
    EXPECT_EQ(pairs[0].lr->filename(), "img_001_SRF_4_LR.png");
}

TEST(PairImages, PrefersTheSameCaseAndTheMarkedScale) {
    const test::TemporaryFolder folder;
    for (const auto* name : {"hr/a.png", "hr/A.png", "lr/a.png", "lr/A.png", "lr/ax4.png", "hr/.hidden.png"}) {
        touch(folder / name);
    }
    const auto pairs = pairImages(folder / "hr", folder / "lr", 4);
    ASSERT_EQ(pairs.size(), 2U);
    EXPECT_EQ(pairs[0].lr->filename(), "A.png");
    EXPECT_EQ(pairs[1].lr->filename(), "ax4.png");
}

TEST(PairImages, TwoLrImagesOfOneRankAreNamed) {
    const test::TemporaryFolder folder;
    for (const auto* name : {"hr/0801.png", "lr/0801x4w1.png", "lr/0801x4w2.png"}) {
        touch(folder / name);
    }
    try {
        static_cast<void>(pairImages(folder / "hr", folder / "lr", 4));
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("0801x4w1.png"));
        EXPECT_THAT(error.what(), HasSubstr("0801x4w2.png"));
    }
}

TEST(PairImages, HrWithoutItsLrIsNamed) {
    const test::TemporaryFolder folder;
    touch(folder / "hr/baby.png");
    touch(folder / "hr/head.png");
    touch(folder / "lr/baby.png");
    try {
        static_cast<void>(pairImages(folder / "hr", folder / "lr", 4));
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("head.png"));
    }
}

TEST(PairImages, TwoFilesForOneRoleAreNamed) {
    const test::TemporaryFolder folder;
    touch(folder / "hr/baby.png");
    touch(folder / "hr/baby.bmp");
    EXPECT_THROW(static_cast<void>(pairImages(folder / "hr", {}, 4)), Error);
}

TEST(PairImages, EmptyOrMissingFolderIsNamed) {
    const test::TemporaryFolder folder;
    EXPECT_THROW(static_cast<void>(pairImages(folder.path(), {}, 4)), Error);
    EXPECT_THROW(static_cast<void>(pairImages(folder / "none", {}, 4)), Error);
}

}  // namespace
}  // namespace lamscope
