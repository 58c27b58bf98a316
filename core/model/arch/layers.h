// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <torch/types.h>

#include "image/image.h"
#include "model/checkpoint/checkpoint.h"
#include "model/model_card.h"
#include "model/network.h"

namespace lamscope {

/// A convolution with frozen weights.
struct Convolution {
    torch::Tensor weight;  ///< [out, in/groups, k, k]
    torch::Tensor bias;    ///< [out], or undefined
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    std::int64_t groups = 1;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// How a convolution differs from "k x k, stride 1, zero padding (k-1)/2, with bias, one group".
struct ConvolutionShape {
    std::int64_t in = 0;
    std::int64_t out = 0;
    std::int64_t kernel = 3;
    std::int64_t stride = 1;
    std::optional<std::int64_t> padding = std::nullopt;
    std::int64_t groups = 1;
    bool bias = true;
};

/// Takes a network's tensors out of a checkpoint by name and expected shape, and keeps the account: what was missing,
/// what did not fit, what was left over. A missing tensor yields a placeholder, so that the account is always complete;
/// such a network must not be run.
class LayerBuilder {
public:
    explicit LayerBuilder(const Checkpoint& checkpoint);

    [[nodiscard]] bool has(const std::string& key) const;
    /// Size of dimension `dim` of a tensor; 0 when the tensor or the dimension is absent.
    [[nodiscard]] std::int64_t size(const std::string& key, std::size_t dim) const;
    [[nodiscard]] std::size_t rank(const std::string& key) const;
    /// 1 + the largest integer of the unbroken row that follows `prefix` in the keys: 16 for "body.0." … "body.15.",
    /// 5 for "B1." … "B4."; 0 when there is none.
    [[nodiscard]] int countAfter(const std::string& prefix) const;

    /// The values of a tensor as stored, row-major; empty when it is absent.
    [[nodiscard]] std::vector<float> values(const std::string& key) const;

    torch::Tensor tensor(const std::string& key, const std::vector<std::int64_t>& shape);
    Convolution convolution(const std::string& prefix, const ConvolutionShape& shape);
    /// A 1x1 convolution stored as a fully connected layer (weight of rank 2).
    Convolution pointwiseLinear(const std::string& prefix, std::int64_t in, std::int64_t out);

    /// All tensors handed out, each once.
    [[nodiscard]] std::vector<torch::Tensor> taken() const { return taken_; }
    /// What separates the checkpoint from the network just built; nullopt when they agree exactly.
    [[nodiscard]] std::optional<KeyDifference> difference(const std::string& architecture) const;

private:
    const Checkpoint& checkpoint_;
    std::map<std::string, const TensorData*> byName_;
    std::set<std::string> used_;
    std::vector<torch::Tensor> taken_;
    std::vector<std::string> missing_;
    std::vector<std::string> mismatched_;
};

/// Scale of a tail whose convolution makes 3·scale² channels for a pixel shuffle; 1 when the tensor is absent.
[[nodiscard]] int scaleOfPixelShuffle(const LayerBuilder& layers, const std::string& key);

/// The RGB mean, in [0, 1], that a stored mean-shift layer (1x1 convolution with bias −mean·range) subtracts; empty
/// when the layer is absent.
[[nodiscard]] std::vector<double> meanOfShift(const LayerBuilder& layers, const std::string& biasKey);

/// The pixels of `region` of [n, c, h, w].
[[nodiscard]] torch::Tensor cropTo(const torch::Tensor& x, const Rect& region);

/// Applies convolutions one after the other.
[[nodiscard]] torch::Tensor applyChain(const std::vector<Convolution>& chain, torch::Tensor x);

/// How far, in LR pixels, the tail of any network here reaches: what lies further from an SR pixel's parent has no say
/// in the layers that evaluateTail() is given.
inline constexpr int tailReach = 2;

/// Cuts a tensor on the LR grid to what a tail needs.
using Crop = std::function<torch::Tensor(const torch::Tensor&)>;
/// Computes the SR from tensors on the LR grid, each passed through the crop first.
using TailOnCrop = std::function<torch::Tensor(const Crop&)>;

/// Evaluates a tail of convolutions and enlargements on the LR grid of `x`, for the whole image or for an LR rectangle
/// and tailReach pixels around it alone. Equal to the crop of the whole up to float rounding.
[[nodiscard]] torch::Tensor evaluateTail(const torch::Tensor& x, const std::optional<Rect>& region,
                                         const TailOnCrop& tail);

/// The tail that most lightweight networks share: a last 3x3 convolution (or a chain that reaches as far) plus the long
/// skip, a 3x3 convolution to 3·scale² channels, and a pixel shuffle.
struct ShuffleTail {
    std::vector<Convolution> last;
    Convolution upsampler;
    int scale = 1;

    /// The end of Network::begin(). This object must outlive the function.
    [[nodiscard]] SrFinish operator()(const torch::Tensor& x, const torch::Tensor& first) const;
};

/// The tail with one plain convolution before the upsampler's.
[[nodiscard]] ShuffleTail makeShuffleTail(LayerBuilder& layers, const std::string& last, const std::string& upsampler,
                                          std::int64_t features, int scale);

/// A network whose weights come from a LayerBuilder.
class NativeNetwork : public Network {
public:
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const final;
    [[nodiscard]] std::vector<torch::Tensor> parameters() const override { return parameters_; }
    void to(torch::Device device, torch::ScalarType type) override;
    /// Hands over the builder's tensors once the layers hold them.
    void adoptParameters(std::vector<torch::Tensor> parameters) { parameters_ = std::move(parameters); }

private:
    std::vector<torch::Tensor> parameters_;
};

/// Activations in place, which saves a pass through memory: hence temporaries alone, which nobody else reads.
[[nodiscard]] torch::Tensor leakyRelu(torch::Tensor&& x, double slope);
[[nodiscard]] torch::Tensor relu(torch::Tensor&& x);

/// Bilinear (align_corners=false) or nearest enlargement by an integer factor, or bilinear to a given size.
[[nodiscard]] torch::Tensor enlargeBilinear(const torch::Tensor& x, int factor);
[[nodiscard]] torch::Tensor enlargeNearest(const torch::Tensor& x, int factor);
[[nodiscard]] torch::Tensor resizeBilinear(const torch::Tensor& x, std::int64_t height, std::int64_t width);

}  // namespace lamscope
