// SPDX-License-Identifier: GPL-3.0-or-later
// From the flags of `lam` to an experiment, and back by the line that *Copy as command* gives.
#include "lam_arguments.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "method/lam/lam_experiment.h"
#include "model_arguments.h"
#include "scene/experiment_file.h"
#include "study/lam_command_line.h"
#include "support/expect_error.h"

namespace lamscope {
namespace {

using testing::HasSubstr;

/// The flags of `lam` that say what is computed.
class LamFlags {
public:
    LamFlags() {
        lam.addImageTo(command);
        models.addTo(command, true);
        lam.addPatchesTo(command);
        lam.addGridTo(command);
        lam.addMethodTo(command);
    }

    CLI::App command;
    cli::LamArguments lam;
    cli::ModelArguments models;
};

/// The words of a line as a POSIX shell takes them, without the program and its command.
std::vector<std::string> wordsOf(const std::string& line) {
    std::vector<std::string> words(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\'') {
            quoted = !quoted;
        } else if (line[i] == ' ' && !quoted) {
            words.emplace_back();
        } else if (line[i] == '\\' && !quoted) {
            words.back() += line.at(++i);
        } else {
            words.back() += line[i];
        }
    }
    words.erase(words.begin(), words.begin() + 2);
    return words;
}

/// The experiment of a line, and the line of that experiment.
struct Read {
    Experiment experiment;
    std::string line;
};

Read read(const std::string& line) {
    LamFlags flags;
    auto words = wordsOf(line);
    std::ranges::reverse(words);  // as CLI11 wants them
    flags.command.parse(words);
    const auto& device = flags.models.device;
    const auto choice = device == "cpu"    ? DeviceChoice::Cpu
                        : device == "cuda" ? DeviceChoice::Cuda
                                           : DeviceChoice::Auto;
    auto experiment = flags.lam.toExperiment(flags.models.specs());
    auto again = lamCommandLine(experiment, choice, flags.models.threads);
    return {std::move(experiment), std::move(again)};
}

/// Lines as lamCommandLine() writes them; together they use every flag.
const std::vector<std::string>& lines() {
    static const std::vector<std::string> all{
        "lamscope-cli lam --hr /a/photo.png --model bicubic --patch 120,96,16 --preset exact",
        "lamscope-cli lam --hr /a/photo.png --upright --stretch --reduce matlab --model "
        "/n/net.pth:scale=4,range=255,name=Mine "
        "--model bicubic:scale=2 --patch 4,5,6 --patch 70,80,9 --preset official --context 48",
        "lamscope-cli lam --lr /a/small.png --reference /a/large.png --model /n/net.pth --patch 8,8,8 --grid 12 "
        "--preset exact --path black --sigma 0.1234567890123456 --kernel 11 --rule secant --nodes 27 --tolerance 0.01 "
        "--detector gabor --context whole",
        "lamscope-cli lam --lr /a/small.png --model /n/net.pth --grid 32 --preset paper --path blurred-linear "
        "--nodes 3 --detector intensity --device cuda --threads 3",
        "lamscope-cli lam --hr /a/clean.png --degrade blur:1.5+rain:medium:0.5+noise:5..20 --seed 18446744073709551615 "
        "--model /n/restores.pth --patch 1,2,3 --preset exact --path rain",
        "lamscope-cli lam --hr '/a/it'\\''s mine.png' --model '/n/my net.pth:name=A & B' --patch 1,2,3 --preset exact "
        "--device cpu",
    };
    return all;
}

TEST(LamArguments, ComeBackFromTheExperiment) {
    for (const auto& line : lines()) {
        const auto once = read(line);
        EXPECT_EQ(once.line, line);
        EXPECT_EQ(read(once.line).experiment, once.experiment) << line;
    }
}

TEST(LamArguments, ComeBackFromItsFile) {
    for (const auto& line : lines()) {
        const auto [experiment, again] = read(line);
        const auto saved = experimentFromText(toJson(experiment, "/lamscope-tests"), "/lamscope-tests/a.lamscope");
        EXPECT_EQ(saved, experiment) << line;
        EXPECT_THAT(line, testing::StartsWith(lamCommandLine(saved)));
    }
}

TEST(LamArguments, AreAllPrinted) {
    const LamFlags flags;
    for (const auto* option : flags.command.get_options()) {
        const auto name = option->get_name();
        const auto prints = [&](const std::string& line) {
            return (line + " ").find(" " + name + " ") != std::string::npos;
        };
        EXPECT_TRUE(name == "--help" || std::ranges::any_of(lines(), prints)) << name;
    }
}

TEST(LamArguments, ThatAreDefaultsNeedNotBeGiven) {
    const auto [experiment, line] = read("lamscope-cli lam -m bicubic --patch 120,96 --hr /a/photo.png --sigma=1.2");
    EXPECT_EQ(line, lines().front());
    EXPECT_EQ(lamOptionsOf(experiment), LamOptions());
    EXPECT_EQ(experiment.scenes,
              (std::vector<Scene>{{.image = "/a/photo.png", .role = ImageRole::Hr, .boxes = {{120, 96, 16}}}}));
}

TEST(LamArguments, DegradeTheCleanImage) {
    const auto scene =
        read("lamscope-cli lam --hr a.png --degrade noise:20 -m bicubic --patch 1,2").experiment.scenes[0];
    EXPECT_EQ(scene.degradation, degradationFromString("noise:20"));
    EXPECT_EQ(scene.degradationSeed, 0U);
    const auto refused = [](const std::string& line, const std::string& word) {
        test::expectError(ErrorCode::InvalidArgument, {word}, [&] { static_cast<void>(read(line)); });
    };
    refused("lamscope-cli lam --lr a.png --degrade noise:20 -m bicubic --patch 1,2", "used as it is");
    refused("lamscope-cli lam --hr a.png --seed 3 -m bicubic --patch 1,2", "--seed goes with --degrade");
    refused("lamscope-cli lam --hr a.png --degrade hail -m bicubic --patch 1,2", "hail");
    refused("lamscope-cli lam --hr a.png --clean b.png -m bicubic --patch 1,2", "--clean");
}

TEST(LamArguments, TakeTheCleanImageUnderBothNames) {
    for (const auto* flag : {"--clean", "--reference"}) {
        const auto scene =
            read(fmt::format("lamscope-cli lam --lr a.png {} b.png -m bicubic --patch 1,2", flag)).experiment.scenes[0];
        EXPECT_EQ(scene.reference, "b.png");
    }
}

TEST(LamArguments, PutPatchesOnEachNetworksPixelsOfAnLrImage) {
    const auto scene = read(lines()[2]).experiment.scenes.front();
    EXPECT_EQ(scene.role, ImageRole::Lr);
    EXPECT_EQ(patchesOf(scene, 2), patchesOf(scene, 4));
}

TEST(LamArguments, OfHiddenNetworksAreLeftOut) {
    auto experiment = read(lines()[1]).experiment;
    experiment.networks.front().shown = false;
    EXPECT_THAT(lamCommandLine(experiment), testing::Not(HasSubstr("net.pth")));
    EXPECT_THAT(lamCommandLine(experiment), HasSubstr("--model bicubic:scale=2"));
}

TEST(LamArguments, NeedAnImage) {
    test::expectError(ErrorCode::InvalidArgument, {"no image"}, [] { static_cast<void>(lamCommandLine({})); });
}

}  // namespace
}  // namespace lamscope
