// SPDX-License-Identifier: GPL-3.0-or-later
// D-DBPN: Haris et al., "Deep Back-Projection Networks for Super-Resolution", CVPR 2018, in the framework of EDSR.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/back_projection.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::ddbpn {

namespace {

const BackProjectionNames& names() {
    static const BackProjectionNames all{{{"bottleneck.0", "bottleneck.1"},
                                          {"conv_1.0", "conv_1.1"},
                                          {"conv_2.0", "conv_2.1"},
                                          {"conv_3.0", "conv_3.1"}}};
    return all;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("upmodules.0.conv_1.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("initial.0.weight", 0);
    const auto reduced = layers.size("initial.2.weight", 0);
    const int depth = std::max(layers.countAfter("upmodules."), 1);
    const auto geometry = projectionGeometry(layers, "upmodules.0.conv_1.0.weight");
    BackProjectionParts parts;
    parts.subtractMean = makeMeanShift(layers, "sub_mean");
    parts.addMean = makeMeanShift(layers, "add_mean");
    parts.first.push_back(makeProjectionLayer(layers, {"initial.0", "initial.1"}, {.in = 3, .out = features}));
    parts.first.push_back(
        makeProjectionLayer(layers, {"initial.2", "initial.3"}, {.in = features, .out = reduced, .kernel = 1}));
    for (int i = 0; i < depth; ++i) {
        const auto seen = std::max(i, 1) * reduced;
        parts.up.push_back(
            makeBackProjectionUnit(layers, fmt::format("upmodules.{}.", i), names(), geometry, seen, reduced, true));
        if (i + 1 < depth) {
            parts.down.push_back(makeBackProjectionUnit(layers, fmt::format("downmodules.{}.", i), names(), geometry,
                                                        (i + 1) * reduced, reduced, false));
        }
    }
    parts.last = layers.convolution("reconstruction.0", {.in = depth * reduced, .out = 3});
    parts.scale = static_cast<int>(geometry.stride);
    BuiltNetwork result;
    result.name = "DDBPN";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"reduced features", std::to_string(reduced)},
                              {"depth", std::to_string(depth)}};
    result.scales = {parts.scale};
    result.defaultRange = 255.0;
    result.mean = meanOfShift(layers, "sub_mean.bias");
    result.receptiveField = {.global = false, .radius = reachOfBackProjection(depth, geometry), .evidence = "analytic"};
    result.cropping.multiple = 1;
    result.network = std::make_unique<BackProjectionNetwork>(std::move(parts));
    return result;
}

}  // namespace

Architecture architecture() {
    return {"ddbpn", matches, build};
}

}  // namespace lamscope::ddbpn
