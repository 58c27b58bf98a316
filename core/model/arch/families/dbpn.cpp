// SPDX-License-Identifier: GPL-3.0-or-later
// DBPN: Haris et al., "Deep Back-Projection Networks for Super-Resolution", CVPR 2018, as its authors published it.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/back_projection.h"
#include "runtime/torch_headers.h"

namespace lamscope::dbpn {

namespace {

const BackProjectionNames& upNames() {
    static const BackProjectionNames names{{{"conv.conv", "conv.act"},
                                            {"up_conv1.deconv", "up_conv1.act"},
                                            {"up_conv2.conv", "up_conv2.act"},
                                            {"up_conv3.deconv", "up_conv3.act"}}};
    return names;
}

const BackProjectionNames& downNames() {
    static const BackProjectionNames names{{{"conv.conv", "conv.act"},
                                            {"down_conv1.conv", "down_conv1.act"},
                                            {"down_conv2.deconv", "down_conv2.act"},
                                            {"down_conv3.conv", "down_conv3.act"}}};
    return names;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("up1.up_conv1.deconv.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("feat0.conv.weight", 0);
    const auto base = layers.size("feat1.conv.weight", 0);
    // The recurrent relatives have as many units, but fuse fewer results: the shape of the last convolution tells.
    const int stages = std::max(layers.countAfter("up") - 1, 1);
    const auto geometry = projectionGeometry(layers, "up1.up_conv1.deconv.weight");
    BackProjectionParts parts;
    parts.first.push_back(makeProjectionLayer(layers, {"feat0.conv", "feat0.act"}, {.in = 3, .out = features}));
    parts.first.push_back(
        makeProjectionLayer(layers, {"feat1.conv", "feat1.act"}, {.in = features, .out = base, .kernel = 1}));
    for (int i = 1; i <= stages; ++i) {
        const auto seen = std::max(i - 1, 1) * base;
        parts.up.push_back(
            makeBackProjectionUnit(layers, fmt::format("up{}.", i), upNames(), geometry, seen, base, true));
        if (i < stages) {
            parts.down.push_back(makeBackProjectionUnit(layers, fmt::format("down{}.", i), downNames(), geometry,
                                                        i * base, base, false));
        }
    }
    parts.newestFirst = true;
    parts.last = layers.convolution("output_conv.conv", {.in = stages * base, .out = 3});
    parts.scale = static_cast<int>(geometry.stride);
    BuiltNetwork result;
    result.name = "DBPN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"base filters", std::to_string(base)},
                              {"stages", std::to_string(stages)}};
    result.scales = {parts.scale};
    result.defaultRange = 1.0;
    result.receptiveField = {
        .global = false, .radius = reachOfBackProjection(stages, geometry), .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<BackProjectionNetwork>(std::move(parts));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"dbpn", matches, build};
}

}  // namespace lamscope::dbpn
