// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/studies/study_plan.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <stop_token>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "image/drawn_scene.h"
#include "image/image_file.h"
#include "method/lam/lam_experiment.h"
#include "support/expect_error.h"
#include "support/small_study.h"
#include "support/temporary_folder.h"

namespace lamscope::study_plan_test {
namespace {

std::string firstKey(const StudyDescription& description, const test::TemporaryFolder& folder) {
    return planStudy(description, folder.path()).tasks.front().key;
}

/// A step that is stopped takes no file; the files that are left take a step each.
void expectFilesLeft(StudyPlanning& planning, int count) {
    std::stop_source source;
    source.request_stop();
    EXPECT_FALSE(planning.next(source.get_token()));
    for (int file = 0; file < count; ++file) {
        EXPECT_FALSE(planning.finished());
        EXPECT_TRUE(planning.next());
    }
    EXPECT_TRUE(planning.finished());
}

TEST(StudyPlan, UnfoldsIntoImagesByNetworks) {
    const test::TemporaryFolder folder;
    const auto plan = planStudy(test::smallStudy(folder), folder.path());
    ASSERT_EQ(plan.tasks.size(), 6U);
    EXPECT_EQ(plan.tasks[3].image, 1U);
    EXPECT_EQ(plan.tasks[3].network, 1U);
    EXPECT_EQ(plan.networks[1].name, "Bicubic-2");
    std::set<std::string> keys;
    for (const auto& task : plan.tasks) {
        EXPECT_EQ(task.key.size(), 64U);
        keys.insert(task.key);
    }
    EXPECT_EQ(keys.size(), 6U);
}

TEST(StudyPlan, IsMadeFileByFileAndGoesOnWhereItWasStopped) {
    const test::TemporaryFolder folder;
    const auto weights = folder.write("weights.pth", "some bytes");
    const auto study = test::smallStudy(folder, {64, 72}, {"bicubic", weights.string()});
    const auto whole = planStudy(study, folder.path());
    StudyPlanning planning(study, folder.path());
    EXPECT_TRUE(planning.next());
    std::filesystem::remove(folder / "scene64.png");  // its hash is known
    expectFilesLeft(planning, 3);
    const auto plan = planning.take();
    ASSERT_EQ(plan.tasks.size(), whole.tasks.size());
    for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
        EXPECT_EQ(plan.tasks[i].key, whole.tasks[i].key);
    }
    EXPECT_EQ(plan.networks[1].name, "weights");
}

TEST(StudyPlan, WeightsOfLpipsAreFilesLikeOthers) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {"bicubic"});
    study.lpips = LpipsFiles{.network = folder.write("network", "abc"), .linear = folder / "linear"};
    StudyPlanning planning(study, folder.path());
    EXPECT_TRUE(planning.next());
    test::expectError(ErrorCode::BadFile, {"linear"}, [&] { planning.next(); });
    folder.write("linear", "");
    expectFilesLeft(planning, 3);
    const auto plan = planning.take();
    // FIPS 180-2, B.1, and the SHA-256 of nothing.
    EXPECT_EQ(plan.options["lpips"]["network_sha256"],
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(plan.options["lpips"]["linear_sha256"],
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(plan.tasks.front().key, firstKey(study, folder));
    folder.write("linear", "other");
    EXPECT_NE(plan.tasks.front().key, firstKey(study, folder));
}

TEST(StudyPlan, KeysChangeWithEachIngredientAndWithNothingElse) {
    const test::TemporaryFolder folder;
    const auto study = test::smallStudy(folder, {64}, {"bicubic:scale=4"});
    const auto key = firstKey(study, folder);
    EXPECT_EQ(firstKey(study, folder), key);

    auto same = study;
    same.experiment.networks.front().spec.settings.name = "Other";
    same.secondsPerMap = {{"Other", 2.0}};
    same.experiment.view = {{"layer", "map"}};
    std::filesystem::copy_file(folder / "scene64.png", folder / "copy.png");
    same.experiment.scenes.front().image = folder / "copy.png";  // the same bytes
    EXPECT_EQ(firstKey(same, folder), key);

    std::set<std::string> keys{key};
    const auto expectAnother = [&](const char* what, const std::function<void(StudyDescription&)>& change) {
        auto changed = study;
        change(changed);
        EXPECT_TRUE(keys.insert(firstKey(changed, folder)).second) << what;
    };
    const auto withOptions = [](const std::function<void(LamOptions&)>& change) {
        return [change](StudyDescription& changed) {
            auto options = lamOptionsOf(changed.experiment);
            change(options);
            setLamOptions(changed.experiment, options);
        };
    };
    expectAnother("scale", [](auto& changed) { changed.experiment.networks[0].spec.settings.scale = 2; });
    expectAnother("range", [](auto& changed) { changed.experiment.networks[0].spec.settings.range = 255.0; });
    expectAnother("reduction", [](auto& changed) { changed.experiment.scenes[0].reduction = Reduction::Matlab; });
    expectAnother("reading", [](auto& changed) { changed.experiment.scenes[0].reading.upright = true; });
    expectAnother("role", [](auto& changed) { changed.experiment.scenes[0].role = ImageRole::Lr; });
    expectAnother("reference", [&](auto& changed) { changed.experiment.scenes[0].reference = folder / "copy.png"; });
    expectAnother("size", [](auto& changed) { changed.patches.size = 12; });
    expectAnother("grid", [](auto& changed) { changed.patches = {PatchRule::Kind::Grid, 16, 24}; });
    expectAnother("list", [](auto& changed) {
        changed.patches.kind = PatchRule::Kind::List;
        changed.experiment.scenes[0].boxes = {{8, 8, 16}};
    });
    expectAnother("place", [](auto& changed) {
        changed.patches.kind = PatchRule::Kind::List;
        changed.experiment.scenes[0].boxes = {{9, 8, 16}};
    });
    expectAnother("nodes", withOptions([](LamOptions& options) { options.nodes = 9; }));
    // Networks without secant rules use 9 and 27 midpoints where others use 16 cells for both.
    for (const int nodes : {20, 30}) {
        expectAnother("nodes of midpoints", withOptions([nodes](LamOptions& options) {
                          options.nodes = nodes;
                          options.tolerance = 0.01;
                      }));
    }
    expectAnother("rule", withOptions([](LamOptions& options) { options.rule = IntegrationRule::Secant; }));
    expectAnother("sigma", withOptions([](LamOptions& options) { options.sigma = 2.0; }));
    expectAnother("context", withOptions([](LamOptions& options) { options.context = 0; }));
    expectAnother("preset", withOptions([](LamOptions& options) { options.preset = Preset::Official; }));
    expectAnother("bytes of the image", [&](auto& changed) {
        writeImage(folder / "other.png", drawScene(68));
        changed.experiment.scenes[0].image = folder / "other.png";
    });
}

TEST(StudyPlan, TokensOfAddressesAreKeptByNobody) {
    const test::TemporaryFolder folder;
    const auto planWith = [&](const std::string& token) {
        return planStudy(test::smallStudy(folder, {64}, {"lamscope+tcp://127.0.0.1:1/" + token + "#net", "bicubic"}),
                         folder.path());
    };
    const auto plan = planWith("secret");
    EXPECT_THAT(plan.descriptionText, testing::HasSubstr("127.0.0.1:1#net"));
    EXPECT_THAT(plan.descriptionText, testing::Not(testing::HasSubstr("secret")));
    EXPECT_THAT(plan.networks.front().trouble,
                testing::AllOf(testing::HasSubstr("127.0.0.1:1"), testing::Not(testing::HasSubstr("secret"))));
    EXPECT_EQ(plan.networks.front().key, planWith("another").networks.front().key);
}

TEST(StudyPlan, WeightsAreKnownByTheirBytes) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {(folder / "net.pth").string()});
    folder.write("net.pth", "some weights");
    const auto key = firstKey(study, folder);
    folder.write("net.pth", "other weights");
    EXPECT_NE(firstKey(study, folder), key);
}

