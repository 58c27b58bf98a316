// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/hard_patches.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/csv_rows.h"
#include "base/error.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "study/evaluate.h"
#include "study/studies/hard_patch_files.h"
#include "study/studies/patch_rule.h"
#include "study/studies/study_scenes.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::hard_patches_test {
namespace {

using test::expectError;
using testing::ElementsAre;
using testing::HasSubstr;

/// Every SR pixel has one value, whatever the image.
SrModel constantModel(double value, int scale = 2) {
    return test::makeModel(
        [value, scale](const torch::Tensor& lr) {
            return at::full_like(test::enlargeByCopying(lr, scale), value, at::kFloat);
        },
        scale);
}

template <typename... Models>
std::vector<SrModel> list(Models... models) {
    std::vector<SrModel> all;
    (all.push_back(std::move(models)), ...);
    return all;
}

Image noise(int side, unsigned seed) {
    std::mt19937 random(seed);
    Image image(side, side);
    for (auto& value : image.values()) {
        value = static_cast<float>(random() % 256U) / 255.0F;
    }
    return image;
}

/// Tiles of 16 pixels a side, each of one grey level of 255.
Image tiles(const std::vector<int>& levels) {
    Image image(16 * static_cast<int>(levels.size()), 16);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                image.at(c, y, x) = static_cast<float>(levels[static_cast<std::size_t>(x) / 16U]) / 255.0F;
            }
        }
    }
    return image;
}

/// Y of two grey levels that are so far apart differs by 219 / 255 of that.
double psnrAtDistance(int levels) {
    return 20.0 * std::log10(255.0 / (219.0 / 255.0 * levels));
}

class HardPatches : public testing::Test {
protected:
    Scene scene(const std::string& name, const Image& image) {
        writeImage(folder_ / name, image);
        return {.image = folder_ / name};
    }

    static MinedPatches mine(const std::vector<SrModel>& models, const std::vector<Scene>& scenes,
                             const MiningOptions& options) {
        return mineHardPatches(models, scenes, options).value();
    }

    test::TemporaryFolder folder_;
};

TEST(Hardness, IsTheSumOfTheRanks) {
    const auto subImage = [](std::size_t number, double mean, double variance) {
        return SubImage{.scene = number, .meanPsnr = mean, .psnrVariance = variance};
    };
    std::vector<SubImage> subImages{subImage(0, 25.0, 9.0), subImage(1, 20.0, 1.0), subImage(2, 22.0, 9.0),
                                    subImage(3, 20.0, 4.0)};
    rankByHardness(subImages);
    std::vector<std::pair<std::size_t, double>> found;
    for (const auto& one : subImages) {
        found.emplace_back(one.scene, one.rankSum);
    }
    // Means have the ranks 4, 1.5, 3, 1.5, variances 1.5, 4, 1.5, 3. Of equal sums the lower mean is first.
    using Rank = std::pair<std::size_t, double>;
    EXPECT_THAT(found, ElementsAre(Rank(3, 4.5), Rank(2, 4.5), Rank(1, 5.5), Rank(0, 5.5)));
}

TEST(Hardness, OfEqualsKeepsTheirOrder) {
    std::vector<SubImage> subImages(3);
    for (std::size_t i = 0; i < subImages.size(); ++i) {
        subImages[i] = {.scene = i, .meanPsnr = 20.0};
    }
    rankByHardness(subImages);
    for (std::size_t i = 0; i < subImages.size(); ++i) {
        EXPECT_EQ(subImages[i].scene, i);
        EXPECT_EQ(subImages[i].rankSum, 4.0);
    }
}

TEST_F(HardPatches, AreThoseOfLowMeanAndHighVariance) {
    const auto models = list(constantModel(0.0), constantModel(0.2));  // 0 and 51 of 255
    const auto mined = mine(models, {scene("tiles.png", tiles({25, 60, 153, 255}))}, {.size = 16, .stride = 16});
    EXPECT_EQ(mined.measured, 4U);
    ASSERT_EQ(mined.hardest.size(), 4U);
    // The product of both distances is largest for 255, then 153, 25 and 60; their ratio for 60, 153, 255 and 25.
    const std::vector<int> levels{255, 153, 60, 25};
    const std::vector<double> sums{4.0, 4.0, 5.0, 7.0};
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto& found = mined.hardest[i];
        EXPECT_EQ(found.place, (Box{.x = std::vector<int>{48, 32, 16, 0}[i], .y = 0, .size = 16}));
        EXPECT_EQ(found.rankSum, sums[i]);
        const double one = psnrAtDistance(levels[i]);
        const double other = psnrAtDistance(std::abs(levels[i] - 51));
        ASSERT_EQ(found.psnr.size(), 2U);
        EXPECT_NEAR(found.psnr[0], one, 1e-5);
        EXPECT_NEAR(found.psnr[1], other, 1e-5);
        EXPECT_NEAR(found.meanPsnr, (one + other) / 2.0, 1e-5);
        EXPECT_NEAR(found.psnrVariance, (one - other) * (one - other) / 4.0, 1e-4);
    }
    const auto two =
        mine(models, {scene("tiles.png", tiles({25, 60, 153, 255}))}, {.size = 16, .stride = 16, .keep = 2});
    ASSERT_EQ(two.hardest.size(), 2U);
    EXPECT_EQ(two.hardest.back().place.x, 32);
}

