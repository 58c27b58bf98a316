// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/checkpoint/checkpoint.h"
#include "model/model_card.h"
#include "model/model_spec.h"
#include "model/network.h"

namespace lamscope {

/// A convolution with frozen weights.
struct Convolution {
    std::string name;      ///< the tap's; empty: features are not reported
    torch::Tensor weight;  ///< [out, in/groups, k, k]
    torch::Tensor bias;    ///< [out], or undefined
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    std::int64_t dilation = 1;
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
    std::int64_t dilation = 1;  ///< where it is not 1, `padding` defaults to what keeps the size
    std::int64_t groups = 1;
    bool bias = true;
};

/// A transposed convolution with frozen weights.
struct TransposedConvolution {
    std::string name;      ///< the tap's
    torch::Tensor weight;  ///< [in, out, k, k]
    torch::Tensor bias;    ///< [out], or undefined
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    std::int64_t outputPadding = 0;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

struct TransposedConvolutionShape {
    std::int64_t in = 0;
    std::int64_t out = 0;
    std::int64_t kernel = 2;
    std::int64_t stride = 2;
    std::int64_t padding = 0;
    std::int64_t outputPadding = 0;
    bool bias = true;
};

/// A fully connected layer on the last dimension.
struct Linear {
    std::string name;      ///< the tap's
    torch::Tensor weight;  ///< [out, in]
    torch::Tensor bias;    ///< [out], or undefined

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// Layer normalisation over the last dimension (population variance).
struct LayerNorm {
    torch::Tensor weight;
    torch::Tensor bias;
    double epsilon = 1e-5;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// A ReLU whose negative side has a learned slope, one for all channels or one a channel.
struct Prelu {
    torch::Tensor slope;  ///< [1] or [channels]

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const;
};

/// Takes a network's tensors out of a checkpoint by name and expected shape, and keeps the account: what was missing,
/// what did not fit, what was left over. A missing tensor yields a placeholder, so that the account is always complete;
/// such a network must not be run.
class LayerBuilder {
public:
    explicit LayerBuilder(const Checkpoint& checkpoint, Assumptions overrides = {});

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
    TransposedConvolution transposedConvolution(const std::string& prefix, const TransposedConvolutionShape& shape);
    /// A 1x1 convolution stored as a fully connected layer (weight of rank 2).
    Convolution pointwiseLinear(const std::string& prefix, std::int64_t in, std::int64_t out);
    Linear linear(const std::string& prefix, std::int64_t in, std::int64_t out, bool bias = true);
    LayerNorm layerNorm(const std::string& prefix, std::int64_t features, double epsilon = 1e-5);
    /// Reads how many slopes there are from the shape.
    Prelu prelu(const std::string& prefix);
    /// One slope, or one for each of `channels`.
    Prelu prelu(const std::string& prefix, std::int64_t channels);

    /// State that is not a weight, e.g. the statistics of a batch normalisation: moves with the network, but is not
    /// among its parameters.
    torch::Tensor buffer(const std::string& key, const std::vector<std::int64_t>& shape);
    /// Numbers that the network's source holds and its file does not: float32 values, also in a float64 network.
    torch::Tensor constant(const std::vector<float>& values, const std::vector<std::int64_t>& shape);

    /// Tensors that some files hold and the network does not need, or computes itself.
    void ignore(const std::function<bool(const std::string& key)>& matches);

    /// What no shape tells (a residual scale, a slope, dilations): the publication's value unless the user gave
    /// another; either way it becomes a line of assumptions(). `name` is one of assumptionNames().
    double assumed(const std::string& name, double published);
    std::vector<double> assumed(const std::string& name, const std::vector<double>& published);

    /// All tensors handed out as weights, each once, with their names in the checkpoint.
    [[nodiscard]] const NamedTensors& taken() const { return taken_; }
    /// All buffers and constants.
    [[nodiscard]] std::vector<torch::Tensor> constants() const { return constants_; }
    /// In words, in the order of asking, e.g. "residual_scale 0.1".
    [[nodiscard]] std::vector<std::string> assumptions() const { return assumptions_; }
    /// Overrides that nothing asked for.
    [[nodiscard]] std::vector<std::string> unusedOverrides() const;
    /// What separates the checkpoint from the network just built; nullopt when they agree exactly.
    [[nodiscard]] std::optional<KeyDifference> difference(const std::string& architecture) const;

private:
    /// nullopt: missing or misshapen, and entered as such.
    std::optional<torch::Tensor> find(const std::string& key, const std::vector<std::int64_t>& shape);

    const Checkpoint& checkpoint_;
    Assumptions overrides_;
    std::map<std::string, const TensorData*> byName_;
    std::set<std::string> used_;
    std::set<std::string> asked_;
    NamedTensors taken_;
    std::vector<torch::Tensor> constants_;
    std::vector<std::string> assumptions_;
    std::vector<std::string> missing_;
    std::vector<std::string> mismatched_;
};

}  // namespace lamscope