TEST(StudyPlan, WeightsOfLpipsArePartOfEveryKey) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {"bicubic"});
    const auto without = firstKey(study, folder);
    const auto write = [&](const std::string& network, const std::string& linear) {
        study.lpips =
            LpipsFiles{.network = folder.write("alexnet.pth", network), .linear = folder.write("alex.pth", linear)};
        return firstKey(study, folder);
    };
    const std::set<std::string> keys{without, write("some", "weights"), write("other", "weights"),
                                     write("some", "values")};
    EXPECT_EQ(keys.size(), 4U);
    EXPECT_TRUE(keys.contains(write("some", "weights")));
    study.lpips = LpipsFiles{.network = folder.write("renamed.pth", "some"), .linear = study.lpips->linear};
    EXPECT_TRUE(keys.contains(firstKey(study, folder)));  // the bytes count
    study.lpips->linear = folder / "absent.pth";
    test::expectError(ErrorCode::BadFile, {"absent.pth"}, [&] { static_cast<void>(firstKey(study, folder)); });
}

TEST(StudyPlan, FaithfulnessIsPartOfEveryKey) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64}, {"bicubic"});
    std::set<std::string> keys{firstKey(study, folder)};
    for (const int points : {8, 16}) {
        study.faithfulness = FaithfulnessOptions{.points = points};
        keys.insert(firstKey(study, folder));
    }
    EXPECT_EQ(keys.size(), 3U);
}

