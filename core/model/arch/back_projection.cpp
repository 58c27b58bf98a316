// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/back_projection.h"

#include <algorithm>
#include <utility>

#include "runtime/torch_headers.h"

namespace lamscope {

ProjectionGeometry projectionGeometry(const LayerBuilder& layers, const std::string& key) {
    static constexpr std::array published{ProjectionGeometry{.kernel = 6, .stride = 2, .padding = 2},
                                          ProjectionGeometry{.kernel = 8, .stride = 4, .padding = 2},
                                          ProjectionGeometry{.kernel = 12, .stride = 8, .padding = 2}};
    const auto* found = std::ranges::find(published, layers.size(key, 2), &ProjectionGeometry::kernel);
    return found == published.end() ? ProjectionGeometry{} : *found;
}

torch::Tensor ProjectionLayer::operator()(const torch::Tensor& x) const {
    return activation(std::visit([&](const auto& layer) { return layer(x); }, convolution));
}

ProjectionLayer makeProjectionLayer(LayerBuilder& layers, const ProjectionLayerNames& names,
                                    const ConvolutionShape& shape) {
    return {.convolution = layers.convolution(names.convolution, shape),
            .activation = layers.prelu(names.activation, shape.out)};
}

torch::Tensor BackProjectionUnit::operator()(const torch::Tensor& x) const {
    const auto input = bottleneck ? (*bottleneck)(x) : x;
    const auto projected = first(input);
    auto y = projected + third(second(projected) - input);
    reportFeatures(Tap::Kind::Block, name, x, y);
    return y;
}

BackProjectionUnit makeBackProjectionUnit(LayerBuilder& layers, const std::string& prefix,
                                          const BackProjectionNames& names, const ProjectionGeometry& geometry,
                                          std::int64_t in, std::int64_t features, bool isUp) {
    const auto layer = [&](const ProjectionLayerNames& layerNames, bool enlarges) {
        ProjectionLayer result;
        if (enlarges) {
            result.convolution =
                layers.transposedConvolution(prefix + layerNames.convolution, {.in = features,
                                                                               .out = features,
                                                                               .kernel = geometry.kernel,
                                                                               .stride = geometry.stride,
                                                                               .padding = geometry.padding});
        } else {
            result.convolution = layers.convolution(prefix + layerNames.convolution, {.in = features,
                                                                                      .out = features,
                                                                                      .kernel = geometry.kernel,
                                                                                      .stride = geometry.stride,
                                                                                      .padding = geometry.padding});
        }
        result.activation = layers.prelu(prefix + layerNames.activation, features);
        return result;
    };
    BackProjectionUnit unit;
    unit.name = prefix.substr(0, prefix.size() - 1);
    if (in != features) {
        unit.bottleneck = makeProjectionLayer(layers, {prefix + names[0].convolution, prefix + names[0].activation},
                                              {.in = in, .out = features, .kernel = 1});
    }
    unit.first = layer(names[1], isUp);
    unit.second = layer(names[2], !isUp);
    unit.third = layer(names[3], isUp);
    return unit;
}

BackProjectionNetwork::BackProjectionNetwork(BackProjectionParts parts)
    : parts_(std::move(parts)) {}

torch::Tensor BackProjectionNetwork::concatenated(std::vector<torch::Tensor> results) const {
    if (parts_.newestFirst) {
        std::ranges::reverse(results);
    }
    return at::cat(results, 1);
}

std::unique_ptr<Trunk> BackProjectionNetwork::begin(const torch::Tensor& lr) const {
    auto x = parts_.subtractMean ? (*parts_.subtractMean)(lr) : lr;
    for (const auto& layer : parts_.first) {
        x = layer(x);
    }
    std::vector<torch::Tensor> fine{parts_.up.front()(x)};
    std::vector<torch::Tensor> coarse;
    for (std::size_t i = 0; i < parts_.down.size(); ++i) {
        coarse.push_back(parts_.down[i](concatenated(fine)));
        fine.push_back(parts_.up[i + 1](concatenated(coarse)));
    }
    const auto all = concatenated(fine);
    const auto tail = [this, all](const Crop& crop) {
        const auto sr = parts_.last(crop(all));
        return parts_.addMean ? (*parts_.addMean)(sr) : sr;
    };
    return makeTrunk(all, tail, {.finer = parts_.scale});
}

namespace {

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
    return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/// Pixels first…last of a grid, traced back from the SR pixels of the LR pixel 0.
struct Trace {
    std::int64_t first = 0;
    std::int64_t last = 0;
    ProjectionGeometry geometry;

    /// To the LR pixels that an enlargement reads.
    void throughEnlargement() {
        const auto& [kernel, stride, padding] = geometry;
        first = -floorDivide(kernel - 1 - padding - first, stride);
        last = floorDivide(last + padding, stride);
    }
    /// To the SR pixels that a reduction reads.
    void throughReduction() {
        const auto& [kernel, stride, padding] = geometry;
        first = first * stride - padding;
        last = last * stride - padding + kernel - 1;
    }
};

}  // namespace

int reachOfBackProjection(int upUnits, const ProjectionGeometry& geometry) {
    Trace trace{.first = -1, .last = geometry.stride, .geometry = geometry};  // behind: a 3x3 convolution
    for (int i = 0; i < upUnits; ++i) {
        if (i > 0) {
            trace.throughReduction();
            trace.throughEnlargement();
            trace.throughReduction();
        }
        trace.throughEnlargement();
        trace.throughReduction();
        trace.throughEnlargement();
    }
    return static_cast<int>(std::max(-trace.first, trace.last)) + 1;
}

}  // namespace lamscope
