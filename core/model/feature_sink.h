// SPDX-License-Identifier: GPL-3.0-or-later
// How features are observed without any family knowing of it. Layers carry the key that LayerBuilder gave them, and
// after each evaluation ask whether a sink is set on the calling thread: no operator() takes a further argument, and
// without a sink a layer pays for the test of one pointer. Observing changes no result: layers compute what they
// compute otherwise.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <torch/types.h>

namespace lamscope {

/// A named place in a network where features can be observed. Layers that were not learnt are among them if the file
/// holds their weights (mean shifts); Network::namedParameters() tells which were.
struct Tap {
    enum class Kind {
        Convolution,
        TransposedConvolution,
        Linear,
        Block,  ///< several layers, as a rule with a skip connection around them
    };
    /// The key of a layer's weight in the file without ".weight"; of a block, what the keys of its layers begin with,
    /// without the dot. Unique in a network.
    std::string name;
    Kind kind = Kind::Convolution;
};

/// Sees the features of one evaluation: Network::forward(lr, &sink).
class FeatureSink {
public:
    FeatureSink() = default;
    FeatureSink(const FeatureSink&) = delete;
    FeatureSink& operator=(const FeatureSink&) = delete;
    virtual ~FeatureSink() = default;

    /// Called on the evaluating thread after each evaluation of a tap, in the order of evaluation; more than once where
    /// a network uses a layer repeatedly. What it throws ends the evaluation. Evaluations within it are not observed.
    ///
    /// Both tensors are the network's own: in its own value range, on the grid on which it computes (padded, where the
    /// network pads its input), with the autograd graph if there is one. They hold during the call only, since
    /// activations work in place: what is to be kept must be cloned.
    /// @param input, output  [n, c, h, w]; of linear layers and of the blocks of transformers the channels come last.
    virtual void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& output) = 0;
};

/// Lists each tap once, in the order of first evaluation.
class TapList final : public FeatureSink {
public:
    void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& output) override;
    [[nodiscard]] const std::vector<Tap>& taps() const { return taps_; }

private:
    std::vector<Tap> taps_;
    std::set<std::string> names_;
};

/// While it lives, the networks that this thread evaluates report to `sink`, or to none where that is null.
class FeatureSinkGuard {
public:
    explicit FeatureSinkGuard(FeatureSink* sink);
    FeatureSinkGuard(const FeatureSinkGuard&) = delete;
    FeatureSinkGuard& operator=(const FeatureSinkGuard&) = delete;
    ~FeatureSinkGuard();

private:
    FeatureSink* before_;
};

/// Whether a sink is set on this thread.
[[nodiscard]] bool featuresAreObserved();

/// What each tap calls after its evaluation. Nothing happens without a sink, or without a name.
void reportFeatures(Tap::Kind kind, const std::string& name, const torch::Tensor& input, const torch::Tensor& output);

}  // namespace lamscope
