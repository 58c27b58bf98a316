// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <set>
#include <stop_token>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/npy.h"
#include "base/sha256.h"
#include "bench/benchmark.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "method/lam/lam_experiment.h"
#include "report/lam_json.h"
#include "report/result_tables.h"
#include "scene/document_blocks.h"
#include "scene/experiment_file.h"
#include "study/evaluate.h"
#include "study/lam_run.h"
#include "study/overview_picture.h"
#include "study/run_maps.h"
#include "study/upscale_files.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"
#include "support/tiff_file.h"

namespace lamscope {
namespace {

TEST(Scene, IsTexturedAndReproducible) {
    const auto scene = drawScene(64);
    EXPECT_EQ(scene.width(), 64);
    const std::set<float> values(scene.values().begin(), scene.values().end());
    EXPECT_GT(values.size(), 100U);
    EXPECT_GE(*values.begin(), 0.0F);
    EXPECT_LE(*values.rbegin(), 1.0F);
    EXPECT_TRUE(std::ranges::equal(scene.values(), drawScene(64).values()));
    EXPECT_THROW(static_cast<void>(drawScene(8)), Error);
}

/// One HR image in `folder`, with a patch.
Scene drawnScene(const test::TemporaryFolder& folder, const std::string& name, int side, const Box& box) {
    writeImage(folder / name, drawScene(side));
    return {.image = folder / name, .boxes = {box}};
}

LamDocument bicubicRun(const test::TemporaryFolder& folder) {
    const Experiment experiment{
        .scenes = {drawnScene(folder, "scene.png", 128, {56, 60, 16})},
        .networks = {{.spec = ModelSpec::parse("bicubic")}, {.spec = ModelSpec::parse("bicubic:scale=2")}}};
    return runLam(experiment)->front();
}

TEST(LamRun, BicubicLooksTwoPixelsFar) {
    const test::TemporaryFolder folder;
    const auto document = bicubicRun(folder);
    ASSERT_EQ(document.results.size(), 2U);
    EXPECT_EQ(document.results[1].card.name, "Bicubic-2");
    for (const auto& [card, result, attributionFile, mapFile, restoration] : document.results) {
        const int scale = card.scale;
        for (int y = 0; y < result.context.height; ++y) {
            for (int x = 0; x < result.context.width; ++x) {
                // The patch with its one more pixel, and two LR pixels around: Bicubic's 4x4 neighbourhood.
                const bool near = x + result.context.x >= 56 / scale - 2 && x + result.context.x <= 72 / scale + 2
                                  && y + result.context.y >= 60 / scale - 2 && y + result.context.y <= 76 / scale + 2;
                if (!near) {
                    EXPECT_EQ(result.map[static_cast<std::size_t>(y * result.context.width + x)], 0.0);
                }
            }
        }
        EXPECT_TRUE(result.psnr.has_value());
    }
}

TEST(LamRun, JsonHoldsEveryNumberOfTheContract) {
    const test::TemporaryFolder folder;
    auto document = bicubicRun(folder);
    {
        StagedFiles files;
        addLamArrays(files, document, folder / "arrays");
        files.commit();
    }
    const auto json = nlohmann::json::parse(toJson(document));
    for (const auto* key : {"lamscope", "image", "options", "results"}) {
        EXPECT_TRUE(json.contains(key)) << key;
    }
    EXPECT_EQ(json["image"]["source"], "hr");
    EXPECT_EQ(json["image"]["lr_width"], 32);
    const auto& result = json["results"][0];
    for (const auto* key : {"model",
                            "patch",
                            "context",
                            "di",
                            "gini",
                            "mass95_pixels",
                            "radius_pixels",
                            "detector_image",
                            "detector_baseline",
                            "attribution_sum",
                            "completeness_error",
                            "nodes",
                            "estimated_map_error",
                            "nonfinite_gradients",
                            "psnr_patch",
                            "psnr",
                            "curves",
                            "seconds",
                            "warnings",
                            "files"}) {
        EXPECT_TRUE(result.contains(key)) << key;
    }
    EXPECT_EQ(result["curves"]["alpha"].size(), result["nodes"].get<std::size_t>());
    EXPECT_NEAR(result["di"].get<double>(), (1.0 - result["gini"].get<double>()) * 100.0, 1e-9);

    const auto array = readNpy(result["files"]["attribution"].get<std::string>());
    EXPECT_EQ(array.shape, (std::vector<std::int64_t>{3, 32, 32}));
    double sum = 0.0;
    for (const double value : array.values) {
        sum += value;
    }
    EXPECT_NEAR(sum, result["attribution_sum"].get<double>(), 1e-4);
    EXPECT_EQ(readNpy(result["files"]["map"].get<std::string>()).shape, (std::vector<std::int64_t>{32, 32}));
}

TEST(LamRun, StatesTheExperimentWithWhatWasFound) {
    const test::TemporaryFolder folder;
    Experiment asked{
        .scenes = {drawnScene(folder, "scene.png", 128, {56, 60, 16})},
        .networks = {{.spec = ModelSpec::parse("bicubic")}, {.spec = ModelSpec::parse("absent.pth"), .shown = false}},
        .view = {{"layer", "map"}}};
    LamOptions options;
    options.nodes = 3;
    setLamOptions(asked, options);
    const auto documents = *runLam(asked);
    ASSERT_EQ(documents.size(), 1U);
    ASSERT_EQ(documents.front().results.size(), 1U);  // hidden networks are not computed, nor read
    auto found = asked;
    found.scenes.front().sha256 = sha256OfFile(folder / "scene.png");
    EXPECT_EQ(documents.front().experiment, found);
    EXPECT_EQ(documents.front().plan.options.patch, (Patch{56, 60, 16}));
    const auto json = nlohmann::ordered_json::parse(toJson(documents.front()));
    EXPECT_EQ(json["experiment"], jsonOf(found));
    EXPECT_EQ(json["image"]["file"], json["experiment"]["scenes"][0]["image"]["file"]);
}

TEST(LamRun, GivesADocumentForEachImage) {
    const test::TemporaryFolder folder;
    Experiment experiment{.scenes = {drawnScene(folder, "first.png", 96, {40, 40, 16}),
                                     drawnScene(folder, "second.png", 128, {56, 60, 8})},
                          .networks = {{.spec = ModelSpec::parse("bicubic:scale=2,name=Two")},
                                       {.spec = ModelSpec::parse("bicubic:scale=4,name=Four")}}};
    LamOptions options;
    options.nodes = 3;
    setLamOptions(experiment, options);
    std::set<std::size_t> reported;
    const auto together = *runLam(experiment, {}, {}, [&](const LamRunProgress& state) {
        EXPECT_EQ(state.models, 4U);
        reported.insert(state.model);
    });
    EXPECT_THAT(reported, testing::ElementsAre(0U, 1U, 2U, 3U));
    ASSERT_EQ(together.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        auto one = experiment;
        one.scenes = {experiment.scenes[i]};
        const auto alone = *runLam(one);
        ASSERT_EQ(together[i].results.size(), 2U);
        EXPECT_EQ(together[i].scene(), alone.front().scene());
        EXPECT_EQ(together[i].lrWidth, alone.front().lrWidth);
        for (std::size_t n = 0; n < 2; ++n) {
            EXPECT_EQ(together[i].results[n].card.name, alone.front().results[n].card.name);
            const double sum = alone.front().results[n].result.attributionSum;
            EXPECT_NEAR(together[i].results[n].result.attributionSum, sum, 1e-4 * std::abs(sum));
        }
    }
}

TEST(LamRun, StoppedAgainAndAgainItGoesOnToTheSameNumbers) {
    const test::TemporaryFolder folder;
    Experiment experiment{.scenes = {drawnScene(folder, "first.png", 96, {40, 40, 16}),
                                     drawnScene(folder, "second.png", 96, {24, 40, 16})},
                          .gridStride = 16,
                          .networks = {{.spec = ModelSpec::parse("bicubic:scale=2")}}};
    experiment.scenes.front().boxes.push_back({44, 40, 16});
    LamOptions options;
    options.nodes = 8;
    setLamOptions(experiment, options);
    const LamRunSettings settings{.gradientsAt = {0.5}};
    const auto whole = *runLam(experiment, settings);

    LamRun run(experiment, settings);
    int stops = 0;
    while (!run.finished()) {
        std::stop_source source;
        stops += run.next(source.get_token(), [&](const LamRunProgress&) { source.request_stop(); }) ? 0 : 1;
    }
    EXPECT_GT(stops, 0);
    const auto documents = run.take();
    ASSERT_EQ(documents.size(), 2U);
    for (std::size_t i = 0; i < documents.size(); ++i) {
        ASSERT_EQ(documents[i].results.size(), experiment.scenes[i].boxes.size());
        for (std::size_t n = 0; n < documents[i].results.size(); ++n) {
            const auto& found = documents[i].results[n].result;
            const auto& expected = whole[i].results[n].result;
            EXPECT_EQ(found.patch, expected.patch);
            EXPECT_EQ(found.attribution, expected.attribution);
            EXPECT_EQ(found.pathGradients.front().map, expected.pathGradients.front().map);
        }
        const auto& cells = documents[i].grids.front().map.cells;
        ASSERT_EQ(cells.size(), whole[i].grids.front().map.cells.size());
        for (std::size_t n = 0; n < cells.size(); ++n) {
            EXPECT_EQ(cells[n].diffusionIndex, whole[i].grids.front().map.cells[n].diffusionIndex);
        }
    }
}

TEST(LamRun, ResolvesItsOptionsOnceAndPlacesEachContextOnce) {
    const test::TemporaryFolder folder;
    Experiment experiment{
        .scenes = {drawnScene(folder, "first.png", 96, {40, 40, 16}),
                   drawnScene(folder, "second.png", 96, {24, 40, 8})},
        .networks = {{.spec = ModelSpec::parse("bicubic:scale=2")}, {.spec = ModelSpec::parse("bicubic:scale=4")}}};
    LamOptions options;
    options.nodes = 3;
    setLamOptions(experiment, options);
    const auto before = plansMade();
    const auto contextsBefore = contextsPlaced();
    const auto documents = *runLam(experiment);
    EXPECT_EQ(contextsPlaced() - contextsBefore, 2 * 2);  // one patch for each scene and network
    const auto json = nlohmann::json::parse(toJson(documents.back()));
    EXPECT_EQ(plansMade() - before, 1);
    EXPECT_EQ(json["options"]["nodes"], 3);
    EXPECT_EQ(json["options"]["context"], 64);
    EXPECT_EQ(json["options"]["patch"]["size"], 8);
}

TEST(LamRun, GivesNetworksOfSeveralScalesTheSameSquareOfAnLrImage) {
    const test::TemporaryFolder folder;
    auto scene = drawnScene(folder, "lr.png", 48, {80, 64, 16});
    scene.role = ImageRole::Lr;
    scene.gridScale = 4;
    Experiment experiment{
        .scenes = {scene},
        .networks = {{.spec = ModelSpec::parse("bicubic:scale=4")}, {.spec = ModelSpec::parse("bicubic:scale=2")}}};
    LamOptions options;
    options.nodes = 3;
    setLamOptions(experiment, options);
    const auto shared = runLam(experiment)->front();
    EXPECT_EQ(shared.results.at(0).result.patch, (Patch{80, 64, 16}));
    EXPECT_EQ(shared.results.at(1).result.patch, (Patch{40, 32, 8}));
    // On the pixels of each network the patch is the same, and so the scene has no grid for both.
    experiment.scenes.front().gridScale = 0;
    experiment.scenes.front().boxes = {{40, 32, 8}};
    const auto own = runLam(experiment)->front();
    EXPECT_EQ(own.results.at(0).result.patch, own.results.at(1).result.patch);
    EXPECT_EQ(own.scene().gridScale, 0);
    // Of one scale, its SR pixels are the grid.
    experiment.networks.pop_back();
    EXPECT_EQ(runLam(experiment)->front().scene().gridScale, 4);
}

TEST(LamRun, WithNothingToComputeIsRefused) {
    const test::TemporaryFolder folder;
    const Experiment whole{.scenes = {drawnScene(folder, "scene.png", 96, {40, 40, 16})},
                           .networks = {{.spec = ModelSpec::parse("bicubic")}}};
    const auto expectRefused = [&](const std::string& part, const std::function<void(Experiment&)>& change) {
        auto experiment = whole;
        change(experiment);
        test::expectError(ErrorCode::InvalidArgument, {part}, [&] { static_cast<void>(runLam(experiment)); });
    };
    expectRefused("no image", [](Experiment& e) { e.scenes.clear(); });
    expectRefused("no network", [](Experiment& e) { e.networks.front().shown = false; });
    expectRefused("scene.png", [](Experiment& e) { e.scenes.front().boxes.clear(); });
    expectRefused("faig", [](Experiment& e) { e.method = "faig"; });
}

TEST(LamRun, TableHasALinePerNetwork) {
    const test::TemporaryFolder folder;
    const auto document = bicubicRun(folder);
    const auto csv = toCsv(document);
    EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
    const auto columns = std::ranges::count(csv.substr(0, csv.find('\n')), ',');
    std::istringstream lines(csv);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_EQ(std::ranges::count(line, ','), columns) << line;
    }
    EXPECT_THAT(toText(document), testing::HasSubstr("Bicubic-2"));
}

TEST(Overview, ShowsTheMapsColours) {
    const test::TemporaryFolder folder;
    const auto document = bicubicRun(folder);
    const auto picture = drawOverview(document);
    // The maximum of a map is dark red (0.5, 0, 0), which nothing else in the picture is.
    bool darkRed = false;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 2 * picture.width() / 5; x < 4 * picture.width() / 5; ++x) {
            darkRed = darkRed || (std::abs(picture.at(0, y, x) - 0.5F) < 0.01F && picture.at(1, y, x) == 0.0F);
        }
    }
    EXPECT_TRUE(darkRed);
    EXPECT_THROW(static_cast<void>(drawOverview(LamDocument())), Error);
}

