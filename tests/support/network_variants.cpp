// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/network_variants.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/recognition.h"
#include "runtime/torch_headers.h"

namespace lamscope::test {

CheckpointMaker& CheckpointMaker::tensor(const std::string& key, const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const auto side : shape) {
        count *= side;
    }
    const double fan = shape.size() > 1 ? static_cast<double>(count) / static_cast<double>(shape.front()) : 1.0;
    const double amplitude = shape.size() > 1 ? gain_ * std::sqrt(2.0 / fan) : 0.05;
    double phase = 0.0;
    for (const char c : key) {
        phase = std::fmod(phase * 1.7 + static_cast<unsigned char>(c), 100.0);
    }
    std::vector<float> values;
    for (std::int64_t n = 0; n < count; ++n) {
        const auto i = static_cast<double>(n);
        values.push_back(static_cast<float>(amplitude * std::sin(phase + 2.3 * i + 0.011 * i * i)));
    }
    return tensor(key, shape, std::move(values));
}

CheckpointMaker& CheckpointMaker::tensor(const std::string& key, const std::vector<std::int64_t>& shape,
                                         std::vector<float> values) {
    checkpoint_.tensors.emplace_back(key, TensorData{shape, std::move(values), "float32"});
    return *this;
}

CheckpointMaker& CheckpointMaker::convolution(const std::string& prefix, std::int64_t in, std::int64_t out,
                                              std::int64_t kernel, bool bias) {
    tensor(prefix + ".weight", {out, in, kernel, kernel});
    if (bias) {
        tensor(prefix + ".bias", {out});
    }
    return *this;
}

CheckpointMaker& CheckpointMaker::meanShift(const std::vector<float>& mean) {
    const std::vector<float> identity{1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 1.0F};
    auto negative = mean;
    std::ranges::transform(negative, negative.begin(), std::negate());
    tensor("sub_mean.weight", {3, 3, 1, 1}, identity).tensor("sub_mean.bias", {3}, negative);
    return tensor("add_mean.weight", {3, 3, 1, 1}, identity).tensor("add_mean.bias", {3}, mean);
}

ModelSettings assuming(const std::string& name, const std::vector<double>& values) {
    ModelSettings settings;
    settings.assumptions[name] = values;
    return settings;
}

Checkpoint renamed(const Checkpoint& checkpoint, const std::function<std::string(const std::string& key)>& rename) {
    auto result = checkpoint;
    result.tensors.clear();
    for (const auto& [key, data] : checkpoint.tensors) {
        if (const auto name = rename(key); !name.empty()) {
            result.tensors.emplace_back(name, data);
        }
    }
    return result;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

torch::Tensor RecognisedNetwork::operator()(const torch::Tensor& lr) const {
    const at::NoGradGuard noGradients;
    return network->forward(lr);
}

RecognisedNetwork recogniseInFloat64(const Checkpoint& checkpoint, const ModelSettings& settings) {
    RecognisedNetwork result;
    result.card.file = "network.pth";
    auto recognition = recognise(checkpoint, settings, result.card);
    if (!recognition.network) {
        const auto& nearest = recognition.nearest;
        throw std::runtime_error(nearest ? fmt::format("closest to {}: missing {}, extra {}, mismatched {}",
                                                       nearest->architecture, nearest->missing, nearest->extra,
                                                       nearest->mismatched)
                                         : "no network is close");
    }
    result.network = std::move(recognition.network);
    result.range = recognition.defaultRange;
    result.scale = settings.scale.value_or(result.card.scales.front());
    result.network->to(torch::kCPU, torch::kFloat64);
    return result;
}

bool isRecognised(const Checkpoint& checkpoint) {
    ModelCard card;
    return recognise(checkpoint, {}, card).network != nullptr;
}

torch::Tensor picture(std::int64_t height, std::int64_t width, std::int64_t channels) {
    const auto y = torch::arange(height, torch::kFloat64).reshape({1, height, 1});
    const auto x = torch::arange(width, torch::kFloat64).reshape({1, 1, width});
    const auto c = torch::arange(channels, torch::kFloat64).reshape({channels, 1, 1});
    return (0.5 + 0.4 * torch::sin(0.9 * y + 0.5 * x + c) * torch::cos(0.4 * y - 0.8 * x)).unsqueeze(0);
}

std::vector<std::int64_t> srSizes(std::int64_t height, std::int64_t width, std::int64_t scale) {
    return {1, 3, height * scale, width * scale};
}

double distance(const torch::Tensor& a, const torch::Tensor& b) {
    TORCH_CHECK(a.sizes() == b.sizes(), a.sizes(), " against ", b.sizes());
    return (a - b).abs().max().item<double>();
}

int measuredRadius(const RecognisedNetwork& network) {
    const std::int64_t scale = network.scale;
    const std::int64_t centre = network.card.receptiveField.radius.value_or(20) + 2;
    const auto side = 2 * centre + 1;
    const auto channels = network.network->inputShape().channels;
    auto input = picture(side, side, channels).requires_grad_(true);
    const auto output = network.network->forward(input);
    const auto weights = picture(scale, scale, channels);
    const auto parent = output.narrow(2, centre * scale, scale).narrow(3, centre * scale, scale);
    const auto gradient = torch::autograd::grad({(parent * weights).sum()}, {input}).front();
    const auto reached = gradient.abs().sum(torch::IntArrayRef{0, 1}).nonzero() - centre;
    return static_cast<int>(reached.abs().max().item().toLong());
}

double regionError(const RecognisedNetwork& network) {
    const at::NoGradGuard noGradients;
    const int scale = network.scale;
    const auto input = picture(13, 11, network.network->inputShape().channels);
    const auto whole = network.network->forward(input);
    const auto trunk = network.network->begin(input);
    double error = 0.0;
    for (const auto& region : {Rect{0, 0, 3, 4}, Rect{4, 5, 2, 3}, Rect{8, 9, 3, 4}, Rect{0, 0, 11, 13}}) {
        const auto expected = whole.narrow(2, std::int64_t{region.y} * scale, std::int64_t{region.height} * scale)
                                  .narrow(3, std::int64_t{region.x} * scale, std::int64_t{region.width} * scale);
        error = std::max(error, distance(trunk->finish(region), expected));
    }
    return error;
}

}  // namespace lamscope::test
