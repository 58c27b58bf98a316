// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/restoration/restoration_measures.h"

#include <array>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/expect_error.h"

namespace lamscope::restoration_measures_test {
namespace {

using testing::Eq;
using testing::Optional;

/// @param valueOf  of channel c and pixel i.
template <typename Value>
RealImage filled(int width, int height, const Value& valueOf) {
    RealImage image{.width = width, .height = height};
    for (int c = 0; c < Image::channels; ++c) {
        for (int i = 0; i < width * height; ++i) {
            image.values.push_back(valueOf(c, i));
        }
    }
    return image;
}

RealImage sum(const RealImage& first, double factor, const RealImage& second) {
    auto result = first;
    for (std::size_t i = 0; i < result.values.size(); ++i) {
        result.values[i] += factor * second.values[i];
    }
    return result;
}

class Restoration : public testing::Test {
protected:
    static constexpr int width = 8;
    static constexpr int height = 6;
    /// Rain on every second pixel, of different brightness.
    RealImage rain_ = filled(width, height, [](int, int i) { return i % 2 == 0 ? 0.0 : 0.1 + 0.01 * (i % 5); });
    RealImage clean_ = filled(width, height, [](int c, int i) { return 0.2 + 0.1 * c + 0.005 * ((i * 7) % 11); });
    RealImage rainy_ = sum(clean_, 1.0, rain_);
    PixelMask mask_ = layerMask(rain_, 0.0);

    [[nodiscard]] RestorationMeasures of(const RealImage& restored, const RealImage* restoredClean = nullptr) const {
        const auto moments = restorationMoments(rainy_, clean_, restored, mask_, restoredClean);
        return restorationMeasures({&moments, 1});
    }

