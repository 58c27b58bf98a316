// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/layer_builder.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/feature_sink.h"
#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor Convolution::operator()(const torch::Tensor& x) const {
    auto y = at::conv2d(x, weight, bias, stride, padding, dilation, groups);
    reportFeatures(Tap::Kind::Convolution, name, x, y);
    return y;
}

torch::Tensor TransposedConvolution::operator()(const torch::Tensor& x) const {
    auto y = at::conv_transpose2d(x, weight, bias, stride, padding, outputPadding);
    reportFeatures(Tap::Kind::TransposedConvolution, name, x, y);
    return y;
}

torch::Tensor Linear::operator()(const torch::Tensor& x) const {
    auto y = at::linear(x, weight, bias);
    reportFeatures(Tap::Kind::Linear, name, x, y);
    return y;
}

torch::Tensor LayerNorm::operator()(const torch::Tensor& x) const {
    return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
}

torch::Tensor Prelu::operator()(const torch::Tensor& x) const {
    return at::prelu(x, slope);
}

LayerBuilder::LayerBuilder(const Checkpoint& checkpoint, Assumptions overrides)
    : checkpoint_(checkpoint)
    , overrides_(std::move(overrides)) {
    for (const auto& [name, data] : checkpoint.tensors) {
        byName_.emplace(name, &data);
    }
}

bool LayerBuilder::has(const std::string& key) const {
    return byName_.contains(key);
}

std::int64_t LayerBuilder::size(const std::string& key, std::size_t dim) const {
    const auto found = byName_.find(key);
    // A tensor without values vouches for none of its sides.
    const bool known = found != byName_.end() && dim < found->second->shape.size() && !found->second->values.empty();
    return known ? found->second->shape[dim] : 0;
}

std::size_t LayerBuilder::rank(const std::string& key) const {
    const auto found = byName_.find(key);
    return found == byName_.end() ? 0 : found->second->shape.size();
}

int LayerBuilder::countAfter(const std::string& prefix) const {
    std::set<int> indices;
    for (auto entry = byName_.lower_bound(prefix); entry != byName_.end() && entry->first.starts_with(prefix);
         ++entry) {
        const auto digits = std::string_view(entry->first).substr(prefix.size());
        int index = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
        if (error == std::errc() && index >= 0 && index < std::numeric_limits<int>::max()) {
            indices.insert(index);
        }
    }
    if (indices.empty() || *indices.begin() > 1) {
        return 0;  // no row that begins: a lone large number must not make a network of so many layers
    }
    // A gap means that a layer is missing: building on would ask for layers that no file of this size can hold.
    return std::min(*indices.rbegin(), *indices.begin() + static_cast<int>(indices.size()) - 1) + 1;
}

std::vector<float> LayerBuilder::values(const std::string& key) const {
    const auto found = byName_.find(key);
    return found == byName_.end() ? std::vector<float>() : found->second->values;
}

std::optional<torch::Tensor> LayerBuilder::find(const std::string& key, const std::vector<std::int64_t>& shape) {
    const auto found = byName_.find(key);
    if (found == byName_.end()) {
        missing_.push_back(key);
        return std::nullopt;
    }
    if (!used_.insert(key).second) {
        throw std::logic_error("weight requested twice: " + key);
    }
    const auto& data = *found->second;
    if (data.shape != shape) {
        mismatched_.push_back(
            fmt::format("{}: expected [{}], found [{}]", key, fmt::join(shape, ", "), fmt::join(data.shape, ", ")));
        return std::nullopt;
    }
    if (data.values.empty()) {  // no network has a layer of width 0, and none would run
        mismatched_.push_back(key + ": holds no values");
        return std::nullopt;
    }
    auto result = torch::empty(shape, torch::kFloat32);
    std::ranges::copy(data.values, result.mutable_data_ptr<float>());
    return result;
}

namespace {

/// Of one value: the network will not run, so there is no memory for a shape that nothing vouches for.
torch::Tensor placeholder() {
    return torch::zeros({1});
}

}  // namespace

torch::Tensor LayerBuilder::tensor(const std::string& key, const std::vector<std::int64_t>& shape) {
    auto result = find(key, shape);
    if (!result) {
        return placeholder();
    }
    if (shape.size() == 4) {
        result = result->contiguous(torch::MemoryFormat::ChannelsLast);
    }
    taken_.emplace_back(key, *result);
    return *result;
}

torch::Tensor LayerBuilder::buffer(const std::string& key, const std::vector<std::int64_t>& shape) {
    auto result = find(key, shape);
    if (!result) {
        return placeholder();
    }
    constants_.push_back(*result);
    return *result;
}

