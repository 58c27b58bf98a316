// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <torch/types.h>

#include "image/image.h"
#include "model/feature_sink.h"

namespace lamscope {

/// Tensors and their names.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// What all SR pixels of an LR batch share: evaluated once by Network::begin(), kept with its autograd graph. The
/// network must outlive the trunk.
class Trunk {
public:
    Trunk() = default;
    Trunk(const Trunk&) = delete;
    Trunk& operator=(const Trunk&) = delete;
    virtual ~Trunk() = default;

    /// The SR of an LR rectangle, [n, channels, scale*height, scale*width], or of the whole image. Equals the crop of
    /// the whole up to float rounding; networks that can evaluate their tail on a part save the rest of it. May be
    /// called any number of times.
    [[nodiscard]] virtual torch::Tensor finish(const std::optional<Rect>& region) const = 0;
};

/// The trunk of a network whose last layers need the whole image: finish() crops `sr`. `lrHeight` tells the scale.
[[nodiscard]] std::unique_ptr<Trunk> finishedTrunk(const torch::Tensor& sr, std::int64_t lrHeight);

/// What a network reads at once.
struct InputShape {
    int frames = 1;    ///< of a clip; 1: single images
    int channels = 3;  ///< 3: RGB. 1: the Y channel, and the output has this channel alone, too.
};

/// A network as pure computation, in its own value range. Private to the core: everything outside
/// speaks RGB in [0, 1] through SrModel.
class Network {
public:
    Network() = default;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    virtual ~Network() = default;

    [[nodiscard]] virtual InputShape inputShape() const { return {}; }

    /// [n, channels, h, w] -> [n, channels, scale*h, scale*w], differentiable in `lr`. Safe to call from several
    /// threads at once.
    [[nodiscard]] virtual torch::Tensor forward(const torch::Tensor& lr) const = 0;

    /// forward(), and `sink`, where there is one, sees the features. The result is bit for bit the same.
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& lr, FeatureSink* sink) const;

    /// The taps that forward() passes for this LR batch, in the order of evaluation; takes that evaluation.
    [[nodiscard]] std::vector<Tap> taps(const torch::Tensor& lr) const;

    /// forward() in two steps: evaluates what all SR pixels share; the trunk finishes one part after the other. By
    /// default the whole of forward() is shared.
    [[nodiscard]] virtual std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const;

    /// Whether every operation of forward() has a rule for gradients over cells, see SecantScope.
    [[nodiscard]] virtual bool hasSecantRules() const { return false; }

    /// How often evaluations have found other weights than those before, which somebody else has changed: never where
    /// the weights are here. Safe to call from several threads at once.
    [[nodiscard]] virtual std::int64_t weightChanges() const { return 0; }

    /// All weights under their names in the file, in an order of the network's own; none requires gradients. Shapes are
    /// those of the file, but that a 1x1 convolution stored as a fully connected layer is [out, in, 1, 1].
    [[nodiscard]] virtual NamedTensors namedParameters() const = 0;

    /// Moves and converts the weights in place. Not to be called while forward() runs.
    virtual void to(torch::Device device, torch::ScalarType type) = 0;
};

}  // namespace lamscope
