// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <torch/types.h>

#include "image/image.h"
#include "model/model_card.h"
#include "model/network.h"
#include "model/sr_model.h"

namespace lamscope {

/// The inside of an SrModel: a network, its card, and the mapping between [0, 1] and the network's range.
class SrModel::Implementation {
public:
    Implementation(std::unique_ptr<Network> network, ModelCard card, torch::Device device = torch::kCPU,
                   torch::ScalarType type = torch::kFloat32);

    [[nodiscard]] const ModelCard& card() const { return card_; }
    [[nodiscard]] const Network& network() const { return *network_; }
    [[nodiscard]] torch::Device device() const { return device_; }
    [[nodiscard]] torch::ScalarType type() const { return type_; }

    /// [n, 3, h, w] in [0, 1] -> [n, 3, scale*h, scale*w], differentiable. Checks the size rules and the result's
    /// shape; translates LibTorch's errors (out-of-memory errors pass through untouched, see isOutOfMemory()).
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr) const;

    /// The SR of an LR rectangle alone, see Network::forwardRegion().
    [[nodiscard]] torch::Tensor forwardRegion(const torch::Tensor& lr, const Rect& region) const;

    /// `image` as a batch of one, in the layout and type that the network likes best.
    [[nodiscard]] torch::Tensor toInput(const Image& image) const;

private:
    [[nodiscard]] torch::Tensor evaluate(const torch::Tensor& lr, const std::optional<Rect>& region) const;

    std::unique_ptr<Network> network_;
    ModelCard card_;
    torch::Device device_;
    torch::ScalarType type_;
};

/// Throws Error(InvalidArgument) unless an LR image of this size obeys the card's size rules.
void checkSize(const ModelCard& card, std::int64_t width, std::int64_t height);

/// [3, h, w] or [1, 3, h, w] of any device and type -> Image.
[[nodiscard]] Image toImage(const torch::Tensor& tensor);

/// True for the exceptions by which LibTorch and the standard library report a failed allocation.
[[nodiscard]] bool isOutOfMemory(const std::exception& error);

/// The first line of a LibTorch error, without its stack trace.
[[nodiscard]] std::string briefMessage(const std::exception& error);

}  // namespace lamscope