TEST(StudyPlan, OptionsThatMeanTheSameHaveOneKey) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64});
    LamOptions options;
    setLamOptions(study.experiment, options);
    const auto key = firstKey(study, folder);
    options.context = 64;  // the default of the preset exact
    options.tolerance = 0.05;
    setLamOptions(study.experiment, options);
    EXPECT_EQ(firstKey(study, folder), key);
}

TEST(StudyPlan, FilesThatCannotBeReadAreTroublesOfTheirTasks) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64, 72}, {"bicubic", (folder / "absent.pth").string()});
    study.experiment.scenes.front().image = folder / "absent.png";
    const auto plan = planStudy(study, folder.path());
    EXPECT_EQ(plan.tasks.size(), 4U);
    EXPECT_THAT(plan.images[0].trouble, testing::HasSubstr("absent.png"));
    EXPECT_THAT(plan.networks[1].trouble, testing::HasSubstr("absent.pth"));
    EXPECT_EQ(plan.images[1].trouble, "");
}

TEST(StudyPlan, WithTroublesIsNotShared) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder, {64, 72}, {"bicubic"});
    EXPECT_NO_THROW(checkShares(planStudy(study, folder.path())));
    std::filesystem::remove(folder / "scene72.png");
    test::expectError(ErrorCode::BadFile, {"scene72.png", "share"},
                      [&] { checkShares(planStudy(study, folder.path())); });
}

TEST(StudyPlan, RefusesWhatCanNeverBeRead) {
    const test::TemporaryFolder folder;
    const auto whole = test::smallStudy(folder, {64, 72}, {"bicubic"});
    const auto expectRefused = [&](const std::function<void(StudyDescription&)>& change, const char* expected) {
        auto study = whole;
        change(study);
        test::expectError(ErrorCode::InvalidArgument, {expected},
                          [&] { static_cast<void>(planStudy(study, folder.path())); });
        test::expectError(ErrorCode::InvalidArgument, {expected},
                          [&] { writeStudyDescription(study, folder / "study.json"); });
        EXPECT_FALSE(std::filesystem::exists(folder / "study.json"));
    };
    expectRefused(
        [](auto& study) {
            study.patches.kind = PatchRule::Kind::List;
            study.experiment.scenes.front().boxes = {{8, 8, 16}};  // the second image has none
        },
        "scene72.png has no patches");
    expectRefused([](auto& study) { study.experiment.scenes.clear(); }, "nothing to compute");
    expectRefused([](auto& study) { study.experiment.networks.front().shown = false; }, "nothing to compute");
}

