// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_run.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "method/lam/lam_experiment.h"
#include "metrics/psnr_ssim.h"
#include "study/evaluate.h"
#include "study/lam_run.h"
#include "study/studies/study_merge.h"
#include "study/studies/study_scenes.h"
#include "support/analytic_loader.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/lpips_weights.h"
#include "support/run_study.h"
#include "support/small_study.h"
#include "support/study_rows.h"
#include "support/temporary_folder.h"

namespace lamscope::study_run_test {
namespace {

using test::runInto;
using test::statusOfFile;
using testing::HasSubstr;

StudyRunSettings analytic() {
    StudyRunSettings settings;
    settings.load = [](const ModelSpec& spec) {
        return std::make_shared<const SrModel>(test::loadAnalytic(spec, "cpu"));
    };
    return settings;
}

TEST(StudyRun, NumbersAreThoseOfLam) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {96}, {"bicubic"});
    study.patches.kind = PatchRule::Kind::List;
    study.experiment.scenes.front().boxes = {{8, 12, 16}, {60, 40, 16}};
    runInto(folder / "study.sqlite", study);
    const auto document = runLam(study.experiment)->front();
    const SQLite::Database database((folder / "study.sqlite").string(), SQLite::OPEN_READONLY);
    SQLite::Statement rows(database,
                           "SELECT di, radius_pixels, completeness_error, psnr, nodes, patch_x FROM results "
                           "ORDER BY patch_x");
    for (const auto& named : document.results) {
        const auto& result = named.result;
        ASSERT_TRUE(rows.executeStep());
        EXPECT_EQ(rows.getColumn(0).getDouble(), *result.diffusionIndex);
        EXPECT_EQ(rows.getColumn(1).getDouble(), *result.radiusPixels);
        EXPECT_EQ(rows.getColumn(2).getDouble(), *result.completenessError);
        EXPECT_EQ(rows.getColumn(3).getDouble(), *result.psnr);
        EXPECT_EQ(rows.getColumn(4).getInt(), 3);
        EXPECT_EQ(rows.getColumn(5).getInt(), result.patch.x);
    }
    EXPECT_FALSE(rows.executeStep());
}

TEST(StudyRun, PatchesOfOneContextShareForwardPasses) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {folder.write("counted.pth", "counted").string()});
    study.patches.kind = PatchRule::Kind::List;
    constexpr int perSide = 4;
    for (int i = 0; i < perSide * perSide; ++i) {
        study.experiment.scenes.front().boxes.push_back({i % perSide * 15, i / perSide * 15, 16});
    }
    LamOptions options;
    options.nodes = 81;
    setLamOptions(study.experiment, options);
    std::int64_t evaluated = 0;
    StudyRunSettings settings;
    settings.load = [&](const ModelSpec& /*spec*/) {
        return std::make_shared<const SrModel>(test::makeModel(
            [&](const torch::Tensor& lr) {
                evaluated += lr.size(0);
                return test::enlargeByCopying(lr.square(), 4) * (0.5 + lr.mean({1, 2, 3}, true));
            },
            4));
    };
    EXPECT_EQ(runInto(folder / "study.sqlite", study, settings).done, 1U);
    EXPECT_EQ(statusOfFile(folder / "study.sqlite").maps, perSide * perSide);
    EXPECT_GE(evaluated, 81);
    EXPECT_LT(evaluated, 8 * 81);  // of 16 maps; batches that were tried count too
}

TEST(StudyRun, QualityOfWholeImagesIsThatOfEvaluate) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64, 96}, {"bicubic"});
    LamOptions options;
    options.nodes = 3;
    options.context = 0;
    setLamOptions(study.experiment, options);
    runInto(folder / "study.sqlite", study);
    const auto model = loadModel(ModelSpec::parse("bicubic"));
    const SQLite::Database database((folder / "study.sqlite").string(), SQLite::OPEN_READONLY);
    for (const auto channel : {Channel::Y, Channel::Rgb}) {
        EvaluateOptions compared;
        compared.hrFolder = folder.path();
        compared.channel = channel;
        compared.reduction = Reduction::Pillow;
        const auto expected = *evaluate(model, compared);
        SQLite::Statement rows(database, "SELECT psnr_y, psnr_rgb, ssim FROM results ORDER BY image");
        for (const auto& image : expected.images) {
            ASSERT_TRUE(rows.executeStep());
            EXPECT_NEAR(rows.getColumn(channel == Channel::Y ? 0 : 1).getDouble(), image.quality.psnr, 1e-3);
            if (channel == Channel::Y) {
                EXPECT_NEAR(rows.getColumn(2).getDouble(), image.quality.ssim, 1e-5);
            }
        }
    }
}

