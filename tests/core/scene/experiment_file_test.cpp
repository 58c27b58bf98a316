// SPDX-License-Identifier: GPL-3.0-or-later
#include "scene/experiment_file.h"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lamscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

/// A folder that no machine has, so that no link leads elsewhere.
const std::filesystem::path folder = "/lamscope-tests/work";
const std::filesystem::path file = folder / "a.lamscope";

Experiment twoScenesTwoNetworks() {
    Experiment experiment;
    experiment.scenes = {{.image = folder / "images/a.png", .boxes = {{4, 8, 16}}},
                         {.image = "/lamscope-tests/elsewhere/b.png", .boxes = {{1, 2, 3}, {40, 50, 24}}}};
    experiment.networks = {{.spec = ModelSpec::parse((folder / "net.pth").string())},
                           {.spec = ModelSpec::parse("bicubic:scale=2")}};
    return experiment;
}

/// A file that is not there: its numbers are with the experiment.
Degradation steepRain(const std::filesystem::path& range) {
    return {.rain = Degradation::Rain{.range = {.name = range.string(),
                                                .quantity = {100.0, 250.5},
                                                .kernelWidths = {3, 9},
                                                .length = {20.0, 31.0},
                                                .angle = {-60.0, -45.5}},
                                      .amplitude = 0.5}};
}

struct Change {
    std::string what;
    std::function<void(Experiment&)> make;
};

/// Each field of an experiment away from what twoScenesTwoNetworks() has.
std::vector<Change> changes() {
    const auto ofScene = [](auto member, auto value) {
        return [=](Experiment& experiment) { experiment.scenes.back().*member = value; };
    };
    const auto ofSettings = [](auto member, auto value) {
        return [=](Experiment& experiment) { experiment.networks.front().spec.settings.*member = value; };
    };
    return {
        {"no scene", [](Experiment& e) { e.scenes.clear(); }},
        {"image", ofScene(&Scene::image, folder / "c.png")},
        {"hash of the image", ofScene(&Scene::sha256, std::string(64, 'a'))},
        {"role", ofScene(&Scene::role, ImageRole::Lr)},
        {"reduction", ofScene(&Scene::reduction, Reduction::Matlab)},
        {"degradation", ofScene(&Scene::degradation, degradationFromString("blur:1.5:9+rain:medium:0.25+jpeg:40..60"))},
        {"rain of a file", ofScene(&Scene::degradation, steepRain(folder / "colon: and + sign" / "steep.json"))},
        {"seed", ofScene(&Scene::degradationSeed, std::uint64_t{1} << 63U)},
        {"upright", ofScene(&Scene::reading, ImageReading{.upright = true})},
        {"stretch", ofScene(&Scene::reading, ImageReading{.stretch = true})},
        {"reference image", ofScene(&Scene::reference, folder / "hr.png")},
        {"grid scale", ofScene(&Scene::gridScale, 0)},
        {"boxes", ofScene(&Scene::boxes, std::vector<Box>{{7, 8, 9}})},
        {"no box", ofScene(&Scene::boxes, std::vector<Box>())},
        {"grid of patches", [](Experiment& e) { e.gridStride = 12; }},
        {"no network", [](Experiment& e) { e.networks.clear(); }},
        {"file of a network", [](Experiment& e) { e.networks.front().spec.file = "/lamscope-tests/other.pth"; }},
        {"scale", ofSettings(&ModelSettings::scale, 3)},
        {"range", ofSettings(&ModelSettings::range, 255.0)},
        {"name", ofSettings(&ModelSettings::name, std::string("A, \"B\" ä"))},
        {"weights", ofSettings(&ModelSettings::weights, std::string("params_ema"))},
        {"architecture", ofSettings(&ModelSettings::architecture, std::string("rfdn"))},
        {"assumptions", ofSettings(&ModelSettings::assumptions, Assumptions{{"slope", {0.1, 0.25}}})},
        {"hash of a network", [](Experiment& e) { e.networks.front().sha256 = std::string(64, 'b'); }},
        {"hidden", [](Experiment& e) { e.networks.front().shown = false; }},
        {"reference network", [](Experiment& e) { e.reference = 1; }},
        {"selected network", [](Experiment& e) { e.selected = 0; }},
        {"method", [](Experiment& e) { e.method = "another"; }},
        {"options",
         [](Experiment& e) {
             e.options = {{"sigma", 1.0 / 3.0}, {"nodes", nullptr}, {"tag", "x"}};
         }},
        {"view",
         [](Experiment& e) {
             e.view = {{"layer", "map"}, {"opacity", 0.1}};
         }},
        {"figure",
         [](Experiment& e) {
             e.figure = {{"layout", "fig5"}, {"alphas", {0.0, 0.5}}};
         }},
        {"workspaces",
         [](Experiment& e) {
             e.workspaces = {{"open", "study"}};
         }},
    };
}