    [[nodiscard]] double rms() const {
        double squares = 0.0;
        int count = 0;
        for (const double value : rain_.values) {
            squares += value * value;
            count += value > 0.0 ? 1 : 0;
        }
        return std::sqrt(squares / count);
    }
};

TEST_F(Restoration, ACopyRemovesNothingAndTheCleanImageEverything) {
    const auto copy = of(rainy_, &clean_);
    EXPECT_THAT(copy.er, Optional(Eq(0.0)));
    EXPECT_THAT(copy.eb, Optional(Eq(0.0)));
    EXPECT_NEAR(copy.residual.value(), rms(), 1e-15);
    EXPECT_THAT(copy.removedProjection, Optional(Eq(0.0)));
    EXPECT_NEAR(copy.transmission.value(), 1.0, 1e-15);
    EXPECT_NEAR(copy.transmissionSlope.value(), 1.0, 1e-15);
    EXPECT_THAT(copy.cleanChange, Optional(Eq(0.0)));
    EXPECT_DOUBLE_EQ(copy.maskShare, 0.5);
    const auto oracle = of(clean_, &clean_);
    EXPECT_NEAR(oracle.er.value(), rms(), 1e-15);
    EXPECT_NEAR(oracle.rainRms.value(), rms(), 1e-15);
    EXPECT_NEAR(oracle.removedProjection.value(), 1.0, 1e-15);
    EXPECT_NEAR(oracle.removedSlope.value(), 1.0, 1e-12);
    EXPECT_THAT(oracle.transmission, Optional(Eq(0.0)));
    EXPECT_FALSE(oracle.psnr.has_value());
}

TEST_F(Restoration, TransmissionSeesTheRainAloneWhateverHappensToTheBackground) {
    // f(x) = 0.3 x + 0.2 lets 0.3 of the rain through, and changes all backgrounds.
    const auto network = [](const RealImage& image) {
        auto result = image;
        for (double& value : result.values) {
            value = 0.3 * value + 0.2;
        }
        return result;
    };
    const auto restoredClean = network(clean_);
    const auto measures = of(network(rainy_), &restoredClean);
    EXPECT_NEAR(measures.transmission.value(), 0.3, 1e-14);
    EXPECT_NEAR(measures.transmissionSlope.value(), 0.3, 1e-12);
    EXPECT_GT(measures.cleanChange.value(), 0.01);
    EXPECT_FALSE(of(network(rainy_)).transmission.has_value());
    EXPECT_FALSE(of(network(rainy_)).cleanChange.has_value());
    const auto moments = restorationMoments(rainy_, clean_, rainy_, mask_, &clean_);
    const auto without = withoutTransmission(moments);
    const auto left = restorationMeasures({&without, 1});
    EXPECT_FALSE(left.transmission.has_value());
    EXPECT_FALSE(left.transmissionSlope.has_value());
    EXPECT_TRUE(left.cleanChange.has_value());
}

TEST_F(Restoration, AnOffsetChangesProjectionButNoSlope) {
    const auto even = filled(width, height, [](int, int) { return 1.0; });
    const auto darker = of(sum(rainy_, -0.1, even));
    EXPECT_NEAR(darker.er.value(), 0.1, 1e-15);
    EXPECT_NEAR(darker.eb.value(), 0.1, 1e-15);
    EXPECT_NEAR(darker.removedSlope.value(), 0.0, 1e-12);
    EXPECT_GT(darker.removedProjection.value(), 0.5);
}

TEST_F(Restoration, WithoutRainNothingOfItIsDefined) {
    const PixelMask none = layerMask(filled(width, height, [](int, int) { return 0.0; }), 0.0);
    const auto moments = restorationMoments(clean_, clean_, rainy_, none, &clean_);
    const auto measures = restorationMeasures({&moments, 1});
    EXPECT_FALSE(measures.er.has_value());
    EXPECT_FALSE(measures.residual.has_value());
    EXPECT_FALSE(measures.removedProjection.has_value());
    EXPECT_FALSE(measures.removedSlope.has_value());
    EXPECT_FALSE(measures.transmission.has_value());
    EXPECT_FALSE(measures.rainRms.has_value());
    EXPECT_TRUE(measures.eb.has_value());
    EXPECT_EQ(measures.maskShare, 0.0);
}

TEST_F(Restoration, AMaskOverTheWholeImageLeavesNoBackground) {
    const auto everywhere = layerMask(sum(rain_, 0.1, filled(width, height, [](int, int) { return 1.0; })), 0.0);
    EXPECT_EQ(everywhere.share(), 1.0);
    const auto moments = restorationMoments(rainy_, clean_, clean_, everywhere);
    EXPECT_FALSE(restorationMeasures({&moments, 1}).eb.has_value());
    EXPECT_TRUE(restorationMeasures({&moments, 1}).er.has_value());
}

TEST_F(Restoration, AnEvenLayerHasNoSlope) {
    const auto even = filled(width, height, [](int, int) { return 0.1; });
    const auto lit = sum(clean_, 1.0, even);
    const auto moments = restorationMoments(lit, clean_, clean_, layerMask(even, 0.0));
    EXPECT_FALSE(restorationMeasures({&moments, 1}).removedSlope.has_value());
    EXPECT_NEAR(restorationMeasures({&moments, 1}).removedProjection.value(), 1.0, 1e-14);
}

TEST_F(Restoration, OfASetAveragesSquaresBeforeTheRoot) {
    const auto even = filled(width, height, [](int, int) { return 1.0; });
    const std::array moments{restorationMoments(rainy_, clean_, sum(rainy_, -0.1, even), mask_),
                             restorationMoments(rainy_, clean_, sum(rainy_, 0.3, even), mask_)};
    const auto set = restorationMeasures(moments);
    EXPECT_NEAR(set.er.value(), std::sqrt((0.01 + 0.09) / 2.0), 1e-14);
    EXPECT_NEAR(set.eb.value(), std::sqrt((0.01 + 0.09) / 2.0), 1e-14);
    const double first = restorationMeasures({&moments[0], 1}).psnr.value();
    const double second = restorationMeasures({&moments[1], 1}).psnr.value();
    EXPECT_NEAR(set.psnr.value(), (first + second) / 2.0, 1e-12);
    EXPECT_FALSE(restorationMeasures({}).er.has_value());
    EXPECT_FALSE(restorationMeasures({}).psnr.has_value());
}

TEST_F(Restoration, MapsAreSignedAndSplitByTheMask) {
    const auto restored = sum(sum(clean_, 0.25, rain_), 0.02, filled(width, height, [](int, int) { return 1.0; }));
    const auto maps = restorationMaps(rainy_, clean_, restored, mask_);
    for (std::size_t i = 0; i < mask_.pixels.size(); ++i) {
        const double rain = rain_.values[i];
        EXPECT_NEAR(maps.removed.values[i], 0.75 * rain - 0.02, 1e-14);
        EXPECT_NEAR(maps.leftOver.values[i], mask_.pixels[i] != 0 ? 0.25 * rain + 0.02 : 0.0, 1e-14);
        EXPECT_NEAR(maps.background.values[i], mask_.pixels[i] != 0 ? 0.0 : 0.02, 1e-14);
    }
    EXPECT_EQ(maps.removed.width, width);
}

TEST_F(Restoration, BlursOfTheLineAreThemselvesNetworks) {
    const auto ofBlur = blurMoments(rainy_, clean_, mask_, 1.5);
    const auto restoredClean = blurred(clean_, 1.5);
    const auto expected = restorationMoments(rainy_, clean_, blurred(rainy_, 1.5), mask_, &restoredClean);
    EXPECT_EQ(ofBlur.changeInMask, expected.changeInMask);
    EXPECT_EQ(ofBlur.transmitted, expected.transmitted);
    const auto transmissionOf = [&](double sigma) {
        const auto moments = blurMoments(rainy_, clean_, mask_, sigma);
        return restorationMeasures({&moments, 1}).transmission.value();
    };
    EXPECT_NEAR(transmissionOf(0.0), 1.0, 1e-14);
    EXPECT_LT(transmissionOf(0.5), 0.95);
    EXPECT_LT(transmissionOf(1.0), transmissionOf(0.5));
    // What is left of a wide blur is the mean of the rain.
    double mean = 0.0;
    double square = 0.0;
    for (const double value : rain_.values) {
        mean += value / static_cast<double>(rain_.values.size());
        square += value * value / static_cast<double>(rain_.values.size());
    }
    EXPECT_NEAR(transmissionOf(4.0), mean * mean / square, 0.01);
}

TEST_F(Restoration, ImagesOfDifferentSizesAreRefused) {
    const auto other = filled(6, 8, [](int, int) { return 0.5; });
    const auto refuses = [](const auto& action) { test::expectError(ErrorCode::InvalidArgument, {"6x8"}, action); };
    refuses([&] { static_cast<void>(restorationMoments(rainy_, other, rainy_, mask_)); });
    refuses([&] { static_cast<void>(restorationMoments(rainy_, clean_, other, mask_)); });
    refuses([&] { static_cast<void>(restorationMoments(rainy_, clean_, rainy_, layerMask(other, 0.0))); });
    refuses([&] { static_cast<void>(restorationMoments(rainy_, clean_, rainy_, mask_, &other)); });
    refuses([&] { static_cast<void>(difference(rainy_, other)); });
}

TEST(LayerMask, HoldsWhatIsAboveItsThresholdInAnyColour) {
    RealImage layer{.width = 4, .height = 1, .values = std::vector<double>(12, 0.0)};
    layer.values[0 + 4] = 5.0 / 255.0;  // green of the first pixel
    layer.values[1] = 6.0 / 255.0;
    layer.values[2] = -7.0 / 255.0;
    EXPECT_EQ(layerMask(layer, 0.0).pixels, (std::vector<std::uint8_t>{1, 1, 0, 0}));
    EXPECT_EQ(layerMask(layer, 5.0).pixels, (std::vector<std::uint8_t>{0, 1, 0, 0}));
    EXPECT_EQ(layerMask(layer, 5.0, LayerSign::Either).pixels, (std::vector<std::uint8_t>{0, 1, 1, 0}));
    EXPECT_EQ(darkenedShare(layer), 0.25);
    layer.values[2] = -2.0 / 255.0;
    EXPECT_EQ(darkenedShare(layer), 0.0);
}

TEST(RealImage, HoldsLevelsToTheLastDigit) {
    Image image(3, 1);
    image.bitDepth = 8;
    image.at(0, 0, 0) = 77.0F / 255.0F;
    image.at(2, 0, 2) = 1.0F;
    const auto real = realImage(image);
    EXPECT_EQ(real.values[0], 77.0 / 255.0);
    EXPECT_EQ(real.values[8], 1.0);
    image.at(1, 0, 1) = 1.25F;
    image.at(1, 0, 2) = -0.25F;
    const auto clipped = clippedImage(image);
    EXPECT_EQ(clipped.values[4], 1.0);
    EXPECT_EQ(clipped.values[5], 0.0);
}

}  // namespace
}  // namespace lamscope::restoration_measures_test
