// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/image_pairs.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error.h"
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
