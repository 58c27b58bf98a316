// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/features/feature_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <torch/script.h>

#include "image/image_file.h"
#include "study/features/feature_pictures.h"
#include "support/expect_error.h"
#include "support/portable_numbers.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope::feature_run_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A picture of waves, edges and noise.
Image pictureOf(int width, int height, const std::string& name) {
    Image image(width, height);
    const auto seed = test::portableSeed(name);
    std::uint32_t n = 0;
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const double wave = std::sin((0.05 + 0.2 * std::abs(test::portableNumber(seed, 1))) * x + 0.11 * y + c);
                const double edge = (x / 13 + y / 17) % 2 == 0 ? 0.15 : -0.15;
                image.at(c, y, x) =
                    static_cast<float>(0.5 + 0.2 * wave + edge + 0.08 * test::portableNumber(seed, n++));
            }
        }
    }
    return image;
}

class FeatureRuns : public testing::Test {
protected:
    void SetUp() override {
        for (int i = 0; i < 5; ++i) {
            const auto file = folder_ / ("hr" + std::to_string(i) + ".png");
            writeImage(file, pictureOf(200, 170, "hr" + std::to_string(i)));
            images_.push_back(file);
        }
        input_.networks = {test::specOf("models/fsrcnn-s/fsrcnn-s_x4.safetensors")};
        input_.source.hr = images_;
        input_.source.degradations = namedDegradations(std::vector<std::string>{"blur:2", "noisy=noise:20"});
    }

    /// A folder of patches.
    std::string folderOf(const std::string& name, int count, int side, const std::string& prefix = "p") {
        std::filesystem::create_directory(folder_ / name);
        for (int i = 0; i < count; ++i) {
            writeImage(folder_ / name / (prefix + std::to_string(100 + i) + ".png"),
                       pictureOf(side, side, name + std::to_string(i)));
        }
        return (folder_ / name).string();
    }

    static SrgaOptions smallSrga() { return {.patches = 100, .patch = 8, .replicates = 3}; }
    static DdrOptions smallDdr() { return {.patches = 12, .patch = 8, .permutations = 49}; }

    test::TemporaryFolder folder_;
    std::vector<std::filesystem::path> images_;
    FeatureRunInput input_;
};

TEST_F(FeatureRuns, PatchesLieSideBySideAndAreSpreadOverTheImages) {
    PatchSource source = input_.source;
    source.patches = 13;
    source.side = 8;
    const auto sets = makePatchSets(source, 4).value();
    ASSERT_EQ(sets.sets.size(), 2U);
    EXPECT_EQ(sets.sets[0].recipe, "blur:2");
    EXPECT_EQ(sets.sets[1].name, "noisy");
    EXPECT_EQ(sets.hr.size(), 13U);
    EXPECT_EQ(sets.sets[0].patches, 13U);
    EXPECT_EQ(sets.sets[0].width, 8);
    EXPECT_TRUE(sets.contentShared);
    EXPECT_TRUE(sets.warnings.empty());
    std::set<std::string> names;
    std::map<std::string, int> ofImage;
    for (const auto& patch : sets.hr) {
        EXPECT_EQ(patch.width(), 32);
        names.insert(patch.file);
        ++ofImage[patch.file.substr(0, 3)];
    }
    EXPECT_EQ(names.size(), 13U);
    for (const auto& [image, count] : ofImage) {
        EXPECT_GE(count, 2) << image;
        EXPECT_LE(count, 3) << image;
    }
    const auto again = makePatchSets(source, 4).value();
    EXPECT_TRUE(std::ranges::equal(again.lr[1][12].values(), sets.lr[1][12].values()));
    source.seed = 7;
    const auto others = makePatchSets(source, 4).value();
    EXPECT_FALSE(std::ranges::equal(others.hr, sets.hr, {}, &Image::file, &Image::file));
}