TEST(ExperimentFile, GivesEveryFieldBack) {
    const auto plain = twoScenesTwoNetworks();
    EXPECT_EQ(experimentFromText(toJson(plain, folder), file), plain);
    EXPECT_EQ(experimentFromText(toJson({}, folder), file), Experiment());
    for (const auto& [what, make] : changes()) {
        auto changed = plain;
        make(changed);
        ASSERT_NE(changed, plain) << what;
        EXPECT_NE(toJson(changed, folder), toJson(plain, folder)) << what;
        EXPECT_EQ(experimentFromText(toJson(changed, folder), file), changed) << what;
    }
}

TEST(ExperimentFile, StatesADegradationAndOpensWithoutOne) {
    auto experiment = twoScenesTwoNetworks();
    experiment.scenes.front().degradation = degradationFromString("noise:20+blur:2");
    experiment.scenes.front().degradationSeed = 5;
    experiment.scenes.back().degradation = steepRain(folder / "steep.json");
    auto json = jsonOf(experiment, folder);
    EXPECT_EQ(json["scenes"][0]["image"]["degradation"], "blur:2+noise:20");
    EXPECT_EQ(json["scenes"][0]["image"]["seed"], 5);
    EXPECT_EQ(json["scenes"][1]["image"]["degradation"], "rain:steep.json:0.5");
    EXPECT_EQ(json["scenes"][1]["image"]["rain"]["kernel_width"], (std::vector<int>{3, 9}));
    // A range that a session holds is one of its files: nothing is written over it.
    EXPECT_THAT(filesOf(experiment), testing::Contains(folder / "steep.json"));

    for (const auto* member : {"degradation", "seed", "rain"}) {
        json["scenes"][0]["image"].erase(member);  // as older versions wrote
    }
    EXPECT_TRUE(experimentFromJson(json, folder).scenes.front().degradation.isClean());
    EXPECT_EQ(experimentFromJson(json, folder).scenes.front().degradationSeed, 0U);

    auto broken = json;
    broken["scenes"][1]["image"]["rain"]["kernel_width"] = nlohmann::json::array();
    EXPECT_THROW(static_cast<void>(experimentFromJson(broken, folder)), Error);
    broken = json;
    broken["scenes"][1]["image"]["degradation"] = "noise:20";
    EXPECT_THROW(static_cast<void>(experimentFromJson(broken, folder)), Error);
    broken = json;
    broken["scenes"][1]["image"]["degradation"] = "hail";
    broken["scenes"][1]["image"].erase("rain");
    EXPECT_THROW(static_cast<void>(experimentFromJson(broken, folder)), Error);
}

