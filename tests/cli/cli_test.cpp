// SPDX-License-Identifier: GPL-3.0-or-later
// The program as its users meet it: started as a process, judged by exit code, output and files.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "support/exif.h"
#include "support/run_program.h"
#include "support/safetensors_file.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

using test::contentOf;
using test::Outcome;
using testing::HasSubstr;

/// Whether the process handles SIGINT: proc(5), "SigCgt" is a mask whose lowest bit is signal 1.
bool handlesInterrupt(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string word; status >> word;) {
        if (word == "SigCgt:") {
            std::uint64_t handled = 0;
            status >> std::hex >> handled;
            return (handled >> (SIGINT - 1) & 1U) != 0;
        }
    }
    return false;
}

class Cli : public testing::Test {
protected:
    void SetUp() override {
        Image image(160, 144);
        for (int c = 0; c < 3; ++c) {
            for (int y = 0; y < 144; ++y) {
                for (int x = 0; x < 160; ++x) {
                    image.at(c, y, x) = static_cast<float>((x * 7 + y * 13 + c * 50 + x * y / 9) % 256) / 255.0F;
                }
            }
        }
        writeImage(folder_ / "hr.png", image);
    }

    [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }

    /// Starts the program; `whileRunning` gets its process id.
    Outcome run(std::vector<std::string> arguments, const std::function<void(pid_t)>& whileRunning = {}) const {
        arguments.insert(arguments.begin(), LAMSCOPE_CLI);
        return test::runProgram(std::move(arguments), log_.path(), whileRunning);
    }

    /// The arguments of a run that works, followed by `more`.
    [[nodiscard]] std::vector<std::string> lam(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> arguments{"lam", "--hr", in("hr.png"), "--model", "bicubic", "--patch", "64,60"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }

    /// Fails with the code, says one line that contains `expected`, and leaves the folder as it was.
    void expectTrouble(const std::vector<std::string>& arguments, int code, const std::string& expected) const {
        const auto before = contents();
        const auto outcome = run(arguments);
        EXPECT_EQ(outcome.exitCode, code) << expected << "\n" << outcome.messages;
        EXPECT_THAT(outcome.messages, HasSubstr(expected));
        EXPECT_THAT(outcome.messages, HasSubstr("error: "));
        const auto start = outcome.messages.find("error: ");
        EXPECT_EQ(std::ranges::count(outcome.messages.substr(std::min(start, outcome.messages.size())), '\n'), 1)
            << outcome.messages;
        EXPECT_EQ(outcome.output, "");
        EXPECT_TRUE(contents() == before) << expected;
    }

    [[nodiscard]] std::vector<std::string> listing() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
            names.push_back(entry.path().string());
        }
        std::ranges::sort(names);
        return names;
    }

    /// Of every file, by its name; nothing of folders.
    [[nodiscard]] std::map<std::string, std::string> contents() const {
        std::map<std::string, std::string> found;
        for (const auto& name : listing()) {
            found[name] = std::filesystem::is_regular_file(name) ? contentOf(name) : "";
        }
        return found;
    }

    test::TemporaryFolder folder_;
    test::TemporaryFolder log_;
};

TEST_F(Cli, NanWeightsAreRefusedByEveryCommandAndReportedByInfo) {
    LAMSCOPE_NEED_DATA(broken, "cases/nan.pth");
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"lam", "--hr", in("hr.png"), "--model", broken.string(), "--patch", "20,20"},
          {"upscale", "--lr", in("hr.png"), "--model", broken.string(), "--out", in("sr")},
          {"evaluate", "--hr", folder_.path().string(), "--model", broken.string()}}) {
        const auto outcome = run(arguments);
        EXPECT_EQ(outcome.exitCode, 1) << arguments.front();
        EXPECT_THAT(outcome.messages, testing::AllOf(HasSubstr("NaN"), HasSubstr("head.0.bias"))) << arguments.front();
    }
    const auto report = run({"info", broken.string()});
    EXPECT_EQ(report.exitCode, 0);
    EXPECT_THAT(report.output, testing::AllOf(HasSubstr("1 weight is NaN or infinite"), HasSubstr("head.0.bias")));
}

