// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "image/image_file.h"
#include "support/test_data.h"

namespace lamscope::resize_test {
namespace {

/// An image of 8-bit levels, the same in all channels.
template <typename Level>
Image fromLevels(int width, int height, Level level) {
    Image image(width, height);
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                image.at(channel, y, x) = static_cast<float>(level(x, y)) / 255.0F;
            }
        }
    }
    return image;
}

std::vector<int> levelsOf(const Image& image) {
    std::vector<int> levels;
    for (const float value : image.plane(0)) {
        levels.push_back(static_cast<int>(std::lround(static_cast<double>(value) * 255.0)));
    }
    return levels;
}

struct Agreement {
    double equal = 0.0;      ///< fraction of values
    double withinOne = 0.0;  ///< fraction of values at most one 8-bit level apart
};

Agreement agreement(const Image& first, const Image& second) {
    EXPECT_EQ(first.width(), second.width());
    EXPECT_EQ(first.height(), second.height());
    Agreement result;
    for (std::size_t i = 0; i < first.values().size(); ++i) {
        const auto difference = std::abs(std::lround((first.values()[i] - second.values()[i]) * 255.0F));
        result.equal += difference == 0 ? 1.0 : 0.0;
        result.withinOne += difference <= 1 ? 1.0 : 0.0;
    }
    const auto count = static_cast<double>(first.values().size());
    return {result.equal / count, result.withinOne / count};
}

// The expected levels were computed by Pillow 9.4: Image.fromarray(levels).resize(size, Image.BICUBIC).
TEST(PillowBicubic, MatchesPillowOnSmallImages) {
    using ::testing::ElementsAre;
    constexpr std::array<int, 7> line{0, 255, 30, 200, 90, 17, 128};
    const auto row = fromLevels(7, 1, [&](int x, int) { return line.at(static_cast<std::size_t>(x)); });
    EXPECT_THAT(levelsOf(resizeBicubicPillow(row, 3, 1)), ElementsAre(116, 125, 74));
    EXPECT_THAT(levelsOf(resizeBicubicPillow(row, 12, 1)),
                ElementsAre(0, 91, 253, 134, 34, 159, 187, 104, 44, 18, 89, 137));
    EXPECT_THAT(levelsOf(resizeBicubicPillow(row, 5, 2)), ElementsAre(86, 135, 152, 56, 92, 86, 135, 152, 56, 92));

    const auto plane = fromLevels(7, 5, [](int x, int y) { return (37 * x * x + 91 * y + 13 * x * y) % 256; });
    EXPECT_THAT(levelsOf(resizeBicubicPillow(plane, 4, 3)),
                ElementsAre(57, 98, 134, 121, 157, 143, 163, 147, 107, 161, 148, 104));
    EXPECT_THAT(levelsOf(resizeBicubicPillow(plane, 9, 8)),
                ElementsAre(0, 9, 92, 151, 68, 61, 132, 131, 34, 31, 58, 79, 96, 135, 144, 123, 112, 124, 95, 141, 81,
                            34, 206, 234, 120, 101, 231, 170, 223, 169, 76, 110, 128, 159, 176, 169, 137, 189, 200, 158,
                            111, 133, 186, 172, 93, 17, 61, 167, 246, 209, 251, 183, 87, 42, 60, 120, 163, 161, 141,
                            192, 106, 68, 150, 111, 183, 164, 82, 76, 131, 48, 68, 239));
    EXPECT_EQ(levelsOf(resizeBicubicPillow(plane, 7, 5)), levelsOf(plane));
}

// Made by the authors' way with Pillow from the high-resolution images.
TEST(PillowBicubic, MatchesPillowOnTheDemonstrationImages) {
    for (const auto* name : {"1", "5", "6"}) {
        LAMSCOPE_NEED_DATA(original, std::string("images/lam_demo/") + name + ".png");
        LAMSCOPE_NEED_DATA(expected, std::string("golden/lr/lam_demo_") + name + ".png");
        const auto reduced = reduceBicubicPillow(readImage(original).image, 4);
        EXPECT_EQ(reduced.bitDepth, 8);
        EXPECT_EQ(agreement(reduced, readImage(expected).image).equal, 1.0) << name;
    }
}

TEST(PillowBicubic, RefusesWhatCannotBeReduced) {
    const Image image(10, 8);
    EXPECT_THROW(static_cast<void>(reduceBicubicPillow(image, 4)), Error);
    EXPECT_THROW(static_cast<void>(reduceBicubicPillow(image, 0)), Error);
    EXPECT_THROW(static_cast<void>(reduceBicubicPillow(Image(), 2)), Error);
    EXPECT_THROW(static_cast<void>(resizeBicubicPillow(image, 0, 4)), Error);
}

// The low-resolution images published with the benchmark, made by MATLAB. SRF: the reduction factor.
TEST(MatlabBicubic, ReproducesTheBenchmarkImages) {
    const std::array<std::string, 5> names{"set5/img_001", "set5/img_002", "set5/img_003", "set5/img_004",
                                           "set5/img_005"};
    for (const auto& name : names) {
        LAMSCOPE_NEED_DATA(original, "images/" + name + "_SRF_4_HR.png");
        LAMSCOPE_NEED_DATA(expected, "images/" + name + "_SRF_4_LR.png");
        const auto image = readImage(original).image.croppedToMultiple(4);
        const auto published = readImage(expected).image;
        EXPECT_EQ(agreement(reduceBicubicMatlab(image, 4), published).equal, 1.0) << name;
        // MATLAB's border of today changes only what the kernel reaches from the border.
        const auto mirrored = agreement(reduceBicubicMatlab(image, 4, MatlabBorder::Mirrored), published);
        EXPECT_GT(mirrored.withinOne, 0.99) << name;
        EXPECT_LT(mirrored.equal, 1.0) << name;
    }
}