TEST_F(FeatureRuns, SayHowManyPatchesTheImagesHold) {
    PatchSource source = input_.source;
    source.patches = 1000;
    source.side = 8;
    const auto sets = makePatchSets(source, 4).value();
    EXPECT_EQ(sets.hr.size(), 5U * 6U * 5U);
    EXPECT_THAT(sets.warnings, testing::ElementsAre(testing::AllOf(
                                   HasSubstr("1000"), HasSubstr("there are 150: no more squares of 32x32"))));
    EXPECT_EQ(patchPlaces(200, 170, 32).size(), 30U);
    EXPECT_EQ(patchPlaces(200, 170, 32).front(), (Rect{4, 5, 32, 32}));
    EXPECT_TRUE(patchPlaces(31, 200, 32).empty());
    source.side = 64;
    test::expectError(ErrorCode::InvalidArgument, {"none of the 5", "64x64", "256x256"},
                      [&] { static_cast<void>(makePatchSets(source, 4)); });
}

TEST_F(FeatureRuns, SrgaGivesADocument) {
    std::vector<std::string> steps;
    auto document = runSrga(input_, smallSrga(), {}, [&](const FeatureRunProgress& state) {
                        EXPECT_GE(state.share, 0.0);
                        EXPECT_LE(state.share, 1.0);
                        if (steps.empty() || steps.back() != state.step) {
                            steps.push_back(state.step);
                        }
                    }).value();
    EXPECT_THAT(steps, testing::ElementsAre("features of clean", "features of blur:2", "features of noisy", "bands"));
    ASSERT_EQ(document.sets.size(), 3U);
    EXPECT_EQ(document.sets.front().name, "clean");
    EXPECT_EQ(document.components, 37U);
    const auto& result = document.results.front();
    EXPECT_FALSE(result.addsInput);
    ASSERT_EQ(result.comparison.indices.size(), 2U);
    EXPECT_GT(result.comparison.indices[1].srga.value(), result.comparison.floor.value().p90);
    EXPECT_LT(result.psnr[2].value(), result.psnr[0].value());
    EXPECT_GT(result.psnr[2].value(), 10.0);

    addSrgaWarnings(document);
    const auto parsed = json::parse(toJson(document));
    EXPECT_EQ(parsed.at("results")[0].at("index")[1].at("name"), "noisy");
    EXPECT_EQ(parsed.at("results")[0].at("index")[1].at("band").size(), 2U);
    EXPECT_EQ(parsed.at("results")[0].at("reference"), "clean");
    EXPECT_EQ(parsed.at("results")[0].at("sets")[2].at("name"), "noisy");
    EXPECT_EQ(parsed.at("sets")[1].at("recipe"), "blur:2");
    EXPECT_EQ(parsed.at("sets")[1].at("patch_side"), 8);
    EXPECT_EQ(parsed.at("options").at("components"), 37);
    EXPECT_EQ(parsed.at("options").at("reduce"), "pillow");
    EXPECT_EQ(std::ranges::count(toCsv(document), '\n'), 3);
    EXPECT_THAT(toText(document), HasSubstr("noisy"));
    const auto picture = drawSrga(document);
    EXPECT_GT(picture.width(), 600);

    const auto again = runSrga(input_, smallSrga()).value();
    EXPECT_EQ(again.results.front().comparison.indices[0].srga, result.comparison.indices[0].srga);
}

TEST_F(FeatureRuns, SrgaOfTheReferenceItselfIsZeroAndSaid) {
    input_.source.hr.clear();
    input_.source.degradations.clear();
    const auto folder = folderOf("set", 100, 8);
    input_.source.folders = namedFolders({"reference=" + folder, "again=" + folder});
    const auto document = runSrga(input_, smallSrga()).value();
    EXPECT_EQ(document.results.front().comparison.indices[0].srga, 0.0);
    EXPECT_THAT(document.warnings, testing::Contains(HasSubstr("again holds the same patches as the reference")));
    EXPECT_THAT(document.warnings, testing::Contains(HasSubstr("advise more than 300")));
    EXPECT_EQ(document.results.front().psnr[0], std::nullopt);
}

