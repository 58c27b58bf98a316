// SPDX-License-Identifier: GPL-3.0-or-later
// Effective receptive fields of two published networks against float64 values of an independent implementation of both
// recipes. In float64 maps agree to 3e-8 of their sum (L1). In float32 they differ by 3e-7, but for one ReLU of CARN-M
// on image 1, whose input is so close to zero that it switches on some processors and not on others: 1e-3 of that
// image's map. A neighbouring SR pixel, another crop or a mean over other images costs more than a tenth.
#include <cmath>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "image/image_file.h"
#include "image/low_resolution.h"
#include "study/erf/erf_run.h"
#include "support/analytic_networks.h"
#include "support/spec_of.h"
#include "support/test_data.h"

namespace lamscope::erf_golden_test {
namespace {

constexpr double inFloat32 = 2e-3;

class PublishedField : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        LAMSCOPE_NEED_DATA(records, "golden/methods/erf.json");
        std::ifstream stream(records);
        record_ = nlohmann::json::parse(stream).at("models").at(GetParam());
        experiment_.networks = {{.spec = test::specOf(test::dataFile("weights/" + GetParam() + ".pth"), ":scale=4")}};
        for (const auto& image : record_.at("images")) {
            experiment_.scenes.push_back({.image = test::dataFile("images") / image.at("image").get<std::string>()});
        }
    }

    [[nodiscard]] ErfResult fieldOf(ErfPreset preset) {
        ErfOptions options;
        options.preset = preset;
        setErfOptions(experiment_, options);
        return runErf(experiment_)->results.front().result;
    }

    /// @param tolerance of the L1 norm, relative.
    void expectMap(const ErfResult& result, const char* recipe, double tolerance) const {
        const auto golden =
            readNpy(test::dataFile("golden/methods") / record_.at("files").at(recipe).get<std::string>()).values;
        ASSERT_EQ(result.map.size(), golden.size());
        double difference = 0.0;
        double sum = 0.0;
        for (std::size_t i = 0; i < golden.size(); ++i) {
            difference += std::abs(result.map[i] - golden[i]);
            sum += golden[i];
        }
        EXPECT_LT(difference, tolerance * sum);
    }

    /// @param squares by threshold: null or [side, area ratio].
    static void expectSquares(const std::vector<ErfSquare>& squares, const nlohmann::json& expected) {
        ASSERT_EQ(squares.size(), expected.size());
        std::size_t index = 0;
        for (const auto& [threshold, square] : expected.items()) {
            const auto& [found, side, areaRatio] = squares[index++];
            EXPECT_EQ(found, std::stod(threshold));
            if (square.is_null()) {
                EXPECT_TRUE(std::isnan(side)) << threshold;
            } else {
                EXPECT_EQ(side, square.at(0).get<double>()) << threshold;
                EXPECT_NEAR(areaRatio, square.at(1).get<double>(), 1e-12) << threshold;
            }
        }
    }

    static void expectNumbers(const ErfNumbers& numbers, const nlohmann::json& expected) {
        expectSquares(numbers.squares, expected.at("squares"));
        EXPECT_NEAR(numbers.radiusPixels, expected.at("radius_pixels").get<double>(), 1e-3);
        EXPECT_NEAR(numbers.luoPixels, expected.at("pixels_above_0.0455_of_max").get<double>(), 2.0);
        for (std::size_t i = 0; i < ErfNumbers::percents.size(); ++i) {
            const auto key = "pixels" + std::to_string(ErfNumbers::percents[i]);
            EXPECT_NEAR(numbers.pixels[i], expected.at(key).get<double>(), 2.0) << key;
        }
    }

    nlohmann::json record_;
    Experiment experiment_;
};

TEST_P(PublishedField, Official) {
    const auto result = fieldOf(ErfPreset::Official);
    const auto& expected = record_.at("official");
    expectMap(result, "official", inFloat32);
    EXPECT_EQ(result.images, 3);
    EXPECT_NEAR(result.numbers.sum / expected.at("sum").get<double>(), 1.0, 1e-4);
    EXPECT_NEAR(result.numbers.max / expected.at("max").get<double>(), 1.0, 1e-4);
    expectSquares(result.numbers.squares, expected.at("squares_on_log10"));
    expectSquares(result.linearSquares, expected.at("squares_on_linear"));
    double negativeShare = 0.0;
    for (const auto& image : record_.at("images")) {
        negativeShare += image.at("negative_share").get<double>() / 3.0;
    }
    EXPECT_NEAR(result.numbers.negativeShare, negativeShare, 1e-4);
}

TEST_P(PublishedField, Exact) {
    const auto result = fieldOf(ErfPreset::Exact);
    expectMap(result, "exact", inFloat32);
    expectNumbers(result.numbers, record_.at("exact"));
    ASSERT_TRUE(result.standardErrors);
    double mean = 0.0;
    double squares = 0.0;
    for (const auto& image : record_.at("images")) {
        const double radius = image.at("exact").at("radius_pixels").get<double>();
        mean += radius / 3.0;
        squares += radius * radius / 3.0;
    }
    EXPECT_NEAR(result.standardErrors->radiusPixels, std::sqrt((squares - mean * mean) / 2.0), 1e-3);
}

TEST_P(PublishedField, InFloat64) {
    const auto model = test::inFloat64(loadModel(experiment_.networks.front().spec));
    ErfOptions options;
    std::vector<ErfCrop> crops;
    for (const auto& scene : experiment_.scenes) {
        const auto lr = makeLowResolution(readImage(scene.image).image, model.card().scale, Reduction::Pillow).lr;
        crops.push_back(*erfCrop(lr, model.card().scale, options.side));
    }
    for (const auto preset : {ErfPreset::Official, ErfPreset::Exact}) {
        options.preset = preset;
        expectMap(*computeErf(model, crops, options), preset == ErfPreset::Official ? "official" : "exact", 1e-6);
    }
}

TEST_P(PublishedField, OfEachImage) {
    const auto scenes = experiment_.scenes;
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        experiment_.scenes = {scenes[i]};
        const auto& expected = record_.at("images").at(i);
        const auto result = fieldOf(ErfPreset::Exact);
        expectNumbers(result.numbers, expected.at("exact"));
        EXPECT_NEAR(result.numbers.sum / expected.at("exact_sum_before_normalising").get<double>(), 1.0, 1e-4);
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, PublishedField, testing::Values("carn_m", "imdn_x4"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace lamscope::erf_golden_test
