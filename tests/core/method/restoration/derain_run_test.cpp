// SPDX-License-Identifier: GPL-3.0-or-later
#include "study/derain/derain_run.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <torch/script.h>

#include "image/image_file.h"
#include "metrics/psnr_ssim.h"
#include "study/degrade_files.h"
#include "study/derain/derain_command_line.h"
#include "study/derain/derain_picture.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope::derain_run_test {
namespace {

using testing::Contains;
using testing::Eq;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Optional;

class DerainRuns : public testing::Test {
protected:
    DerainRuns() {
        for (const auto* name : {"a.png", "b.png"}) {
            auto image = test::testImage(name[0] == 'a' ? 48 : 40, 36);
            // Dark enough that rain of half the amplitude does not clip.
            std::ranges::transform(image.values(), image.values().begin(), [](float value) { return 0.4F * value; });
            std::filesystem::create_directories(folder_ / "clean");
            writeImage(folder_ / "clean" / name, image);
            input_.clean.push_back(folder_ / "clean" / name);
        }
        input_.degradations =
            namedDegradations(std::vector<std::string>{"seen=rain:small:0.5", "unseen=rain:large:0.5"});
        options_.seed = 3;
    }

    /// A TorchScript file of scale 1 and range 1.
    [[nodiscard]] ModelSpec network(const std::string& name, const std::string& result) const {
        torch::jit::Module module("Network");
        module.register_parameter("gain", torch::full({1}, 1.0), false);
        module.define("\ndef forward(self, x):\n" + result + "\n");
        const auto file = folder_ / (name + ".pt");
        module.save(file.string());
        return test::specOf(file, ":range=1");
    }
    [[nodiscard]] ModelSpec copy() const { return network("copy", "    return x * self.gain"); }
    [[nodiscard]] ModelSpec half() const { return network("half", "    return 0.5 * x"); }

    [[nodiscard]] DerainDocument run() const { return runDerain(input_, options_).value(); }

    test::TemporaryFolder folder_;
    DerainRunInput input_;
    DerainOptions options_;
};

TEST_F(DerainRuns, NetworksHaveTheMeasuresOfTheirFormulas) {
    input_.networks = {copy(), half()};
    const auto document = run();
    ASSERT_EQ(document.results.size(), 4U);
    EXPECT_THAT(warningsOf(document), Each(Not(HasSubstr("mask"))));
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& result = document.results[i];
        EXPECT_EQ(result.range, i % 2);
        EXPECT_EQ(result.images.size(), 2U);
        EXPECT_EQ(result.card.name, i < 2 ? "copy" : "half");
        EXPECT_NEAR(result.measures.transmission.value(), i < 2 ? 1.0 : 0.5, 1e-6);
        EXPECT_NEAR(result.measures.transmissionSlope.value(), i < 2 ? 1.0 : 0.5, 1e-6);
        EXPECT_GT(result.measures.maskShare, 0.05);
    }
    const auto& copied = document.results[0];
    EXPECT_NEAR(copied.measures.er.value(), 0.0, 1e-7);
    EXPECT_NEAR(copied.measures.eb.value(), 0.0, 1e-7);
    EXPECT_NEAR(copied.measures.cleanChange.value(), 0.0, 1e-7);
    EXPECT_NEAR(copied.measures.psnr.value(), copied.psnrInput.value(), 1e-4);
    EXPECT_NEAR(copied.measures.residual.value(), copied.measures.rainRms.value(), 1e-6);
    // Half of the clean image is lost.
    double mean = 0.0;
    for (const auto& file : input_.clean) {
        const auto image = readImage(file).image;
        double squares = 0.0;
        for (const float value : image.values()) {
            squares += std::pow(0.5 * static_cast<double>(value), 2);
        }
        mean += squares / static_cast<double>(image.values().size()) / 2.0;
    }
    EXPECT_NEAR(document.results[2].measures.cleanChange.value(), std::sqrt(mean), 1e-6);
    EXPECT_EQ(document.ranges[0].recipe, "rain:small:0.5");
    EXPECT_THAT(document.ranges[0].amplitude, Optional(Eq(0.5)));
}

