// SPDX-License-Identifier: GPL-3.0-or-later
// Causal effect maps of image files, where patches come from, and what is written.
#include "study/cem/cem_run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stop_token>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "base/portable_random.h"
#include "base/sha256.h"
#include "core/method/cem/cem_cases.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "study/cem/cem_command_line.h"
#include "study/cem/cem_picture.h"
#include "study/cem/intervention_files.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope::cem_run_test {
namespace {

using testing::HasSubstr;

TEST(CemCommandLine, StatesWhatDiffersFromTheDefaults) {
    Experiment experiment{.scenes = {{.image = "/a/it's one.png", .reduction = Reduction::Matlab}}};
    experiment.networks = {{.spec = ModelSpec::parse("bicubic:scale=2")},
                           {.spec = ModelSpec::parse("/n/hidden.pth"), .shown = false}};
    experiment.scenes.front().boxes = {{32, 40, 16}};
    CemOptions options;
    options.interventions = {"/p/one folder", "/p/two"};
    setCemOptions(experiment, options);
    EXPECT_EQ(cemOptionsOf(experiment), options);
    EXPECT_EQ(cemCommandLine(experiment),
              "lamscope-cli cem --hr '/a/it'\\''s one.png' --reduce matlab --model bicubic:scale=2 --roi 32,40,16 "
              "--interventions '/p/one folder' --interventions /p/two --preset fast");
    options.interventions = {"/p/record.npy"};
    options.preset = CemPreset::Official;
    options.fine = 20;
    options.tolerance = 0.5;
    options.batch = 3;
    setCemOptions(experiment, options);
    experiment.scenes.front().role = ImageRole::Lr;
    experiment.scenes.front().reference = "/a/hr.png";
    EXPECT_EQ(cemCommandLine(experiment, DeviceChoice::Cuda),
              "lamscope-cli cem --lr '/a/it'\\''s one.png' --reference /a/hr.png --model bicubic:scale=2 "
              "--roi 32,40,16 --interventions /p/record.npy --preset official --fine 20 --tolerance "
              "0.5 --batch 3 --device cuda");
    options.preset = CemPreset::Fast;
    options.context = 0;
    setCemOptions(experiment, options);
    EXPECT_THAT(cemCommandLine(experiment), HasSubstr("--context whole"));
    experiment.scenes.front().role = ImageRole::Hr;
    experiment.scenes.front().degradation.noise = RecipeNumber{25.0, 25.0};
    experiment.scenes.front().degradationSeed = 9;
    EXPECT_THAT(cemCommandLine(experiment), HasSubstr("--degrade noise:25 --degrade-seed 9"));
    experiment.scenes.clear();
    EXPECT_THROW(static_cast<void>(cemCommandLine(experiment)), Error);
    experiment.method = "lam";
    EXPECT_THROW(static_cast<void>(cemOptionsOf(experiment)), Error);
    experiment.method = "cem";
    experiment.options["interventions"] = 3;
    EXPECT_THROW(static_cast<void>(cemOptionsOf(experiment)), Error);
}

class InterventionFiles : public testing::Test {
protected:
    [[nodiscard]] std::filesystem::path write(const std::string& name, const Image& image) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        writeImage(folder_ / name, image);
        return folder_ / name;
    }

    /// uint8
    [[nodiscard]] std::filesystem::path writeRecord(const std::string& name, const std::string& shape,
                                                    const std::string& type, std::size_t bytes) const {
        std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        header.resize(117, ' ');
        header += '\n';
        std::string content("\x93NUMPY\x01\x00", 8);
        content += static_cast<char>(header.size());
        content += '\0';
        content += header;
        for (std::size_t i = 0; i < bytes; ++i) {
            content += static_cast<char>(i % 256);
        }
        return folder_.write(name, content);
    }

    test::TemporaryFolder folder_;
};

TEST_F(InterventionFiles, AFolderOfPatchesIsTakenByName) {
    for (const auto& [name, level] : {std::pair("b", 20), std::pair("a", 10), std::pair("c", 30)}) {
        static_cast<void>(write(std::string("set/") + name + ".png", cem_test::flat(8, 8, level)));
    }
    const auto patches = *readInterventions({folder_ / "set"}, 0);
    ASSERT_EQ(patches.count(), 3U);
    EXPECT_EQ(patches.patch(0)[0], 10);
    EXPECT_EQ(patches.patch(2)[191], 30);
    EXPECT_FALSE(patches.isRecord);
    EXPECT_EQ(patches.source, (folder_ / "set").string());
    std::string bytes(192, '\x0a');
    bytes += std::string(192, '\x14') + std::string(192, '\x1e');
    EXPECT_EQ(patches.sha256, sha256OfText(bytes));
}