// The kernel at the distances 7/4, 3/4, 1/4, 5/4 and its mirror image: the weights of an enlargement by 2.
TEST(MatlabBicubic, HasTheWeightsOfKeysKernel) {
    Image impulse(9, 1);
    impulse.at(0, 0, 4) = 1.0F;
    const auto enlarged = enlargeBicubicMatlab(impulse, 2);
    ASSERT_EQ(enlarged.width(), 18);
    ASSERT_EQ(enlarged.height(), 2);
    const std::array<float, 8> weights{-0.0234375F, -0.0703125F, 0.2265625F,  0.8671875F,
                                       0.8671875F,  0.2265625F,  -0.0703125F, -0.0234375F};
    for (int k = 0; k < 8; ++k) {
        EXPECT_NEAR(enlarged.at(0, 0, 5 + k), weights.at(static_cast<std::size_t>(k)), 1e-7F) << k;
        EXPECT_NEAR(enlarged.at(0, 1, 5 + k), weights.at(static_cast<std::size_t>(k)), 1e-7F) << k;
    }
    EXPECT_EQ(enlarged.at(0, 0, 4), 0.0F);
}

// At the first output pixel of an enlargement by 2 the kernel lies at -0.25: pixels -2, -1 are mirrored to 1, 0, or
// both are pixel 0 when the border is repeated.
TEST(MatlabBicubic, ContinuesTheBorderAsDocumented) {
    Image image(3, 1);
    image.at(0, 0, 0) = 0.25F;
    image.at(0, 0, 1) = 1.0F;
    const double mirrored = -0.0234375 * 1.0 + 0.2265625 * 0.25 + 0.8671875 * 0.25 - 0.0703125 * 1.0;
    const double repeated = -0.0234375 * 0.25 + 0.2265625 * 0.25 + 0.8671875 * 0.25 - 0.0703125 * 1.0;
    EXPECT_NEAR(static_cast<double>(resizeBicubicMatlab(image, 2.0).at(0, 0, 0)), mirrored, 1e-7);
    EXPECT_NEAR(static_cast<double>(resizeBicubicMatlab(image, 2.0, MatlabBorder::Repeated).at(0, 0, 0)), repeated,
                1e-7);
}

// Keys' kernel with a = -0.5 reproduces quadratic polynomials.
TEST(MatlabBicubic, EnlargesQuadraticPolynomialsExactly) {
    const auto value = [](double x, double y) { return 0.1 + 0.02 * x - 0.003 * y + 0.0005 * x * y - 0.001 * x * x; };
    Image image(16, 12);
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            image.at(2, y, x) = static_cast<float>(value(x + 0.5, y + 0.5));
        }
    }
    const auto enlarged = enlargeBicubicMatlab(image, 3);
    EXPECT_EQ(enlarged.bitDepth, 32);
    for (int y = 6; y < enlarged.height() - 6; ++y) {
        for (int x = 6; x < enlarged.width() - 6; ++x) {
            EXPECT_NEAR(static_cast<double>(enlarged.at(2, y, x)), value((x + 0.5) / 3.0, (y + 0.5) / 3.0), 1e-7);
        }
    }
}

TEST(MatlabBicubic, KeepsConstantsAndRoundsSidesUp) {
    const auto image = fromLevels(11, 7, [](int, int) { return 200; });
    for (const double scale : {0.25, 1.0 / 3.0, 0.7, 1.0, 1.5, 4.0}) {
        const auto result = resizeBicubicMatlab(image, scale);
        EXPECT_EQ(result.width(), static_cast<int>(std::ceil(11 * scale)));
        EXPECT_EQ(result.height(), static_cast<int>(std::ceil(7 * scale)));
        for (const float value : result.values()) {
            EXPECT_NEAR(value, 200.0F / 255.0F, 1e-6F);
        }
    }
    // Smaller than the kernel: mirrored more than once.
    const auto tiny = fromLevels(4, 8, [](int, int) { return 77; });
    EXPECT_THAT(levelsOf(reduceBicubicMatlab(tiny, 4)), ::testing::ElementsAre(77, 77));
    EXPECT_THAT(levelsOf(reduceBicubicMatlab(tiny, 4, MatlabBorder::Mirrored)), ::testing::ElementsAre(77, 77));
}

TEST(MatlabBicubic, RefusesWhatCannotBeResized) {
    const Image image(10, 8);
    EXPECT_THROW(static_cast<void>(reduceBicubicMatlab(image, 4)), Error);
    EXPECT_THROW(static_cast<void>(enlargeBicubicMatlab(image, 0)), Error);
    for (const double scale :
         {0.0, -1.0, 1e9, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_THROW(static_cast<void>(resizeBicubicMatlab(image, scale)), Error) << scale;
    }
    EXPECT_THROW(static_cast<void>(resizeBicubicMatlab(Image(), 2.0)), Error);
}

}  // namespace
}  // namespace lamscope::resize_test
