// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <torch/types.h>

#include "image/image.h"
#include "model/model_card.h"
#include "model/network.h"
#include "model/probe/gradient_memory.h"
#include "model/sr_model.h"

namespace lamscope {

/// The inside of an SrModel: a network, its card, and the mapping between [0, 1] and the network's range.
class SrModel::Implementation {
public:
    Implementation(std::unique_ptr<Network> network, ModelCard card, torch::Device device = torch::kCPU,
                   torch::ScalarType type = torch::kFloat32);

    /// Converts the weights.
    void evaluateIn(torch::ScalarType type);

    [[nodiscard]] const ModelCard& card() const { return card_; }
    [[nodiscard]] const Network& network() const { return *network_; }
    [[nodiscard]] torch::Device device() const { return device_; }
    [[nodiscard]] torch::ScalarType type() const { return type_; }

    /// [n, 3, h, w] in [0, 1] -> [n, 3, scale*h, scale*w], differentiable; where the network works on Y alone,
    /// [n, 1, scale*h, scale*w], which toSrImage() turns into colours. Checks the size rules and the result's
    /// shape; translates LibTorch's errors (out-of-memory errors pass through untouched, see isOutOfMemory()).
    /// @param sink sees the network's features, where it is not null; the result is the same.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr, FeatureSink* sink = nullptr) const;

    /// Where features can be observed, in the order of evaluation. Takes an evaluation of a small image.
    [[nodiscard]] std::vector<Tap> taps() const;

    /// forward() in two steps, see Network::begin(). This object must outlive the trunk.
    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const;

    /// [n, 3, h, w] in [0, 1] as the network has it: itself, or its Y. Of an HR batch, what forward() should give.
    [[nodiscard]] torch::Tensor networkColours(const torch::Tensor& rgb) const;

    /// The picture of forward()'s result for the LR batch of one `lr`.
    [[nodiscard]] Image toSrImage(const torch::Tensor& sr, const torch::Tensor& lr) const;

    /// `image` as a batch of one, in the layout and type that the network likes best.
    [[nodiscard]] torch::Tensor toInput(const Image& image) const;

    /// A batch [n, 3, h, w] of any type on the CPU, in that layout and type.
    [[nodiscard]] torch::Tensor toInput(const torch::Tensor& batch) const;

    [[nodiscard]] const GradientMemory& gradientMemory() const { return gradientMemory_; }

private:
    std::unique_ptr<Network> network_;
    ModelCard card_;
    torch::Device device_;
    torch::ScalarType type_;
    GradientMemory gradientMemory_;
};

/// Throws Error(InvalidArgument) unless an LR image of this size obeys the card's size rules.
void checkSize(const ModelCard& card, std::int64_t width, std::int64_t height);

/// [3, h, w] or [1, 3, h, w] of any device and type -> Image.
[[nodiscard]] Image toImage(const torch::Tensor& tensor);

}  // namespace lamscope
