// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "core/method/faig/faig_pairs.h"
#include "image/degradation.h"
#include "method/faig/faig_images.h"
#include "method/faig/filter_ranking.h"
#include "method/faig/filter_readout.h"
#include "model/checkpoint/safetensors_writer.h"
#include "study/faig/faig_run.h"
#include "study/faig/faig_tables.h"
#include "support/analytic_networks.h"
#include "support/expect_error.h"
#include "support/spec_of.h"
#include "support/temporary_folder.h"

namespace lamscope::faig_test {
namespace {

using test::expectError;
using testing::ElementsAre;

TEST(FilterReadout, PsnrIsOfRoundedColoursWithinTheBorder) {
    Image hr(10, 10);
    Image sr(10, 10);
    for (auto& value : sr.values()) {
        value = 5.3F / 255.0F;  // rounds to 5 levels
    }
    sr.at(0, 0, 0) = 1.0F;  // beyond the border
    EXPECT_NEAR(psnrOfSr(sr, hr, 2), 20.0 * std::log10(255.0 / 5.0), 1e-5);
    EXPECT_LT(psnrOfSr(sr, hr, 0), 30.0);
}

TEST(FilterReadout, GainLostIsTheShareOfTheGain) {
    EXPECT_DOUBLE_EQ(*gainLost(28.0, 25.0, 24.0), 0.75);
    EXPECT_DOUBLE_EQ(*gainLost(28.0, 23.0, 24.0), 1.25);
    EXPECT_FALSE(gainLost(24.0, 23.0, 24.0));
}

TEST(FilterReadout, GradientsHaveZerosBeyondTheBorderAndAPlaneOfTheirOwn) {
    // Blue 1 everywhere against black: gradients of the border alone; a corner has √2, an edge 1.
    Image black(3, 3);
    Image blue(3, 3);
    for (auto& value : blue.plane(2)) {
        value = 1.0F;
    }
    const double none = std::sqrt(1e-6);
    const auto squared = [none](double gradient) {
        return std::pow(std::sqrt(gradient * gradient + 1e-6) - none, 2.0);
    };
    const double expected = (4.0 * squared(std::sqrt(2.0)) + 4.0 * squared(1.0)) / 9.0;
    EXPECT_NEAR(gradientMse(blue, black, GradientPlane::Blue), 1000.0 * expected, 1e-9);
    const double luma = std::round(0.114 * 255.0) / 255.0;
    const double expectedLuma = (4.0 * squared(luma * std::sqrt(2.0)) + 4.0 * squared(luma)) / 9.0;
    EXPECT_NEAR(gradientMse(blue, black, GradientPlane::Luma), 1000.0 * expectedLuma, 1e-9);
    EXPECT_EQ(gradientMse(blue, blue, GradientPlane::Luma), 0.0);
    expectError(ErrorCode::InvalidArgument, {"3x3", "4x3"},
                [&] { static_cast<void>(gradientMse(blue, Image(4, 3), GradientPlane::Blue)); });
}

TEST(FaigImages, AreCroppedToTwelvesAndDegradedByTheNameOfTheFile) {
    FaigOptions options;
    options.degradations = {{.name = "blur", .recipe = "blur:2:21"}, {.name = "noise", .recipe = "noise:25.5"}};
    auto hr = test::testImage(40, 31);
    hr.file = "folder/pic.png";
    const auto images = degradedImages(hr, "pic", 2, options);
    EXPECT_EQ(images.hr.width(), 36);
    EXPECT_EQ(images.hr.height(), 24);
    EXPECT_EQ(images.hr.file, "folder/pic.png");
    ASSERT_EQ(images.lr.size(), 2U);
    EXPECT_EQ(images.lr[1].width(), 18);
    const auto again = degradedImages(hr, "pic", 2, options);
    EXPECT_TRUE(std::ranges::equal(images.lr[1].values(), again.lr[1].values()));
    const auto other = degradedImages(hr, "other", 2, options);
    EXPECT_FALSE(std::ranges::equal(images.lr[1].values(), other.lr[1].values()));
    EXPECT_TRUE(std::ranges::equal(images.lr[0].values(), other.lr[0].values()));
    auto key = images.hr;
    key.file = "pic";
    const auto direct = degrade(key, 2, Reduction::Bilinear, degradationFromString("noise:25.5"), 0).lr;
    EXPECT_TRUE(std::ranges::equal(images.lr[1].values(), direct.values()));
    // A dot in the name is no ending.
    EXPECT_FALSE(std::ranges::equal(degradedImages(hr, "img.001", 2, options).lr[1].values(),
                                    degradedImages(hr, "img.002", 2, options).lr[1].values()));
    expectError(ErrorCode::InvalidArgument, {"folder/pic.png", "11x31", "multiples of 12"}, [&] {
        auto small = test::testImage(11, 31);
        small.file = "folder/pic.png";
        static_cast<void>(degradedImages(small, "pic", 2, options));
    });
    options.degradations[0].recipe = "";
    expectError(ErrorCode::InvalidArgument, {"'blur'", "no recipe"},
                [&] { static_cast<void>(degradedImages(hr, "pic", 2, options)); });
}

TEST(FaigImages, ThatArePairedMustFitTheScale) {
    const auto hr = test::testImage(41, 30);
    const auto images = pairedImages(hr, "pic", 2, {test::testImage(20, 15)}, Reduction::Bilinear);
    EXPECT_EQ(images.hr.width(), 40);
    EXPECT_EQ(images.clean.width(), 20);
    expectError(ErrorCode::InvalidArgument, {"41x30", "13x15", "20x15"},
                [&] { static_cast<void>(pairedImages(hr, "pic", 2, {test::testImage(13, 15)}, Reduction::Bilinear)); });
}

TEST(FilterOrder, IsReadAsItIsWritten) {
    const test::TemporaryFolder folder;
    const std::vector order{3, 0, 2};
    EXPECT_EQ(orderText(order), "3\n0\n2\n");
    EXPECT_EQ(readOrder(folder.write("order.txt", "3\n0\r\n\n 2 \n"), 4), order);
    const auto refuses = [&](const std::string& content, const std::vector<std::string>& parts) {
        const auto file = folder.write("bad.txt", content);
        expectError(ErrorCode::BadFile, parts, [&] { static_cast<void>(readOrder(file, 4)); });
    };
    refuses("1\nx\n", {"bad.txt, line 2", "'x'", "0 to 3"});
    refuses("1\n2.5\n", {"line 2", "'2.5'"});
    refuses("4\n", {"line 1", "no filter 4"});
    refuses("1\n2\n1\n", {"line 3", "filter 1", "second time"});
    refuses("\n", {"no filter in this list"});
    expectError(ErrorCode::BadFile, {"none.txt"}, [&] { static_cast<void>(readOrder(folder.path() / "none.txt", 4)); });
}

/// Files of a small pair.
class PairOfFiles : public testing::Test {
protected:
    PairOfFiles() {
        writeSafetensors(targetFile_, target_.tensors);
        writeSafetensors(baselineFile_, baseline_.tensors);
    }

