// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/degradation.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
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

/// The rain that is added to an image, in levels of 0…255, amplitude included.
RealPlane rainOf(const RainLayer& layer, double amplitude) {
    RealPlane plane{.width = layer.width, .height = layer.height};
    plane.values.resize(layer.levels.size());
    std::ranges::transform(layer.levels, plane.values.begin(), [&](std::uint8_t level) { return amplitude * level; });
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

std::string stemOf(const Image& image) {
    return std::filesystem::path(image.file).stem().string();
}

/// @param layer  of a recipe with rain.
LowResolutionPair degradeAs(const Degradation& drawn, LowResolutionPair pair, int scale, Reduction reduction,
                            std::uint64_t seed, const RainLayer& layer) {
    pair.lr = Image(pair.hr.width() / scale, pair.hr.height() / scale);
    pair.lr.file = pair.hr.file;
    RealPlane rain;
    if (drawn.rain) {
        rain = rainOf(layer, drawn.rain->amplitude);
        pair.rain = imageOf(rain, pair.hr.file);
    }
    const auto noise = recipeRandom("noise", seed, stemOf(pair.hr));
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
    const auto stem = stemOf(hr);
    const auto drawn = drawnFor(degradation, seed, stem);
    LowResolutionPair pair{.lr = {}, .hr = hr.croppedToMultiple(scale)};
    RainLayer layer;
    if (drawn.rain) {
        layer = rainLayer(pair.hr.width(), pair.hr.height(), drawnRain(drawn.rain->range, seed, stem),
                          rainNoise(seed, stem));
    }
    return degradeAs(drawn, std::move(pair), scale, reduction, seed, layer);
}

LowResolutionPair degrade(const Image& hr, int scale, Reduction reduction, const Degradation& degradation,
                          std::uint64_t seed, const RainLayer& layer) {
    LowResolutionPair pair{.lr = {}, .hr = hr.croppedToMultiple(scale)};
    if (layer.width != pair.hr.width() || layer.height != pair.hr.height()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("a layer of rain of {}x{} pixels does not fit an image of {}x{}", layer.width,
                                layer.height, pair.hr.width(), pair.hr.height()));
    }
    return degradeAs(drawnFor(degradation, seed, stemOf(hr)), std::move(pair), scale, reduction, seed, layer);
}

}  // namespace lamscope