TEST_F(InterventionFiles, LargerImagesGivePatchesAtDrawnPlaces) {
    const auto image = cem_test::noiseImage(21, 13, "image");
    const std::vector<std::filesystem::path> files{write("one.png", cem_test::flat(8, 9, 5)), write("two.png", image),
                                                   write("three.png", cem_test::flat(30, 40, 6))};
    const auto patches = *readInterventions(files, 4);
    ASSERT_EQ(patches.count(), patchesFromImages);
    const PortableRandom random("cem.places/4/1");
    const std::size_t first = 3333;
    for (const std::size_t k : {std::size_t{0}, std::size_t{7}, std::size_t{3332}}) {
        const int x = static_cast<int>(random.integer(2 * k) % 14);
        const int y = static_cast<int>(random.integer(2 * k + 1) % 6);
        const auto patch = patches.patch(first + k);
        for (int i = 0; i < 64; ++i) {
            EXPECT_EQ(static_cast<float>(patch[static_cast<std::size_t>(i * 3 + 1)]),
                      image.at(1, y + i / 8, x + i % 8) * 255.0F);
        }
    }
    EXPECT_EQ(patches.patch(first - 1)[0], 5);
    EXPECT_EQ(patches.patch(6666)[0], 6);
    EXPECT_NE(readInterventions(files, 5)->sha256, patches.sha256);
}

TEST_F(InterventionFiles, AnArrayIsARecord) {
    const auto file = writeRecord("record.npy", "(5, 2, 2, 3)", "|u1", 60);
    const auto record = *readInterventions({file}, 0);
    EXPECT_TRUE(record.isRecord);
    EXPECT_EQ(record.side, 2);
    ASSERT_EQ(record.count(), 5U);
    EXPECT_EQ(record.patch(1)[0], 12);
}

TEST_F(InterventionFiles, WhatCannotBeUsedIsNamed) {
    const auto refuses = [](ErrorCode code, const std::vector<std::string>& parts,
                            const std::vector<std::filesystem::path>& given) {
        test::expectError(code, parts, [&] { static_cast<void>(readInterventions(given, 0)); });
    };
    const auto patch = write("patch.png", cem_test::flat(8, 8, 1));
    const auto larger = write("larger.png", cem_test::flat(9, 8, 1));
    const auto smaller = write("smaller.png", cem_test::flat(7, 8, 1));
    const auto record = writeRecord("record.npy", "(5, 2, 2, 3)", "|u1", 60);
    refuses(ErrorCode::InvalidArgument, {"--interventions"}, {});
    refuses(ErrorCode::BadFile, {"none.png"}, {folder_ / "none.png"});
    refuses(ErrorCode::BadFile, {"smaller.png", "7x8"}, {smaller});
    refuses(ErrorCode::InvalidArgument, {"larger.png", "9x8", "patch.png"}, {patch, larger});
    refuses(ErrorCode::InvalidArgument, {"record.npy", "alone"}, {patch, record});
    refuses(ErrorCode::BadFile, {"flat.npy", "5, 12"}, {writeRecord("flat.npy", "(5, 12)", "|u1", 60)});
    refuses(ErrorCode::BadFile, {"wide.npy"}, {writeRecord("wide.npy", "(5, 2, 3, 3)", "|u1", 90)});
    refuses(ErrorCode::BadFile, {"float.npy", "uint8"}, {writeRecord("float.npy", "(1, 1, 1, 3)", "<f4", 12)});
    refuses(ErrorCode::BadFile, {"text.png"}, {folder_.write("text.png", "this is no picture\n")});
    std::filesystem::create_directory(folder_ / "empty");
    refuses(ErrorCode::BadFile, {"empty"}, {folder_ / "empty"});
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_FALSE(readInterventions({patch}, 0, stopped.get_token()));
}

class CemFiles : public testing::Test {
protected:
    CemFiles() {
        writeImage(folder_ / "scene.png", drawScene(64));
        writeImage(folder_ / "other.png", cem_test::noiseImage(40, 40, "other"));
        experiment_.scenes = {{.image = folder_ / "scene.png"}};
        experiment_.scenes.front().boxes = {{24, 24, 16}};
        experiment_.networks = {{.spec = ModelSpec::parse("bicubic")}, {.spec = ModelSpec::parse("bicubic:scale=2")}};
        options_.interventions = {folder_ / "other.png"};
        options_.fine = 5;
        setCemOptions(experiment_, options_);
    }

    test::TemporaryFolder folder_;
    Experiment experiment_;
    CemOptions options_;
};