TEST(StudyPlan, CanBeStopped) {
    const test::TemporaryFolder folder;
    std::stop_source source;
    source.request_stop();
    EXPECT_FALSE(planStudy(test::smallStudy(folder, {64}), folder.path(), source.get_token()).has_value());
}

TEST(DealTasks, BalancesCostsNotCounts) {
    // 13 networks on 150 images. Seconds of a map of 27 nodes, measured (docs/performance.md): IMDN, RFDN, PAN, CARN-M,
    // RLFN, BSRN, their times at 9 to 16 nodes for four more, then 27 passes of SwinIR, of HAT-S, and of DAT-S.
    std::vector<double> costs;
    for (int image = 0; image < 150; ++image) {
        for (const double seconds :
             {1.5, 1.19, 1.49, 1.11, 0.66, 1.99, 0.9, 0.8, 0.58, 0.62, 27 * 0.42, 27 * 3.7, 27 * 3 * 1.44}) {
            costs.push_back(seconds);
        }
    }
    const auto machines = dealTasks(costs, 64);
    std::vector<double> loads(64, 0.0);
    for (std::size_t i = 0; i < costs.size(); ++i) {
        loads[machines[i]] += costs[i];
    }
    const double mean = std::accumulate(loads.begin(), loads.end(), 0.0) / 64.0;
    EXPECT_LE(std::ranges::max(loads), 1.1 * mean);
    EXPECT_EQ(dealTasks(costs, 64), machines);
    EXPECT_EQ(std::ranges::max(dealTasks(costs, 1)), 0U);
}

TEST(PatchRule, TheMiddleIsOneForAllScales) {
    const Scene scene{.image = "a.png"};
    for (const int scale : {2, 3, 4}) {
        const auto pair = makeLowResolution(Image(67, 50), scale, Reduction::Pillow);
        EXPECT_EQ(patchesOf(PatchRule(), scene, pair, scale, DetectorKind::Gradient, 67, 50),
                  (std::vector<Patch>{{25, 17, 16}}));
    }
}

TEST(PatchRule, GridHasEveryPatchThatFits) {
    const Scene scene{.image = "a.png"};
    const auto pair = makeLowResolution(Image(64, 48), 4, Reduction::Pillow);
    const PatchRule rule{PatchRule::Kind::Grid, 16, 24};
    // The detector reads one pixel more: 64 - 17 leaves two places, 48 - 17 too.
    EXPECT_EQ(patchesOf(rule, scene, pair, 4, DetectorKind::Gradient, 64, 48),
              (std::vector<Patch>{{0, 0, 16}, {24, 0, 16}, {0, 24, 16}, {24, 24, 16}}));
}

TEST(PatchList, IsReadFromCsvAndJson) {
    const test::TemporaryFolder folder;
    const auto csv = folder.write("list.csv", "image,x,y,size\na.png,3,4,16\n\"b,c\",5,6,8\n");
    const auto patches = readPatchList(csv);
    ASSERT_EQ(patches.size(), 2U);
    EXPECT_EQ(patches[1].image, "b,c");
    EXPECT_EQ(patches[1].box, (Box{5, 6, 8}));
    const auto wide = folder.write("wide.csv", "image,x,y,size,rank,note\na.png,3,4,8,1,\"it, and more\"\n");
    EXPECT_EQ(readPatchList(wide).front().box, (Box{3, 4, 8}));
    const auto json = folder.write("list.json", R"([{"image": "a", "x": 3, "y": 4}])");
    EXPECT_EQ(readPatchList(json).front().box, (Box{3, 4, 16}));

    std::vector<Scene> scenes{{.image = "set/a.png"}, {.image = "set/unnamed.png"}};
    placeListed(scenes, {patches.front()}, csv);
    ASSERT_EQ(scenes.size(), 1U);
    EXPECT_EQ(scenes.front().boxes, (std::vector<Box>{{3, 4, 16}}));
    test::expectError(ErrorCode::BadFile, {"list.csv", "b,c", "no image"}, [&] { placeListed(scenes, patches, csv); });
}