TEST_F(FeatureRuns, SrgaSaysWhenASetHasNoSpread) {
    input_.source.hr.clear();
    input_.source.degradations.clear();
    const auto folder = folderOf("set", 100, 8);
    std::filesystem::create_directory(folder_ / "flat");
    for (int i = 0; i < 100; ++i) {
        writeImage(folder_ / "flat" / (std::to_string(100 + i) + ".png"), Image(8, 8));
    }
    input_.source.folders = namedFolders({folder, "flat=" + (folder_ / "flat").string()});
    const auto document = runSrga(input_, smallSrga()).value();
    const auto& result = document.results.front();
    EXPECT_EQ(result.comparison.indices[0].srga, std::nullopt);
    EXPECT_THAT(result.warnings, testing::Contains(testing::AllOf(HasSubstr("flat"), HasSubstr("no spread"))));
    EXPECT_THAT(document.warnings, testing::Contains(HasSubstr("99 of the 100 patches of flat are equal")));
    EXPECT_THAT(document.warnings, testing::Contains(HasSubstr("bands are of half-samples")));
    EXPECT_THAT(toJson(document), HasSubstr("\"srga\": null"));
}

TEST_F(FeatureRuns, SrgaRefusesSetsThatCannotBeCompared) {
    auto input = input_;
    input.source.hr.clear();
    input.source.degradations.clear();
    input.source.folders = namedFolders({folderOf("a", 100, 8), folderOf("b", 99, 8)});
    test::expectError(ErrorCode::InvalidArgument, {"b has 99", "100", "not comparable"},
                      [&] { static_cast<void>(runSrga(input, smallSrga())); });
    input.source.folders = namedFolders({folderOf("a", 100, 8), folderOf("c", 100, 10)});
    test::expectError(ErrorCode::InvalidArgument, {"10x10", "8x8", "one size"},
                      [&] { static_cast<void>(runSrga(input, smallSrga())); });
    auto options = smallSrga();
    options.components = 100;
    test::expectError(ErrorCode::InvalidArgument, {"100 components", "fewer than patches"},
                      [&] { static_cast<void>(runSrga(input_, options)); });
    options = smallSrga();
    options.tap = "mapping.99";
    test::expectError(ErrorCode::InvalidArgument, {"mapping.99", "nearest"},
                      [&] { static_cast<void>(runSrga(input_, options)); });
    options = smallSrga();
    options.patch = 32;  // 1 x 1 places an image
    test::expectError(ErrorCode::InvalidArgument, {"5 patches", "at least 100"},
                      [&] { static_cast<void>(runSrga(input_, options)); });
    input_.source.degradations.clear();
    test::expectError(ErrorCode::InvalidArgument, {"nothing to compare"},
                      [&] { static_cast<void>(runSrga(input_, smallSrga())); });
    test::expectError(ErrorCode::InvalidArgument, {"two sets have the name"}, [] {
        static_cast<void>(namedFolders({"x=/a", "x=/b"}));
    });
}

TEST_F(FeatureRuns, OutputsAreNotInputs) {
    input_.outputs = {images_[2]};
    test::expectError(ErrorCode::InvalidArgument, {"hr2.png"},
                      [&] { static_cast<void>(runSrga(input_, smallSrga())); });
    test::expectError(ErrorCode::InvalidArgument, {"hr2.png"}, [&] { static_cast<void>(runDdr(input_, smallDdr())); });
}

TEST_F(FeatureRuns, DdrGivesADocument) {
    input_.source.degradations = namedDegradations(std::vector<std::string>{"clean", "blur:2", "noisy=noise:40"});
    auto options = smallDdr();
    options.embed = DdrEmbedding::Tsne;
    options.perplexity = 5.0;
    options.iterations = 250;
    options.starts = 2;
    const auto document = runDdr(input_, options).value();
    EXPECT_TRUE(document.contentShared);
    EXPECT_EQ(document.labels.size(), 36U);
    const auto& taps = document.results.front().taps;
    ASSERT_GE(taps.size(), 4U);
    EXPECT_EQ(taps.front().key, "LR");
    EXPECT_LT(taps.front().ratioFeatures, 1.0);
    EXPECT_EQ(taps.back().key, "SR");
    const auto parsed = json::parse(toJson(document));
    EXPECT_EQ(parsed.at("classes")[2].at("recipe"), "noise:40");
    EXPECT_EQ(parsed.at("content_shared"), true);
    const auto& tap = parsed.at("results")[0].at("taps")[1];
    EXPECT_EQ(tap.at("points").size(), 36U);
    EXPECT_EQ(tap.at("points")[35][0], 2);
    EXPECT_EQ(tap.at("points")[35][1], 11);
    EXPECT_EQ(tap.at("pairs")[0].at("b"), "blur:2");
    EXPECT_EQ(tap.at("tsne").at("ch_range").size(), 2U);
    EXPECT_EQ(tap.at("explained").size(), 10U);
    EXPECT_EQ(std::ranges::count(toCsv(document), '\n'), static_cast<std::ptrdiff_t>(taps.size() + 1));
    EXPECT_THAT(toText(document), HasSubstr("CH t-SNE"));
    EXPECT_GT(drawDdr(document).width(), 800);
}