TEST(MakeNamesUnique, AppendsNumbersAndRemovesSlashes) {
    ModelCard first;
    ModelCard second;
    ModelCard slashed;
    ModelCard dots;
    first.name = "net";
    second.name = "net";
    slashed.name = "a/b";
    dots.name = "..";
    makeNamesUnique({&first, &second, &slashed, &dots});
    EXPECT_EQ(first.name, "net");
    EXPECT_EQ(second.name, "net-2");
    EXPECT_EQ(slashed.name, "a_b");
    EXPECT_EQ(dots.name, "_..");
}

TEST(Evaluate, ChecksEveryScaleBeforeItComputes) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "hr");
    std::filesystem::create_directory(folder / "lr");
    writeImage(folder / "hr/p.png", drawScene(128));
    writeImage(folder / "lr/px2.png", drawScene(64));
    writeImage(folder / "lr/px4.png", drawScene(32));
    std::vector<SrModel> models;
    models.push_back(loadModel(ModelSpec::parse("bicubic:scale=2")));
    models.push_back(loadModel(ModelSpec::parse("bicubic:scale=4")));
    EvaluateOptions options;
    options.hrFolder = folder / "hr";
    options.lrFolder = folder / "lr";
    options.outputs = {folder / "lr/new.png"};
    EXPECT_TRUE(prepareEvaluations(models, options));
    options.outputs = {folder / "lr/px4.png"};
    test::expectError(ErrorCode::InvalidArgument, {"px4.png", "which is read"},
                      [&] { static_cast<void>(prepareEvaluations(models, options)); });
}