TEST_F(Cli, HelpAndVersion) {
    for (const auto* command : {"lam", "info", "upscale", "evaluate", "degrade", "bench", "scene"}) {
        const auto outcome = run({command, "--help"});
        EXPECT_EQ(outcome.exitCode, 0);
        EXPECT_THAT(outcome.output, HasSubstr("--help"));
    }
    EXPECT_THAT(run({"--help"}).output, HasSubstr("evaluate"));
    EXPECT_THAT(run({"--version"}).output, HasSubstr("LibTorch"));
}

TEST_F(Cli, LamWritesWhatWasAskedForAndNothingElse) {
    const auto outcome =
        run(lam({"--json", in("a.json"), "--csv", in("a.csv"), "--npy", in("arrays"), "--figure", in("a.png")}));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, HasSubstr("Bicubic"));
    const auto json = nlohmann::json::parse(contentOf(in("a.json")));
    EXPECT_EQ(json["options"]["preset"], "exact");
    EXPECT_EQ(json["results"][0]["model"]["architecture"], "Bicubic");
    EXPECT_EQ(json["results"][0]["context"]["width"], 40);
    EXPECT_EQ(readNpy(in("arrays/Bicubic.map.npy")).shape, (std::vector<std::int64_t>{36, 40}));
    EXPECT_GT(readImage(in("a.png")).image.width(), 1000);
    EXPECT_EQ(listing().size(), 7U);  // hr.png, a.json, a.csv, a.png, arrays/ with two files
}

TEST_F(Cli, JsonToStandardOutputIsAloneThere) {
    for (const auto& form : {std::vector<std::string>{"--json", "-"}, std::vector<std::string>{"--json=-"}}) {
        const auto outcome = run(lam(form));
        ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
        EXPECT_TRUE(nlohmann::json::accept(outcome.output));
    }
}

TEST_F(Cli, EveryPresetPathAndDetectorRuns) {
    for (const auto* preset : {"official", "paper", "exact"}) {
        EXPECT_EQ(run(lam({"--preset", preset})).exitCode, 0) << preset;
    }
    for (const auto* path : {"blur", "black", "blurred-linear"}) {
        EXPECT_EQ(run(lam({"--path", path, "--nodes", "9"})).exitCode, 0) << path;
    }
    for (const auto* detector : {"gradient", "intensity", "gabor"}) {
        EXPECT_EQ(run(lam({"--detector", detector, "--context", "whole"})).exitCode, 0) << detector;
    }
}

TEST_F(Cli, ModelsAreRepeatableAndNamesDistinct) {
    const auto outcome = run(lam({"bicubic:scale=2", "--model", "bicubic:name=Third", "--json", "-"}));
    ASSERT_EQ(outcome.exitCode, 2) << "a bare extra word is no model";
    const auto right = run({"lam", "--hr", in("hr.png"), "--patch", "64,60", "--json=-", "--model", "bicubic",
                            "bicubic:scale=2", "--model", "bicubic:name=Third"});
    ASSERT_EQ(right.exitCode, 0) << right.messages;
    const auto json = nlohmann::json::parse(right.output);
    ASSERT_EQ(json["results"].size(), 3U);
    EXPECT_EQ(json["results"][1]["model"]["name"], "Bicubic-2");
    EXPECT_EQ(json["results"][2]["model"]["name"], "Third");
}

TEST_F(Cli, SeveralPatchesGiveWhatEachGivesAlone) {
    const auto nodes = std::vector<std::string>{"--nodes", "9", "--context", "whole", "--json", "-"};
    auto together = lam({"--patch", "20,30,8", "--npy", in("arrays")});
    together.insert(together.end(), nodes.begin(), nodes.end());
    const auto both = run(together);
    ASSERT_EQ(both.exitCode, 0) << both.messages;
    const auto results = nlohmann::json::parse(both.output).at("results");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[1].at("patch"), (nlohmann::json{{"x", 20}, {"y", 30}, {"size", 8}}));
    const std::vector<std::string> places{"64,60", "20,30,8"};
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::vector<std::string> alone{"lam", "--hr", in("hr.png"), "--model", "bicubic", "--patch", places[i]};
        alone.insert(alone.end(), nodes.begin(), nodes.end());
        const auto one = nlohmann::json::parse(run(alone).output).at("results").at(0);
        EXPECT_NEAR(results[i].at("di").get<double>(), one.at("di").get<double>(), 1e-3) << places[i];
        EXPECT_NEAR(results[i].at("attribution_sum").get<double>(), one.at("attribution_sum").get<double>(), 1e-4);
    }
    EXPECT_TRUE(std::filesystem::exists(in("arrays/Bicubic.64_60.map.npy")));
    EXPECT_TRUE(std::filesystem::exists(in("arrays/Bicubic.20_30.attribution.npy")));
}

