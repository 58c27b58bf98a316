// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/lpips_network.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/checkpoint/checkpoint.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// A convolution of AlexNet: Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014, as
/// torchvision has it.
struct Convolution {
    std::string_view name;
    std::int64_t inputs;
    std::int64_t outputs;
    std::int64_t kernel;
    std::int64_t stride;
    std::int64_t padding;
    bool pooled;  ///< its input is
};

constexpr std::array<Convolution, LpipsNetwork::layers> convolutions{{{"features.0", 3, 64, 11, 4, 2, false},
                                                                      {"features.3", 64, 192, 5, 1, 2, true},
                                                                      {"features.6", 192, 384, 3, 1, 1, true},
                                                                      {"features.8", 384, 256, 3, 1, 1, false},
                                                                      {"features.10", 256, 256, 3, 1, 1, false}}};

constexpr std::int64_t poolKernel = 3;
constexpr std::int64_t poolStride = 2;

/// Keeps features that are 0 everywhere from being divided by 0.
constexpr double smallestNorm = 1e-10;

/// A file of weights with what it is to hold, in words.
struct WeightFile {
    WeightFile(const std::filesystem::path& file, const char* expectedContent)
        : path(file)
        , expected(expectedContent)
        , content(readCheckpoint(file)) {}

    [[noreturn]] void refuse(const std::string& found, const std::string& wanted) const {
        throw Error(ErrorCode::BadFile,
                    fmt::format("{}: found {}, expected {} of {}", path.string(), found, wanted, expected));
    }

    std::filesystem::path path;
    const char* expected;
    Checkpoint content;
};

std::string beginningOf(const Checkpoint& checkpoint) {
    constexpr std::size_t shown = 3;
    std::vector<std::string> names;
    for (const auto& [name, data] : checkpoint.tensors) {
        names.push_back(names.size() < shown ? name : "...");
        if (names.size() > shown) {
            break;
        }
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

torch::Tensor tensorOf(const WeightFile& file, const std::string& name, const std::vector<std::int64_t>& shape) {
    const auto wanted = fmt::format("{} ({})", name, fmt::join(shape, "x"));
    const auto* data = file.content.find(name);
    if (data == nullptr) {
        file.refuse(fmt::format("no {} but {}", name, beginningOf(file.content)), wanted);
    }
    if (data->shape != shape) {
        file.refuse(fmt::format("{} of {}", name, fmt::join(data->shape, "x")), wanted);
    }
    if (!std::ranges::all_of(data->values, [](float value) { return std::isfinite(value); })) {
        file.refuse(fmt::format("NaN or infinity in {}", name), wanted);
    }
    return torch::tensor(data->values).reshape(shape);
}

/// To the values that AlexNet was trained with: (2x - 1 - shift) / scale for each colour.
torch::Tensor scaled(const torch::Tensor& images) {
    const auto constants = [&](double red, double green, double blue) {
        return torch::tensor({red, green, blue}, torch::kFloat64).to(images.options()).view({1, 3, 1, 1});
    };
    return (2.0 * images - 1.0 - constants(-0.030, -0.088, -0.188)) / constants(0.458, 0.448, 0.450);
}

/// Features divided by their norm over the channels.
torch::Tensor normalised(const torch::Tensor& features) {
    return features / (features.square().sum(1, /*keepdim=*/true).sqrt() + smallestNorm);
}

}  // namespace

LpipsNetwork::LpipsNetwork(const LpipsFiles& files) {
    const WeightFile network(files.network, "torchvision's AlexNet (alexnet-owt-7be5be79.pth)");
    const WeightFile linear(files.linear, "the linear layers of LPIPS 0.1 for AlexNet (weights/v0.1/alex.pth)");
    for (std::size_t i = 0; i < layers; ++i) {
        const auto& [name, inputs, outputs, kernel, stride, padding, pooled] = convolutions[i];
        const auto linearName = fmt::format("lin{}.model.1.weight", i);
        layers_[i] = {.weight = tensorOf(network, fmt::format("{}.weight", name), {outputs, inputs, kernel, kernel}),
                      .bias = tensorOf(network, fmt::format("{}.bias", name), {outputs}),
                      .linear = tensorOf(linear, linearName, {1, outputs, 1, 1})};
        if (layers_[i].linear.min().item<float>() < 0.0F) {
            linear.refuse(fmt::format("negative values in {}", linearName), fmt::format("none in {}", linearName));
        }
    }
}

void LpipsNetwork::to(torch::Device device, torch::ScalarType type) {
    for (auto& [weight, bias, linear] : layers_) {
        for (auto* tensor : {&weight, &bias, &linear}) {
            *tensor = tensor->to(device, type);
        }
    }
}

std::array<double, LpipsNetwork::layers> LpipsNetwork::distances(const torch::Tensor& pair) const {
    const at::NoGradGuard noGradients;
    std::array<double, layers> found{};
    auto features = scaled(pair.to(layers_.front().weight.options()));
    for (std::size_t i = 0; i < layers; ++i) {
        const auto& [weight, bias, linear] = layers_[i];
        const auto& convolution = convolutions[i];
        if (convolution.pooled) {
            features = at::max_pool2d(features, poolKernel, poolStride);
        }
        features = at::conv2d(features, weight, bias, convolution.stride, convolution.padding).relu_();
        const auto directions = normalised(features);
        found[i] = ((directions[0] - directions[1]).square().unsqueeze(0) * linear).sum(1).mean().item<double>();
    }
    return found;
}

}  // namespace lamscope
