// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_store.h"

#include <SQLiteCpp/Transaction.h>
#include <fstream>
#include <optional>
#include <sys/mount.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "study/studies/study_records.h"
#include "study/studies/study_run.h"
#include "study/studies/study_tables.h"
#include "support/expect_error.h"
#include "support/run_study.h"
#include "support/small_study.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace lamscope::study_store_test {
namespace {

using test::runInto;
using testing::Each;
using testing::HasSubstr;

void expectRefused(const std::filesystem::path& file, StudyStore::Access access, const std::string& expected) {
    test::expectError(ErrorCode::BadFile, {file.filename().string(), expected},
                      [&] { const StudyStore store(file, access); });
}

TEST(StudyStore, RefusesWhatIsNotAStudy) {
    const test::TemporaryFolder folder;
    for (const auto access : {StudyStore::Access::Read, StudyStore::Access::Write}) {
        expectRefused(folder.write("text.sqlite", std::string(5000, 'x')), access, "not the database of a study");
    }
    expectRefused(folder / "absent.sqlite", StudyStore::Access::Read, "no such file");
    {
        SQLite::Database(folder.path() / "other.sqlite", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
            .exec("CREATE TABLE a (b)");
    }
    expectRefused(folder / "other.sqlite", StudyStore::Access::Write, "not of a study");
}

TEST(StudyStore, ThatCannotBeMadeLeavesNothing) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    std::filesystem::create_directories(folder / "study.sqlite-wal/full");  // in the way of the log
    EXPECT_THROW(const StudyStore store(file, StudyStore::Access::Write), Error);
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_FALSE(std::filesystem::exists(folder / "study.sqlite.lock"));
}

TEST(StudyStore, RefusesANewerSchema) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    runInto(file, test::smallStudy(folder, {64}));
    test::change(file, "PRAGMA user_version = 99");
    expectRefused(file, StudyStore::Access::Read, "newer");
    expectRefused(file, StudyStore::Access::Write, "newer");
}

TEST(StudyStore, AddsColumnsThatAnOlderFileLacks) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const auto study = test::smallStudy(folder, {64});
    runInto(file, study);
    const auto before = test::rowsOf(file, "SELECT di FROM results ORDER BY key");
    test::change(file,
                 "DROP VIEW results; ALTER TABLE result DROP COLUMN ssim; DELETE FROM readme; PRAGMA user_version = "
                 "1");
    const auto outcome = runInto(file, study);
    EXPECT_EQ(outcome.done, 2U);
    EXPECT_EQ(test::rowsOf(file, "SELECT di FROM results ORDER BY key"), before);
    EXPECT_THAT(test::rowsOf(file, "SELECT ssim IS NULL FROM results"), Each("1|"));
    EXPECT_EQ(test::rowsOf(file, "SELECT unit FROM readme WHERE name = 'result.psnr_y'").front(), "dB|");
}

TEST(StudyStore, OfTheVersionBeforeLpipsIsReadAndBroughtUpToDate) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const auto study = test::smallStudy(folder, {64});
    runInto(file, study);
    test::change(file, "DROP VIEW results; ALTER TABLE result DROP COLUMN lpips; PRAGMA user_version = 1");
    const auto networks = networkNumbers(StudyStore(file, StudyStore::Access::Read));
    ASSERT_EQ(networks.size(), 2U);
    EXPECT_TRUE(networks.front().ssim.has_value());
    EXPECT_FALSE(networks.front().lpips.has_value());
    EXPECT_EQ(runInto(file, study).done, 2U);
    EXPECT_EQ(test::rowsOf(file, "PRAGMA user_version"), (std::vector<std::string>{"3|"}));
    EXPECT_THAT(test::rowsOf(file, "SELECT lpips IS NULL FROM results"), Each("1|"));
}

TEST(StudyStore, EveryColumnIsExplained) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const StudyStore store(file, StudyStore::Access::Write);
    for (const auto& column : studyColumns()) {
        EXPECT_EQ(
            test::rowsOf(file, "SELECT count(*) FROM readme WHERE name = 'result." + std::string(column.name) + "'"),
            (std::vector<std::string>{"1|"}))
            << column.name;
    }
    // The store has the number as it is, tables for people a hundred times as much.
    EXPECT_EQ(test::rowsOf(file, "SELECT unit FROM readme WHERE name = 'result.completeness_error'").front(),
              "fraction|");
}