TEST(Upscale, DegradesCleanImages) {
    const test::TemporaryFolder folder;
    writeImage(folder / "clean.png", drawScene(32));
    UpscaleOptions options;
    options.images = {folder / "clean.png"};
    options.outputFolder = folder / "out";
    options.input = {.role = ImageRole::Hr, .degradation = degradationFromString("noise:9"), .degradationSeed = 2};
    static_cast<void>(upscaleFiles(loadModel(ModelSpec::parse("bicubic:scale=1")), options));
    const auto expected =
        degrade(readImage(folder / "clean.png").image, 1, Reduction::Pillow, options.input.degradation, 2);
    const auto restored = readImage(folder / "out/clean.png").image;
    EXPECT_TRUE(std::ranges::equal(restored.values(), expected.lr.values()));  // by what changes nothing
}

TEST(Upscale, ArrayInArrayOut) {
    const test::TemporaryFolder folder;
    std::vector<float> values(std::size_t{3} * 8 * 10, 0.75F);
    const std::array<std::int64_t, 3> shape{3, 8, 10};
    writeNpy(folder / "flat.npy", shape, values);
    UpscaleOptions options;
    options.images = {folder / "flat.npy"};
    options.outputFolder = folder / "out";
    const auto summary = upscaleFiles(loadModel(ModelSpec::parse("bicubic:scale=2")), options);
    ASSERT_EQ(summary->written.size(), 1U);
    const auto array = readNpy(folder / "out/flat.npy");
    EXPECT_EQ(array.shape, (std::vector<std::int64_t>{3, 16, 20}));
    for (const double value : array.values) {
        EXPECT_NEAR(value, 0.75, 1e-6);  // cubic weights sum to one
    }
}

