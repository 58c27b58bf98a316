// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "report/lam_json.h"

namespace lamscope::ui::testing {

/// An image of which no two neighbours are alike.
inline Image patternImage(int width, int height) {
    Image image(width, height);
    for (int c = 0; c < Image::channels; ++c) {
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                image.at(c, y, x) = static_cast<float>((x * 37 + y * 71 + c * 53) % 256) / 255.0F;
            }
        }
    }
    return image;
}

/// A network's result on a whole LR image, with a map that falls off from the patch, the wider the larger `reach`.
inline NamedLamResult madeResult(const std::string& name, int scale, int width, int height, double reach,
                                 bool withHr = true) {
    NamedLamResult named;
    named.card.name = name;
    named.card.scale = scale;
    named.card.sha256 = std::string(64, 'a');
    auto& result = named.result;
    result.context = {0, 0, width, height};
    constexpr int size = 8;
    result.patch = {(width * scale - size) / 2, (height * scale - size) / 2, size};
    const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    result.attribution.assign(3 * pixels, 0.0F);
    double maximum = 0.0;
    for (std::size_t i = 0; i < pixels; ++i) {
        const auto column = i % static_cast<std::size_t>(width);
        const auto row = i / static_cast<std::size_t>(width);
        const double x = static_cast<double>(column) - width / 2.0;
        const double y = static_cast<double>(row) - height / 2.0;
        const double value = std::exp(-(x * x + 2.0 * y * y) / (2.0 * reach * reach));
        result.attribution[pixels + i] = static_cast<float>(value);
        maximum = std::max(maximum, value);
        result.map.push_back(value);
    }
    for (auto& value : result.map) {
        value /= maximum;
    }
    result.lr = patternImage(width, height);
    result.sr = patternImage(width * scale, height * scale);
    if (withHr) {
        result.hr = patternImage(width * scale, height * scale);
    }
    result.diffusionIndex = 3.0 * reach;
    result.completenessError = -0.0125;
    result.detectorImage = 10.0;
    result.detectorBaseline = 1.0;
    result.attributionSum = 8.9;
    result.nodes = 27;
    for (int i = 0; i < 27; ++i) {
        const double alpha = (i + 0.5) / 27.0;
        result.curves.alpha.push_back(alpha);
        result.curves.sigma.push_back(1.2 * (1.0 - alpha));
        result.curves.detector.push_back(1.0 + 9.0 * alpha * alpha);
        result.curves.pathSpeed.push_back(5.0 - alpha);
        result.curves.cumulative.push_back(9.0 * alpha * alpha - 0.1);
    }
    return named;
}

/// Gradients of the shape of the map: the first as large as it, each further one half as large as the one before.
inline void addPathGradients(LamResult& result, const std::vector<double>& alphas) {
    double factor = 1.0;
    for (const double alpha : alphas) {
        PathGradient gradient{.alpha = alpha, .map = result.map};
        for (auto& value : gradient.map) {
            value *= factor;
        }
        result.pathGradients.push_back(std::move(gradient));
        factor /= 2.0;
    }
}

/// So many networks on one image.
inline LamDocument madeDocument(int networks, bool withHr = true) {
    LamDocument document;
    auto& scene = document.experiment.scenes.front();
    scene.image = "/images/scene.png";
    scene.sha256 = std::string(64, 'b');
    scene.role = withHr ? ImageRole::Hr : ImageRole::Lr;
    for (int i = 0; i < networks; ++i) {
        document.results.push_back(madeResult("Net-" + std::to_string(i + 1), 4, 16, 16, 1.5 + i, withHr));
    }
    return document;
}

}  // namespace lamscope::ui::testing