TEST(PatchList, SaysWhatIsWrong) {
    const test::TemporaryFolder folder;
    const auto expectRefused = [&](const char* name, const char* text, const char* expected) {
        const auto file = folder.write(name, text);
        test::expectError(ErrorCode::BadFile, {name, expected}, [&] { static_cast<void>(readPatchList(file)); });
    };
    expectRefused("a.csv", "x,y\n1,2\n", "image,x,y");
    expectRefused("b.csv", "image,x,y\na,1\n", "2 fields");
    expectRefused("sise.csv", "image,x,y,sise\na,1,2,3\n", "image,x,y,size");
    expectRefused("c.csv", "image,x,y\na,1,two\n", "'two'");
    expectRefused("d.csv", "image,x,y\na,-1,2\n", "is no patch");
    expectRefused("e.json", "{", "array of objects");
    expectRefused("f.json", R"([{"image": "a", "x": 1}])", "array of objects");
}

TEST(StudyDescription, RoundTripsWithFilesRelativeToIt) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder);
    study.patches = {PatchRule::Kind::Grid, 12, 40};
    study.secondsPerMap = {{"Bicubic", 0.25}};
    const auto file = folder / "study.json";
    writeStudyDescription(study, file);
    EXPECT_EQ(readStudyDescription(file), study);
    EXPECT_THAT(test::contentOf(file), testing::HasSubstr("\"file\": \"scene64.png\""));
    EXPECT_THAT(test::contentOf(file), testing::Not(testing::HasSubstr(folder.path().string())));
}

TEST(StudyDescription, NamesTheWeightsOfLpipsWhereItIsAskedFor) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder);
    EXPECT_THAT(toJson(study, folder.path()), testing::Not(testing::HasSubstr("lpips")));
    const auto id = newStudyId(study);
    study.lpips = LpipsFiles{.network = folder / "weights/alexnet.pth", .linear = folder / "weights/alex.pth"};
    EXPECT_NE(newStudyId(study), id);
    EXPECT_THAT(filesOf(study), testing::IsSupersetOf({study.lpips->network, study.lpips->linear}));
    const auto file = folder / "study.json";
    writeStudyDescription(study, file);
    EXPECT_EQ(readStudyDescription(file), study);
    EXPECT_THAT(test::contentOf(file), testing::HasSubstr("\"linear\": \"weights/alex.pth\""));
}

TEST(StudyDescription, StatesTheOptionsOfFaithfulnessWhereItIsAskedFor) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder);
    EXPECT_THAT(toJson(study, folder.path()), testing::Not(testing::HasSubstr("faithfulness")));
    const auto id = newStudyId(study);
    study.faithfulness = FaithfulnessOptions{.points = 16};
    study.faithfulness->parts.sensitivity = false;
    EXPECT_NE(newStudyId(study), id);
    const auto file = folder / "study.json";
    writeStudyDescription(study, file);
    EXPECT_EQ(readStudyDescription(file), study);
    const auto refused = [&](const nlohmann::ordered_json& options, const std::string& expected) {
        auto json = nlohmann::ordered_json::parse(toJson(study, folder.path()));
        json["faithfulness"] = options;
        folder.write("study.json", json.dump());
        test::expectError(ErrorCode::BadFile, {"study.json", expected},
                          [&] { static_cast<void>(readStudyDescription(file)); });
    };
    refused("all", "\"faithfulness\"");
    refused({{"pionts", 3}}, "pionts");
    refused({{"points", 0}}, "number of points");
    refused({{"attribution", "map.npy"}}, "attribution");
}