TEST_F(CemFiles, OfTwoNetworks) {
    std::vector<std::string> names;
    auto document = *runCem(experiment_, {}, {}, [&](const CemRunProgress& state) {
        EXPECT_LE(state.done, state.planned);
        names.push_back(state.name);
    });
    ASSERT_EQ(document.results.size(), 2U);
    const auto& first = document.results[0].result;
    EXPECT_EQ(first.place.grid, (CemGrid{16, 16, 2}));
    EXPECT_EQ(first.place.reach, (Rect{4, 4, 8, 8}));  // bicubic looks two pixels far
    EXPECT_EQ(first.evaluatedBlocks, 16);
    EXPECT_EQ(document.results[1].result.place.grid, (CemGrid{32, 32, 4}));
    EXPECT_EQ(document.results[1].card.name, "Bicubic-2");
    EXPECT_EQ(names.front(), "Bicubic");
    EXPECT_EQ(names.back(), "Bicubic-2");
    EXPECT_EQ(document.experiment.scenes.front().sha256, sha256OfFile(folder_ / "scene.png"));
    for (const auto& named : document.results) {
        // A block of the region helps, one beyond the reach does nothing.
        const auto& result = named.result;
        EXPECT_GT(std::ranges::max_element(result.blocks, {}, &CemBlock::effect)->effect, 1.0);
        EXPECT_EQ(result.blocks.front().effect, 0.0);
        EXPECT_EQ(result.countsOfficial[0] + result.countsOfficial[1] + result.countsOfficial[2],
                  static_cast<int>(result.blocks.size()));
    }

    const auto json = nlohmann::json::parse(toJson(document));
    EXPECT_EQ(json["options"]["preset"], "fast");
    EXPECT_EQ(json["options"]["block"], 8);
    EXPECT_EQ(json["options"]["context"], nullptr);
    EXPECT_EQ(json["options"]["degrade"], nullptr);
    EXPECT_EQ(json["interventions"]["count"], 10000);
    EXPECT_EQ(json["interventions"]["seed"], 0);
    EXPECT_EQ(json["interventions"]["source"], (folder_ / "other.png").string());
    EXPECT_EQ(json["interventions"]["sha256"].get<std::string>().size(), 64U);
    const auto& result = json["results"][0];
    EXPECT_EQ(result["roi"], (nlohmann::json{{"x", 24}, {"y", 24}, {"size", 16}}));
    EXPECT_EQ(result["block"], 8);
    EXPECT_EQ(result["block_lr"], 2);
    EXPECT_EQ(result["grid"], (nlohmann::json{{"columns", 8}, {"rows", 8}}));
    EXPECT_EQ(result["effects"].size(), 8U);
    EXPECT_EQ(result["effects"][0].size(), 8U);
    EXPECT_EQ(result["standard_errors"][0][0], nullptr);
    EXPECT_EQ(result["draws"][0][0], 0);
    EXPECT_EQ(result["draws"][3][3], 5);
    EXPECT_EQ(result["reach"], 2);
    EXPECT_EQ(result["evaluated_blocks"], 16);
    EXPECT_EQ(result["outside_roi"]["zero"].get<int>() + result["outside_roi"]["positive"].get<int>()
                  + result["outside_roi"]["negative"].get<int>(),
              60);
    EXPECT_EQ(result["counts_official"].size(), 3U);
    EXPECT_EQ(result["nonfinite_outputs"], 0);

    const auto csv = toCsv(document);
    EXPECT_EQ(std::ranges::count(csv, '\n'), 3);
    EXPECT_THAT(csv, testing::StartsWith("network,preset,scale,x,y,size,"));
    EXPECT_THAT(toText(document), testing::AllOf(HasSubstr("Bicubic-2: "), HasSubstr("chance alone")));

    StagedFiles files;
    addCemArrays(files, document, folder_ / "arrays");
    files.commit();
    const auto effects = readNpy(folder_ / "arrays/Bicubic.effect.npy");
    EXPECT_EQ(effects.shape, (std::vector<std::int64_t>{8, 8}));
    EXPECT_EQ(effects.values[27], first.blocks[27].effect);
    const auto draws = readNpy(folder_ / "arrays/Bicubic.draws.npy");
    EXPECT_EQ(draws.shape, (std::vector<std::int64_t>{8, 8, 8}));
    EXPECT_EQ(draws.values[27 * 8 + 2], first.coarsePsnr[27 * 3 + 2]);
    EXPECT_EQ(draws.values[27 * 8 + 7], first.finePsnr[27 * 5 + 4]);
    EXPECT_TRUE(std::isnan(draws.values[0]));
}