TEST_F(DerainRuns, FoldersGiveWhatRecipesGave) {
    input_.degradations.resize(1);
    input_.networks = {half()};
    const auto ofRecipe = run();
    ASSERT_TRUE(degradeFiles({.images = input_.clean,
                              .degradations = input_.degradations,
                              .scale = 1,
                              .seed = 3,
                              .flat = true,
                              .outputFolder = folder_ / "rainy"})
                    .has_value());
    input_.clean.clear();
    input_.degradations.clear();
    input_.rainyFolder = folder_ / "rainy";
    input_.cleanFolder = folder_ / "clean";
    for (const auto* layer : {"rainy", ""}) {
        SCOPED_TRACE(layer);
        input_.layerFolder = *layer == '\0' ? std::filesystem::path() : folder_ / layer;
        const auto ofFolders = run();
        EXPECT_EQ(ofFolders.ranges.at(0).name, "rainy");
        EXPECT_THAT(ofFolders.warnings, IsEmpty());
        const auto& one = ofRecipe.results.at(0);
        const auto& other = ofFolders.results.at(0);
        // Without the layer, rain below half a level is not seen.
        const double tolerance = *layer == '\0' ? 0.01 : 1e-12;
        EXPECT_NEAR(one.measures.er.value(), other.measures.er.value(), tolerance);
        EXPECT_NEAR(one.measures.eb.value(), other.measures.eb.value(), tolerance);
        EXPECT_NEAR(one.measures.removedSlope.value(), other.measures.removedSlope.value(), tolerance);
        EXPECT_NEAR(one.measures.maskShare, other.measures.maskShare, 5.0 * tolerance);
        EXPECT_EQ(one.measures.transmission, other.measures.transmission);
        EXPECT_EQ(one.measures.psnr, other.measures.psnr);
        EXPECT_EQ(one.images[0].psnrInput, other.images[0].psnrInput);
    }
}

TEST_F(DerainRuns, WhatIsNotAddedRainHasNoTransmission) {
    std::filesystem::create_directories(folder_ / "dark");
    for (const auto& file : input_.clean) {
        auto image = readImage(file).image;
        std::ranges::transform(image.values(), image.values().begin(), [](float value) { return value - 0.1F; });
        image.at(0, 3, 3) = 0.9F;
        image.at(0, 3, 5) = 0.8F;
        writeImage(folder_ / "dark" / file.filename(), image);
    }
    input_.networks = {copy()};
    input_.clean.clear();
    input_.degradations.clear();
    input_.rainyFolder = folder_ / "dark";
    input_.cleanFolder = folder_ / "clean";
    const auto document = run();
    EXPECT_THAT(document.warnings, Contains(AllOf(HasSubstr("a.png"), HasSubstr("not additive rain"))));
    EXPECT_TRUE(document.results.at(0).measures.er.has_value());
    EXPECT_FALSE(document.results.at(0).measures.transmission.has_value());
    EXPECT_TRUE(document.results.at(0).measures.cleanChange.has_value());
}

TEST_F(DerainRuns, WithoutRainMeasuresAreNull) {
    input_.networks = {copy()};
    input_.degradations = namedDegradations(std::vector<std::string>{"dry=rain:small:0"});
    const auto document = run();
    const auto& measures = document.results.at(0).measures;
    EXPECT_FALSE(measures.er.has_value());
    EXPECT_FALSE(measures.removedProjection.has_value());
    EXPECT_FALSE(measures.transmission.has_value());
    EXPECT_TRUE(measures.eb.has_value());
    EXPECT_THAT(document.warnings, Contains(AllOf(HasSubstr("dry: 2 of 2 images"), HasSubstr("empty mask"))));
    const auto json = nlohmann::json::parse(toJson(document)).at("results").at(0);
    EXPECT_TRUE(json.at("e_r").is_null());
    EXPECT_TRUE(json.at("psnr").is_null());
}

TEST_F(DerainRuns, NoiseAndBlurAreDegradationsToo) {
    input_.networks = {copy(), half()};
    input_.degradations = namedDegradations(std::vector<std::string>{"noise:10", "blur:1"});
    options_.maskThreshold = 4.0;
    const auto document = run();
    EXPECT_FALSE(document.ranges[0].amplitude.has_value());
    for (const auto& result : document.results) {
        EXPECT_NEAR(result.measures.transmission.value(), result.card.name == "copy" ? 1.0 : 0.5, 1e-6);
        EXPECT_GT(result.measures.maskShare, 0.05);
    }
    // Noise on both sides of the threshold, in any of three colours: 1 - (2 Phi(0.45) - 1)^3.
    EXPECT_NEAR(document.results[0].measures.maskShare, 1.0 - std::pow(std::erf(0.45 / std::sqrt(2.0)), 3), 0.05);
}