TEST(StudyRun, LpipsIsThatOfEvaluateAndAbsentWhereNotAskedFor) {
    const test::TemporaryFolder folder;
    const test::TemporaryFolder weights;
    auto study = test::smallStudy(folder, {64, 96}, {"bicubic"});
    runInto(folder / "without.sqlite", study);
    EXPECT_THAT(test::rowsOf(folder / "without.sqlite", "SELECT lpips IS NULL FROM results"), testing::Each("1|"));
    study.lpips = test::writeLpipsFiles(weights);
    runInto(folder / "study.sqlite", study);
    const Lpips lpips(*study.lpips);
    const auto model = loadModel(ModelSpec::parse("bicubic"));
    EvaluateOptions compared;
    compared.hrFolder = folder.path();
    compared.lpips = &lpips;
    compared.reduction = Reduction::Pillow;
    const auto expected = *evaluate(model, compared);
    const SQLite::Database database((folder / "study.sqlite").string(), SQLite::OPEN_READONLY);
    SQLite::Statement rows(database, "SELECT lpips, psnr_y FROM results ORDER BY image");
    for (const auto& image : expected.images) {  // the context of 64 LR pixels is the whole image
        ASSERT_TRUE(rows.executeStep());
        EXPECT_GT(*image.lpips, 1e-3);
        EXPECT_NEAR(rows.getColumn(0).getDouble(), *image.lpips, 1e-5);
        EXPECT_NEAR(rows.getColumn(1).getDouble(), image.quality.psnr, 1e-3);
    }
}

TEST(StudyRun, WithWrongWeightsOfLpipsLeavesNothing) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {"bicubic"});
    const auto files = test::writeLpipsFiles(folder);
    study.lpips = LpipsFiles{.network = files.linear, .linear = files.linear};
    test::expectError(ErrorCode::BadFile, {"alex.safetensors", "expected features.0.weight"},
                      [&] { runInto(folder / "study.sqlite", study); });
    study.lpips->network = folder / "absent.pth";
    test::expectError(ErrorCode::BadFile, {"absent.pth"}, [&] { runInto(folder / "study.sqlite", study); });
    EXPECT_FALSE(std::filesystem::exists(folder / "study.sqlite"));
}

TEST(StudyRun, ComputesNothingTwice) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    auto study = test::smallStudy(folder);
    std::int64_t maps = 0;
    const auto count = [&](const StudyRunProgress& state) { maps = state.maps; };
    EXPECT_EQ(runInto(file, study, {}, {}, count).done, 6U);
    EXPECT_EQ(maps, 6);
    maps = 0;
    EXPECT_EQ(runInto(file, study, {}, {}, count).done, 6U);
    EXPECT_EQ(maps, 0);
    study.experiment.networks.push_back({.spec = ModelSpec::parse("bicubic:scale=3")});
    EXPECT_EQ(runInto(file, study, {}, {}, count).done, 9U);
    EXPECT_EQ(maps, 3);
    study.experiment.networks.erase(study.experiment.networks.begin());
    EXPECT_EQ(runInto(file, study).done, 6U);
    EXPECT_EQ(statusOfFile(file).tasks, 6);
    EXPECT_EQ(test::resultsOf(file).size(), 6U);
}

