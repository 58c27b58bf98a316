// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_plots.h"

#include <cmath>
#include <map>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/sha256.h"
#include "study/studies/image_experiment.h"
#include "study/studies/study_pictures.h"
#include "study/studies/study_places.h"
#include "study/studies/study_report.h"
#include "study/studies/study_run.h"
#include "support/expect_error.h"
#include "support/filled_study.h"
#include "support/study_rows.h"

namespace lamscope::study_plots_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using Hyperparameters = std::vector<std::pair<std::string, std::string>>;

ModelCard cardOf(const Hyperparameters& hyperparameters, std::int64_t parameters) {
    ModelCard card;
    card.architecture = "Made";
    card.hyperparameters = hyperparameters;
    card.parameters = parameters;
    return card;
}

class Plots : public testing::Test {
protected:
    void fill(const std::vector<std::vector<double>>& di, const std::vector<std::vector<double>>& psnr,
              const std::vector<ModelCard>& cards = {}) {
        test::fillStudy(folder_, file_, di, psnr, cards);
        store_.emplace(file_, StudyStore::Access::Read);
        networks_ = networkNumbers(*store_);
    }

    [[nodiscard]] std::optional<StudyPlot> plotNamed(const std::string& name,
                                                     const StudyPlotSettings& settings = {}) const {
        for (auto& plot : studyPlots(*store_, networks_, settings)) {
            if (plot.name == name) {
                return plot;
            }
        }
        return std::nullopt;
    }

    test::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_ / "study.sqlite";
    std::optional<StudyStore> store_;
    std::vector<NetworkNumbers> networks_;
};

std::vector<double> xOf(const StudyPlot& plot) {
    std::vector<double> values;
    for (const auto& point : plot.points) {
        values.push_back(point.x);
    }
    return values;
}

std::vector<double> yOf(const StudyPlot& plot) {
    std::vector<double> values;
    for (const auto& point : plot.points) {
        values.push_back(point.y);
    }
    return values;
}

TEST_F(Plots, QualityIsOverTheGeometricMeanOfDi) {
    // Geometric means 4, 8, 16 and 32: a dB more each.
    fill({{2.0, 8.0}, {4.0, 16.0}, {16.0, 16.0}, {64.0, 16.0}},
         {{19.0, 21.0}, {21.0, 21.0}, {22.0, 22.0}, {22.0, 24.0}});
    const auto plot = plotNamed("psnr_over_di");
    ASSERT_TRUE(plot);
    EXPECT_TRUE(plot->x.logarithmic);
    EXPECT_FALSE(plot->y.logarithmic);
    EXPECT_TRUE(plot->namesAtPoints);
    EXPECT_THAT(plot->networks, ElementsAre("N0", "N1", "N2", "N3"));
    EXPECT_THAT(xOf(*plot), ElementsAre(testing::DoubleNear(4.0, 1e-12), testing::DoubleNear(8.0, 1e-12),
                                        testing::DoubleNear(16.0, 1e-12), testing::DoubleNear(32.0, 1e-12)));
    EXPECT_THAT(yOf(*plot), ElementsAre(20.0, 21.0, 22.0, 23.0));
    EXPECT_NEAR(*plot->correlation->slope, 1.0 / std::log(2.0), 1e-12);
    EXPECT_NEAR(*plot->correlation->intercept, 18.0, 1e-12);
    EXPECT_THAT(numbersOf(*plot), ElementsAre("r = +1.00, p < 0.001", "ρ = +1.00, p < 0.001", "n = 4 networks"));
    const auto ssim = plotNamed("ssim_over_di");  // constant: no coefficient is defined
    ASSERT_TRUE(ssim);
    EXPECT_THAT(numbersOf(*ssim), ElementsAre("n = 4 networks"));
}

TEST_F(Plots, NetworksKeepTheirPlacesInTheDescriptionWhateverTheirDi) {
    fill({{4.0, 5.0}, {1.0, 1.5}, {2.0, 3.0}}, {{20.0, 20.0}, {21.0, 22.0}, {22.0, 24.0}});
    const auto plot = plotNamed("psnr_over_di");
    ASSERT_TRUE(plot);
    EXPECT_THAT(plot->networks, ElementsAre("N1", "N2", "N0"));
    EXPECT_THAT(plot->places, ElementsAre(1U, 2U, 0U));
    const auto pair = plotNamed("pair_1");
    ASSERT_TRUE(pair);
    ASSERT_EQ(pair->places.size(), 1U);
    EXPECT_EQ("N" + std::to_string(pair->places.front()), pair->networks.front());
}

