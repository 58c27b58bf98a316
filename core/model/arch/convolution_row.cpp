// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/convolution_row.h"

#include <utility>

#include <fmt/format.h>

#include "model/arch/layers.h"
#include "runtime/torch_headers.h"

namespace lamscope {

std::vector<int> numbersOfRow(const LayerBuilder& layers, const std::string& prefix) {
    constexpr int withActivation = 2;
    constexpr int withNormToo = 3;
    const auto isConvolution = [&](int number) { return layers.rank(fmt::format("{}{}.weight", prefix, number)) == 4; };
    std::vector<int> numbers{0};
    for (;;) {
        const int number = numbers.back();
        if (isConvolution(number + withActivation)) {
            numbers.push_back(number + withActivation);
        } else if (isConvolution(number + withNormToo)) {
            numbers.push_back(number + withNormToo);
        } else {
            return numbers;
        }
    }
}

std::int64_t outputsOfRow(const LayerBuilder& layers, const std::string& prefix) {
    return layers.size(fmt::format("{}{}.weight", prefix, numbersOfRow(layers, prefix).back()), 0);
}

bool rowIsNormalised(const LayerBuilder& layers, const std::string& prefix) {
    return layers.has(prefix + "3.running_mean");
}

ConvolutionRow::ConvolutionRow(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out,
                               const std::vector<double>& dilations, double normEpsilon) {
    const auto numbers = numbersOfRow(layers, prefix);
    const auto features = layers.size(prefix + "0.weight", 0);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const bool isLast = i + 1 == numbers.size();
        const auto name = prefix + std::to_string(numbers[i]);
        auto convolution =
            layers.convolution(name, {.in = i == 0 ? in : features,
                                      .out = isLast ? out : features,
                                      .dilation = i < dilations.size() ? static_cast<std::int64_t>(dilations[i]) : 1,
                                      .bias = layers.has(name + ".bias")});
        if (isLast) {
            last_ = std::move(convolution);
            return;
        }
        std::optional<BatchNorm> norm;
        if (numbers[i + 1] - numbers[i] > 2) {
            norm.emplace(layers, prefix + std::to_string(numbers[i] + 1), features, normEpsilon);
        }
        body_.push_back({std::move(convolution), std::move(norm)});
    }
}

torch::Tensor ConvolutionRow::body(torch::Tensor x) const {
    for (const auto& [convolution, norm] : body_) {
        x = convolution(x);
        x = relu(norm ? (*norm)(x) : std::move(x));
    }
    return x;
}

int ConvolutionRow::reach() const {
    auto reach = last_.padding;
    for (const auto& layer : body_) {
        reach += layer.convolution.padding;
    }
    return static_cast<int>(reach);
}

}  // namespace lamscope
