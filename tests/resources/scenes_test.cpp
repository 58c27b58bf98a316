// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numbers>
#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "image/colour.h"
#include "image/image_file.h"
#include "image/resize.h"
#include "scene_set.h"

namespace lamscope::scenes {

// GoogleTest shows a failed case by this.
void PrintTo(const Scene& scene, std::ostream* out) {
    *out << scene.name;
}

namespace {

constexpr int side = 256;

std::filesystem::path committed(const std::string& file) {
    return std::filesystem::path(LAMSCOPE_SCENES) / file;
}

bool samePixels(const Image& first, const Image& second) {
    return first.width() == second.width() && first.height() == second.height()
           && std::ranges::equal(first.values(), second.values());
}

/// The share of a patch's energy (its mean left out) at frequencies that an image of a quarter of the size cannot hold:
/// from 1/8 cycle per pixel on along either axis (at 1/8 itself the phase is lost). By the discrete Fourier transform.
double shareFromNyquist(const Image& hr, const Patch& patch) {
    const auto values = luma(hr.cropped({patch.x, patch.y, patchSide, patchSide}));
    double above = 0.0;
    double all = 0.0;
    for (int v = 0; v < patchSide; ++v) {
        for (int u = 0; u < patchSide; ++u) {
            std::complex<double> sum;
            for (int y = 0; y < patchSide; ++y) {
                for (int x = 0; x < patchSide; ++x) {
                    const double angle = -2.0 * std::numbers::pi * (u * x + v * y) / patchSide;
                    sum += values[static_cast<std::size_t>(y) * patchSide + static_cast<std::size_t>(x)]
                           * std::polar(1.0, angle);
                }
            }
            const int cycles = std::max(std::min(u, patchSide - u), std::min(v, patchSide - v));
            all += cycles > 0 ? std::norm(sum) : 0.0;
            above += cycles * 2 * scale >= patchSide ? std::norm(sum) : 0.0;
        }
    }
    return above / all;
}

/// How far bicubic enlargement stays from the HR image in a patch: the root of the mean square, in 8-bit levels of
/// luma.
double bicubicError(const Image& hr, const Patch& patch) {
    const Rect box{patch.x, patch.y, patchSide, patchSide};
    const auto wanted = luma(hr.cropped(box));
    const auto found = luma(enlargeBicubicMatlab(reduceBicubicPillow(hr, scale), scale).cropped(box));
    double sum = 0.0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        sum += (wanted[i] - found[i]) * (wanted[i] - found[i]);
    }
    return std::sqrt(sum / static_cast<double>(wanted.size()));
}

class SceneTest : public ::testing::TestWithParam<Scene> {};

TEST_P(SceneTest, IsDrawnTheSameTwiceAndAsCommitted) {
    const auto hr = GetParam().draw();
    EXPECT_TRUE(samePixels(hr, GetParam().draw()));
    const auto file = readImage(committed(GetParam().name + "_HR.png"));
    EXPECT_THAT(file.warnings, ::testing::IsEmpty());
    EXPECT_EQ(file.image.bitDepth, 8);
    EXPECT_TRUE(samePixels(hr, file.image));
}

TEST_P(SceneTest, LowResolutionImageIsTheReductionByFour) {
    const auto hr = readImage(committed(GetParam().name + "_HR.png")).image;
    EXPECT_EQ(hr.width(), side);
    EXPECT_EQ(hr.height(), side);
    const auto lr = readImage(committed(GetParam().name + "_LR.png")).image;
    EXPECT_EQ(lr.width(), 64);
    EXPECT_EQ(lr.height(), 64);
    EXPECT_TRUE(samePixels(lr, reduceBicubicPillow(hr, 4)));
}

TEST_P(SceneTest, PatchesKeepAwayFromTheBorder) {
    ASSERT_FALSE(GetParam().patches.empty());
    for (const auto& patch : GetParam().patches) {
        EXPECT_GE(std::min(patch.x, patch.y), 16) << patch.about;
        EXPECT_LE(std::max(patch.x, patch.y) + patchSide, side - 16) << patch.about;
    }
}

TEST_P(SceneTest, IsWellExposed) {
    const auto values = luma(readImage(committed(GetParam().name + "_HR.png")).image);
    const auto dark = std::ranges::count_if(values, [](double value) { return value < 16.5; });
    const auto bright = std::ranges::count_if(values, [](double value) { return value > 234.5; });
    EXPECT_LT(dark, side * side / 50);
    EXPECT_LT(bright, side * side / 50);
    EXPECT_GT(*std::ranges::max_element(values) - *std::ranges::min_element(values), 100.0);
}

class TellingSceneTest : public SceneTest {};

// What makes a patch telling: much of its detail is lost in the LR image, so that only its surroundings can decide.
TEST_P(TellingSceneTest, SuggestedPatchHoldsDetailThatTheLowResolutionImageCannot) {
    const auto hr = readImage(committed(GetParam().name + "_HR.png")).image;
    const auto& suggested = GetParam().patches.front();
    EXPECT_GT(shareFromNyquist(hr, suggested), 0.5);
    // 25 dB: where bicubic is better than that, there is little to win.
    EXPECT_GT(bicubicError(hr, suggested), 255.0 / std::pow(10.0, 25.0 / 20.0));
}

std::vector<Scene> tellingScenes() {
    std::vector<Scene> scenes;
    std::ranges::copy_if(sceneSet(), std::back_inserter(scenes), &Scene::telling);
    return scenes;
}

INSTANTIATE_TEST_SUITE_P(All, SceneTest, ::testing::ValuesIn(sceneSet()),
                         [](const auto& scene) { return scene.param.name; });

INSTANTIATE_TEST_SUITE_P(Telling, TellingSceneTest, ::testing::ValuesIn(tellingScenes()),
                         [](const auto& scene) { return scene.param.name; });

TEST(SceneIndex, IsCommittedAndNamesFilesThatExist) {
    std::ifstream file(committed("scenes.json"));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(text, sceneIndex());
    const auto index = nlohmann::json::parse(text);
    EXPECT_EQ(index.at("scale"), 4);
    EXPECT_GE(index.at("scenes").size(), 6U);
    int telling = 0;
    for (const auto& scene : index.at("scenes")) {
        EXPECT_TRUE(std::filesystem::is_regular_file(committed(scene.at("hr")))) << scene;
        EXPECT_TRUE(std::filesystem::is_regular_file(committed(scene.at("lr")))) << scene;
        EXPECT_THAT(scene.at("description").get<std::string>(), ::testing::EndsWith("."));
        telling += scene.at("telling").get<bool>() ? 1 : 0;
        for (const auto& patch : scene.at("patches")) {
            EXPECT_EQ(patch.at("size"), 16);
        }
    }
    EXPECT_GE(telling, 3);
}

class ChartTest : public ::testing::Test {
protected:
    [[nodiscard]] int level(int x, int y) const {
        return static_cast<int>(std::lround(static_cast<double>(chart_.at(0, y, x)) * 255.0));
    }

