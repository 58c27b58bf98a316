// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "image/image.h"
#include "model/arch/layer_builder.h"
#include "model/feature_sink.h"
#include "model/network.h"

namespace lamscope {

/// Scale of a tail whose convolution makes 3·scale² channels for a pixel shuffle; 1 when the tensor is absent.
[[nodiscard]] int scaleOfPixelShuffle(const LayerBuilder& layers, const std::string& key);

/// The RGB mean, in [0, 1], that a stored mean-shift layer (1x1 convolution with bias −mean·range) subtracts; empty
/// when the layer is absent.
[[nodiscard]] std::vector<double> meanOfShift(const LayerBuilder& layers, const std::string& biasKey);
/// The same where the range is known: some networks of the range 255 hold a shift of the size for 1, and use it so.
[[nodiscard]] std::vector<double> meanOfShift(const LayerBuilder& layers, const std::string& biasKey, double range);

/// The pixels of `region` of [n, c, h, w].
[[nodiscard]] torch::Tensor cropTo(const torch::Tensor& x, const Rect& region);

/// A block of layers that reports its features under a name: what the keys of its layers begin with.
template <typename Block>
struct NamedBlock {
    std::string name;
    Block block;

    NamedBlock(std::string itsName, Block itsBlock)
        : name(std::move(itsName))
        , block(std::move(itsBlock)) {}
    /// For blocks that are made of `layers` and their prefix of keys.
    template <typename... Arguments>
    NamedBlock(LayerBuilder& layers, const std::string& prefix, const Arguments&... arguments)
        : name(prefix)
        , block(layers, prefix, arguments...) {}

    template <typename... Shared>
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const Shared&... shared) const {
        auto y = block(x, shared...);
        reportFeatures(Tap::Kind::Block, name, x, y);
        return y;
    }
};

/// Applies convolutions one after the other.
[[nodiscard]] torch::Tensor applyChain(const std::vector<Convolution>& chain, torch::Tensor x);

/// How far a network's tail reaches, in LR pixels, unless the network states a larger number: layers passed to
/// makeTrunk() depend on at most `reach` LR pixels around an SR pixel's parent pixel.
inline constexpr int tailReach = 2;

/// Cuts a tensor of the tail's grid to what the tail needs.
using Crop = std::function<torch::Tensor(const torch::Tensor&)>;
/// Computes the SR from tensors of the tail's grid, each passed through the crop first.
using TailOnCrop = std::function<torch::Tensor(const Crop&)>;

/// The grid of the tensors that a tail begins with: the LR grid, or one that is finer or coarser by a factor.
struct TailGrid {
    int finer = 1;
    int coarser = 1;
    int reach = tailReach;  ///< in pixels of this grid
};

/// The end of Network::begin(): a trunk that evaluates a tail of convolutions and enlargements for the whole image, or
/// for the pixels of an LR rectangle and `grid.reach` pixels around them alone. `x` is one of the tensors that the tail
/// begins with. Equal to the crop of the whole up to float rounding. What the tail refers to must outlive the trunk.
[[nodiscard]] std::unique_ptr<Trunk> makeTrunk(const torch::Tensor& x, TailOnCrop tail, const TailGrid& grid = {});

/// The tail that most lightweight networks share: a last 3x3 convolution (or a chain that reaches as far) plus the long
/// skip, a 3x3 convolution to 3·scale² channels, and a pixel shuffle.
struct ShuffleTail {
    std::vector<Convolution> last;
    Convolution upsampler;
    int scale = 1;

    /// The end of Network::begin(), for tensors on a grid that is coarser than the LR grid by `coarser`. This object
    /// must outlive the trunk.
    [[nodiscard]] std::unique_ptr<Trunk> operator()(const torch::Tensor& x, const torch::Tensor& first,
                                                    int coarser = 1) const;
};

/// The tail with one plain convolution before the upsampler's.
[[nodiscard]] ShuffleTail makeShuffleTail(LayerBuilder& layers, const std::string& last, const std::string& upsampler,
                                          std::int64_t features, int scale);

/// A network whose weights come from a LayerBuilder.
class NativeNetwork : public Network {
public:
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const final;
    [[nodiscard]] bool hasSecantRules() const override { return true; }
    [[nodiscard]] NamedTensors namedParameters() const override { return parameters_; }
    void to(torch::Device device, torch::ScalarType type) override;
    /// Hands over the builder's tensors once the layers hold them.
    void adopt(const LayerBuilder& layers);

private:
    NamedTensors parameters_;
    std::vector<torch::Tensor> constants_;
};

/// Activations in place, which saves a pass through memory: hence temporaries alone, which nobody else reads. While a
/// SecantScope is open they leave their argument, which its rules read.
[[nodiscard]] torch::Tensor leakyRelu(torch::Tensor&& x, double slope);
[[nodiscard]] torch::Tensor relu(torch::Tensor&& x);

/// Bilinear (align_corners=false) or nearest enlargement by an integer factor, or bilinear to a given size.
[[nodiscard]] torch::Tensor enlargeBilinear(const torch::Tensor& x, int factor);
[[nodiscard]] torch::Tensor enlargeNearest(const torch::Tensor& x, int factor);
[[nodiscard]] torch::Tensor resizeBilinear(const torch::Tensor& x, std::int64_t height, std::int64_t width);

}  // namespace lamscope
