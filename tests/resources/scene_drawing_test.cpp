// SPDX-License-Identifier: GPL-3.0-or-later
// The blocks that the scenes are drawn with, against what can be computed by hand.
#include <cmath>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "noise.h"
#include "photograph.h"
#include "relief.h"
#include "stroke_text.h"

namespace lamscope::scenes {
namespace {

TEST(Noise, HasTheMeanAndVarianceThatItStates) {
    constexpr int count = 200;
    double sum = 0.0;
    double squares = 0.0;
    double uniformSum = 0.0;
    for (int y = -count / 2; y < count / 2; ++y) {
        for (int x = -count / 2; x < count / 2; ++x) {
            const double value = nearlyNormal(x, y, 3);
            sum += value;
            squares += value * value;
            uniformSum += uniform(x, y, 4);
        }
    }
    constexpr double number = count * count;
    // Four standard deviations of each mean.
    EXPECT_NEAR(sum / number, 0.0, 4.0 / count);
    EXPECT_NEAR(squares / number, 1.0, 4.0 * std::sqrt(2.0) / count);
    EXPECT_NEAR(uniformSum / number, 0.5, 4.0 / std::sqrt(12.0) / count);
}

TEST(Noise, GradientNoiseVanishesAtTheLatticeAndIsContinuous) {
    for (int i = -3; i <= 3; ++i) {
        EXPECT_EQ(gradientNoise({static_cast<double>(i), 2.0 * i}, 5), 0.0);
        const double edge = i;
        EXPECT_NEAR(gradientNoise({edge - 1e-9, 0.4}, 5), gradientNoise({edge + 1e-9, 0.4}, 5), 1e-7);
    }
}

TEST(Photograph, EncodesMidGreyAsTheStandardSays) {
    const Film film{.exposure = 1.0, .vignette = 0.0, .grain = 0.0, .seed = 0};
    const auto picture = photograph(
        2,
        [](const Sample&) {
            return Rgb{0.18, 0.002, 0.5};
        },
        film);
    // IEC 61966-2-1: 0.18 -> 0.46135, 0.002 -> 12.92 * 0.002, 0.5 -> 0.73536.
    EXPECT_EQ(std::lround(picture.at(0, 1, 1) * 255.0F), 118);
    EXPECT_EQ(std::lround(picture.at(1, 1, 1) * 255.0F), 7);
    EXPECT_EQ(std::lround(picture.at(2, 1, 1) * 255.0F), 188);
}

TEST(Photograph, SamplesAreSpreadEvenly) {
    // The mean of x over a pixel is its centre, and that of each number for the light about a half.
    const auto places = averageSamples(3, [](const Sample& s) { return Rgb{s.place.x, s.place.y, s.light.x}; });
    EXPECT_FLOAT_EQ(places.at(0, 1, 2), 2.5F);
    EXPECT_FLOAT_EQ(places.at(1, 1, 2), 1.5F);
    EXPECT_FLOAT_EQ(places.at(2, 1, 2), 0.5F);
    const auto light = averageSamples(1, [](const Sample& s) { return Rgb{s.light.y, s.light.y * s.light.y, 0.0}; });
    EXPECT_NEAR(light.at(0, 0, 0), 0.5, 0.05);
    EXPECT_NEAR(light.at(1, 0, 0), 1.0 / 3.0, 0.05);
}

/// White, with a wall of height 1 at x < 0; the sun stands at 45 degrees on that side.
class Step : public Relief {
public:
    Step()
        : Relief(0.0, 1.0, 0.01,
                 {.sun = {-1.0, 0.0, 1.0},
                  .sunlight = {1.0, 0.5, 0.25},
                  .sunSize = 0.0,
                  .skylight = {0.0, 0.0, 0.0},
                  .reflected = 0.0}) {}

private:
    [[nodiscard]] double height(Vec2 at) const override { return at.x < 0.0 ? 1.0 : 0.0; }
    [[nodiscard]] Material material(Vec3 /*at*/) const override { return {.albedo = {1.0, 1.0, 1.0}, .bump = {}}; }
};

TEST(Relief, ShadesByTheCosineAndCastsShadows) {
    const Step step;
    const auto seenAt = [&](double x) {
        const Camera camera({x, 0.0, 50.0}, {x, 0.0, 0.0}, 1.0);
        return step.seen(camera, 2, {.place = {1.0, 1.0}, .light = {0.5, 0.5}});
    };
    const double cosine = std::sqrt(0.5);
    // At 45 degrees the shadow is as long as the wall is high.
    EXPECT_NEAR(seenAt(-0.5).x, cosine, 1e-9);
    EXPECT_NEAR(seenAt(-0.5).z, 0.25 * cosine, 1e-9);
    EXPECT_EQ(seenAt(0.5).x, 0.0);
    EXPECT_EQ(seenAt(0.95).x, 0.0);
    EXPECT_NEAR(seenAt(1.05).x, cosine, 1e-9);
}

TEST(Camera, SeesThePlaceThatItLooksAtInTheMiddle) {
    const Camera camera({3.0, -2.0, 10.0}, {1.0, 4.0, 0.0}, 1.2);
    const auto ray = camera.ray({128.0, 128.0}, 256);
    EXPECT_NEAR(3.0 + ray.x * 10.0 / -ray.z, 1.0, 1e-9);
    EXPECT_NEAR(-2.0 + ray.y * 10.0 / -ray.z, 4.0, 1e-9);
    // Half the side to the right, at a focal length of 1.2: atan(0.5 / 1.2) from the axis.
    EXPECT_NEAR(dot(ray, camera.ray({256.0, 128.0}, 256)), std::cos(std::atan2(0.5, 1.2)), 1e-9);
}

TEST(StrokeText, MeasuresTheDistanceToItsStrokes) {
    // One upright stroke from (5, 0) to (5, 10), 2 wide.
    const StrokeText text("I", {5.0, 5.0}, 10.0, 2.0);
    EXPECT_DOUBLE_EQ(text.distance({5.0, 5.0}), -1.0);
    EXPECT_DOUBLE_EQ(text.distance({6.5, 5.0}), 0.5);
    EXPECT_DOUBLE_EQ(text.distance({5.0, 11.5}), 0.5);
    EXPECT_GT(text.distance({50.0, 5.0}), 1000.0);
}

TEST(StrokeText, NamesACharacterThatItCannotDraw) {
    try {
        const StrokeText text("A?", {}, 10.0, 1.0);
        FAIL() << "drew a question mark";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
        EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr("'?'"));
    }
}

}  // namespace
}  // namespace lamscope::scenes