TEST_F(Plots, NetworksThatTheDescriptionDoesNotNameFollowByTheirNames) {
    fill({{1.0}, {2.0}}, {{20.0}, {21.0}});
    const auto description = descriptionIn(*store_);
    EXPECT_EQ(placesOfNetworks(description, {"Z", "N1", "A", "N0"}),
              (std::map<std::string, std::size_t>{{"N0", 0}, {"N1", 1}, {"A", 2}, {"Z", 3}}));
    EXPECT_EQ(placesOfNetworks({}, {"b", "a"}), (std::map<std::string, std::size_t>{{"a", 0}, {"b", 1}}));
}

TEST_F(Plots, FewNetworksHaveNoProbability) {
    fill({{1.0}, {2.0}, {4.0}}, {{22.0}, {21.0}, {20.0}});
    EXPECT_THAT(numbersOf(*plotNamed("psnr_over_di")), ElementsAre("r = −1.00", "ρ = −1.00", "n = 3 networks"));
    EXPECT_FALSE(plotNamed("di_over_images"));  // one image
    EXPECT_FALSE(plotNamed("pair_1"));
}

TEST_F(Plots, OneNetworkIsNoPlot) {
    fill({{1.0, 2.0}}, {{22.0, 21.0}});
    EXPECT_FALSE(plotNamed("psnr_over_di"));
    EXPECT_TRUE(plotNamed("di_over_images"));
}

TEST_F(Plots, SizesComeFromTheCards) {
    fill({{1.0}, {2.0}, {4.0}, {8.0}, {16.0}}, {{20.0}, {20.0}, {20.0}, {20.0}, {20.0}},
         {cardOf({}, 0), cardOf({{"features", "16"}, {"mapping layers", "4"}}, 1000),
          cardOf({{"features", "64"}, {"residual groups", "10"}, {"blocks per group", "20"}}, 2000),
          cardOf({{"embedding", "60"}, {"depths", "6 6 6 6"}}, 4000), cardOf({{"features", "64-32"}}, 8000)});
    const auto width = plotNamed("di_over_width");
    ASSERT_TRUE(width);
    EXPECT_THAT(xOf(*width), ElementsAre(16.0, 64.0, 60.0));
    EXPECT_THAT(yOf(*width), ElementsAre(2.0, 4.0, 8.0));
    EXPECT_THAT(width->remark, AllOf(HasSubstr("N0, N4"), testing::Not(HasSubstr("N1"))));
    const auto depth = plotNamed("di_over_depth");
    ASSERT_TRUE(depth);
    EXPECT_THAT(xOf(*depth), ElementsAre(4.0, 200.0, 24.0));
    EXPECT_THAT(xOf(*plotNamed("di_over_parameters")), ElementsAre(1000.0, 2000.0, 4000.0, 8000.0));
}

TEST_F(Plots, SizesThatAreNotStatedOrAllEqualAreLeftOut) {
    const auto card = cardOf({{"features", "64"}}, 1000);
    fill({{1.0}, {2.0}, {4.0}}, {{20.0}, {21.0}, {22.0}}, {card, card});
    for (const auto* name : {"di_over_width", "di_over_depth", "di_over_parameters"}) {
        EXPECT_FALSE(plotNamed(name)) << name;
    }
}

TEST_F(Plots, ImagesAreRankedByTheirMeanDi) {
    //       mean: 5,  2,   9,   3,   4,   8,   6
    fill({{4.0, 1.0, 8.0, 2.0, 3.0, 7.0, 5.0}, {6.0, 3.0, 10.0, 4.0, 5.0, 9.0, 7.0}},
         {{20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0}, {20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0}});
    const auto plot = plotNamed("di_over_images");
    ASSERT_TRUE(plot);
    EXPECT_FALSE(plot->namesAtPoints);
    EXPECT_FALSE(plot->correlation);
    EXPECT_THAT(xOf(*plot), ElementsAre(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7));
    EXPECT_THAT(yOf(*plot), ElementsAre(1, 3, 2, 4, 3, 5, 4, 6, 5, 7, 7, 9, 8, 10));
    std::vector<std::string> shown;
    for (const auto& image : plot->images) {
        shown.push_back(std::filesystem::path(image.file).stem().string());
    }
    EXPECT_THAT(shown, ElementsAre("scene68", "scene76", "scene80", "scene88", "scene84", "scene72"));
    EXPECT_EQ(plot->images.back().x, 7.0);

    std::erase_if(networks_[1].images,
                  [&](const ImageNumbers& image) { return image.image == plot->images.front().image; });
    const auto partial = plotNamed("di_over_images");
    EXPECT_EQ(partial->points.size(), 12U);
    EXPECT_THAT(partial->remark, HasSubstr("Without 1 image "));
}