TEST(StudyRun, StoppedAndContinuedIsUnbroken) {
    const test::TemporaryFolder folder;
    const auto study = test::smallStudy(folder);
    runInto(folder / "whole.sqlite", study);
    std::size_t left = 6;
    for (std::size_t round = 1; left > 0; ++round) {
        std::stop_source source;
        const auto outcome =
            runInto(folder / "parts.sqlite", study, {}, source.get_token(), [&](const StudyRunProgress& state) {
                if (state.done >= 2 * round) {
                    source.request_stop();
                }
            });
        EXPECT_LT(outcome.left, left);
        left = outcome.left;
        ASSERT_LE(round, 6U);
    }
    EXPECT_EQ(test::resultsOf(folder / "parts.sqlite"), test::resultsOf(folder / "whole.sqlite"));
}

TEST(StudyRun, FailuresAreKeptAndTheRestGoesOn) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    auto study = test::smallStudy(folder, {64, 72},
                                  {(folder / "global.pth").string(), (folder / "no-gradient.pth").string(),
                                   (folder / "no-memory.pth").string(), (folder / "absent.pth").string()});
    for (const auto* name : {"global.pth", "no-gradient.pth", "no-memory.pth"}) {
        folder.write(name, name);
    }
    study.experiment.scenes.push_back({.image = folder.write("broken.png", "\x89PNG\r\n\x1a\n rest")});
    study.experiment.scenes.push_back({.image = folder / "absent.png"});
    writeImage(folder / "tiny.png", drawScene(32).cropped({0, 0, 16, 16}));
    study.experiment.scenes.push_back({.image = folder / "tiny.png"});
    const auto settings = analytic();
    const auto outcome = runInto(file, study, settings);
    const auto status = statusOfFile(file);
    EXPECT_EQ(status.tasks, 20);
    EXPECT_EQ(outcome.failed, static_cast<std::size_t>(status.failed));
    const auto errorOf = [&](const std::string& image, const std::string& network) {
        for (const auto& failure : status.failures) {
            if (failure.image.find(image) != std::string::npos && failure.network == network) {
                return failure.error;
            }
        }
        return std::string();
    };
    EXPECT_EQ(errorOf("scene64", "global"), "");
    EXPECT_THAT(errorOf("scene64", "no-gradient"), HasSubstr("NaN"));
    EXPECT_THAT(errorOf("scene64", "no-memory"), HasSubstr("memory"));
    EXPECT_THAT(errorOf("scene64", "absent"), HasSubstr("absent.pth"));
    EXPECT_THAT(errorOf("broken", "global"), HasSubstr("broken.png"));
    EXPECT_THAT(errorOf("absent", "global"), HasSubstr("absent.png"));
    EXPECT_THAT(errorOf("tiny", "global"), HasSubstr("patch"));
    EXPECT_EQ(status.done, 2);
    EXPECT_THAT(toText(status), HasSubstr("failed: "));

    EXPECT_EQ(runInto(file, study, settings).failed, outcome.failed);  // not computed again
    writeImage(folder / "absent.png", drawScene(80));
    EXPECT_EQ(runInto(file, study, settings).done, 3U);  // the image has content now: other tasks
    auto again = settings;
    again.retryFailed = true;
    again.load = [](const ModelSpec& spec) {
        return std::make_shared<const SrModel>(
            test::loadAnalytic(spec.file.stem() == "no-gradient" ? ModelSpec::parse("global.pth") : spec, "cpu"));
    };
    EXPECT_EQ(runInto(file, study, again).done, 6U);
}

TEST(StudyRun, WithoutAnyReadableFileLeavesTheStoreAsItWas) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const auto study = test::smallStudy(folder, {64, 72}, {"bicubic"});
    runInto(file, study);
    auto misplaced = study;
    for (auto& scene : misplaced.experiment.scenes) {
        scene.image = folder / "elsewhere" / scene.image.filename();
    }
    test::expectError(ErrorCode::BadFile, {"none of the study's images", "scene64.png"},
                      [&] { runInto(file, misplaced); });
    misplaced = study;
    misplaced.experiment.networks.front().spec = ModelSpec::parse((folder / "absent.pth").string());
    test::expectError(ErrorCode::BadFile, {"none of the study's networks", "absent.pth"},
                      [&] { runInto(file, misplaced); });
    EXPECT_EQ(statusOfFile(file).done, 2);
    EXPECT_EQ(test::resultsOf(file).size(), 2U);
}