TEST(Upscale, FloatingPointPictureInSixteenBitsOut) {
    const test::TemporaryFolder folder;
    UpscaleOptions options;
    options.images = {folder.write(
        "flat.tif", test::tiffFile({.width = 8, .height = 8, .bits = 32, .format = 3, .value = [](int, int, int) {
                                        return 0.7;
                                    }}))};
    options.outputFolder = folder / "out";
    static_cast<void>(upscaleFiles(loadModel(ModelSpec::parse("bicubic:scale=2")), options));
    const auto image = readImage(folder / "out/flat.png").image;
    EXPECT_EQ(image.bitDepth, 16);
    EXPECT_NEAR(image.at(1, 7, 7), 0.7F, 1.0F / 65535.0F);
}

TEST(Upscale, NothingIsLeftWhenAnImageFails) {
    const test::TemporaryFolder folder;
    writeImage(folder / "good.png", drawScene(32));
    UpscaleOptions options;
    options.images = {folder / "good.png", folder / "missing.png"};
    options.outputFolder = folder / "new/out";
    EXPECT_THROW(static_cast<void>(upscaleFiles(loadModel(ModelSpec::parse("bicubic")), options)), Error);
    EXPECT_FALSE(std::filesystem::exists(folder / "new"));
}

/// To stretch an HR image and its LR image, of the level 273 of 4095 (17 of 255); a single level of the HR image lies
/// above 1023.
EvaluateOptions stretchedDarkPair(const test::TemporaryFolder& folder) {
    for (const auto* name : {"hr", "lr"}) {
        const int side = std::string(name) == "hr" ? 48 : 24;
        Image image(side, side);
        std::ranges::fill(image.values(), 273.0F / 65535.0F);
        if (side == 48) {
            image.at(0, 0, 0) = 1101.0F / 65535.0F;
        }
        std::filesystem::create_directory(folder / name);
        writeImage(folder / name / "a.png", image, 16);
    }
    EvaluateOptions options;
    options.hrFolder = folder / "hr";
    options.lrFolder = folder / "lr";
    options.reading.stretch = true;
    return options;
}

