// SPDX-License-Identifier: GPL-3.0-or-later
#include "photograph.h"

#include <algorithm>
#include <cmath>

#include "image/colour.h"
#include "noise.h"

namespace lamscope::scenes {

namespace {

constexpr int samplesPerAxis = 5;
constexpr int samplesPerPixel = samplesPerAxis * samplesPerAxis;

/// The base-2 digits of a number, mirrored at the point (van der Corput).
double mirroredDigits(unsigned number) {
    double result = 0.0;
    for (double digit = 0.5; number > 0; number >>= 1U, digit *= 0.5) {
        result += (number & 1U) * digit;
    }
    return result;
}

/// The tone curve: straight up to 0.7, then bending towards 1 as film does.
double rollOff(double light) {
    constexpr double knee = 0.7;
    return light <= knee ? light : knee + (1.0 - knee) * (1.0 - std::exp(-(light - knee) / (1.0 - knee)));
}

/// The transfer function of sRGB (IEC 61966-2-1).
double encoded(double light) {
    return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1.0 / 2.4) - 0.055;
}

}  // namespace

Image averageSamples(int side, const Radiance& radiance) {
    Image picture(side, side);
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            Rgb sum;
            for (int i = 0; i < samplesPerPixel; ++i) {
                const int column = i % samplesPerAxis;
                const int row = i / samplesPerAxis;
                const Vec2 place{x + (column + 0.5) / samplesPerAxis, y + (row + 0.5) / samplesPerAxis};
                // The directions have another order than the places: otherwise the light would change across a pixel.
                const auto direction = static_cast<unsigned>(i * 7 % samplesPerPixel);
                sum = sum + radiance({place, {(direction + 0.5) / samplesPerPixel, mirroredDigits(direction)}});
            }
            picture.at(0, y, x) = static_cast<float>(sum.x / samplesPerPixel);
            picture.at(1, y, x) = static_cast<float>(sum.y / samplesPerPixel);
            picture.at(2, y, x) = static_cast<float>(sum.z / samplesPerPixel);
        }
    }
    return picture;
}

Image photograph(int side, const Radiance& radiance, const Film& film) {
    auto picture = averageSamples(side, radiance);
    for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) {
            const Vec2 fromCentre{(x + 0.5) / side - 0.5, (y + 0.5) / side - 0.5};
            const double falloff = film.exposure * (1.0 - 2.0 * film.vignette * dot(fromCentre, fromCentre));
            for (int channel = 0; channel < Image::channels; ++channel) {
                auto& value = picture.at(channel, y, x);
                const double clean = encoded(rollOff(std::max(0.0, static_cast<double>(value) * falloff)));
                // Photon noise is the largest part of a sensor's noise. It grows with the root of the light.
                const double noise = nearlyNormal(x, y, film.seed * 3U + static_cast<std::uint32_t>(channel));
                value = static_cast<float>(clean + film.grain * (0.4 + 0.8 * std::sqrt(clean)) * noise);
            }
        }
    }
    return quantise8(picture);
}

}  // namespace lamscope::scenes