TEST_F(HardPatches, OfOneNetworkAreThoseOfLowPsnr) {
    const auto mined =
        mine(list(constantModel(0.0)), {scene("tiles.png", tiles({25, 255, 60}))}, {.size = 16, .stride = 16});
    std::vector<int> places;
    for (const auto& found : mined.hardest) {
        places.push_back(found.place.x);
    }
    EXPECT_THAT(places, ElementsAre(16, 32, 0));
}

TEST_F(HardPatches, LieOnTheGridInsideTheImage) {
    // 72 x 80 pixels hold 2 x 2 squares of 48 at multiples of 24, and nothing at 32.
    const auto image = noise(96, 1).cropped({0, 0, 80, 72});
    const auto mined = mine(list(constantModel(0.5)), {scene("a.png", image)}, {.size = 48, .stride = 24});
    EXPECT_EQ(mined.measured, 4U);
}

TEST_F(HardPatches, ThatOverlapAreOne) {
    const auto mined = mine(list(constantModel(0.5)), {scene("a.png", noise(64, 1)), scene("b.png", noise(64, 2))},
                            {.size = 32, .stride = 16});
    EXPECT_EQ(mined.measured, 18U);
    EXPECT_EQ(mined.hardest.size() + mined.nearDuplicates, 18U);
    EXPECT_LE(mined.hardest.size(), 8U);
    for (const auto& one : mined.hardest) {
        for (const auto& other : mined.hardest) {
            const int apart = std::max(std::abs(one.place.x - other.place.x), std::abs(one.place.y - other.place.y));
            EXPECT_TRUE(one.scene != other.scene || apart == 0 || apart >= 32);
        }
    }
}

TEST_F(HardPatches, ThatShowTheSameAreOne) {
    const auto image = noise(128, 1);
    const auto original = image.cropped({32, 32, 64, 64});
    auto pale = original;
    for (auto& value : pale.values()) {
        value = 0.25F + 0.5F * value;
    }
    // LR images have 32 pixels a side: up to 4 of them, 8 HR pixels, are a small shift.
    const std::vector<Scene> scenes{
        scene("original.png", original), scene("pale.png", pale), scene("shifted.png", image.cropped({40, 28, 64, 64})),
        scene("elsewhere.png", image.cropped({56, 32, 64, 64})), scene("other.png", noise(64, 2))};
    const auto mined = mine(list(constantModel(0.5)), scenes, {.size = 64, .stride = 64});
    EXPECT_EQ(mined.measured, 5U);
    EXPECT_EQ(mined.nearDuplicates, 2U);
    std::vector<std::size_t> kept;
    for (const auto& found : mined.hardest) {
        kept.push_back(found.scene);
    }
    EXPECT_EQ(std::ranges::count_if(kept, [](std::size_t number) { return number < 3; }), 1);
    EXPECT_THAT(kept, testing::IsSupersetOf({std::size_t{3}, std::size_t{4}}));
}

TEST_F(HardPatches, PassOverWhatCannotBeMeasured) {
    // Black divided by its mean is NaN.
    auto models =
        list(constantModel(0.5),
             test::makeModel([](const torch::Tensor& lr) { return test::enlargeByCopying(lr / lr.mean(), 2); }, 2));
    const std::vector<Scene> scenes{{.image = folder_.write("broken.png", "no image")},
                                    scene("black.png", Image(32, 32)),
                                    scene("small.png", noise(32, 3).cropped({0, 0, 32, 31})),
                                    scene("good.png", noise(32, 4)),
                                    {.image = folder_ / "absent.png"}};
    const auto mined = mine(models, scenes, {.size = 32, .stride = 32});
    ASSERT_EQ(mined.hardest.size(), 1U);
    EXPECT_EQ(mined.hardest.front().scene, 3U);
    EXPECT_EQ(mined.tooSmall, 1U);
    ASSERT_EQ(mined.skipped.size(), 3U);
    EXPECT_EQ(mined.skipped[0].scene, 0U);
    EXPECT_THAT(mined.skipped[0].why, HasSubstr("broken.png"));
    EXPECT_EQ(mined.skipped[1].scene, 1U);
    EXPECT_THAT(mined.skipped[1].why, HasSubstr("analytic gives NaN"));
    EXPECT_THAT(mined.skipped[2].why, HasSubstr("absent.png"));
}