TEST_F(CemFiles, APictureHasThePublishedColours) {
    auto document = *runCem(experiment_);
    document.results.resize(1);
    auto& result = document.results.front().result;
    for (auto& block : result.blocks) {
        block = {0.0, 0.0, 5};
    }
    result.blocks[0] = {-5.0, 0.0, 5};
    result.blocks[1] = {5.0, 0.0, 5};
    result.blocks[2] = {2.0, 1.0, 5};  // not certain
    const auto picture = drawCem(document);
    // A panel of 384 pixels from (16, 66): blocks of 48 pixels. 0.9 of the map, 0.1 of LR, a level for rounding.
    const auto pixel = [&](int x, int y) {
        return std::array{picture.at(0, 66 + y, 16 + x), picture.at(1, 66 + y, 16 + x), picture.at(2, 66 + y, 16 + x)};
    };
    const auto dark = pixel(20, 20);
    EXPECT_NEAR(dark[0], 0.05, 0.06);
    EXPECT_NEAR(dark[2], 0.9 * 0.3 + 0.05, 0.06);
    const auto red = pixel(68, 20);
    EXPECT_NEAR(red[0], 0.9 * 0.5 + 0.05, 0.06);
    EXPECT_NEAR(red[2], 0.05, 0.06);
    const auto white = pixel(20, 300);
    EXPECT_GT(std::min({white[0], white[1], white[2]}), 0.89);
    int hatched = 0;
    for (int x = 100; x < 140; ++x) {
        hatched += std::abs(pixel(x, 20)[0] - 120.0F / 255.0F) < 1e-3F ? 1 : 0;
    }
    EXPECT_GE(hatched, 6);
    // The ROI begins at 24 of 64 SR pixels.
    const auto green = pixel(144, 200);
    EXPECT_LT(green[0], 0.01);
    EXPECT_GT(green[1], 0.5);
    document.results.clear();
    EXPECT_THROW(static_cast<void>(drawCem(document)), Error);
}

TEST_F(CemFiles, NoiseIsOfScaleOneAlone) {
    auto& scene = experiment_.scenes.front();
    scene.degradation.noise = RecipeNumber{50.0, 50.0};
    const LowResolutionPair pair{cem_test::flat(8, 8, 1), cem_test::flat(8, 8, 2), {}};
    EXPECT_EQ(cemInputOf(scene, pair, 1).noise, 50.0);
    EXPECT_FALSE(cemInputOf(scene, pair, 2).noise);
    scene.degradation.jpeg = RecipeNumber{50.0, 50.0};
    test::expectError(ErrorCode::InvalidArgument, {"noise:50+jpeg:50"},
                      [&] { static_cast<void>(cemInputOf(scene, pair, 1)); });
    scene.role = ImageRole::Lr;
    EXPECT_FALSE(cemInputOf(scene, pair, 1).noise);
    scene.role = ImageRole::Hr;
    scene.degradation = {.rain = Degradation::Rain{}};
    auto rainy = pair;
    rainy.rain = cem_test::flat(8, 8, 3);
    EXPECT_TRUE(cemInputOf(scene, rainy, 1).rain);
    // The degradation is what the network gets.
    scene.degradation = {.noise = RecipeNumber{50.0, 50.0}};
    experiment_.networks.pop_back();
    const auto document = *runCem(experiment_);
    EXPECT_FALSE(std::ranges::equal(document.results.front().lr.values(),
                                    makeLowResolution(readImage(scene.image).image, 4, Reduction::Pillow).lr.values()));
}

TEST_F(CemFiles, TroubleComesBeforeTheWork) {
    const auto refuses = [](ErrorCode code, const std::vector<std::string>& parts, const Experiment& experiment,
                            const CemRunSettings& settings = {}) {
        test::expectError(code, parts, [&] {
            static_cast<void>(runCem(experiment, settings, {}, [](const CemRunProgress&) { FAIL(); }));
        });
    };
    refuses(ErrorCode::InvalidArgument, {"other.png", "read"}, experiment_, {.outputs = {folder_ / "other.png"}});
    refuses(ErrorCode::InvalidArgument, {"Bicubic.effect.npy"}, experiment_,
            {.outputs = {folder_ / "Bicubic.effect.npy"}, .arrayFolder = folder_.path()});
    auto experiment = experiment_;
    experiment.scenes.front().boxes = {{60, 0, 16}};
    refuses(ErrorCode::InvalidArgument, {"(60, 0)"}, experiment);
    experiment.scenes.front().boxes.clear();
    refuses(ErrorCode::InvalidArgument, {"no region of interest", "scene.png"}, experiment);
    experiment = experiment_;
    experiment.scenes.front().role = ImageRole::Lr;
    refuses(ErrorCode::InvalidArgument, {"HR image"}, experiment);
    experiment.scenes.clear();
    refuses(ErrorCode::InvalidArgument, {"no image"}, experiment);
    experiment = experiment_;
    options_.interventions.clear();
    setCemOptions(experiment, options_);
    refuses(ErrorCode::InvalidArgument, {"--interventions"}, experiment);
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_FALSE(runCem(experiment_, {}, stopped.get_token()));
}

}  // namespace
}  // namespace lamscope::cem_run_test