TEST(StudyStore, HasOneWriterAndManyReaders) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    std::optional<StudyStore> store(std::in_place, file, StudyStore::Access::Write);
    keepPlan(*store, planStudy(test::smallStudy(folder, {64}), folder.path()));
    test::expectError(ErrorCode::WriteFailed, {"study.sqlite", "another program writes"},
                      [&] { const StudyStore second(file, StudyStore::Access::Write); });
    EXPECT_EQ(taskStates(StudyStore(file, StudyStore::Access::Read)).size(), 2U);
    store.reset();
    EXPECT_FALSE(std::filesystem::exists(folder / "study.sqlite.lock"));
    EXPECT_FALSE(std::filesystem::exists(folder / "study.sqlite-wal"));
    EXPECT_NO_THROW(const StudyStore again(file, StudyStore::Access::Write));
}

TEST(StudyStore, CanBeReadAfterAKillWithinATransaction) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    runInto(file, test::smallStudy(folder, {64}));
    const auto before = test::resultsOf(file);
    // What a kill leaves where there is no write-ahead log: the file half changed, with the journal beside it.
    SQLite::Database writer(file, SQLite::OPEN_READWRITE);
    writer.exec(
        "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; UPDATE result SET error = hex(zeroblob(9999))");
    std::filesystem::create_directory(folder / "killed");
    for (const auto* name : {"study.sqlite", "study.sqlite-journal"}) {
        std::filesystem::copy_file(folder / name, folder / "killed" / name);
    }
    const StudyStore store(folder / "killed/study.sqlite", StudyStore::Access::Read);
    EXPECT_EQ(taskStates(store).size(), 2U);
    EXPECT_EQ(test::resultsOf(folder / "killed/study.sqlite"), before);
}

TEST(StudyStore, HoldsOneStudy) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    auto study = test::smallStudy(folder, {64});
    runInto(file, study);
    study.id = "another";
    test::expectError(ErrorCode::InvalidArgument, {"study.sqlite", "another study", "choose another file"},
                      [&] { runInto(file, study); });
}

TEST(StudyStore, KeepsMapsToElevenBits) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const auto study = test::smallStudy(folder, {64}, {"bicubic"});
    runInto(file, study, {.maps = true});
    const StudyStore store(file, StudyStore::Access::Read);
    const auto map = readMap(store, 1);
    ASSERT_TRUE(map.has_value());
    EXPECT_EQ(map->height, 16);
    EXPECT_EQ(map->width, 16);
    ASSERT_EQ(map->values.size(), 256U);
    EXPECT_EQ(std::ranges::max(map->values), 1.0F);  // maps are divided by their maximum
    // Bicubic enlargement looks two LR pixels around the patch, which is the middle.
    EXPECT_EQ(map->values.front(), 0.0F);
    EXPECT_FALSE(readMap(store, 2).has_value());
    test::change(file, "UPDATE map SET float16 = x'00'");
    test::expectError(ErrorCode::BadFile, {"damaged"}, [&] { static_cast<void>(readMap(store, 1)); });
}

TEST(StudyStore, AFullDiskLosesNothing) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "disk");
    if (mount("none", (folder / "disk").c_str(), "tmpfs", 0, "size=1m") != 0) {
        GTEST_SKIP() << "this user may not mount a small file system";
    }
    const auto file = folder / "disk" / "study.sqlite";
    const auto study = test::smallStudy(folder);
    {
        const auto plan = planStudy(study, folder.path());
        StudyStore store(file, StudyStore::Access::Write);
        keepPlan(store, plan);
        std::ofstream(folder / "disk" / "filler") << std::string(std::size_t{1} << 20, 'x');
        test::expectError(ErrorCode::WriteFailed, {"study.sqlite", "disk is full"},
                          [&] { static_cast<void>(runStudy(plan, store, {.maps = true})); });
    }
    std::filesystem::remove(folder / "disk" / "filler");
    EXPECT_EQ(runInto(file, study).done, 6U);
    const auto elsewhere = folder / "study.sqlite";
    runInto(elsewhere, study);
    EXPECT_EQ(test::resultsOf(file), test::resultsOf(elsewhere));
    umount((folder / "disk").c_str());
}

}  // namespace
}  // namespace lamscope::study_store_test
