// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/faig/filter_readout.h"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "image/colour.h"
#include "metrics/psnr_ssim.h"

namespace lamscope {

namespace {

/// Levels / 255 of one plane of an SR that is cut and rounded to 8 bits.
std::vector<double> planeOf(const Image& sr, GradientPlane plane) {
    const auto levels = quantise8(sr);
    std::vector<double> values;
    values.reserve(levels.plane(0).size());
    for (std::size_t i = 0; i < levels.plane(0).size(); ++i) {
        const auto of = [&](int channel) { return static_cast<double>(levels.plane(channel)[i]); };
        values.push_back(plane == GradientPlane::Blue
                             ? of(2)
                             : nearestLevel(0.299 * of(0) + 0.587 * of(1) + 0.114 * of(2), 255) / 255.0);
    }
    return values;
}

/// √(gx² + gy² + 1e-6), height x width.
std::vector<double> gradientMagnitudes(const std::vector<double>& values, int width, int height) {
    const auto at = [&](int y, int x) {
        return x < 0 || y < 0 || x >= width || y >= height
                   ? 0.0
                   : values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width)
                            + static_cast<std::size_t>(x)];
    };
    std::vector<double> magnitudes;
    magnitudes.reserve(values.size());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const double gx = at(y, x + 1) - at(y, x - 1);
            const double gy = at(y + 1, x) - at(y - 1, x);
            magnitudes.push_back(std::sqrt(gx * gx + gy * gy + 1e-6));
        }
    }
    return magnitudes;
}

}  // namespace

double psnrOfSr(const Image& sr, const Image& hr, int border) {
    const auto inner = [border](const Image& image) {
        return image.cropped({border, border, image.width() - 2 * border, image.height() - 2 * border});
    };
    return peakSignalToNoise(inner(quantise8(sr)), inner(hr), Channel::Rgb);
}

std::optional<double> gainLost(double target, double masked, double baseline) {
    return target > baseline ? std::optional((target - masked) / (target - baseline)) : std::nullopt;
}

std::optional<GradientPlane> gradientPlaneOf(FaigPreset preset, const ModelCard& target) {
    if (preset == FaigPreset::Exact) {
        return GradientPlane::Luma;
    }
    return target.colour == ModelCard::Colour::Y ? std::nullopt : std::optional(GradientPlane::Blue);
}

double gradientMse(const Image& sr, const Image& other, GradientPlane plane) {
    if (sr.width() != other.width() || sr.height() != other.height()) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("gradients of {}x{} and of {}x{} pixels cannot be compared",
                                                            sr.width(), sr.height(), other.width(), other.height()));
    }
    const auto one = gradientMagnitudes(planeOf(sr, plane), sr.width(), sr.height());
    const auto two = gradientMagnitudes(planeOf(other, plane), sr.width(), sr.height());
    double sum = 0.0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        sum += (one[i] - two[i]) * (one[i] - two[i]);
    }
    return 1000.0 * sum / static_cast<double>(one.size());
}

}  // namespace lamscope