TEST_F(FeatureRuns, DdrOfEqualClassesIsZeroAndOfEqualFeaturesIsNotThere) {
    input_.source.hr.clear();
    input_.source.degradations.clear();
    const auto folder = folderOf("set", 6, 8);
    input_.source.folders = namedFolders({"a=" + folder, "b=" + folder});
    const auto document = runDdr(input_, smallDdr()).value();
    EXPECT_NEAR(document.results.front().taps[1].ratioFeatures, 0.0, 1e-9);
    std::filesystem::create_directory(folder_ / "flat");
    for (int i = 0; i < 4; ++i) {
        writeImage(folder_ / "flat" / (std::to_string(i) + ".png"), Image(8, 8));
    }
    input_.source.folders = namedFolders({"a=" + (folder_ / "flat").string(), "b=" + (folder_ / "flat").string()});
    const auto flat = runDdr(input_, smallDdr()).value();
    EXPECT_THAT(flat.results.front().warnings, testing::Contains(HasSubstr("no spread inside the classes")));
    EXPECT_THAT(toJson(flat), HasSubstr("\"features\": null"));
}

TEST_F(FeatureRuns, DdrOfFoldersWithoutCommonNamesShufflesFreely) {
    input_.source.hr.clear();
    input_.source.degradations.clear();
    input_.source.folders = namedFolders({folderOf("a", 6, 8), folderOf("b", 5, 8, "q")});
    const auto document = runDdr(input_, smallDdr()).value();
    EXPECT_FALSE(document.contentShared);
    EXPECT_EQ(document.labels.size(), 11U);
    EXPECT_THAT(document.warnings, testing::Contains(HasSubstr("labels are shuffled among all patches")));
    EXPECT_THAT(document.warnings,
                testing::Contains(testing::AllOf(HasSubstr("/b holds 5 files"), HasSubstr("/a holds 6"),
                                                 HasSubstr("of which 0 have the same names"))));
}

TEST_F(FeatureRuns, DdrRefusesWhatCannotBe) {
    auto one = input_;
    one.source.degradations.resize(1);
    test::expectError(ErrorCode::InvalidArgument, {"at least two classes of two patches"},
                      [&] { static_cast<void>(runDdr(one, smallDdr())); });
    auto options = smallDdr();
    options.embed = DdrEmbedding::Tsne;
    test::expectError(ErrorCode::InvalidArgument, {"perplexity", "24 patches", "7.6"},
                      [&] { static_cast<void>(runDdr(input_, options)); });
    options = smallDdr();
    options.taps = "LR,nowhere";
    test::expectError(ErrorCode::InvalidArgument, {"nowhere", "nearest"},
                      [&] { static_cast<void>(runDdr(input_, options)); });
    auto single = input_;
    single.source.hr.clear();
    single.source.degradations.clear();
    single.source.folders = namedFolders({folderOf("a", 3, 8), folderOf("d", 1, 8)});
    test::expectError(ErrorCode::InvalidArgument, {"at least two classes of two patches", "d of 1 patch"},
                      [&] { static_cast<void>(runDdr(single, smallDdr())); });
}

TEST(RatioText, HasNoExponents) {
    EXPECT_EQ(ratioText(0.0001), "0.00");
    EXPECT_EQ(ratioText(1.234), "1.23");
    EXPECT_EQ(ratioText(45.67), "45.7");
    EXPECT_EQ(ratioText(1070.3), "1070");
    EXPECT_EQ(ratioText(std::numeric_limits<double>::infinity()), "inf");
    EXPECT_EQ(ratioText(std::numeric_limits<double>::quiet_NaN()), "-");
}

