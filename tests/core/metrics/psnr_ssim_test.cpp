// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/psnr_ssim.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "base/error.h"
#include "image/colour.h"
#include "image/image_file.h"
#include "image/resize.h"
#include "support/test_data.h"

namespace lamscope {
namespace {

int originalLevel(int channel, int y, int x) {
    return (37 * x * x + 91 * y + 13 * x * y + 50 * channel) % 256;
}

int changedLevel(int channel, int y, int x) {
    return std::clamp(originalLevel(channel, y, x) + (7 * x + 11 * y + 3 * channel) % 31 - 15, 0, 255);
}

template <typename Level>
Image fromLevels(int width, int height, Level level) {
    Image image(width, height);
    for (int channel = 0; channel < Image::channels; ++channel) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                image.at(channel, y, x) = static_cast<float>(level(channel, y, x)) / 255.0F;
            }
        }
    }
    return image;
}

TEST(CompareImages, EqualImagesAreInfinitelyGood) {
    const auto image = fromLevels(24, 20, originalLevel);
    for (const auto channel : {Channel::Y, Channel::Rgb}) {
        const auto quality = compareImages(image, image, channel, 4);
        EXPECT_EQ(quality.psnr, std::numeric_limits<double>::infinity());
        EXPECT_NEAR(quality.ssim, 1.0, 1e-12);
    }
}

// A shift by d of a constant c: PSNR = 20 log10(255 / d), SSIM = (2 c (c + d) + C1) / (c^2 + (c + d)^2 + C1).
TEST(CompareImages, AConstantShiftHasItsFormula) {
    const auto image = fromLevels(16, 12, [](int, int, int) { return 100; });
    const auto shifted = fromLevels(16, 12, [](int, int, int) { return 110; });
    const double c1 = 2.55 * 2.55;
    const auto rgb = compareImages(shifted, image, Channel::Rgb, 0);
    EXPECT_NEAR(rgb.psnr, 20.0 * std::log10(255.0 / 10.0), 1e-5);
    EXPECT_NEAR(rgb.ssim, (2.0 * 100.0 * 110.0 + c1) / (100.0 * 100.0 + 110.0 * 110.0 + c1), 1e-8);

    // Luma shrinks the range by 219 / 255.
    const auto y = compareImages(shifted, image, Channel::Y, 0);
    EXPECT_NEAR(y.psnr, 20.0 * std::log10(255.0 / (10.0 * 219.0 / 255.0)), 1e-5);
}

// Rgb takes the mean over the planes jointly, not the mean of three ratios.
TEST(CompareImages, JoinsTheErrorsOfThePlanes) {
    const auto image = fromLevels(16, 16, [](int, int, int) { return 100; });
    const auto red = fromLevels(16, 16, [](int channel, int, int) { return channel == 0 ? 106 : 100; });
    EXPECT_NEAR(compareImages(red, image, Channel::Rgb, 0).psnr, 10.0 * std::log10(255.0 * 255.0 / 12.0), 1e-5);
}

// scikit-image 0.2x: structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
// data_range=255) of the planes, which crops to where the window lies inside, and 10 log10(255^2 / MSE).
TEST(CompareImages, MatchesScikitImage) {
    const auto original = fromLevels(24, 20, originalLevel);
    const auto changed = fromLevels(24, 20, changedLevel);
    const auto rgb = compareImages(changed, original, Channel::Rgb, 0);
    EXPECT_NEAR(rgb.ssim, 0.9925069950152118, 1e-7);
    EXPECT_NEAR(rgb.psnr, 29.241718806142217, 1e-5);
    const auto y = compareImages(changed, original, Channel::Y, 0);
    EXPECT_NEAR(y.ssim, 0.9884489059478964, 1e-7);
    EXPECT_NEAR(y.psnr, 32.22899404674039, 1e-5);
    const auto inner = compareImages(changed, original, Channel::Y, 3);
    EXPECT_NEAR(inner.ssim, 0.9884624872108791, 1e-7);
    EXPECT_NEAR(inner.psnr, 32.18742467688986, 1e-5);
}

// The published quality of bicubic enlargement on Set5 x4 is 28.42 dB and 0.8104 (e.g. Dong et al., SRCNN). Published
// values round the luma of both images to 8 bits, which compareImages does not: hence the tolerance.
TEST(CompareImages, MatchesThePublishedBicubicBaseline) {
    const std::array<std::string, 5> names{"img_001", "img_002", "img_003", "img_004", "img_005"};
    Quality mean;
    for (const auto& name : names) {
        LAMSCOPE_NEED_DATA(originalFile, "images/set5/" + name + "_SRF_4_HR.png");
        LAMSCOPE_NEED_DATA(reducedFile, "images/set5/" + name + "_SRF_4_LR.png");
        const auto original = readImage(originalFile).image.croppedToMultiple(4);
        const auto enlarged = quantise8(enlargeBicubicMatlab(readImage(reducedFile).image, 4));
        const auto quality = compareImages(enlarged, original, Channel::Y, 4);
        mean.psnr += quality.psnr / 5.0;
        mean.ssim += quality.ssim / 5.0;
    }
    EXPECT_NEAR(mean.psnr, 28.42, 0.02);
    EXPECT_NEAR(mean.ssim, 0.8104, 0.001);
}

TEST(CompareImages, RefusesWhatCannotBeCompared) {
    const Image image(24, 20);
    EXPECT_THROW(static_cast<void>(compareImages(image, Image(20, 24), Channel::Y, 0)), Error);
    EXPECT_THROW(static_cast<void>(compareImages(image, image, Channel::Y, -1)), Error);
    EXPECT_THROW(static_cast<void>(compareImages(image, image, Channel::Y, 5)), Error);
    EXPECT_THROW(static_cast<void>(compareImages(image, image, Channel::Y, 2147483647)), Error);
    EXPECT_NO_THROW(static_cast<void>(compareImages(image, image, Channel::Y, 4)));
    EXPECT_THROW(static_cast<void>(compareImages(Image(), Image(), Channel::Rgb, 0)), Error);
    auto broken = image;
    broken.at(0, 10, 10) = std::numeric_limits<float>::quiet_NaN();
    EXPECT_THROW(static_cast<void>(compareImages(broken, image, Channel::Rgb, 0)), Error);
}

}  // namespace
}  // namespace lamscope