TEST(StudyRun, OneBadPatchLeavesTheOthersTheirMaps) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    auto study = test::smallStudy(folder, {96}, {"bicubic"});
    study.patches.kind = PatchRule::Kind::List;
    study.experiment.scenes.front().boxes = {{8, 12, 16}, {90, 40, 16}, {60, 40, 16}};
    const auto outcome = runInto(file, study, {.maps = true});
    EXPECT_EQ(outcome.failed, 1U);
    EXPECT_EQ(test::rowsOf(file, "SELECT patch_x, di IS NULL, error IS NULL FROM result ORDER BY id"),
              (std::vector<std::string>{"8|0|1|", "90|1|0|", "60|0|1|"}));
    EXPECT_EQ(test::rowsOf(file, "SELECT count(*) FROM map"), (std::vector<std::string>{"2|"}));
    const auto status = statusOfFile(file);
    EXPECT_EQ(status.maps, 2);
    ASSERT_EQ(status.failures.size(), 1U);
    EXPECT_THAT(status.failures.front().error, HasSubstr("(90, 40)"));

    // A later run that gets no map at all leaves those that are there.
    const auto plan = planStudy(study, folder.path());
    std::filesystem::remove(folder / "scene96.png");
    StudyStore store(file, StudyStore::Access::Write);
    EXPECT_EQ(runStudy(plan, store, {.retryFailed = true}).failed, 1U);
    EXPECT_EQ(statusOf(store).maps, 2);
    EXPECT_THAT(statusOf(store).failures.front().error, HasSubstr("scene96.png"));
}

TEST(StudyRun, MapsShareTheTimeOfTheirTask) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    auto study = test::smallStudy(folder, {96}, {"bicubic"});
    study.patches = {PatchRule::Kind::Grid, 16, 30};
    runInto(file, study);
    const SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
    SQLite::Statement query(database,
                            "SELECT task.seconds, sum(result.seconds), min(result.seconds), max(result.seconds), "
                            "count(*) FROM task JOIN result ON result.task = task.id");
    ASSERT_TRUE(query.executeStep());
    EXPECT_GT(query.getColumn(4).getInt(), 1);
    EXPECT_NEAR(query.getColumn(0).getDouble(), query.getColumn(1).getDouble(), 1e-9);
    EXPECT_EQ(query.getColumn(2).getDouble(), query.getColumn(3).getDouble());
}

TEST(StudyRun, LrImagesOfAnotherScaleFail) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "hr");
    std::filesystem::create_directory(folder / "lr");
    writeImage(folder / "hr/a.png", drawScene(96));
    writeImage(folder / "lr/a.png", makeLowResolution(drawScene(96), 4, Reduction::Pillow).lr);
    auto study = test::smallStudy(folder, {});
    study.experiment.scenes = pairedScenes(folder / "hr", folder / "lr", 4, {});
    const auto outcome = runInto(folder / "study.sqlite", study);
    EXPECT_EQ(outcome.done, 1U);
    ASSERT_EQ(outcome.failed, 1U);
    EXPECT_THAT(statusOfFile(folder / "study.sqlite").failures.front().error, HasSubstr("is the scale right"));
}

class Shards : public testing::Test {
protected:
    void SetUp() override {
        study_ = test::smallStudy(folder_, {64, 72, 80, 88});
        runInto(folder_ / "whole.sqlite", study_, {.maps = true});
        for (std::size_t machine = 0; machine < 3; ++machine) {
            shards_.push_back(folder_ / ("shard" + std::to_string(machine) + ".sqlite"));
            const auto outcome = runInto(shards_.back(), study_, {.machine = machine, .machines = 3, .maps = true});
            EXPECT_GT(outcome.done, 0U);
            EXPECT_LT(outcome.done, 8U);
        }
    }

    std::vector<MergedShard> merge(const std::vector<std::filesystem::path>& shards) {
        StudyStore store(folder_ / "merged.sqlite", StudyStore::Access::Write);
        return mergeShards(store, shards);
    }