    Image chart_ = readImage(committed("chart_HR.png")).image;
};

TEST_F(ChartTest, IsGreyAndItsGreysAreFlat) {
    EXPECT_TRUE(std::ranges::equal(chart_.plane(0), chart_.plane(1)));
    EXPECT_TRUE(std::ranges::equal(chart_.plane(0), chart_.plane(2)));
    for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < side; ++x) {
            ASSERT_EQ(level(x, y), 16 + 32 * (x / 32)) << x << ", " << y;
        }
    }
    for (int y = 32; y < 56; ++y) {
        for (int x = 0; x < side; ++x) {
            ASSERT_EQ(level(x, y), x) << "the ramp at " << y;
        }
    }
}

TEST_F(ChartTest, EdgesHaveTheStatedContrast) {
    for (int y = 160; y < 224; ++y) {
        ASSERT_EQ(level(31, y), 64);
        ASSERT_EQ(level(32, y), 192);
    }
    // The edge at 45 degrees runs along pixels' diagonals: those hold the mean, give or take one row of samples.
    constexpr int rowOfSamples = 13;  // a tenth of 128, rounded up
    for (int i = -20; i <= 20; ++i) {
        ASSERT_NEAR(level(160 + i, 191 - i), 128, rowOfSamples);
        ASSERT_EQ(level(158 + i, 191 - i), 64);
        ASSERT_EQ(level(162 + i, 191 - i), 192);
    }
}

TEST_F(ChartTest, StarHasThirtySixRays) {
    constexpr int samples = 3600;
    int crossings = 0;
    bool wasWhite = false;
    for (int i = 0; i <= samples; ++i) {
        const double angle = 2.0 * std::numbers::pi * (i + 0.5) / samples;
        const bool white =
            level(static_cast<int>(52.0 + 40.0 * std::cos(angle)), static_cast<int>(108.0 + 40.0 * std::sin(angle)))
            > 128;
        crossings += i > 0 && white != wasWhite ? 1 : 0;
        wasWhite = white;
    }
    EXPECT_EQ(crossings, 2 * 36);
}

}  // namespace
}  // namespace lamscope::scenes