TEST_F(FeatureRuns, StopWithinTheFeatures) {
    std::stop_source source;
    const auto stop = [&](const FeatureRunProgress& /*state*/) { source.request_stop(); };
    EXPECT_FALSE(runSrga(input_, smallSrga(), source.get_token(), stop).has_value());
    std::stop_source second;
    EXPECT_FALSE(runDdr(input_, smallDdr(), second.get_token(), [&](const FeatureRunProgress& /*state*/) {
                     second.request_stop();
                 }).has_value());
}

TEST_F(FeatureRuns, ANetworkThatFailsDoesNotLoseTheOthers) {
    torch::jit::Module network("Network");
    network.register_parameter("weight", 0.1 * torch::ones({48, 3, 3, 3}), false);
    network.define(R"(
def forward(self, x):
    assert x.size(0) <= 4
    return torch.pixel_shuffle(torch.conv2d(x, self.weight, None, [1, 1], [1, 1]), 4)
)");
    network.save((folder_ / "failing.pt").string());
    const auto failing = test::specOf(folder_ / "failing.pt", ":scale=4,range=1");
    input_.networks = {failing, input_.networks.front(), failing};
    auto options = smallDdr();
    options.taps = "SR";
    const auto document = runDdr(input_, options).value();
    EXPECT_EQ(document.results.size(), 1U);
    EXPECT_THAT(document.warnings, testing::Contains(testing::AllOf(HasSubstr("failing"), HasSubstr("is left out"))));
    input_.networks = {failing};
    test::expectError(ErrorCode::ModelFailure, {"failing"}, [&] { static_cast<void>(runDdr(input_, options)); });
}

TEST_F(FeatureRuns, AWrongTapIsRefusedBeforeImagesAreRead) {
    input_.source.hr = {folder_ / "missing.png"};
    auto options = smallSrga();
    options.tap = "mapping.99";
    test::expectError(ErrorCode::InvalidArgument, {"mapping.99", "nearest"},
                      [&] { static_cast<void>(runSrga(input_, options)); });
    auto ddr = smallDdr();
    ddr.taps = "LR,nowhere";
    test::expectError(ErrorCode::InvalidArgument, {"nowhere", "nearest"},
                      [&] { static_cast<void>(runDdr(input_, ddr)); });
}

TEST_F(FeatureRuns, SrgaTellsOfOtherTapsThatTheInputIsAdded) {
    LAMSCOPE_NEED_DATA(file, "weights/pan_x4.pth");
    input_.networks = {test::specOf(file)};
    auto options = smallSrga();
    options.replicates = 0;
    options.tap = "conv_first";
    const auto first = runSrga(input_, options).value();
    EXPECT_TRUE(first.results[0].addsInput);
    EXPECT_THAT(first.results[0].warnings, testing::Contains(HasSubstr("'conv_first'")));
    options.tap = "SR";
    EXPECT_FALSE(runSrga(input_, options).value().results[0].addsInput);
}

TEST_F(FeatureRuns, NetworksOfOtherScalesAreSaidNotToBeComparable) {
    input_.networks.push_back(ModelSpec::parse("bicubic:scale=2"));
    auto options = smallSrga();
    options.tap = "SR";
    const auto document = runSrga(input_, options).value();
    EXPECT_THAT(document.results[1].warnings, testing::Contains(HasSubstr("not comparable")));
    const auto table = srgaTable(document);
    const std::vector<std::string> headings(table[0].begin(), table[0].begin() + 9);
    EXPECT_THAT(headings, testing::ElementsAre("network", "scale", "colours", "tap", "adds input", "blur:2 (x4, Y)",
                                               "blur:2 (x2, RGB)", "noisy (x4, Y)", "noisy (x2, RGB)"));
    EXPECT_EQ(table[1][6], "-");
    EXPECT_NE(table[1][5], "-");
    EXPECT_EQ(table[2][5], "-");
    EXPECT_EQ(table[2][1], "2");
    EXPECT_THAT(toCsv(document), HasSubstr("network,scale,colours,tap"));
}

}  // namespace
}  // namespace lamscope::feature_run_test
