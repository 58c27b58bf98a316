// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "image/image.h"
#include "model/arch/layer_builder.h"
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

/// Applies convolutions one after the other.
[[nodiscard]] torch::Tensor applyChain(const std::vector<Convolution>& chain, torch::Tensor x);

/// How far a network's tail reaches, in LR pixels, unless the network states a larger number: layers passed to
/// evaluateTail() depend on at most `reach` LR pixels around an SR pixel's parent pixel.
inline constexpr int tailReach = 2;

/// Cuts a tensor on the LR grid to what a tail needs.
using Crop = std::function<torch::Tensor(const torch::Tensor&)>;
/// Computes the SR from tensors on the LR grid, each passed through the crop first.
using TailOnCrop = std::function<torch::Tensor(const Crop&)>;

/// Evaluates a tail of convolutions and enlargements on the LR grid of `x`, for the whole image or for an LR rectangle
/// and `reach` pixels around it alone. Equal to the crop of the whole up to float rounding. A tail may as well begin on
/// a finer grid, that of `x` then; `region` and `reach` count its pixels.
[[nodiscard]] torch::Tensor evaluateTail(const torch::Tensor& x, const std::optional<Rect>& region,
                                         const TailOnCrop& tail, int reach = tailReach);

/// The same part of the image on a grid that is finer by a factor.
[[nodiscard]] std::optional<Rect> onFinerGrid(const std::optional<Rect>& region, int factor);

/// The end of Network::begin() for a network whose tail begins on a grid `reduction` times coarser than the LR: takes
/// the function that finishes regions of that grid. `scale` is SR side / LR side.
[[nodiscard]] SrFinish finishFromCoarserGrid(SrFinish finish, int reduction, int scale);

/// The end of Network::begin() for networks whose last layers need the whole image, or whose grid is not the LR grid:
/// crops the SR that is already there.
[[nodiscard]] SrFinish finishWhole(const torch::Tensor& sr, std::int64_t lrHeight);

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
    void adopt(const LayerBuilder& layers);

private:
    std::vector<torch::Tensor> parameters_;
    std::vector<torch::Tensor> constants_;
};

/// Activations in place, which saves a pass through memory: hence temporaries alone, which nobody else reads.
[[nodiscard]] torch::Tensor leakyRelu(torch::Tensor&& x, double slope);
[[nodiscard]] torch::Tensor relu(torch::Tensor&& x);

/// Bilinear (align_corners=false) or nearest enlargement by an integer factor, or bilinear to a given size.
[[nodiscard]] torch::Tensor enlargeBilinear(const torch::Tensor& x, int factor);
[[nodiscard]] torch::Tensor enlargeNearest(const torch::Tensor& x, int factor);
[[nodiscard]] torch::Tensor resizeBilinear(const torch::Tensor& x, std::int64_t height, std::int64_t width);

}  // namespace lamscope