TEST_F(Plots, VeryManyPointsAreThinnedOut) {
    fill({{1.0}, {2.0}}, {{20.0}, {21.0}});
    for (auto& network : networks_) {
        for (int i = 2; i <= 12000; ++i) {
            network.images.push_back(
                {.image = i, .di = static_cast<double>(i), .psnrY = {}, .psnrRgb = {}, .ssim = {}});
        }
    }
    const auto plot = plotNamed("di_over_images");
    ASSERT_TRUE(plot);
    EXPECT_LE(plot->points.size(), 10000U);
    EXPECT_GE(plot->points.size(), 5000U);
    EXPECT_EQ(plot->points.front().x, 1.0);
    EXPECT_EQ(plot->points.back().x, 12000.0);
    EXPECT_EQ(plot->images.size(), 6U);
    EXPECT_THAT(plot->remark, HasSubstr("One image of 3 "));
}

TEST_F(Plots, PairsAreImageByImage) {
    fill({{4.0, 8.0, 6.0, 5.0}, {1.0, 2.0, 3.0, 3.0}}, {{20.0, 21.0, 25.0, 19.0}, {19.0, 17.0, 24.0, 18.5}});
    const auto plot = plotNamed("pair_1");
    ASSERT_TRUE(plot);
    EXPECT_EQ(plot->title, "N0 minus N1");
    EXPECT_THAT(plot->networks, ElementsAre("N0"));
    EXPECT_THAT(xOf(*plot), ElementsAre(3.0, 6.0, 3.0, 2.0));
    EXPECT_THAT(yOf(*plot), ElementsAre(1.0, 4.0, 1.0, 0.5));
    // Deviations −½, 2½, −½, −1½ and −⅝, 2⅜, −⅝, −1⅛: r² = 8.25² / (9 · 7.6875).
    EXPECT_NEAR(*plot->correlation->pearson, 8.25 / std::sqrt(9.0 * 7.6875), 1e-12);
    EXPECT_EQ(numbersOf(*plot).back(), "n = 4 images");
    EXPECT_THAT(xOf(*plotNamed("pair_1", {.pairs = {{"N1", "N0"}}})), ElementsAre(-3.0, -6.0, -3.0, -2.0));
    test::expectError(ErrorCode::InvalidArgument, {"N7", "N0"}, [&] {
        static_cast<void>(plotNamed("pair_1", {.pairs = {{"N1", "N7"}}}));
    });
}

TEST_F(Plots, ReportShowsWhatIsDrawnAndKeepsThePoints) {
    fill({{1.0, 1.0}, {2.0, 2.0}, {4.0, 4.0}}, {{20.0, 20.0}, {21.0, 21.0}, {22.0, 22.0}});
    StagedFiles files;
    StudyReportSettings settings{.command = "the command"};
    settings.draw = [](StagedFiles& /*files*/, const StudyPlot& plot, const std::filesystem::path& stem) {
        return ReportFigure{
            .title = plot.title, .files = {stem.string() + ".pdf", stem.string() + ".svg"}, .remarks = {"A remark."}};
    };
    settings.figures = {{.title = "Maps", .files = {folder_ / "r/plots/maps.png"}}};
    const auto text = addStudyReport(files, *store_, settings, folder_ / "r");
    files.commit();
    EXPECT_THAT(text, AllOf(HasSubstr("![PSNR over DI](<plots/psnr_over_di.svg>)"),
                            HasSubstr("(<plots/psnr_over_di.pdf>)"), HasSubstr("A remark."),
                            HasSubstr("PSNR \\[dB\\] over DI (geometric mean): r = +1.00; ρ = +1.00; n = 3 networks"),
                            HasSubstr("![Maps](<plots/maps.png>)")));
    EXPECT_EQ(test::contentOf(folder_ / "r/plots/psnr_over_di.csv").substr(0, 27), "network,image,x,y\nN0,,1,20\n");
    EXPECT_THAT(test::contentOf(folder_ / "r/plots/di_over_images.csv"), HasSubstr("scene64.png,1,1\n"));
}