torch::Tensor LayerBuilder::constant(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
    constants_.push_back(torch::tensor(values).reshape(shape));
    return constants_.back();
}

void LayerBuilder::ignore(const std::function<bool(const std::string& key)>& matches) {
    for (const auto& [name, data] : byName_) {
        if (matches(name)) {
            used_.insert(name);
        }
    }
}

std::vector<double> LayerBuilder::assumed(const std::string& name, const std::vector<double>& published) {
    const auto given = overrides_.find(name);
    const bool isGiven = given != overrides_.end();
    const auto& values = isGiven ? given->second : published;
    if (asked_.insert(name).second) {
        assumptions_.push_back(
            fmt::format("{} {}{}", name, fmt::join(values, "/"), isGiven ? " (given by the user)" : ""));
    }
    if (values.size() != published.size()) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}={}: this network takes {} value{}", name, fmt::join(values, "/"), published.size(),
                                published.size() == 1 ? "" : "s, joined by '/'"));
    }
    return values;
}

double LayerBuilder::assumed(const std::string& name, double published) {
    return assumed(name, std::vector{published}).front();
}

std::vector<std::string> LayerBuilder::unusedOverrides() const {
    std::vector<std::string> unused;
    for (const auto& [name, values] : overrides_) {
        if (!asked_.contains(name)) {
            unused.push_back(name);
        }
    }
    return unused;
}

Convolution LayerBuilder::convolution(const std::string& prefix, const ConvolutionShape& shape) {
    Convolution layer;
    layer.name = prefix;
    layer.weight = tensor(prefix + ".weight",
                          {shape.out, shape.in / std::max<std::int64_t>(shape.groups, 1), shape.kernel, shape.kernel});
    if (shape.bias) {
        layer.bias = tensor(prefix + ".bias", {shape.out});
    }
    layer.stride = shape.stride;
    layer.padding = shape.padding.value_or((shape.kernel - 1) / 2 * shape.dilation);
    layer.dilation = shape.dilation;
    layer.groups = shape.groups;
    return layer;
}

Convolution LayerBuilder::pointwiseLinear(const std::string& prefix, std::int64_t in, std::int64_t out) {
    Convolution layer;
    layer.name = prefix;
    layer.weight = tensor(prefix + ".weight", {out, in});
    // The handle is shared with the account of parameters, so it is reshaped in place.
    if (layer.weight.dim() == 2) {
        layer.weight.set_data(layer.weight.reshape({out, in, 1, 1}));
    }
    layer.bias = tensor(prefix + ".bias", {out});
    return layer;
}

TransposedConvolution LayerBuilder::transposedConvolution(const std::string& prefix,
                                                          const TransposedConvolutionShape& shape) {
    TransposedConvolution layer;
    layer.name = prefix;
    layer.weight = tensor(prefix + ".weight", {shape.in, shape.out, shape.kernel, shape.kernel});
    if (shape.bias) {
        layer.bias = tensor(prefix + ".bias", {shape.out});
    }
    layer.stride = shape.stride;
    layer.padding = shape.padding;
    layer.outputPadding = shape.outputPadding;
    return layer;
}

Linear LayerBuilder::linear(const std::string& prefix, std::int64_t in, std::int64_t out, bool bias) {
    Linear layer;
    layer.name = prefix;
    layer.weight = tensor(prefix + ".weight", {out, in});
    if (bias) {
        layer.bias = tensor(prefix + ".bias", {out});
    }
    return layer;
}

LayerNorm LayerBuilder::layerNorm(const std::string& prefix, std::int64_t features, double epsilon) {
    return {tensor(prefix + ".weight", {features}), tensor(prefix + ".bias", {features}), epsilon};
}

Prelu LayerBuilder::prelu(const std::string& prefix) {
    const auto key = prefix + ".weight";
    return {tensor(key, {std::max<std::int64_t>(size(key, 0), 1)})};
}

Prelu LayerBuilder::prelu(const std::string& prefix, std::int64_t channels) {
    const auto key = prefix + ".weight";
    return {tensor(key, {size(key, 0) == 1 ? 1 : channels})};
}

std::optional<KeyDifference> LayerBuilder::difference(const std::string& architecture) const {
    KeyDifference result;
    result.architecture = architecture;
    result.missing = missing_;
    result.mismatched = mismatched_;
    for (const auto& [name, data] : checkpoint_.tensors) {
        if (!used_.contains(name)) {
            result.extra.push_back(name);
        }
    }
    if (result.missing.empty() && result.extra.empty() && result.mismatched.empty()) {
        return std::nullopt;
    }
    return result;
}

}  // namespace lamscope
