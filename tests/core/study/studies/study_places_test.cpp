// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_places.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "study/studies/place_tables.h"
#include "study/studies/study_merge.h"
#include "study/studies/study_records.h"
#include "study/studies/study_run.h"
#include "support/expect_error.h"
#include "support/small_study.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace lamscope::study_places_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto every = static_cast<std::size_t>(-1);

/// Two images by two networks at two places of each image, one of them outside of the smaller image, and an image that
/// is not there.
class StudyPlaces : public testing::Test {
protected:
    StudyPlaces() {
        study_.patches.kind = PatchRule::Kind::List;
        study_.experiment.scenes.push_back({.image = folder_ / "absent.png"});
        for (auto& scene : study_.experiment.scenes) {
            scene.boxes = {{60, 40, 16}, {8, 12, 16}};
        }
        const auto plan = planStudy(study_, folder_.path());
        StudyStore store(file_, StudyStore::Access::Write);
        EXPECT_EQ(runStudy(plan, store).left, 0U);
    }

    [[nodiscard]] std::vector<StudyPlace> places(const std::string& network = "",
                                                 std::optional<std::int64_t> image = std::nullopt,
                                                 std::size_t most = every) const {
        return placesOf(StudyStore(file_, StudyStore::Access::Read), network, image, most);
    }

    /// Image, network and left end of the patch, -1 where there is none.
    static std::vector<std::string> inShort(const std::vector<StudyPlace>& places) {
        std::vector<std::string> lines;
        for (const auto& place : places) {
            lines.push_back(std::filesystem::path(place.imageFile).stem().string() + " " + place.network + " "
                            + std::to_string(place.patch ? place.patch->x : -1));
        }
        return lines;
    }

    test::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_ / "study.sqlite";
    StudyDescription study_ = test::smallStudy(folder_, {96, 64});
};

TEST_F(StudyPlaces, AreByImageNetworkAndPatch) {
    EXPECT_THAT(inShort(places()),
                ElementsAre("scene96 Bicubic 8", "scene96 Bicubic 60", "scene96 Bicubic-2 8", "scene96 Bicubic-2 60",
                            "scene64 Bicubic 8", "scene64 Bicubic 60", "scene64 Bicubic-2 8", "scene64 Bicubic-2 60",
                            "absent Bicubic -1", "absent Bicubic-2 -1"));
}

TEST_F(StudyPlaces, AreThoseAskedFor) {
    EXPECT_THAT(inShort(places("Bicubic-2")),
                ElementsAre("scene96 Bicubic-2 8", "scene96 Bicubic-2 60", "scene64 Bicubic-2 8",
                            "scene64 Bicubic-2 60", "absent Bicubic-2 -1"));
    const auto second = places("Bicubic").at(2).image;
    EXPECT_THAT(inShort(places("Bicubic", second)), ElementsAre("scene64 Bicubic 8", "scene64 Bicubic 60"));
    EXPECT_THAT(inShort(places("", second, 3)),
                ElementsAre("scene64 Bicubic 8", "scene64 Bicubic 60", "scene64 Bicubic-2 8"));
    EXPECT_TRUE(places("Bicubic", second, 0).empty());
    EXPECT_TRUE(places("another").empty());
    EXPECT_TRUE(places("", second + 100).empty());
}

TEST_F(StudyPlaces, HaveTheNumbersOfTheirRows) {
    const auto all = places();
    for (const auto& place : all) {
        const auto id = std::to_string(place.result);
        const auto row =
            test::rowsOf(file_, "SELECT image, di, psnr_y, psnr_patch, error FROM result WHERE id = " + id);
        const auto text = [](const std::optional<double>& number) {
            return number ? std::to_string(*number * 1e9) : std::string();
        };
        EXPECT_THAT(row, ElementsAre(std::to_string(place.image) + "|" + text(place.di) + "|" + text(place.psnrY) + "|"
                                     + text(place.psnrPatch) + "|" + place.error + "|"));
    }
    EXPECT_TRUE(all[0].di && all[0].psnrY && all[0].psnrPatch);
    EXPECT_EQ(all[0].patch, (Patch{8, 12, 16}));
    EXPECT_EQ(all[0].error, "");
    // What failed says where and why.
    EXPECT_EQ(all[5].patch, (Patch{60, 40, 16}));
    EXPECT_THAT(all[5].error, HasSubstr("(60, 40)"));
    EXPECT_FALSE(all[5].di.has_value());
    EXPECT_THAT(all[8].error, HasSubstr("absent.png"));
}