TEST_F(Plots, AreDrawnWhileTheStoreCanBeWritten) {
    fill({{1.0, 1.0}, {2.0, 2.0}}, {{20.0, 20.0}, {21.0, 21.0}});
    StagedFiles files;
    StudyReportSettings settings{.command = "the command"};
    std::size_t drawn = 0;
    settings.draw = [&](StagedFiles& /*files*/, const StudyPlot& plot, const std::filesystem::path& /*stem*/) {
        ++drawn;
        test::change(file_, "UPDATE study SET version = version");  // there is no write-ahead log
        return ReportFigure{.title = plot.title};
    };
    EXPECT_NO_THROW(static_cast<void>(addStudyReport(files, *store_, settings, folder_ / "r")));
    EXPECT_GT(drawn, 0U);
}

TEST(StudyPictures, ShowTheSurroundingsOfThePatch) {
    const test::TemporaryFolder folder;
    auto description = test::smallStudy(folder, {300, 64}, {"bicubic"});
    const auto file = folder / "study.sqlite";
    {
        StudyStore store(file, StudyStore::Access::Write);
        static_cast<void>(runStudy(planStudy(description, folder.path()), store));
    }
    const StudyStore store(file, StudyStore::Access::Read);
    std::filesystem::remove(folder / "scene64.png");
    const auto plots = studyPlots(store, networkNumbers(store));
    const auto images = std::ranges::find(plots, "di_over_images", &StudyPlot::name);
    ASSERT_NE(images, plots.end());
    const auto pictures = picturesOf(store, *images);
    ASSERT_EQ(pictures.size(), 2U);
    const bool largeFirst = images->images.front().file.ends_with("scene300.png");
    const auto& large = pictures[largeFirst ? 0 : 1];
    const auto& missing = pictures[largeFirst ? 1 : 0];
    EXPECT_EQ(large.picture.width(), 128);  // 256 pixels, halved
    ASSERT_TRUE(large.patch);
    EXPECT_EQ(*large.patch, (Rect{60, 60, 8, 8}));  // 16 pixels in the middle of them
    EXPECT_TRUE(missing.picture.empty());
    EXPECT_THAT(missing.trouble, HasSubstr("scene64.png"));
}

TEST(StudyImages, AreExperimentsOfTheirOwn) {
    const test::TemporaryFolder folder;
    const auto file = folder / "study.sqlite";
    const auto description = test::smallStudy(folder, {64, 72, 80}, {"bicubic:name=Four", "bicubic:scale=2,name=Two"});
    {
        StudyStore store(file, StudyStore::Access::Write);
        static_cast<void>(runStudy(planStudy(description, folder.path()), store));
    }
    const StudyStore store(file, StudyStore::Access::Read);
    const auto networks = networkNumbers(store);
    const std::vector<std::string> names{"scene72", "scene64.png"};
    const auto experiment = experimentOfImages(store, networks, names);
    ASSERT_EQ(experiment.scenes.size(), 2U);
    EXPECT_EQ(experiment.scenes.front().image.filename(), "scene72.png");
    EXPECT_THAT(experiment.scenes.front().boxes, ElementsAre(Box{.x = 28, .y = 28, .size = 16}));
    EXPECT_EQ(experiment.scenes.front().sha256, sha256OfFile(folder / "scene72.png"));  // as it was measured
    ASSERT_EQ(experiment.networks.size(), 2U);
    EXPECT_EQ(experiment.networks.front().spec.settings.name, networks.front().name);
    EXPECT_EQ(experiment.options, description.experiment.options);
    test::expectError(ErrorCode::InvalidArgument, {"'absent'"}, [&] {
        static_cast<void>(experimentOfImages(store, networks, std::vector<std::string>{"absent"}));
    });
}

}  // namespace
}  // namespace lamscope::study_plots_test