    test::TemporaryFolder folder_;
    StudyDescription study_;
    std::vector<std::filesystem::path> shards_;
};

TEST_F(Shards, MergedAreOneRun) {
    const auto merged = merge(shards_);
    std::int64_t added = 0;
    for (const auto& shard : merged) {
        EXPECT_EQ(shard.known, 0);
        EXPECT_EQ(shard.unplanned, 0);
        added += shard.added;
    }
    EXPECT_EQ(added, 8);
    EXPECT_EQ(test::resultsOf(folder_ / "merged.sqlite"), test::resultsOf(folder_ / "whole.sqlite"));
    constexpr auto maps =
        "SELECT hex(float16) FROM map JOIN result ON result.id = map.result JOIN task ON task.id = "
        "result.task ORDER BY task.key";
    EXPECT_EQ(test::rowsOf(folder_ / "merged.sqlite", maps), test::rowsOf(folder_ / "whole.sqlite", maps));
    EXPECT_EQ(test::rowsOf(folder_ / "merged.sqlite", "SELECT key, name, architecture, card FROM network ORDER BY key"),
              test::rowsOf(folder_ / "whole.sqlite", "SELECT key, name, architecture, card FROM network ORDER BY key"));
    EXPECT_EQ(statusOfFile(folder_ / "merged.sqlite").left, 0);
}

TEST_F(Shards, MergingAgainChangesNothing) {
    merge({shards_[0], shards_[1]});
    EXPECT_GT(statusOfFile(folder_ / "merged.sqlite").left, 0);  // what is missing
    constexpr auto all = "SELECT * FROM result ORDER BY id";
    const auto before = test::rowsOf(folder_ / "merged.sqlite", all);
    for (const auto& shard : merge({shards_[1], shards_[0], shards_[0]})) {
        EXPECT_EQ(shard.added, 0);
        EXPECT_GT(shard.known, 0);
    }
    EXPECT_EQ(test::rowsOf(folder_ / "merged.sqlite", all), before);
}

TEST_F(Shards, SuccessReplacesFailureAndNotTheOtherWayRound) {
    test::change(shards_[0],
                 "UPDATE task SET state = 'failed' WHERE state = 'done'; UPDATE result SET error = 'no "
                 "power', di = NULL");
    merge({shards_[0]});
    EXPECT_GT(statusOfFile(folder_ / "merged.sqlite").failed, 0);
    merge({folder_ / "whole.sqlite"});
    merge({shards_[0]});
    EXPECT_EQ(statusOfFile(folder_ / "merged.sqlite").failed, 0);
    EXPECT_EQ(test::resultsOf(folder_ / "merged.sqlite"), test::resultsOf(folder_ / "whole.sqlite"));
}

TEST_F(Shards, ThatDoNotFitAreRefusedInWords) {
    merge({shards_[0]});
    const auto before = test::resultsOf(folder_ / "merged.sqlite");
    const auto expectRefused = [&](ErrorCode code, const std::filesystem::path& shard, const std::string& expected) {
        test::expectError(code, {shard.filename().string(), expected}, [&] { merge({shard}); });
        EXPECT_EQ(test::resultsOf(folder_ / "merged.sqlite"), before);
    };
    expectRefused(ErrorCode::BadFile, folder_ / "absent.sqlite", "no such file");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "absent.sqlite"));
    expectRefused(ErrorCode::InvalidArgument, folder_ / "merged.sqlite", "into which");
    test::change(shards_[1], "UPDATE study SET id = 'another'");
    expectRefused(ErrorCode::InvalidArgument, shards_[1], "another study");
    test::change(shards_[2], "PRAGMA user_version = 99");
    expectRefused(ErrorCode::BadFile, shards_[2], "newer");
}

TEST_F(Shards, OfAnOlderVersionMayLackColumns) {
    test::change(shards_[0], "DROP VIEW results; ALTER TABLE result DROP COLUMN ssim");
    const auto merged = merge(shards_);
    EXPECT_EQ(statusOfFile(folder_ / "merged.sqlite").left, 0);
    EXPECT_EQ(test::rowsOf(folder_ / "merged.sqlite", "SELECT count(*) FROM results WHERE ssim IS NULL").front(),
              std::to_string(merged.front().added) + "|");
}