TEST(StudyDescription, AMissingRuleIsTheDefault) {
    const test::TemporaryFolder folder;
    auto json = nlohmann::ordered_json::parse(toJson(test::smallStudy(folder), folder.path()));
    json["experiment"]["options"].erase("rule");
    const auto study = readStudyDescription(folder.write("study.json", json.dump()));
    EXPECT_FALSE(lamOptionsOf(study.experiment).rule.has_value());
}

TEST(StudyDescription, TextsMayBeUnfinished) {
    const test::TemporaryFolder folder;
    auto study = test::smallStudy(folder);
    study.experiment.networks.clear();
    EXPECT_EQ(studyDescriptionFromText(toJson(study, folder.path()), folder / "study.json", folder.path()), study);
}

TEST(StudyDescription, ReaderIsStrict) {
    const test::TemporaryFolder folder;
    const auto whole = nlohmann::ordered_json::parse(toJson(test::smallStudy(folder), folder.path()));
    const auto expectRefused = [&](const std::function<void(nlohmann::ordered_json&)>& change, const char* expected) {
        auto json = whole;
        change(json);
        const auto file = folder.write("study.json", json.dump());
        test::expectError(ErrorCode::BadFile, {"study.json", expected},
                          [&] { static_cast<void>(readStudyDescription(file)); });
    };
    expectRefused([](auto& json) { json["patchs"] = 3; }, "\"patchs\"");
    expectRefused([](auto& json) { json.erase("study"); }, "not the description of a study");
    expectRefused([](auto& json) { json.erase("patches"); }, "patches");
    expectRefused([](auto& json) { json["format"] = 99; }, "newer");
    expectRefused([](auto& json) { json["patches"]["rule"] = "corner"; }, "centre, list, grid");
    expectRefused([](auto& json) { json["patches"]["sise"] = 8; }, "\"sise\"");
    expectRefused([](auto& json) { json["patches"]["size"] = 0; }, "\"size\"");
    expectRefused([](auto& json) { json["patches"] = {{"rule", "list"}}; }, "has no patches");
    expectRefused([](auto& json) { json["experiment"]["options"]["sigmaa"] = 1; }, "sigmaa");
    expectRefused([](auto& json) { json["experiment"]["options"]["sigma"] = -1; }, "sigma");
    expectRefused([](auto& json) { json["lpips"] = {{"network", "alexnet.pth"}}; }, "\"linear\": \"alex.pth\"");
    expectRefused([](auto& json) { json["lpips"] = {{"network", "alexnet.pth"}, {"liner", "a.pth"}}; }, "\"liner\"");
    expectRefused([](auto& json) { json["lpips"] = {{"network", 1}, {"linear", "a.pth"}}; }, "string");
    expectRefused([](auto& json) { json["experiment"]["option"] = {{"nodes", 9}}; }, "\"option\"");
    expectRefused([](auto& json) { json["experiment"]["networks"][0]["settings"]["rnage"] = 255; }, "\"rnage\"");
    expectRefused([](auto& json) { json["experiment"]["scenes"][0]["image"]["refrence"] = "a.png"; }, "\"refrence\"");
    expectRefused([](auto& json) { json["experiment"]["scenes"] = nlohmann::json::array(); }, "nothing to compute");
    test::expectError(ErrorCode::BadFile, {"broken.json"},
                      [&] { static_cast<void>(readStudyDescription(folder.write("broken.json", "{\"study\""))); });
    test::expectError(ErrorCode::BadFile, {"absent.json"},
                      [&] { static_cast<void>(readStudyDescription(folder / "absent.json")); });
}

}  // namespace
}  // namespace lamscope::study_plan_test