TEST(Evaluate, StretchesThePairAlike) {
    const test::TemporaryFolder folder;
    const auto options = stretchedDarkPair(folder);
    const auto evaluation = evaluate(loadModel(ModelSpec::parse("bicubic:scale=2")), options);
    EXPECT_GT(evaluation->mean.psnr, 100.0);  // but for the border, the SR image is the HR image
    const auto json = nlohmann::json::parse(toJson({*evaluation}, options, "cpu"));
    EXPECT_EQ(json["options"]["stretch"], true);
    EXPECT_EQ(json["options"]["upright"], false);
}

TEST(Evaluate, FindsOnceHowTheImagesOfSeveralNetworksAreStretched) {
    const test::TemporaryFolder folder;
    const auto options = stretchedDarkPair(folder);
    std::vector<SrModel> models;
    for (int i = 0; i < 2; ++i) {
        models.push_back(loadModel(ModelSpec::parse("bicubic:scale=2")));
    }
    const auto prepared = prepareEvaluations(models, options);
    ASSERT_TRUE(prepared);
    EXPECT_EQ(prepared->reading.bits, 12);  // of the HR image
    EXPECT_GT(evaluate(models.front(), *prepared)->mean.psnr, 100.0);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(prepareEvaluations(models, options, stop.get_token()));
}