TEST_F(Shards, WithLpipsAreMergedIntoAnOlderStore) {
    merge({shards_[0]});
    const auto merged = folder_ / "merged.sqlite";
    test::change(merged, "DROP VIEW results; ALTER TABLE result DROP COLUMN lpips; PRAGMA user_version = 1");
    test::change(shards_[1], "UPDATE result SET lpips = 0.25");
    const auto added = merge({shards_[1]}).front().added;
    EXPECT_GT(added, 0);
    EXPECT_EQ(test::rowsOf(merged, "SELECT count(*) FROM results WHERE lpips = 0.25").front(),
              std::to_string(added) + "|");
    EXPECT_EQ(merge({shards_[1]}).front().added, 0);
}

TEST_F(Shards, BringMapsThatTheStoreLacks) {
    runInto(folder_ / "merged.sqlite", study_);
    EXPECT_GT(merge(shards_).front().added, 0);
    EXPECT_EQ(test::rowsOf(folder_ / "merged.sqlite", "SELECT count(*) FROM map"), (std::vector<std::string>{"8|"}));
    EXPECT_EQ(test::resultsOf(folder_ / "merged.sqlite"), test::resultsOf(folder_ / "whole.sqlite"));
    EXPECT_EQ(merge(shards_).front().added, 0);
}

TEST_F(Shards, OfAnotherDescriptionAreNamed) {
    merge({shards_[0]});
    EXPECT_FALSE(merge({shards_[1]}).front().otherDescription);
    study_.experiment.networks.push_back({.spec = ModelSpec::parse("bicubic:scale=3")});
    runInto(folder_ / "newer.sqlite", study_);
    const auto merged = merge({folder_ / "newer.sqlite"}).front();
    EXPECT_TRUE(merged.otherDescription);
    EXPECT_EQ(merged.unplanned, 4);
    EXPECT_EQ(runInto(folder_ / "merged.sqlite", study_).done, 12U);  // the remedy
    EXPECT_EQ(statusOfFile(folder_ / "merged.sqlite").tasks, 12);
}

TEST_F(Shards, EmptyAndRefusedOnesLeaveNothing) {
    test::change(shards_[0], "DELETE FROM study");
    EXPECT_TRUE(merge({shards_[0]}).front().empty);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "merged.sqlite"));
    test::change(shards_[1], "PRAGMA user_version = 99");
    EXPECT_THROW(merge({shards_[1]}), Error);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "merged.sqlite"));
}

TEST(StudyRun, MapsAreAddedToTasksThatWereDoneWithout) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const auto study = test::smallStudy(folder, {64});
    runInto(file, study);
    const auto before = test::resultsOf(file);
    EXPECT_EQ(runInto(file, study, {.maps = true}).done, 2U);
    EXPECT_EQ(test::rowsOf(file, "SELECT count(*) FROM map"), (std::vector<std::string>{"2|"}));
    EXPECT_EQ(test::resultsOf(file), before);
}

TEST(TimeNetworks, TimesEachNetworkThatWorks) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {"bicubic", (folder / "absent.pth").string()});
    const auto seconds = timeNetworks(planStudy(study, folder.path()));
    ASSERT_TRUE(seconds.has_value());
    ASSERT_EQ(seconds->size(), 1U);
    EXPECT_GT(seconds->at("Bicubic"), 0.0);
    study.secondsPerMap = {{"Bicubic", 3.0}};
    EXPECT_EQ(planStudy(study, folder.path()).tasks.front().cost, 3.0);
}

TEST(TimeNetworks, MeasuresLpipsAsTheRunDoes) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {"bicubic"});
    const auto files = test::writeLpipsFiles(folder);
    study.lpips = LpipsFiles{.network = files.linear, .linear = files.linear};
    test::expectError(ErrorCode::BadFile, {"alex.safetensors"},
                      [&] { static_cast<void>(timeNetworks(planStudy(study, folder.path()))); });
}

}  // namespace
}  // namespace lamscope::study_run_test