TEST_F(HardPatches, AreNotThoseThatANetworkRestoresWithoutError) {
    const auto models = list(constantModel(0.0), constantModel(1.0));
    const auto mined = mine(models, {scene("tiles.png", tiles({0, 60, 255}))}, {.size = 16, .stride = 16});
    EXPECT_EQ(mined.flawless, 2U);
    ASSERT_EQ(mined.hardest.size(), 1U);
    EXPECT_EQ(mined.hardest.front().place.x, 16);
    EXPECT_EQ(mined.hardest.front().rankSum, 2.0);
}

TEST_F(HardPatches, AreRefusedInWords) {
    const auto models = list(constantModel(0.5));
    const std::vector<Scene> scenes{scene("a.png", noise(32, 1))};
    const auto refuse = [&](ErrorCode code, const std::vector<std::string>& parts, const std::vector<SrModel>& by,
                            const std::vector<Scene>& in, const MiningOptions& options) {
        expectError(code, parts, [&] { static_cast<void>(mineHardPatches(by, in, options)); });
    };
    constexpr auto wrong = ErrorCode::InvalidArgument;
    refuse(wrong, {"at least one"}, {}, scenes, {.size = 32});
    refuse(wrong, {"at least one"}, models, {}, {.size = 32});
    refuse(wrong, {"one scale"}, list(constantModel(0.5), constantModel(0.5, 4)), scenes, {.size = 32});
    refuse(wrong, {"33x33", "multiple of 2"}, models, scenes, {.size = 33});
    refuse(wrong, {"at least 16"}, models, scenes, {.size = 14});
    refuse(wrong, {"at least 24"}, list(constantModel(0.5, 8)), scenes, {.size = 16});
    refuse(wrong, {"stride"}, models, scenes, {.size = 32, .stride = 0});
    refuse(wrong, {"a.png", "LR image"}, models, {{.image = folder_ / "a.png", .role = ImageRole::Lr}}, {.size = 32});
    refuse(ErrorCode::BadFile, {"1 of 1 images are smaller"}, models, scenes, {.size = 64});
    refuse(ErrorCode::BadFile, {"none.png"}, models, {{.image = folder_ / "none.png"}}, {.size = 32});
}

TEST_F(HardPatches, GiveScenesTheirPlaces) {
    std::vector<Scene> scenes{{.image = "a.png"}, {.image = "b.png", .boxes = {{1, 2, 3}}}, {.image = "c.png"}};
    const std::vector<SubImage> hardest{{.scene = 2, .place = {128, 256, 256}},
                                        {.scene = 0, .place = {0, 0, 64}},
                                        {.scene = 2, .place = {512, 0, 256}}};
    placeHardest(scenes, hardest, 16);
    ASSERT_EQ(scenes.size(), 2U);
    EXPECT_EQ(scenes[0].image, "a.png");
    EXPECT_THAT(scenes[0].boxes, ElementsAre(Box{24, 24, 16}));
    EXPECT_THAT(scenes[1].boxes, ElementsAre(Box{248, 376, 16}, Box{632, 120, 16}));
    expectError(ErrorCode::InvalidArgument, {"65x65"}, [&] { static_cast<void>(middlePatch(hardest[1], 65)); });
}

/// The files of a mined folder.
class MinedFolder : public HardPatches {
protected:
    std::optional<MinedPatches> mineFiles(const std::stop_token& stop = {},
                                          const std::function<void(const MiningProgress&)>& progress = {}) {
        StagedFiles files;
        auto mined =
            addMinedFolder(files, models_, scenes_, {.size = 64, .stride = 64, .keep = 3}, out_, "cpu", stop, progress);
        if (mined) {
            files.commit();
        }
        return mined;
    }

    std::filesystem::path out_ = folder_ / "hard";
    std::vector<SrModel> models_ = list(test::bicubicModel(4), constantModel(0.5, 4));
    std::vector<Scene> scenes_{scene("one_LR.png", noise(128, 1)), scene("two,x4.png", drawScene(128))};
};

TEST_F(MinedFolder, HasTheNumbersOfEvaluate) {
    const auto mined = mineFiles();
    ASSERT_TRUE(mined.has_value());
    ASSERT_EQ(mined->hardest.size(), 3U);
    for (std::size_t network = 0; network < models_.size(); ++network) {
        EvaluateOptions options;
        options.hrFolder = out_;
        options.reduction = Reduction::Pillow;
        const auto evaluation = evaluate(models_[network], options);
        ASSERT_EQ(evaluation->images.size(), 3U);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_THAT(evaluation->images[i].file, HasSubstr(fmt::format("/{}_", i + 1)));
            EXPECT_EQ(evaluation->images[i].quality.psnr, mined->hardest[i].psnr[network]);
        }
    }
}

