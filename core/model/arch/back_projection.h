// SPDX-License-Identifier: GPL-3.0-or-later
// Deep back-projection networks: Haris et al., "Deep Back-Projection Networks for Super-Resolution", CVPR 2018.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <torch/types.h>

#include "model/arch/layers.h"

namespace lamscope {

/// Kernel, stride and padding of the projections of a scale (2, 4 or 8, the stride): a transposed convolution of this
/// geometry enlarges by the scale exactly, a convolution reduces by it.
struct ProjectionGeometry {
    std::int64_t kernel = 8;
    std::int64_t stride = 4;
    std::int64_t padding = 2;
};

/// The geometry of the scale whose kernels have the size of `key`; that of scale 4 where it is none.
[[nodiscard]] ProjectionGeometry projectionGeometry(const LayerBuilder& layers, const std::string& key);

/// A convolution, transposed or not, and its PReLU.
struct ProjectionLayer {
    std::variant<Convolution, TransposedConvolution> convolution;
    Prelu activation;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// Keys of such a layer.
struct ProjectionLayerNames {
    std::string convolution;
    std::string activation;
};

/// A convolution that keeps the size.
[[nodiscard]] ProjectionLayer makeProjectionLayer(LayerBuilder& layers, const ProjectionLayerNames& names,
                                                  const ConvolutionShape& shape);

/// Projects to the other grid, back, compares with the input, projects the difference too, and adds it:
/// a = first(x); result = a + third(second(a) − x), where x has passed the bottleneck if there is one.
struct BackProjectionUnit {
    std::string name;  ///< of its tap
    std::optional<ProjectionLayer> bottleneck;
    ProjectionLayer first;
    ProjectionLayer second;
    ProjectionLayer third;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// What the two published networks have in common: up and down units in turn, each fed the concatenation of all results
/// of the other kind, and a convolution on all that the up units gave.
struct BackProjectionParts {
    std::optional<Convolution> subtractMean;
    std::vector<ProjectionLayer> first;
    std::vector<BackProjectionUnit> up;
    std::vector<BackProjectionUnit> down;  ///< one fewer
    bool newestFirst = false;              ///< the order of the concatenations
    Convolution last;
    std::optional<Convolution> addMean;
    int scale = 4;
};

class BackProjectionNetwork final : public NativeNetwork {
public:
    explicit BackProjectionNetwork(BackProjectionParts parts);

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override;

private:
    /// The results of one kind as the next unit sees them.
    [[nodiscard]] torch::Tensor concatenated(std::vector<torch::Tensor> results) const;

    BackProjectionParts parts_;
};

/// Keys of a unit's layers, without its prefix: bottleneck, first, second, third.
using BackProjectionNames = std::array<ProjectionLayerNames, 4>;

/// Makes an up unit (`isUp`) or a down unit of `features` channels; `prefix` ends with a dot. A bottleneck reduces `in`
/// channels to them; where `in` equals `features` there is none.
[[nodiscard]] BackProjectionUnit makeBackProjectionUnit(LayerBuilder& layers, const std::string& prefix,
                                                        const BackProjectionNames& names,
                                                        const ProjectionGeometry& geometry, std::int64_t in,
                                                        std::int64_t features, bool isUp);

/// How far, in LR pixels, an SR pixel looks through `upUnits` up units, the down units between them, a 3x3 convolution
/// in front (LR grid) and one behind (SR grid).
[[nodiscard]] int reachOfBackProjection(int upUnits, const ProjectionGeometry& geometry);

}  // namespace lamscope