TEST_F(DerainRuns, TheMaskFollowsItsThreshold) {
    input_.networks = {copy()};
    const double wide = run().results.at(0).measures.maskShare;
    options_.maskThreshold = 60.0;
    const double narrow = run().results.at(0).measures.maskShare;
    EXPECT_LT(narrow, 0.7 * wide);
    EXPECT_GT(narrow, 0.0);
}

TEST_F(DerainRuns, PsnrAndSsimAreOfTheChannel) {
    input_.networks = {half()};
    input_.clean.resize(1);
    for (const auto channel : {Channel::Rgb, Channel::Y}) {
        options_.channel = channel;
        const auto document = run();
        const auto clean = readImage(input_.clean[0]).image;
        const auto rainy = degrade(clean, 1, Reduction::Pillow, input_.degradations[0].degradation, 3).lr;
        auto restored = rainy;
        std::ranges::transform(restored.values(), restored.values().begin(), [](float value) { return 0.5F * value; });
        const auto expected = compareImages(restored, clean, channel, 0);
        EXPECT_NEAR(document.results[0].measures.psnr.value(), expected.psnr, 1e-4);
        EXPECT_NEAR(document.results[0].ssim.value(), expected.ssim, 1e-6);
        EXPECT_NEAR(document.results[0].psnrInput.value(), peakSignalToNoise(rainy, clean, channel), 1e-9);
    }
}

TEST_F(DerainRuns, TheBlurLineIsThatOfTheImages) {
    input_.networks = {copy()};
    input_.blurLine = true;
    const auto document = run();
    const auto& line = document.results[1].blurLine;
    ASSERT_EQ(line.size(), blurLineSigmas().size());
    for (std::size_t s = 1; s < line.size(); ++s) {
        EXPECT_GT(line[s].measures.eb.value(), line[s - 1].measures.eb.value());
        EXPECT_LT(line[s].measures.transmission.value(), 1.0);
    }
    EXPECT_EQ(line[0].measures.transmission.value(), 1.0);  // a copy
    EXPECT_EQ(line[0].measures.er.value(), 0.0);
    EXPECT_LT(line[2].measures.transmission.value(), line[1].measures.transmission.value());
    const auto rows = derainRows(document);
    ASSERT_EQ(rows.size(), 2U + 2U * line.size());
    EXPECT_EQ(rows[2].name(), "Gaussian blur 0 px");
    EXPECT_EQ(&rows.back().range, &document.ranges[1]);
    EXPECT_EQ(std::ranges::count(toCsv(document), '\n'), 1 + std::ssize(rows));
    const auto picture = drawDerain(document);
    EXPECT_GT(picture.width(), 900);
    input_.blurLine = false;
    EXPECT_THAT(run().results[0].blurLine, IsEmpty());
}

TEST_F(DerainRuns, OutputsThatCannotBeMeasuredAreSaid) {
    // Of the rainy images alone some values are above 0.5: the logarithm of the rest to it is not a number.
    input_.networks = {network("nan", "    return x + 0.0 * torch.log(0.47 - x)"),
                       network("far", "    return 4.0 * x - 0.9")};
    input_.networks[0].settings.scale = 1;
    input_.degradations.resize(1);
    const auto document = run();
    ASSERT_EQ(document.results.size(), 2U);
    EXPECT_THAT(document.results[0].images, IsEmpty());
    EXPECT_FALSE(document.results[0].measures.er.has_value());
    EXPECT_THAT(document.results[0].warnings, Contains(AllOf(HasSubstr("a.png"), HasSubstr("not finite"))));
    EXPECT_THAT(document.results[1].warnings, Contains(HasSubstr("range=")));
    EXPECT_EQ(document.results[1].images.size(), 2U);
    EXPECT_THAT(drawDerain(document).width(), testing::Gt(0));
}

