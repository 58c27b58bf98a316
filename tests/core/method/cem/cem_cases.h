// SPDX-License-Identifier: GPL-3.0-or-later
// Networks, images and patches of which effects are known.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/portable_random.h"
#include "image/colour.h"
#include "method/cem/cem_scan.h"
#include "support/analytic_networks.h"

namespace lamscope::cem_test {

/// A network of a known reach (LR pixels), which may be cropped.
inline SrModel localModel(test::FormulaNetwork::Formula formula, int scale, int reach) {
    ModelCard card;
    card.name = "analytic";
    card.scale = scale;
    card.receptiveField.radius = reach;
    card.cropping.multiple = 1;
    return SrModel(std::make_unique<SrModel::Implementation>(std::make_unique<test::FormulaNetwork>(std::move(formula)),
                                                             std::move(card)));
}

/// Every SR pixel a copy of its parent LR pixel.
inline SrModel nearestModel(int scale, std::optional<int> reach = 0) {
    const auto formula = [scale](const torch::Tensor& lr) { return test::enlargeByCopying(lr, scale); };
    return reach ? localModel(formula, scale, *reach) : test::makeModel(formula, scale);
}

/// The means of 3x3 pixels, enlarged.
inline torch::Tensor blurred(const torch::Tensor& lr, int scale) {
    return test::enlargeByCopying(at::avg_pool2d(lr, 3, 1, 1, false, false), scale);
}

inline Image flat(int width, int height, int level) {
    Image image(width, height);
    std::ranges::fill(image.values(), static_cast<float>(level) / 255.0F);
    image.bitDepth = 8;
    return image;
}

inline std::shared_ptr<const Image> shared(Image image) {
    return std::make_shared<const Image>(std::move(image));
}

/// Values 0…255 without symmetries.
inline Image noiseImage(int width, int height, const char* key) {
    Image image(width, height);
    const PortableRandom random(key);
    std::uint64_t k = 0;
    for (float& value : image.values()) {
        value = static_cast<float>(random.integer(k++) % 256) / 255.0F;
    }
    image.bitDepth = 8;
    return image;
}

/// Flat patches of these levels.
inline std::shared_ptr<const CemInterventions> flatPatches(const std::vector<int>& levels) {
    CemInterventions patches{.source = "flat"};
    for (const int level : levels) {
        patches.values.insert(patches.values.end(), std::size_t{8 * 8 * 3}, static_cast<std::uint8_t>(level));
    }
    return std::make_shared<const CemInterventions>(std::move(patches));
}

/// So many patches without symmetries.
inline std::shared_ptr<const CemInterventions> noisePatches(std::size_t count) {
    CemInterventions patches{.source = "noise"};
    const PortableRandom random("patches");
    for (std::size_t i = 0; i < count * 8 * 8 * 3; ++i) {
        patches.values.push_back(static_cast<std::uint8_t>(random.integer(i) % 256));
    }
    return std::make_shared<const CemInterventions>(std::move(patches));
}

/// A record of flat blocks of these levels.
inline std::shared_ptr<const CemInterventions> flatRecord(int side, const std::vector<int>& levels) {
    CemInterventions record{.side = side, .isRecord = true, .source = "record"};
    for (const int level : levels) {
        record.values.insert(record.values.end(), static_cast<std::size_t>(side * side * 3),
                             static_cast<std::uint8_t>(level));
    }
    return std::make_shared<const CemInterventions>(std::move(record));
}

}  // namespace lamscope::cem_test