    [[nodiscard]] ModelSpec baseline() const { return test::specOf(baselineFile_, ":arch=msrresnet"); }
    [[nodiscard]] ModelSpec target() const { return test::specOf(targetFile_, ":arch=msrresnet"); }

    [[nodiscard]] Experiment experiment(const FaigOptions& options) const {
        const auto hr = folder_.path() / "pic.npy";
        if (!std::filesystem::exists(hr)) {
            const auto picture = test::testImage(36, 24);
            const std::array<std::int64_t, 3> shape{3, 24, 36};
            writeNpy(hr, shape, picture.values());
        }
        Experiment experiment;
        experiment.networks = {{.spec = baseline()}, {.spec = target()}};
        experiment.scenes = {{.image = hr}};
        setFaigOptions(experiment, options);
        return experiment;
    }

    test::TemporaryFolder folder_;
    Checkpoint target_ = msrResNet(4, 1, 0.6);
    Checkpoint baseline_ = baselineOf(target_, 0.6);
    std::filesystem::path targetFile_ = folder_.path() / "target.safetensors";
    std::filesystem::path baselineFile_ = folder_.path() / "baseline.safetensors";
};

TEST_F(PairOfFiles, SavedWeightsAreThoseOfTheChangedNetwork) {
    FaigPair pair(baseline(), target());
    const auto lr = test::testImage(9, 8);
    const auto file = folder_.path() / "masked.safetensors";
    std::vector<int> all(static_cast<std::size_t>(pair.filters().size()));
    std::iota(all.begin(), all.end(), 0);
    for (const auto& change : {FilterChange{.filters = {0, 7, 30, 90}, .lambda = 0.3, .biases = true},
                               FilterChange{.filters = {5}}, FilterChange{.filters = all, .biases = true}}) {
        saveChangedWeights(baseline(), target(), pair.filters(), change, file);
        const auto saved = loadModel(test::specOf(file, ":arch=msrresnet")).upscale(lr);
        const auto live = pair.upscale(lr, change);
        EXPECT_TRUE(std::ranges::equal(saved->values(), live->values()));
        const auto written = readCheckpoint(file);
        ASSERT_EQ(written.tensors.size(), target_.tensors.size());
        EXPECT_EQ(written.tensors.front().first, "conv_first.weight");
    }
    const auto refuse = [&](const std::filesystem::path& where, const std::vector<std::string>& parts) {
        expectError(ErrorCode::InvalidArgument, parts,
                    [&] { saveChangedWeights(baseline(), target(), pair.filters(), {.filters = {1}}, where); });
    };
    refuse(folder_.path() / "masked.pth", {".safetensors", "masked.pth"});
    refuse(targetFile_, {"target.safetensors"});
}

TEST_F(PairOfFiles, NetworksWhoseWeightsCannotBeChangedAreRefused) {
    const auto refuse = [&](const std::string& spec, const std::vector<std::string>& parts) {
        expectError(ErrorCode::UnsupportedModel, parts, [&] { FaigPair(ModelSpec::parse(spec), target()); });
        expectError(ErrorCode::UnsupportedModel, parts, [&] { FaigPair(baseline(), ModelSpec::parse(spec)); });
    };
    refuse("bicubic", {"bicubic", "no weights"});
    refuse("lamscope+unix:///tmp/none.sock", {"server"});
    expectError(ErrorCode::BadFile, {"none.pth"},
                [&] { FaigPair(ModelSpec::parse((folder_.path() / "none.pth").string()), target()); });
}

TEST_F(PairOfFiles, ARunRanksMasksAndSaysWhatItDid) {
    FaigOptions options;
    options.degradations = {{.name = "blur", .recipe = "blur:2:21"}, {.name = "noise", .recipe = "noise:25.5"}};
    options.mask = {5.0, 100.0};
    options.lambdas = FaigLambdas{.from = 0.0, .to = 1.0, .step = 0.5};
    options.biases = true;
    options.nodes = 9;
    FaigRunSettings settings;
    settings.rivals = {.shown = true, .randomSeeds = 2};
    settings.side = 24;
    const auto document = runFaig(experiment(options), settings);
    ASSERT_TRUE(document);
    ASSERT_EQ(document->degradations.size(), 2U);
    EXPECT_EQ(document->ranking.of, "blur");
    EXPECT_EQ(document->ranking.against, "noise");
    EXPECT_EQ(document->ranking.score,
              scoreDifference(document->degradations[0].scores, document->degradations[1].scores));
    // The ranking, FAIG alone, pixel IG, change and two shuffles, two percentages each.
    ASSERT_EQ(document->masking.size(), 12U);
    for (const auto& mask : document->masking) {
        EXPECT_EQ(mask.filters, topCount(document->filters.size(), mask.percent));
        if (mask.percent == 100.0) {  // with biases the baseline, whatever the order
            EXPECT_NEAR(mask.readouts[0].psnr, *document->degradations[0].readoutBaseline, 1e-12);
        }
    }
    EXPECT_EQ(document->masking[11].seed, 1U);
    ASSERT_EQ(document->reweighting.size(), 3U);
    EXPECT_EQ(document->reweighting[2].readouts[1].psnr, *document->degradations[1].readoutTarget);
    EXPECT_EQ(document->reweighting[0].readouts[0].psnr, document->masking[0].readouts[0].psnr);
    const auto json = nlohmann::json::parse(toJson(*document));
    EXPECT_EQ(json.at("filters"), document->filters.size());
    EXPECT_EQ(json.at("layers").at(0).at("kernel"), nlohmann::json::parse("[3, 3]"));
    EXPECT_EQ(json.at("degradations").at(1).at("recipe"), "noise:25.5");
    EXPECT_EQ(json.at("degradations").at(0).at("images").at(0).at("nodes"), 9);
    EXPECT_EQ(json.at("ranking").at("top").at(0).at("filter"), document->ranking.order[0]);
    EXPECT_EQ(json.at("options").at("biases"), true);
    EXPECT_EQ(json.at("options").at("side"), 24);
    EXPECT_EQ(json.at("options").at("readout"), nlohmann::json::array());
    EXPECT_EQ(json.at("options").at("lr"), nlohmann::json::object());
    EXPECT_EQ(json.at("baseline").at("architecture"), "MSRResNet");
    EXPECT_EQ(filterTable(*document, 3).rows.size(), 3U);
    EXPECT_THAT(textOf(maskingTable(*document)), testing::HasSubstr("faig alone"));
    EXPECT_THAT(faigCommandLine(document->experiment), testing::HasSubstr("--degrade noise=noise:25.5"));
}

TEST_F(PairOfFiles, ARunNeedsBothNetworksAnImageAndADegradation) {
    FaigOptions options;
    expectError(ErrorCode::InvalidArgument, {"no degradation"},
                [&] { static_cast<void>(runFaig(experiment(options))); });
    options.degradations = {{.name = "blur", .recipe = "blur:2"}};
    auto one = experiment(options);
    one.networks.pop_back();
    expectError(ErrorCode::InvalidArgument, {"1 networks", "baseline and its target"},
                [&] { static_cast<void>(runFaig(one)); });
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_FALSE(runFaig(experiment(options), {}, stopped.get_token()));
    const auto document = runFaig(experiment(options));
    EXPECT_FALSE(document->ranking.against);
    EXPECT_EQ(titleOf(document->ranking), "Filters for blur alone, FAIG");
}

}  // namespace
}  // namespace lamscope::faig_test