TEST_F(Cli, GridGivesTheDiOfEveryPatch) {
    const auto outcome = run({"lam", "--hr", in("hr.png"), "--model", "bicubic", "--grid", "16", "--context", "whole",
                              "--json", "-", "--csv", in("di.csv"), "--npy", in("arrays")});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    EXPECT_TRUE(json.at("results").empty());
    const auto& grid = json.at("grids").at(0);
    // A patch and the pixel to its right and below: 17 of 160 and of 144.
    EXPECT_EQ(grid.at("columns"), 9);
    EXPECT_EQ(grid.at("rows"), 8);
    EXPECT_EQ(grid.at("nodes"), 7);
    EXPECT_EQ(grid.at("rule"), "secant");
    EXPECT_EQ(json.at("options").at("nodes"), 7);
    EXPECT_TRUE(json.at("options").at("tolerance").is_null());
    ASSERT_EQ(grid.at("di").size(), 8U);
    ASSERT_EQ(grid.at("di").at(3).size(), 9U);

    const auto probe = run({"lam", "--hr", in("hr.png"), "--model", "bicubic", "--patch", "64,48", "--context", "whole",
                            "--nodes", "7", "--json", "-"});
    const auto probed = nlohmann::json::parse(probe.output).at("results").at(0);
    EXPECT_NEAR(grid.at("di").at(3).at(4).get<double>(), probed.at("di").get<double>(), 1e-3);
    EXPECT_EQ(grid.at("mass95_pixels").at(3).at(4), probed.at("mass95_pixels"));

    const auto array = readNpy(in("arrays/Bicubic.di.npy"));
    EXPECT_EQ(array.shape, (std::vector<std::int64_t>{8, 9}));
    const auto table = contentOf(in("di.csv"));
    EXPECT_EQ(std::ranges::count(table, '\n'), 1 + 8 * 9);
    EXPECT_THAT(table, HasSubstr("Bicubic,64,48,16,"));
}

TEST_F(Cli, GridBesidePatchesStatesItsOwnNodes) {
    const auto with = [&](const std::vector<std::string>& more) {
        auto arguments = lam({"--grid", "64", "--context", "whole", "--json", "-"});
        arguments.insert(arguments.end(), more.begin(), more.end());
        return nlohmann::json::parse(run(arguments).output);
    };
    const auto unset = with({});
    EXPECT_EQ(unset.at("options").at("nodes"), 81);
    EXPECT_EQ(unset.at("options").at("tolerance"), 0.05);
    EXPECT_EQ(unset.at("grids").at(0).at("nodes"), 7);
    EXPECT_EQ(with({"--rule", "midpoint"}).at("grids").at(0).at("nodes"), 9);
    EXPECT_EQ(with({"--nodes", "27"}).at("grids").at(0).at("nodes"), 27);
}

TEST_F(Cli, UprightTurnsWhatExifAsksFor) {
    folder_.write("turned.png", test::pngWithExif(contentOf(in("hr.png")), test::exif(6, true)));
    const auto with = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"lam",     "--hr",  in("turned.png"), "--model", "bicubic",
                                           "--patch", "64,60", "--json",         "-"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    };
    const auto stored = with({});
    EXPECT_THAT(stored.messages, HasSubstr("90 degrees clockwise"));
    EXPECT_EQ(nlohmann::json::parse(stored.output).at("image").at("lr_width"), 40);
    const auto turned = with({"--upright"});
    EXPECT_THAT(turned.messages, testing::Not(HasSubstr("clockwise")));
    EXPECT_EQ(nlohmann::json::parse(turned.output).at("image").at("lr_width"), 36);
}