TEST(ExperimentFile, NamesFilesFromItsFolder) {
    const auto text = toJson(twoScenesTwoNetworks(), folder);
    EXPECT_THAT(text, HasSubstr("\"images/a.png\""));
    EXPECT_THAT(text, HasSubstr("\"../elsewhere/b.png\""));
    EXPECT_THAT(text, HasSubstr("\"net.pth\""));
    EXPECT_THAT(text, HasSubstr("\"bicubic\""));
    // Carried to another place, together with what it names.
    const auto moved = experimentFromText(text, "/lamscope-tests/new/a.lamscope");
    EXPECT_EQ(moved.scenes.front().image, "/lamscope-tests/new/images/a.png");
    EXPECT_EQ(moved.networks.front().spec.file, "/lamscope-tests/new/net.pth");
    EXPECT_TRUE(moved.networks.back().spec.isAnalytic());
    // Where it lies in no folder, as in results, names stay as they were given.
    EXPECT_EQ(jsonOf({.scenes = {{.image = "some/a.png"}}}).at("scenes").at(0).at("image").at("file"), "some/a.png");
}

TEST(ExperimentFile, AddressesOfServersAreNoFiles) {
    Experiment experiment;
    for (const char* address : {"lamscope+unix:///tmp/mine.sock#a", "lamscope+tcp://127.0.0.1:80/token",
                                "ssh://me@gpu/~/serve.py?python=python3.11"}) {
        experiment.networks.push_back({.spec = ModelSpec::parse(address), .sha256 = std::string(64, 'a')});
        EXPECT_THAT(toJson(experiment, folder), HasSubstr(std::string("\"") + address + "\""));
    }
    EXPECT_EQ(experimentFromText(toJson(experiment, folder), "/elsewhere/a.lamscope").networks, experiment.networks);
    EXPECT_TRUE(filesOf(experiment).empty());
}

TEST(ExperimentFile, IsWrittenAndRead) {
    const test::TemporaryFolder temporary;
    auto experiment = twoScenesTwoNetworks();
    experiment.scenes.front().image = temporary / "a.png";
    writeExperiment(experiment, temporary / "a.lamscope");
    EXPECT_EQ(readExperiment(temporary / "a.lamscope"), experiment);
    test::expectError(ErrorCode::BadFile, {"absent.lamscope", "cannot be opened"},
                      [&] { static_cast<void>(readExperiment(temporary / "absent.lamscope")); });
}

TEST(ExperimentFile, OfVersion010Opens) {
    const auto root = std::filesystem::absolute("tests/files").parent_path().parent_path();
    const auto experiment = readExperiment("tests/files/session.lamscope");
    const Scene scene{.image = root / "resources/scenes/chart_HR.png",
                      .sha256 = "e9f782bb659b59b1ec443c5ed639871f558709496c5fbde01470ebe4b4c6be1f",
                      .role = ImageRole::Hr,
                      .reduction = Reduction::Matlab,
                      .boxes = {{100, 84, 24}}};
    EXPECT_THAT(experiment.scenes, ElementsAre(scene));
    EXPECT_FALSE(experiment.gridStride);
    ASSERT_THAT(experiment.networks, SizeIs(3));
    const auto shipped = [&](const char* name) { return ModelSpec::parse((root / "models" / name).string()); };
    auto fsrcnn = shipped("fsrcnn-s/fsrcnn-s_x4.safetensors");
    fsrcnn.settings.range = 1.0;
    fsrcnn.settings.name = "Small, fast";
    EXPECT_EQ(experiment.networks[0],
              (ExperimentNetwork{.spec = fsrcnn,
                                 .sha256 = "f0b9d41867f3964687834e132d8893251366a48fa60ffb66d0a810ab4730437d"}));
    EXPECT_EQ(experiment.networks[1], (ExperimentNetwork{.spec = ModelSpec::parse("bicubic:scale=2"), .shown = false}));
    EXPECT_EQ(experiment.networks[2],
              (ExperimentNetwork{.spec = shipped("edsr-s/edsr-s_x4.safetensors"),
                                 .sha256 = "36d24cfccc96d9be85355228955f4ebfb15af84e391c9993628221af1d39f747"}));
    EXPECT_EQ(experiment.reference, 2U);
    EXPECT_EQ(experiment.selected, 0U);
    EXPECT_EQ(experiment.method, "lam");
    EXPECT_EQ(experiment.options.at("kernel"), 7);
    EXPECT_EQ(experiment.view.at("layer"), "signed");
    EXPECT_EQ(experiment.figure.at("layout"), "fig4");
    // Written anew it is one of now, and says the same.
    const auto text = toJson(experiment, root / "tests/files");
    EXPECT_THAT(text, Not(HasSubstr("more_scenes")));
    EXPECT_EQ(experimentFromText(text, root / "tests/files/b.lamscope"), experiment);
}

