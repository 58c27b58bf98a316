// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <torch/types.h>

#include "image/image.h"

namespace lamscope {

/// Gives the SR of an LR rectangle, [n, channels, scale*height, scale*width], or of the whole image. Equal to the crop
/// of the whole up to float rounding; networks that know how save what the rest of their tail would cost.
using SrFinish = std::function<torch::Tensor(const std::optional<Rect>& region)>;

/// A network as pure computation, in its own value range. Private to the core: everything outside
/// speaks RGB in [0, 1] through SrModel.
class Network {
public:
    Network() = default;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    virtual ~Network() = default;

    /// 3 for RGB; 1 for a network of the Y channel, whose input and output have the one channel alone.
    [[nodiscard]] virtual int channels() const { return 3; }

    /// [n, channels, h, w] -> [n, channels, scale*h, scale*w], differentiable in `lr`. Safe to call from several
    /// threads at once.
    [[nodiscard]] virtual torch::Tensor forward(const torch::Tensor& lr) const = 0;

    /// forward() in two steps: evaluates what all SR pixels share, and returns how to finish it for one part after the
    /// other. The function keeps the shared part with its autograd graph; it may be called any number of times, and the
    /// network must outlive it.
    [[nodiscard]] virtual SrFinish begin(const torch::Tensor& lr) const {
        return [sr = forward(lr), height = lr.size(2)](const std::optional<Rect>& region) {
            if (!region) {
                return sr;
            }
            const auto scale = sr.size(2) / height;
            return sr.narrow(2, region->y * scale, region->height * scale)
                .narrow(3, region->x * scale, region->width * scale);
        };
    }

    /// All weights; none requires gradients.
    [[nodiscard]] virtual std::vector<torch::Tensor> parameters() const = 0;

    /// Moves and converts the weights in place. Not to be called while forward() runs.
    virtual void to(torch::Device device, torch::ScalarType type) = 0;
};

}  // namespace lamscope