TEST_F(Cli, StretchMakesLevelsOfTenBitsFillTheRange) {
    auto dark = readImage(in("hr.png")).image;
    for (auto& value : dark.values()) {
        value *= 1023.0F / 65535.0F;
    }
    writeImage(folder_ / "dark.png", dark, 16);
    const auto with = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{
            "lam", "--hr",     in("dark.png"), "--model", "bicubic", "--patch",    "64,60",    "--json",
            "-",   "--preset", "paper",        "--nodes", "3",       "--detector", "intensity"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    };
    const auto brightness = [](const Outcome& outcome) {
        return nlohmann::json::parse(outcome.output).at("results").at(0).at("detector_image").get<double>();
    };
    const auto stored = with({});
    EXPECT_THAT(stored.messages, HasSubstr("levels of 10 bits"));
    EXPECT_EQ(nlohmann::json::parse(stored.output).at("options").at("stretch"), false);
    const auto stretched = with({"--stretch"});
    EXPECT_THAT(stretched.messages, testing::Not(HasSubstr("levels of")));
    EXPECT_EQ(nlohmann::json::parse(stretched.output).at("options").at("stretch"), true);
    EXPECT_GT(brightness(stretched), 30.0 * brightness(stored));  // 65535/1023, rounded to levels of 8 bits
}

TEST_F(Cli, EveryCommandThatReadsImagesCanTurnAndStretchThem) {
    for (const auto* command : {"lam", "sanity", "erf", "cem", "faithfulness", "faig", "srga", "ddr", "derain",
                                "upscale", "evaluate", "degrade"}) {
        const auto help = run({command, "--help"}).output;
        EXPECT_THAT(help, HasSubstr("--upright")) << command;
        EXPECT_THAT(help, HasSubstr("--stretch")) << command;
    }
    folder_.write("turned.png", test::pngWithExif(contentOf(in("hr.png")), test::exif(6, true)));
    const auto stored = readImage(in("turned.png")).image;
    const auto upscaled = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"upscale",        "--model", "bicubic:scale=2", "--lr",
                                           in("turned.png"), "--out",   in("sr")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        EXPECT_EQ(run(arguments).exitCode, 0);
        return readImage(in("sr/turned.png")).image;
    };
    ASSERT_NE(stored.width(), stored.height());
    EXPECT_EQ(upscaled({}).width(), 2 * stored.width());
    EXPECT_EQ(upscaled({"--upright"}).width(), 2 * stored.height());
}

TEST_F(Cli, DegradeMakesAFolderOfEachNamedRecipe) {
    const auto degrade = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"degrade", "--out", in("out")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    const auto outcome =
        run(degrade({"--hr", in("hr.png"), "--degrade", "soft=blur:2", "noise:20+jpeg:50", "--scale", "2"}));
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(readImage(in("out/soft/hr.png")).image.width(), 80);
    EXPECT_EQ(readImage(in("out/noise:20+jpeg:50/hr.png")).image.height(), 72);
    EXPECT_TRUE(std::filesystem::exists(in("out/degrade.json")));
    ASSERT_EQ(run(degrade({"--clean", in("hr.png"), "--degrade", "noise:9"})).exitCode, 0);
    EXPECT_EQ(readImage(in("out/hr.png")).image.width(), 160);
    EXPECT_TRUE(std::filesystem::exists(in("out/hr.json")));

    expectTrouble(degrade({"--hr", in("hr.png"), "--degrade", "fog:2"}), 2, "no step 'fog:2'");
    expectTrouble(degrade({"--hr", in("hr.png"), "--degrade", "rain:tiny"}), 2, "small, medium, large");
    expectTrouble(degrade({"--hr", in("hr.png"), "--degrade", "noise:2", "--reduce", "nearest"}), 2, "bilinear");
    expectTrouble(degrade({"--hr", in("hr.png")}), 2, "--degrade");
    expectTrouble(degrade({"--degrade", "noise:2"}), 2, "--clean");
    expectTrouble(degrade({"--hr", in("nowhere.png"), "--degrade", "noise:2"}), 1, "nowhere.png");
}