TEST_F(StudyPlaces, LeaveOutTasksThatAreNotPlannedAnyMore) {
    study_.experiment.networks.pop_back();
    {
        StudyStore store(file_, StudyStore::Access::Write);
        keepPlan(store, planStudy(study_, folder_.path()));
    }
    EXPECT_EQ(places().size(), 5U);
    EXPECT_TRUE(places("Bicubic-2").empty());
}

TEST_F(StudyPlaces, OfAnOlderFileMayLackNumbers) {
    test::change(file_, "DROP VIEW results; ALTER TABLE result DROP COLUMN psnr_y");
    const auto all = places();
    EXPECT_EQ(all.size(), 10U);
    EXPECT_FALSE(all[0].psnrY.has_value());
    EXPECT_TRUE(all[0].di.has_value());
}

TEST_F(StudyPlaces, LeadBackToImageAndNetwork) {
    const StudyStore store(file_, StudyStore::Access::Read);
    const auto description = descriptionIn(store);
    EXPECT_EQ(description.id, study_.id);
    EXPECT_EQ(description.patches, study_.patches);
    const auto last = places("Bicubic-2").at(2);
    const auto scene = sceneOf(description, last.imageFile);
    ASSERT_TRUE(scene.has_value());
    EXPECT_EQ(*scene, description.experiment.scenes[1]);
    EXPECT_EQ(scene->image, folder_ / "scene64.png");
    EXPECT_EQ(networkOf(description, "Bicubic"), ModelSpec::parse("bicubic"));
    EXPECT_EQ(networkOf(description, "Bicubic-2"), ModelSpec::parse("bicubic:scale=2"));
    EXPECT_FALSE(networkOf(description, "Bicubic-3").has_value());
}

/// A study whose images, networks and description lie in one folder, and whose results may lie in others.
class StudyElsewhere : public testing::Test {
protected:
    StudyElsewhere() {
        std::filesystem::create_directories(folder_ / "whole/a");
        std::filesystem::create_directories(folder_ / "whole/b/c");
        study_ = test::smallStudy(folder_, {64}, {"bicubic"});
        auto& image = study_.experiment.scenes.front().image;
        std::filesystem::rename(image, folder_ / "whole/a/scene.png");
        image = folder_ / "whole/a/scene.png";
        StudyStore store(folder_ / "whole/b/c/study.sqlite", StudyStore::Access::Write);
        keepPlan(store, planStudy(study_, folder_ / "whole/a"));
    }

    [[nodiscard]] static std::filesystem::path imageIn(const std::filesystem::path& store) {
        return descriptionIn(StudyStore(store, StudyStore::Access::Read)).experiment.scenes.front().image;
    }

    test::TemporaryFolder folder_;
    StudyDescription study_;
};

TEST_F(StudyElsewhere, NamesTheFilesOfTheDescription) {
    EXPECT_EQ(imageIn(folder_ / "whole/b/c/study.sqlite"), folder_ / "whole/a/scene.png");
}

TEST_F(StudyElsewhere, MovesWithItsFiles) {
    std::filesystem::rename(folder_ / "whole", folder_ / "moved");
    EXPECT_EQ(imageIn(folder_ / "moved/b/c/study.sqlite"), folder_ / "moved/a/scene.png");
}