TEST(ExperimentFile, WithoutAnImageInVersion010HasNoScene) {
    const auto* text = R"({"format": 1, "image": null, "networks": [],
                           "patches": [{"x": 0, "y": 0, "size": 16, "grid_scale": 1}]})";
    EXPECT_EQ(experimentFromText(text, file), Experiment());
}

TEST(ExperimentFile, SaysWhatIsWrongWithIt) {
    const auto expectRefused = [](const std::string& text, const std::string& part) {
        test::expectError(ErrorCode::BadFile, {file.string(), part},
                          [&] { static_cast<void>(experimentFromText(text, file)); });
    };
    for (const auto* text : {"", "{", "[]", R"({"format": 1})", R"({"format": 2})", R"({"format": 2, "scenes": 3})"}) {
        expectRefused(text, "not a session of Lamscope, or damaged");
    }
    expectRefused(R"({"format": 99})", "newer Lamscope");
    const auto with = [](const std::string& name, const nlohmann::ordered_json& value) {
        auto json = jsonOf(twoScenesTwoNetworks());
        json[name] = value;
        return json.dump();
    };
    expectRefused(with("options", "fast"), "\"options\" must be a JSON object");
    expectRefused(with("figure", 5), "\"figure\" must be a JSON object");
    expectRefused(with("workspaces", "study"), "\"workspaces\" must be a JSON object");
    expectRefused(with("grid", 0), "a stride of 0");
    auto json = jsonOf(twoScenesTwoNetworks());
    json["scenes"][0]["patches"][0]["size"] = 0;
    expectRefused(json.dump(), "not a square of pixels");
    json = jsonOf(twoScenesTwoNetworks());
    json["scenes"][1]["image"]["role"] = "sr";
    expectRefused(json.dump(), "unknown role 'sr'");
}

TEST(ExperimentFile, AnIndexOfNoNetworkIsNone) {
    auto experiment = twoScenesTwoNetworks();
    experiment.reference = 2;
    experiment.selected = 7;
    const auto read = experimentFromText(toJson(experiment, folder), file);
    EXPECT_FALSE(read.reference);
    EXPECT_FALSE(read.selected);
}

TEST(ExperimentNetworks, ThatAreHiddenKeepTheirHashes) {
    Experiment experiment;
    for (const bool shown : {true, false, true}) {
        experiment.networks.push_back({.spec = ModelSpec::parse("bicubic"), .sha256 = "saved", .shown = shown});
    }
    noteNetworkHashes(experiment, {"first", "third"});
    EXPECT_EQ(experiment.networks[0].sha256, "first");
    EXPECT_EQ(experiment.networks[1].sha256, "saved");
    EXPECT_EQ(experiment.networks[2].sha256, "third");
}

TEST(ExperimentFiles, AreAllThatAreRead) {
    auto experiment = twoScenesTwoNetworks();
    experiment.networks.front().shown = false;
    experiment.scenes.front().reference = folder / "hr.png";
    const auto files = filesOf(experiment);
    for (const auto& each : {experiment.scenes[0].image, experiment.scenes[0].reference, experiment.scenes[1].image,
                             experiment.networks[0].spec.file}) {
        EXPECT_THAT(files, testing::Contains(each));
    }
    EXPECT_THAT(shownNetworks(experiment), ElementsAre(experiment.networks.back().spec));
}

}  // namespace
}  // namespace lamscope