TEST_F(Cli, NoCommandWritesOverAFileThatItReads) {
    for (const auto* name : {"d", "e", "hr"}) {
        std::filesystem::create_directory(folder_ / name);
    }
    writeNpy(folder_ / "d/b.npy", std::array<std::int64_t, 3>{3, 16, 16}, std::vector<float>(768, 0.5F));
    std::filesystem::create_hard_link(folder_ / "d/b.npy", folder_ / "e/b.npy");
    std::filesystem::create_directory_symlink(folder_ / "d", folder_ / "link");
    for (const auto* copy : {"d/p.png", "hr/p.png"}) {
        std::filesystem::copy_file(folder_ / "hr.png", folder_ / copy);
    }
    std::filesystem::copy_file("models/fsrcnn-s/fsrcnn-s_x4.safetensors", folder_ / "net.safetensors");
    const auto upscale = [&](const std::string& image, const std::string& out) {
        return std::vector<std::string>{"upscale", "--model", "bicubic:scale=2", "--lr", in(image), "--out", in(out)};
    };
    expectTrouble(upscale("d/b.npy", "d"), 1, "d/b.npy");
    expectTrouble(upscale("d/b.npy", "link"), 1, "link/b.npy");
    expectTrouble(upscale("d/b.npy", "e"), 1, "e/b.npy");
    expectTrouble(upscale("link/p.png", "d"), 1, "link/p.png");
    expectTrouble(lam({"--csv", in("hr.png")}), 1, "which is read");
    expectTrouble(lam({"--figure", in("hr.png")}), 1, "which is read");
    expectTrouble(lam({"--model", in("net.safetensors"), "--json", in("net.safetensors")}), 1, "which is read");
    expectTrouble({"info", in("net.safetensors"), "--json", in("net.safetensors")}, 1, "which is read");
    expectTrouble({"bench", "--model", in("net.safetensors"), "--json", in("net.safetensors")}, 1, "which is read");
    expectTrouble(
        {"sanity", "--hr", in("hr.png"), "--patch", "64,60", "--model", in("net.safetensors"), "--csv", in("hr.png")},
        1, "which is read");
    expectTrouble({"evaluate", "--hr", in("hr"), "--model", "bicubic", "--csv", in("hr/p.png")}, 1, "which is read");
}

TEST_F(Cli, NoPaperFigureIsWrittenOverWhatIsRead) {
    if (LAMSCOPE_FIGURES == 0) {
        GTEST_SKIP() << "this build makes no paper figures";
    }
    ASSERT_EQ(run(lam({"--nodes", "3", "--figure", in("a.svg")})).exitCode, 0);
    expectTrouble({"figure", in("a.svg"), "--out", in("a.svg")}, 1, "which is read");
    expectTrouble({"figure", in("a.svg"), "--out", in("b.svg"), "--caption", in("hr.png")}, 1, "which is read");
}

TEST_F(Cli, PaperFiguresAreRefusedInWordsWithoutQt) {
    if (LAMSCOPE_FIGURES == 1) {
        GTEST_SKIP() << "this build makes paper figures";
    }
    expectTrouble(lam({"--figure", in("a.svg")}), 1, "build of lamscope-cli with Qt");
    expectTrouble(lam({"--figure", in("a.png"), "--layout", "fig5"}), 1, "build of lamscope-cli with Qt");
    expectTrouble({"figure", in("a.lamscope"), "--out", in("a.svg")}, 1, "build of lamscope-cli with Qt");
    for (const auto* option : {"--dpi", "--width"}) {
        expectTrouble({"study", "report", in("a.sqlite"), "--out", in("report"), option, "300"}, 1,
                      "build of lamscope-cli with Qt");
    }
}

TEST_F(Cli, NoTwoOutputsShareAName) {
    expectTrouble(lam({"--json", in("a.txt"), "--csv", in("a.txt")}), 1, "same file");
    expectTrouble(lam({"--figure", in("a.png"), in("a.png")}), 1, "same file");
    expectTrouble(lam({"--patch", "64,60,8", "--npy", in("arrays")}), 1, "Bicubic.64_60.attribution.npy");
    expectTrouble(
        {"evaluate", "--hr", folder_.path().string(), "--model", "bicubic", "--csv", in("a"), "--json", in("a")}, 1,
        "same file");
}