TEST_F(MinedFolder, TakesThePlaceOfWhatAKilledRunHasLeft) {
    const pid_t ended = ::fork();
    if (ended == 0) {
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(ended, nullptr, 0), ended);
    std::filesystem::create_directory(out_);
    const auto leave = [&](pid_t process) {
        auto file = out_ / fmt::format(".lamscope-{}-4000000000.tmp", process);
        writeFileAtomically(file, std::string_view("part"));
        return file;
    };
    const auto ofNobody = leave(ended);
    const auto ofOneBefore = leave(::getpid());  // process numbers come again
    const auto atWork = leave(::getppid());
    const auto refuses = [&] {
        expectError(ErrorCode::InvalidArgument, {"not empty"}, [&] { checkMinedFolder(out_); });
    };
    refuses();
    EXPECT_TRUE(std::filesystem::exists(ofNobody));
    std::filesystem::remove(atWork);
    const auto own = folder_.write("hard/.lamscope-x-1.tmp", "of somebody");
    refuses();
    std::filesystem::remove(own);
    ASSERT_TRUE(mineFiles().has_value());
    EXPECT_FALSE(std::filesystem::exists(ofNobody));
    EXPECT_FALSE(std::filesystem::exists(ofOneBefore));
    const auto file = folder_.write("file", "");
    expectError(ErrorCode::InvalidArgument, {"is a file"}, [&] { checkMinedFolder(file); });
}

TEST_F(MinedFolder, TellsWhereEachComesFrom) {
    const auto mined = mineFiles();
    const auto rows = csvRows(test::contentOf(out_ / minedTable));
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].front(), "image");
    EXPECT_EQ(rows[0][13], "psnr_y analytic");
    EXPECT_EQ(rows[0][14], "psnr_y analytic-2");
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& found = mined->hardest[i];
        const auto& row = rows[i + 1];
        EXPECT_EQ(row[0], scenes_[found.scene].image.filename());
        EXPECT_EQ(row[4], std::to_string(i + 1));
        const auto crop = readImage(out_ / row[5]).image;
        const auto whole = readImage(row[12]).image;
        const auto expected = whole.cropped({std::stoi(row[6]), std::stoi(row[7]), 64, 64});
        EXPECT_TRUE(std::ranges::equal(crop.values(), expected.values())) << row[5];
        EXPECT_EQ(row[8], "64");
        EXPECT_EQ(std::stod(row[9]), found.meanPsnr);
        EXPECT_EQ(std::stod(row[10]), found.psnrVariance);
    }
    const auto document = nlohmann::json::parse(test::contentOf(out_ / minedDocument));
    EXPECT_EQ(document["options"]["stride"], 64);
    EXPECT_EQ(document["sub_images"], 8);
    EXPECT_EQ(document["networks"].size(), 2U);
}

TEST_F(MinedFolder, IsAListOfPatchesAndAFolderOfImages) {
    const auto mined = mineFiles();
    auto placed = scenes_;
    placeListed(placed, readPatchList(out_ / minedTable), out_ / minedTable);
    auto expected = scenes_;
    placeHardest(expected, mined->hardest, 16);
    EXPECT_EQ(placed, expected);
    EXPECT_EQ(hrScenes({out_.string()}, {}).size(), 3U);  // whatever marks their names had
}

TEST_F(MinedFolder, IsNotThereWhenStopped) {
    for (const bool choosing : {false, true}) {
        std::stop_source source;
        const auto mined = mineFiles(source.get_token(), [&](const MiningProgress& state) {
            if (state.choosing == choosing && state.fraction > 0.3) {
                source.request_stop();
            }
        });
        EXPECT_FALSE(mined.has_value());
        EXPECT_FALSE(std::filesystem::exists(out_)) << choosing;
    }
}

TEST_F(MinedFolder, MustBeEmpty) {
    expectError(ErrorCode::InvalidArgument, {folder_.path().string(), "not empty"},
                [&] { checkMinedFolder(folder_.path()); });
    expectError(ErrorCode::InvalidArgument, {"one_LR.png", "is a file"},
                [&] { checkMinedFolder(folder_ / "one_LR.png"); });
    std::filesystem::create_directory(out_);
    EXPECT_TRUE(mineFiles().has_value());
    expectError(ErrorCode::InvalidArgument, {"hard", "not empty"}, [&] { static_cast<void>(mineFiles()); });
}

}  // namespace
}  // namespace lamscope::hard_patches_test