TEST_F(DerainRuns, ANetworkThatFailsIsLeftOut) {
    const auto failing =
        network("failing", "    if x.size(3) == 40:\n        x = torch.conv2d(x, x)\n    return x * self.gain");
    input_.networks = {failing, copy()};
    const auto document = run();
    EXPECT_THAT(document.results, testing::SizeIs(2));
    EXPECT_EQ(document.results[0].card.name, "copy");
    EXPECT_THAT(document.warnings, Contains(HasSubstr("failing is left out")));
    input_.networks = {failing};
    test::expectError(ErrorCode::ModelFailure, {}, [&] { static_cast<void>(run()); });
}

TEST_F(DerainRuns, WhatCannotBeMeasuredIsRefused) {
    const auto refuses = [&](const std::vector<std::string>& words) {
        test::expectError(ErrorCode::InvalidArgument, words, [&] { static_cast<void>(run()); });
    };
    refuses({"no network"});
    input_.networks = {test::specOf("bicubic", ":scale=2")};
    refuses({"enlarges by 2", "scale 1"});
    input_.networks = {copy()};
    options_.maskThreshold = -1.0;
    refuses({"threshold of the mask"});
    options_.maskThreshold = 0.0;
    input_.outputs = {input_.clean[0]};
    refuses({"a.png", "which is read"});
    input_.outputs.clear();
    input_.rainyFolder = folder_ / "clean";
    refuses({"give either"});
    input_.clean.clear();
    input_.degradations.clear();
    std::filesystem::create_directories(folder_ / "small");
    writeImage(folder_ / "small/a.png", Image(20, 16));
    writeImage(folder_ / "small/b.png", Image(20, 16));
    input_.cleanFolder = folder_ / "small";
    refuses({"clean/a.png has 48x36", "small/a.png has 20x16", "one size"});
}

TEST_F(DerainRuns, StopBetweenImages) {
    input_.networks = {copy()};
    std::stop_source stop;
    std::vector<std::string> seen;
    EXPECT_FALSE(runDerain(input_, options_, stop.get_token(), [&](const DerainProgress& state) {
                     seen.push_back(state.image);
                     if (seen.size() == 2) {
                         stop.request_stop();
                     }
                 }).has_value());
    EXPECT_THAT(seen, testing::ElementsAre("a.png", "b.png"));
}

TEST_F(DerainRuns, TwoNetworksOfOneNameAreToldApart) {
    input_.networks = {copy(), copy()};
    input_.networks[1].settings.name = "copy";
    const auto document = run();
    EXPECT_EQ(document.results[2].card.name, "copy-2");
}

TEST_F(DerainRuns, ImagesSmallerThanTheWindowOfSsimHaveNone) {
    writeImage(folder_ / "clean/a.png", Image(9, 9));
    input_.clean.resize(1);
    input_.networks = {copy()};
    const auto document = run();
    EXPECT_FALSE(document.results[0].ssim.has_value());
    EXPECT_TRUE(document.results[0].psnrInput.has_value());
}

TEST_F(DerainRuns, CommandLineSaysWhatDiffersFromTheDefaults) {
    input_.networks = {test::specOf("net.pth", ":range=1")};
    input_.clean = {"a.png", "b c.png"};
    input_.blurLine = true;
    options_ = {.maskThreshold = 2.0, .channel = Channel::Y};
    EXPECT_EQ(derainCommandLine(input_, options_, DeviceChoice::Cpu, 2),
              "lamscope-cli derain --clean a.png 'b c.png' --degrade seen=rain:small:0.5 unseen=rain:large:0.5 "
              "--blur-line --model net.pth:range=1 --mask-threshold 2 --channel y --device cpu --threads 2");
    input_.rainyFolder = "rainy";
    input_.cleanFolder = "clean";
    input_.layerFolder = "layers";
    input_.blurLine = false;
    EXPECT_EQ(derainCommandLine(input_, {}),
              "lamscope-cli derain --rainy rainy --clean clean --layer layers --model net.pth:range=1");
}

TEST(DerainColumns, HaveKeysOfTheirOwn) {
    std::vector<std::string_view> keys;
    for (const auto& column : derainColumns()) {
        keys.push_back(column.key);
    }
    std::ranges::sort(keys);
    EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
    EXPECT_EQ(usualDerainRanges().size(), 3U);
    EXPECT_EQ(toString(usualDerainRanges()[1].degradation), "rain:medium");
}

}  // namespace
}  // namespace lamscope::derain_run_test