TEST_F(Cli, WrongUsageIsCode2) {
    expectTrouble({"lam", "--hr", in("hr.png"), "--patch", "64,60"}, 2, "--model");
    expectTrouble({"lam", "--model", "bicubic", "--patch", "64,60"}, 2, "--hr");
    expectTrouble({"paint"}, 2, "paint");
    expectTrouble(lam({"--nodes", "many"}), 2, "--nodes");
    expectTrouble(lam({"--preset", "exakt"}), 2, "official, paper, exact");
    expectTrouble(lam({"--sigma", "-1"}), 2, "sigma");
    expectTrouble(lam({"--kernel", "8"}), 2, "odd");
    expectTrouble(lam({"--context", "wide"}), 2, "--context");
    expectTrouble(lam({"--context", "0"}), 2, "'whole'");
    expectTrouble(lam({"--tolerance", "0"}), 2, "positive");
    expectTrouble(lam({"--device", "tpu"}), 2, "tpu");
    expectTrouble(lam({"--reduce", "nearest"}), 2, "pillow, matlab");
    expectTrouble({"bench", "--bursty"}, 2, "--busy");
    expectTrouble({"bench", "--busy", "0"}, 2, "--busy");
    for (const auto& other : std::vector<std::vector<std::string>>{{"--repeats", "2"}, {"--di-map"}, {"--busy", "2"}}) {
        std::vector<std::string> arguments{"bench", "--study", "--model", "bicubic"};
        arguments.insert(arguments.end(), other.begin(), other.end());
        expectTrouble(arguments, 2, other.front());
    }
    expectTrouble({"bench", "--study", "--model", "bicubic", "--images", "1000"}, 1, "--images");
    expectTrouble({"lam", "--hr", in("hr.png"), "--model", "bicubic", "--patch", "64"}, 2, "X,Y");
    expectTrouble({"lam", "--hr", in("hr.png"), "--model", "bicubic", "--patch", "64,60,0"}, 2, "size");
    expectTrouble({"lam", "--hr", in("hr.png"), "--model", "bicubic:size=4", "--patch", "64,60"}, 2,
                  "scale, range, name");
}

