// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/degradation.h"

#include <algorithm>
#include <filesystem>
#include <functional>

#include "base/portable_random.h"
#include "image/gaussian_blur.h"
#include "image/jpeg_loss.h"
#include "image/real_plane.h"
#include "image/recipe_draws.h"

namespace lamscope {

namespace {

RecipeNumber fixed(double value) {
    return {.low = value, .high = value};
}

int sideOf(const Degradation::Blur& blur) {
    return blur.side.value_or(gaussianSide(blur.sigma.high));
}

/// The rain of an image that is added to it, in levels of 0…255, amplitude included.
RealPlane rainOf(const Image& hr, const Degradation::Rain& rain, std::uint64_t seed, std::string_view stem) {
    const auto layer = rainLayer(hr.width(), hr.height(), drawnRain(rain.range, seed, stem), rainNoise(seed, stem));
    RealPlane plane{.width = layer.width, .height = layer.height};
    plane.values.resize(layer.levels.size());
    std::ranges::transform(layer.levels, plane.values.begin(),
                           [&](std::uint8_t level) { return rain.amplitude * level; });
    return plane;
}

Image imageOf(const RealPlane& levels, const std::string& file) {
    Image image(levels.width, levels.height);
    image.file = file;
    for (int channel = 0; channel < Image::channels; ++channel) {
        std::ranges::transform(levels.values, image.plane(channel).begin(),
                               [](double level) { return static_cast<float>(level / 255.0); });
    }
    return image;
}

void add(RealPlane& plane, const RealPlane& other) {
    std::ranges::transform(plane.values, other.values, plane.values.begin(), std::plus<>());
}

void addNoise(RealPlane& plane, double sigma, const PortableRandom& random, std::uint64_t first) {
    for (auto& value : plane.values) {
        value += sigma * random.normal(first++);
    }
}

}  // namespace

Degradation drawnFor(const Degradation& degradation, std::uint64_t seed, std::string_view stem) {
    Degradation drawn = degradation;
    if (drawn.blur) {
        drawn.blur->sigma = fixed(drawnReal(drawn.blur->sigma, recipeRandom("blur.sigma", seed, stem)));
    }
    if (drawn.rain) {
        auto& range = drawn.rain->range;
        range = rangeOf(drawnRain(range, seed, stem), range.name);
    }
    if (drawn.noise) {
        drawn.noise = fixed(drawnReal(*drawn.noise, recipeRandom("noise.sigma", seed, stem)));
    }
    if (drawn.jpeg) {
        drawn.jpeg = fixed(drawnWhole(*drawn.jpeg, recipeRandom("jpeg.quality", seed, stem)));
    }
    return drawn;
}

int blurRadius(const Degradation& degradation) {
    return degradation.blur ? sideOf(*degradation.blur) / 2 : 0;
}

LowResolutionPair degrade(const Image& hr, int scale, Reduction reduction, const Degradation& degradation,
                          std::uint64_t seed) {
    const auto stem = std::filesystem::path(hr.file).stem().string();
    const auto drawn = drawnFor(degradation, seed, stem);
    LowResolutionPair pair;
    pair.hr = hr.croppedToMultiple(scale);
    pair.lr = Image(pair.hr.width() / scale, pair.hr.height() / scale);
    pair.lr.file = hr.file;
    RealPlane rain;
    if (drawn.rain) {
        rain = rainOf(pair.hr, *drawn.rain, seed, stem);
        pair.rain = imageOf(rain, hr.file);
    }
    const auto noise = recipeRandom("noise", seed, stem);
    std::uint64_t done = 0;  // values of the channels before
    for (int channel = 0; channel < Image::channels; ++channel) {
        auto plane = realLevels(pair.hr, channel);
        if (drawn.blur) {
            blurPlane(plane, drawn.blur->sigma.low, sideOf(*drawn.blur));
        }
        if (drawn.rain) {
            add(plane, rain);
        }
        if (scale > 1) {
            plane = reduceReal(plane, scale, reduction);
        }
        if (drawn.noise) {
            addNoise(plane, drawn.noise->low, noise, done);
        }
        takeLevels(pair.lr, channel, plane);
        done += plane.values.size();
    }
    if (drawn.jpeg) {
        pair.lr = withJpegLoss(pair.lr, static_cast<int>(drawn.jpeg->low));
    }
    return pair;
}

}  // namespace lamscope