TEST_F(StudyElsewhere, MergedStillElsewhereNamesTheSameFiles) {
    {
        StudyStore merged(folder_ / "all.sqlite", StudyStore::Access::Write);
        static_cast<void>(mergeShards(merged, {folder_ / "whole/b/c/study.sqlite"}));
    }
    EXPECT_EQ(imageIn(folder_ / "all.sqlite"), folder_ / "whole/a/scene.png");
}

TEST_F(StudyElsewhere, OfAnOlderVersionIsBesideItsDescription) {
    const auto old = folder_ / "whole/b/c/study.sqlite";
    test::change(old, "ALTER TABLE study DROP COLUMN folder; PRAGMA user_version = 2");
    EXPECT_EQ(imageIn(old), folder_ / "whole/b/c/scene.png");
    {
        StudyStore merged(folder_ / "all.sqlite", StudyStore::Access::Write);
        static_cast<void>(mergeShards(merged, {old}));
    }
    EXPECT_EQ(imageIn(folder_ / "all.sqlite"), folder_ / "whole/b/c/scene.png");
    { const StudyStore opened(old, StudyStore::Access::Write); }
    EXPECT_EQ(imageIn(old), folder_ / "whole/b/c/scene.png");
}

TEST(SceneOf, FindsTheFileThatLiesElsewhereOnAnotherMachine) {
    StudyDescription description;
    for (const auto* file : {"/home/me/set5/a.png", "/home/me/set14/a.png", "/home/me/set14/b.png"}) {
        description.experiment.scenes.push_back({.image = file});
    }
    const auto found = [&](const char* file) {
        const auto scene = sceneOf(description, file);
        return scene ? scene->image.string() : "none";
    };
    EXPECT_EQ(found("/home/me/set14/a.png"), "/home/me/set14/a.png");
    EXPECT_EQ(found("/scratch/set14/a.png"), "/home/me/set14/a.png");
    EXPECT_EQ(found("/scratch/set5/a.png"), "/home/me/set5/a.png");
    EXPECT_EQ(found("/scratch/b.png"), "/home/me/set14/b.png");
    EXPECT_EQ(found("/scratch/a.png"), "none");  // either could be meant
    EXPECT_EQ(found("/scratch/set14/c.png"), "none");
}

TEST(DescriptionIn, SaysWhereThereIsNone) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const StudyStore store(file, StudyStore::Access::Write);
    test::expectError(ErrorCode::BadFile, {"study.sqlite", "no study"},
                      [&] { static_cast<void>(descriptionIn(store)); });
}

TEST(PlaceTable, NamesFilesWithoutFoldersAndLeavesOutWhatIsNotKnown) {
    const std::vector<StudyPlace> places{
        {.image = 1, .imageFile = "/data/set5/a.png", .network = "edsr", .patch = Patch{8, 12, 16}, .di = 1.234},
        {.image = 2, .imageFile = "b.png", .network = "rcan", .error = "no memory"}};
    const auto cells = cellsOf(placeTable(places));
    ASSERT_EQ(cells.size(), 3U);
    EXPECT_THAT(cells[1], ElementsAre("edsr", "a.png", "8, 12  16×16", "1.23", "–", "–", "–"));
    EXPECT_THAT(cells[2], ElementsAre("rcan", "b.png", "–", "–", "–", "–", "no memory"));
}

TEST(FailureTable, NamesFilesWithoutFoldersForPeopleAndWholeInCsv) {
    const auto table = failureTable({{"/data/a.png", "edsr", "no memory"}});
    EXPECT_THAT(cellsOf(table),
                ElementsAre(ElementsAre("Image", "Network", "Why"), ElementsAre("a.png", "edsr", "no memory")));
    EXPECT_EQ(csvOf(table), "image,network,error\n/data/a.png,edsr,no memory\n");
    EXPECT_THAT(markdownOf(table), AllOf(HasSubstr("| a.png |"), Not(HasSubstr("/data"))));
}

}  // namespace
}  // namespace lamscope::study_places_test