TEST_F(Cli, BadImagesAreNamed) {
    const auto withImage = [&](const std::string& name) {
        return std::vector<std::string>{"lam",     "--hr", in(name), "--model",   "bicubic",
                                        "--patch", "0,0",  "--json", in("o.json")};
    };
    expectTrouble(withImage("missing.png"), 1, "missing.png");
    folder_.write("empty.png", "");
    expectTrouble(withImage("empty.png"), 1, "empty.png");
    folder_.write("text.png", "this is no picture\n");
    expectTrouble(withImage("text.png"), 1, "text.png");
    const auto whole = contentOf(in("hr.png"));
    folder_.write("truncated.png", whole.substr(0, whole.size() / 2));
    expectTrouble(withImage("truncated.png"), 1, "truncated.png");
    folder_.write("pointer.png", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    expectTrouble(withImage("pointer.png"), 1, "LFS");
    std::filesystem::create_directory(folder_ / "folder.png");
    expectTrouble(withImage("folder.png"), 1, "folder.png");
    writeImage(folder_ / "one.png", Image(1, 1));
    expectTrouble(withImage("one.png"), 1, "1x1");
    std::vector<float> values(768, std::numeric_limits<float>::quiet_NaN());
    writeNpy(folder_ / "nan.npy", std::array<std::int64_t, 3>{3, 16, 16}, values);
    expectTrouble(withImage("nan.npy"), 1, "nan.npy");
}

TEST_F(Cli, BadModelsAreNamed) {
    const auto withModel = [&](const std::string& name) {
        return std::vector<std::string>{"lam",     "--hr",  in("hr.png"), "--model", in(name),
                                        "--patch", "64,60", "--npy",      in("o")};
    };
    expectTrouble(withModel("missing.pth"), 1, "missing.pth");
    folder_.write("empty.pth", "");
    expectTrouble(withModel("empty.pth"), 1, "empty.pth");
    folder_.write("text.pth", "weights, I promise\n");
    expectTrouble(withModel("text.pth"), 1, "text.pth");
    folder_.write("pointer.pth", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    expectTrouble(withModel("pointer.pth"), 1, "LFS");
    expectTrouble(withModel("hr.png"), 1, "hr.png");
    LAMSCOPE_NEED_DATA(weights, "weights/pan_x4.pth");
    const auto whole = contentOf(weights);
    folder_.write("truncated.pth", whole.substr(0, whole.size() - 100));
    expectTrouble(withModel("truncated.pth"), 1, "truncated.pth");
    folder_.write("unknown.safetensors", test::unknownNetworkFile());
    expectTrouble(withModel("unknown.safetensors"), 1, "no supported network");
    expectTrouble({"lam", "--hr", in("hr.png"), "--model", weights.string() + ":scale=3", "--patch", "64,60"}, 1,
                  "scale=3");
    expectTrouble({"info", in("missing.pth")}, 1, "missing.pth");
}

TEST_F(Cli, PatchOutsideTheImageIsNamedWithWhatIsPossible) {
    expectTrouble({"lam", "--hr", in("hr.png"), "--model", "bicubic", "--patch", "150,60"}, 1, "x can be 0 to 143");
    expectTrouble({"lam", "--hr", in("hr.png"), "--model", "bicubic", "--patch", "64,60,200"}, 1, "does not fit");
    expectTrouble(lam({"--context", "3"}), 1, "context of 3");
    expectTrouble({"lam", "--lr", in("hr.png"), "--reference", in("hr.png"), "--model", "bicubic", "--patch", "64,60"},
                  1, "less than 4 times");
}

TEST_F(Cli, RainIsMadeAndFollowedAtScale1) {
    const std::vector<std::string> command{
        "lam",    "--hr",   in("hr.png"), "--degrade",       "rain:small", "--seed", "3",
        "--path", "rain",   "--model",    "bicubic:scale=1", "--patch",    "64,60",  "--nodes",
        "3",      "--json", "-"};
    const auto outcome = run(command);
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    EXPECT_EQ(json["image"]["degradation"], "rain:small");
    EXPECT_EQ(json["image"]["seed"], 3);
    EXPECT_GE(json["results"][0]["mask_mass_ratio"].get<double>(), 1.0);
    EXPECT_NEAR(json["results"][0]["completeness_error"].get<double>(), 0.0, 1e-4);

    // The files of `degrade` are the same pair.
    ASSERT_EQ(
        run({"degrade", "--clean", in("hr.png"), "--degrade", "wet=rain:small", "--seed", "3", "--out", in("wet")})
            .exitCode,
        0);
    const auto given = run({"lam", "--lr", in("wet/wet/hr.png"), "--clean", in("hr.png"), "--path", "rain", "--model",
                            "bicubic:scale=1", "--patch", "64,60", "--nodes", "3", "--json", "-"});
    ASSERT_EQ(given.exitCode, 0) << given.messages;
    EXPECT_EQ(nlohmann::json::parse(given.output)["results"][0]["attribution_sum"],
              json["results"][0]["attribution_sum"]);

    expectTrouble({"lam", "--hr", in("hr.png"), "--path", "rain", "--model", "bicubic:scale=1", "--patch", "64,60"}, 1,
                  "clean image, which is not known");
    expectTrouble({"lam", "--lr", in("hr.png"), "--degrade", "noise:3", "--model", "bicubic", "--patch", "64,60"}, 2,
                  "used as it is");
    expectTrouble({"evaluate", "--hr", folder_.path().string(), "--model", "bicubic:scale=1"}, 1, "does not enlarge");
}

TEST_F(Cli, UnwritableTargetsLeaveNothing) {
    expectTrouble(lam({"--csv", in("a.csv"), "--json", in("none/a.json")}), 1, "a.json");
    expectTrouble(lam({"--json", folder_.path().string()}), 1, "folder");
}

TEST_F(Cli, ReadOnlyFolderLeavesNothing) {
    std::filesystem::create_directory(folder_ / "locked");
    if (geteuid() == 0) {  // root writes anywhere but on a read-only file system
        if (mount("none", in("locked").c_str(), "tmpfs", MS_RDONLY, "size=16k") != 0) {
            GTEST_SKIP() << "this user may not mount a read-only file system";
        }
    } else {
        std::filesystem::permissions(folder_ / "locked",
                                     std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    }
    expectTrouble(lam({"--csv", in("a.csv"), "--json", in("locked/a.json")}), 1, "a.json");
    expectTrouble(lam({"--npy", in("locked/arrays")}), 1, "arrays");
    umount(in("locked").c_str());
}

TEST_F(Cli, FullDiskLeavesNothing) {
    std::filesystem::create_directory(folder_ / "disk");
    if (mount("none", in("disk").c_str(), "tmpfs", 0, "size=16k") != 0) {
        GTEST_SKIP() << "this user may not mount a small file system";
    }
    expectTrouble(lam({"--csv", in("disk/a.csv"), "--npy", in("disk/arrays"), "--figure", in("disk/a.png")}), 1,
                  "No space");
    umount(in("disk").c_str());
}

TEST_F(Cli, InterruptStopsSoonAndLeavesNothing) {
    const auto outcome =
        run(lam({"--nodes", "100000", "--json", in("a.json"), "--npy", in("arrays")}), [](pid_t child) {
            for (int trial = 0; trial < 3000 && !handlesInterrupt(child); ++trial) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
            std::this_thread::sleep_for(std::chrono::seconds(1));  // now it computes
            kill(child, SIGINT);
        });
    EXPECT_EQ(outcome.exitCode, 130) << outcome.messages;
    EXPECT_THAT(outcome.messages, HasSubstr("interrupted"));
    EXPECT_EQ(listing().size(), 1U);
}

TEST_F(Cli, InterruptEndsTheWaitForAServer) {
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un place{.sun_family = AF_UNIX, .sun_path = {}};
    const auto name = in("silent.sock");
    ASSERT_LT(name.size(), sizeof place.sun_path);
    std::ranges::copy(name, std::begin(place.sun_path));
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
    ASSERT_EQ(::listen(listener, 1), 0);  // and never answers
    const auto outcome = run({"upscale", "--model", "lamscope+unix://" + name, "--lr", in("hr.png"), "--out", in("sr")},
                             [](pid_t child) {
                                 for (int trial = 0; trial < 3000 && !handlesInterrupt(child); ++trial) {
                                     std::this_thread::sleep_for(std::chrono::milliseconds(20));
                                 }
                                 kill(child, SIGINT);
                             });
    ::close(listener);
    EXPECT_EQ(outcome.exitCode, 130) << outcome.messages;
    EXPECT_THAT(outcome.messages, HasSubstr("interrupted"));
}

TEST_F(Cli, InfoNamesTheClosestNetwork) {
    folder_.write("unknown.safetensors", test::unknownNetworkFile());
    const auto outcome = run({"info", in("unknown.safetensors"), "--json", "-"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.messages;
    const auto json = nlohmann::json::parse(outcome.output);
    EXPECT_TRUE(json["results"][0]["architecture"].is_null());
    EXPECT_EQ(json["results"][0]["nearest"]["architecture"], "IMDN");
    EXPECT_THAT(json["results"][0]["nearest"]["missing"], testing::Contains("LR_conv.weight"));
    EXPECT_EQ(json["results"][0]["parameters"], 64 * 64 * 9 + 64);
}

TEST_F(Cli, UpscaleWritesPngAndArray) {
    ASSERT_EQ(run({"upscale", "--model", "bicubic:scale=2", "--lr", in("hr.png"), "--out", in("sr")}).exitCode, 0);
    EXPECT_EQ(readImage(in("sr/hr.png")).image.width(), 320);
    EXPECT_EQ(run({"upscale", "--model", "bicubic", "bicubic", "--lr", in("hr.png"), "--out", in("sr")}).exitCode, 2);
}

TEST_F(Cli, SanityComparesWithRandomWeights) {
    const std::vector<std::string> sanity{"sanity",
                                          "--hr",
                                          in("hr.png"),
                                          "--nodes",
                                          "1",
                                          "--model",
                                          "models/fsrcnn-s/fsrcnn-s_x4.safetensors:name=Small"};
    const auto with = [&](const std::vector<std::string>& more) {
        auto arguments = sanity;
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    };
    const auto outcome = run(with({"--patch", "64,60", "--csv", in("sanity.csv")}));
    EXPECT_EQ(outcome.exitCode, 0) << outcome.messages;
    EXPECT_THAT(outcome.output, HasSubstr("Small"));
    EXPECT_EQ(std::ranges::count(contentOf(in("sanity.csv")), '\n'), 4);
    expectTrouble(sanity, 2, "--patch");
    expectTrouble(with({"--patch", "64,60", "--draws", "0"}), 2, "--draws");
    expectTrouble(with({"--patch", "999,60"}), 1, "(999, 60)");
    expectTrouble(with({"--patch", "64,60", "--model", "bicubic"}), 1, "Bicubic has no weights");
}

TEST_F(Cli, SceneAndLamOnIt) {
    ASSERT_EQ(run({"scene", "--out", in("scene.png")}).exitCode, 0);
    EXPECT_EQ(run({"lam", "--hr", in("scene.png"), "--model", "bicubic", "--patch", "120,120"}).exitCode, 0);
}

}  // namespace
}  // namespace lamscope
