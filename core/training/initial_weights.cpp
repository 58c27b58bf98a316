// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/initial_weights.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "training/random.h"

namespace lamscope {

namespace {

using Shape = std::vector<std::int64_t>;

[[noreturn]] void refuse(const InitialTensor& tensor, const std::string& expected) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("the tensor '{}' has the shape [{}]; {}", tensor.key,
                                                        fmt::join(tensor.shape, ", "), expected));
}

std::int64_t rootOf(std::int64_t square) {
    return std::llround(std::sqrt(static_cast<double>(square)));
}

std::vector<float> identity(const InitialTensor& tensor) {
    const auto& shape = tensor.shape;
    if (shape.size() < 2 || shape[0] != shape[1]) {
        refuse(tensor, "an identity has as many outputs as inputs");
    }
    const auto kernel = std::accumulate(shape.begin() + 2, shape.end(), std::int64_t{1}, std::multiplies<>());
    std::vector<float> values(static_cast<std::size_t>(shape[0] * shape[1] * kernel), 0.0F);
    for (std::int64_t c = 0; c < shape[0]; ++c) {
        values[static_cast<std::size_t>((c * shape[1] + c) * kernel + kernel / 2)] = 1.0F;
    }
    return values;
}

/// For each pair of query i and key j of a window: the row of the bias table for their offset.
std::vector<float> windowPositions(const InitialTensor& tensor) {
    const auto side = rootOf(tensor.shape.front());
    if (tensor.shape != Shape{side * side, side * side}) {
        refuse(tensor, "positions in windows need [side², side²]");
    }
    std::vector<float> values;
    for (std::int64_t i = 0; i < side * side; ++i) {
        for (std::int64_t j = 0; j < side * side; ++j) {
            const auto rows = i / side - j / side + side - 1;
            const auto columns = i % side - j % side + side - 1;
            values.push_back(static_cast<float>(rows * (2 * side - 1) + columns));
        }
    }
    return values;
}

/// -100 between two pixels of a shifted window whose regions are not adjacent in the image, 0 between all others.
std::vector<float> windowMask(const InitialTensor& tensor) {
    const auto& shape = tensor.shape;
    const auto windows = rootOf(shape.front());
    const auto area = shape.size() == 3 ? shape[1] : 0;
    const auto side = rootOf(area);
    if (area == 0 || shape != Shape{windows * windows, side * side, side * side}) {
        refuse(tensor, "masks of shifted windows need [windows, side², side²] of a square image");
    }
    const auto image = windows * side;
    const auto band = [&](std::int64_t at) { return (at >= image - side ? 1 : 0) + (at >= image - side / 2 ? 1 : 0); };
    const auto areaOf = [&](std::int64_t window, std::int64_t pixel) {
        constexpr int bandsPerAxis = 3;
        return band(window / windows * side + pixel / side) * bandsPerAxis
               + band(window % windows * side + pixel % side);
    };
    constexpr float masked = -100.0F;
    std::vector<float> values;
    for (std::int64_t window = 0; window < windows * windows; ++window) {
        for (std::int64_t i = 0; i < area; ++i) {
            for (std::int64_t j = 0; j < area; ++j) {
                values.push_back(areaOf(window, i) == areaOf(window, j) ? 0.0F : masked);
            }
        }
    }
    return values;
}

std::vector<float> filled(const InitialTensor& tensor, std::uint64_t seed) {
    using Fill = InitialTensor::Fill;
    const auto count = std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1}, std::multiplies<>());
    RandomNumbers random(seed, tensor.key);
    std::vector<float> values(static_cast<std::size_t>(count));
    switch (tensor.fill) {
        case Fill::Uniform:
            std::ranges::generate(values,
                                  [&] { return static_cast<float>((2.0 * random.uniform() - 1.0) * tensor.amount); });
            return values;
        case Fill::Normal:
            std::ranges::generate(values, [&] { return static_cast<float>(random.cutNormal() * tensor.amount); });
            return values;
        case Fill::Constant:
            std::ranges::fill(values, static_cast<float>(tensor.amount));
            return values;
        case Fill::Values:
            return tensor.values;
        case Fill::Identity:
            return identity(tensor);
        case Fill::WindowPositions:
            return windowPositions(tensor);
        case Fill::WindowMask:
            return windowMask(tensor);
    }
    return values;
}

}  // namespace

Checkpoint initialWeights(const TrainingOptions& options) {
    if (!options.initialWeights.empty()) {
        return readCheckpoint(options.initialWeights);
    }
    Checkpoint checkpoint;
    checkpoint.container = Container::Safetensors;
    for (const auto& tensor : options.tensors) {
        const bool isIndex = tensor.fill == InitialTensor::Fill::WindowPositions;
        checkpoint.tensors.emplace_back(tensor.key, TensorData{.shape = tensor.shape,
                                                               .values = filled(tensor, options.seed),
                                                               .dtype = isIndex ? "int64" : "float32"});
    }
    return checkpoint;
}

}  // namespace lamscope
