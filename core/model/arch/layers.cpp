// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/layers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

namespace lamscope {

torch::Tensor Convolution::operator()(const torch::Tensor& x) const {
    return at::conv2d(x, weight, bias, stride, padding, /*dilation=*/1, groups);
}

LayerBuilder::LayerBuilder(const Checkpoint& checkpoint)
    : checkpoint_(checkpoint) {
    for (const auto& [name, data] : checkpoint.tensors) {
        byName_.emplace(name, &data);
    }
}

bool LayerBuilder::has(const std::string& key) const {
    return byName_.contains(key);
}

std::int64_t LayerBuilder::size(const std::string& key, std::size_t dim) const {
    const auto found = byName_.find(key);
    return found == byName_.end() || dim >= found->second->shape.size() ? 0 : found->second->shape[dim];
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
    if (indices.empty()) {
        return 0;
    }
    // A gap means that a layer is missing: building on would ask for layers that no file of this size can hold.
    return std::min(*indices.rbegin(), *indices.begin() + static_cast<int>(indices.size()) - 1) + 1;
}

std::vector<float> LayerBuilder::values(const std::string& key) const {
    const auto found = byName_.find(key);
    return found == byName_.end() ? std::vector<float>() : found->second->values;
}

torch::Tensor LayerBuilder::tensor(const std::string& key, const std::vector<std::int64_t>& shape) {
    const auto found = byName_.find(key);
    if (found == byName_.end()) {
        missing_.push_back(key);
        return torch::zeros({1});  // the network will not run: no memory for a shape that nothing vouches for
    }
    if (!used_.insert(key).second) {
        throw std::logic_error("weight requested twice: " + key);
    }
    const auto& data = *found->second;
    if (data.shape != shape) {
        mismatched_.push_back(
            fmt::format("{}: expected [{}], found [{}]", key, fmt::join(shape, ", "), fmt::join(data.shape, ", ")));
        return torch::zeros({1});  // the network will not run: no memory for a shape that nothing vouches for
    }
    auto result = torch::empty(shape, torch::kFloat32);
    std::ranges::copy(data.values, result.mutable_data_ptr<float>());
    if (shape.size() == 4) {
        result = result.contiguous(torch::MemoryFormat::ChannelsLast);
    }
    taken_.push_back(result);
    return result;
}

Convolution LayerBuilder::convolution(const std::string& prefix, const ConvolutionShape& shape) {
    Convolution layer;
    layer.weight = tensor(prefix + ".weight", {shape.out, shape.in / shape.groups, shape.kernel, shape.kernel});
    if (shape.bias) {
        layer.bias = tensor(prefix + ".bias", {shape.out});
    }
    layer.stride = shape.stride;
    layer.padding = shape.padding.value_or((shape.kernel - 1) / 2);
    layer.groups = shape.groups;
    return layer;
}

Convolution LayerBuilder::pointwiseLinear(const std::string& prefix, std::int64_t in, std::int64_t out) {
    Convolution layer;
    layer.weight = tensor(prefix + ".weight", {out, in});
    // The handle is shared with the account of parameters, so it is reshaped in place.
    if (layer.weight.dim() == 2) {
        layer.weight.set_data(layer.weight.reshape({out, in, 1, 1}));
    }
    layer.bias = tensor(prefix + ".bias", {out});
    return layer;
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

int scaleOfPixelShuffle(const LayerBuilder& layers, const std::string& key) {
    const auto outputs = layers.size(key, 0);
    const auto scale = std::llround(std::sqrt(static_cast<double>(outputs) / 3.0));
    return static_cast<int>(std::clamp<long long>(scale, 1, 8));
}

std::vector<double> meanOfShift(const LayerBuilder& layers, const std::string& biasKey) {
    std::vector<double> mean;
    for (const float bias : layers.values(biasKey)) {
        // Stored for the range 1 or 255; no mean colour is as dark as 1/255.
        mean.push_back(std::abs(bias) > 1.0F ? -static_cast<double>(bias) / 255.0 : -static_cast<double>(bias));
    }
    return mean;
}

torch::Tensor cropTo(const torch::Tensor& x, const Rect& region) {
    return x.narrow(2, region.y, region.height).narrow(3, region.x, region.width);
}

torch::Tensor applyChain(const std::vector<Convolution>& chain, torch::Tensor x) {
    for (const auto& convolution : chain) {
        x = convolution(x);
    }
    return x;
}

torch::Tensor evaluateTail(const torch::Tensor& x, const std::optional<Rect>& region, const TailOnCrop& tail) {
    if (!region) {
        return tail([](const torch::Tensor& whole) { return whole; });
    }
    const int left = std::max(region->x - tailReach, 0);
    const int top = std::max(region->y - tailReach, 0);
    const int right = std::min<int>(region->x + region->width + tailReach, static_cast<int>(x.size(3)));
    const int bottom = std::min<int>(region->y + region->height + tailReach, static_cast<int>(x.size(2)));
    const Rect grown{left, top, right - left, bottom - top};
    const auto sr = tail([&](const torch::Tensor& whole) { return cropTo(whole, grown); });
    const auto scale = static_cast<int>(sr.size(2) / grown.height);
    return cropTo(
        sr, {(region->x - left) * scale, (region->y - top) * scale, region->width * scale, region->height * scale});
}

SrFinish ShuffleTail::operator()(const torch::Tensor& x, const torch::Tensor& first) const {
    return [this, x, first](const std::optional<Rect>& region) {
        return evaluateTail(x, region, [&](const Crop& crop) {
            return at::pixel_shuffle(upsampler(applyChain(last, crop(x)) + crop(first)), scale);
        });
    };
}

ShuffleTail makeShuffleTail(LayerBuilder& layers, const std::string& last, const std::string& upsampler,
                            std::int64_t features, int scale) {
    return {.last = {layers.convolution(last, {.in = features, .out = features})},
            .upsampler = layers.convolution(upsampler, {.in = features, .out = 3L * scale * scale}),
            .scale = scale};
}

torch::Tensor NativeNetwork::forward(const torch::Tensor& lr) const {
    return begin(lr)(std::nullopt);
}

void NativeNetwork::to(torch::Device device, torch::ScalarType type) {
    for (auto& parameter : parameters_) {
        parameter.set_data(parameter.to(device, type));
    }
}

torch::Tensor leakyRelu(torch::Tensor&& x, double slope) {
    return at::leaky_relu_(x, slope);
}

torch::Tensor relu(torch::Tensor&& x) {
    return at::relu_(x);
}

torch::Tensor enlargeBilinear(const torch::Tensor& x, int factor) {
    return resizeBilinear(x, x.size(2) * factor, x.size(3) * factor);
}

torch::Tensor enlargeNearest(const torch::Tensor& x, int factor) {
    return at::upsample_nearest2d(x, {x.size(2) * factor, x.size(3) * factor});
}

torch::Tensor resizeBilinear(const torch::Tensor& x, std::int64_t height, std::int64_t width) {
    return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/false);
}

}  // namespace lamscope