TEST(RunImages, ImageAndReferenceAreStretchedAlike) {
    const test::TemporaryFolder folder;
    const auto options = stretchedDarkPair(folder);
    const Scene scene{.image = options.lrFolder / "a.png",
                      .role = ImageRole::Lr,
                      .reading = options.reading,
                      .reference = options.hrFolder / "a.png"};
    const auto images = readImages(scene);
    EXPECT_EQ(images.image.at(0, 10, 10), 273.0F / 4095.0F);
    EXPECT_EQ(images.reference.at(0, 20, 20), 273.0F / 4095.0F);
}

TEST(Benchmark, ReportsWhatTheContractAsksFor) {
    BenchmarkOptions options;
    options.models = {ModelSpec::parse("bicubic:scale=2")};
    options.sides = {32};
    options.repeats = 1;
    const auto json = nlohmann::json::parse(toJson(*runBenchmark(options)));
    EXPECT_GT(json["convolution"]["peak_gflops"].get<double>(), 0.0);
    EXPECT_GT(json["kde"]["ratio"].get<double>(), 1.0);
    const auto& result = json["results"][0];
    EXPECT_EQ(result["lr"], (std::vector<int>{32, 32}));
    EXPECT_EQ(result["plain"]["nodes"], 50);
    EXPECT_EQ(result["lam"]["nodes"], 27);
    // Both converge to the same map.
    EXPECT_LT(result["plain"]["map_error"].get<double>(), 0.2);
    EXPECT_LT(result["lam"]["map_error"].get<double>(), 0.1);
    EXPECT_TRUE(result["busy"].is_null());
}

TEST(Benchmark, ReportsTheSlowdownBesideBusyProcesses) {
    BenchmarkOptions options;
    options.models = {ModelSpec::parse("bicubic:scale=2")};
    options.sides = {32};
    options.repeats = 1;
    options.busyProcesses = 2;
    for (const auto kind : {BusyKind::Spinning, BusyKind::Bursty}) {
        options.busyKind = kind;
        const auto report = *runBenchmark(options);
        const auto busy = nlohmann::json::parse(toJson(report))["results"][0]["busy"];
        EXPECT_EQ(busy["processes"], 2);
        EXPECT_EQ(busy["kind"], toString(kind));
        EXPECT_EQ(busy["nodes"], 27);
        EXPECT_GT(busy["quiet_seconds"].get<double>(), 0.0);
        EXPECT_DOUBLE_EQ(busy["ratio"].get<double>(),
                         busy["seconds"].get<double>() / busy["quiet_seconds"].get<double>());
        EXPECT_EQ(busy["even_share"].is_null(), kind == BusyKind::Bursty);
        EXPECT_THAT(toText(report), testing::HasSubstr("beside 2 " + std::string(toString(kind)) + " processes"));
    }
}

TEST(Benchmark, AnEvenShareIsOfTheProcessorsThatThereAre) {
    EXPECT_EQ(evenShareOf(2, 2, 4), 3.0);  // six want two processors that two had
    EXPECT_EQ(evenShareOf(8, 2, 4), 1.0);  // there is one for each
    EXPECT_EQ(evenShareOf(2, 1, 3), 2.0);  // four want two, and one used only one
    EXPECT_EQ(evenShareOf(2, 4, 4), 2.0);  // twice as many
}

}  // namespace
}  // namespace lamscope
