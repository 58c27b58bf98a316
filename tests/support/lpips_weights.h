// SPDX-License-Identifier: GPL-3.0-or-later
// Files with weights of LPIPS: the convolutions filled by the portable rule, the linear layers as a test wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "metrics/lpips.h"
#include "support/safetensors_file.h"
#include "support/synthetic_checkpoint.h"
#include "support/temporary_folder.h"

namespace lamscope::test {

inline TensorData zeros(std::vector<std::int64_t> shape) {
    std::size_t count = 1;
    for (const auto side : shape) {
        count *= static_cast<std::size_t>(side);
    }
    return {.shape = std::move(shape), .values = std::vector<float>(count), .dtype = "float32"};
}

/// What torchvision's AlexNet has, with a classifier that is smaller than the real one.
inline NamedTensors alexNetTensors() {
    NamedTensors tensors{{"features.0.weight", zeros({64, 3, 11, 11})},   {"features.0.bias", zeros({64})},
                         {"features.3.weight", zeros({192, 64, 5, 5})},   {"features.3.bias", zeros({192})},
                         {"features.6.weight", zeros({384, 192, 3, 3})},  {"features.6.bias", zeros({384})},
                         {"features.8.weight", zeros({256, 384, 3, 3})},  {"features.8.bias", zeros({256})},
                         {"features.10.weight", zeros({256, 256, 3, 3})}, {"features.10.bias", zeros({256})},
                         {"classifier.1.weight", zeros({8, 16})},         {"classifier.1.bias", zeros({8})}};
    for (auto& [name, data] : tensors) {
        fillPortably(name, 1.0, data);
    }
    return tensors;
}

/// The linear layers; `weight` gives the weight of a layer's channel.
inline NamedTensors linearTensors(const std::function<float(std::size_t layer, std::size_t channel)>& weight) {
    NamedTensors tensors;
    for (const std::int64_t channels : {64, 192, 384, 256, 256}) {
        const auto layer = tensors.size();
        auto data = zeros({1, channels, 1, 1});
        for (std::size_t channel = 0; channel < data.values.size(); ++channel) {
            data.values[channel] = weight(layer, channel);
        }
        tensors.emplace_back("lin" + std::to_string(layer) + ".model.1.weight", std::move(data));
    }
    return tensors;
}

/// Both files in a folder, with equal linear weights.
inline LpipsFiles writeLpipsFiles(const TemporaryFolder& folder, float weight = 0.1F) {
    return {.network = folder.write("alexnet.safetensors", safetensorsFile(alexNetTensors())),
            .linear =
                folder.write("alex.safetensors", safetensorsFile(linearTensors([weight](auto...) { return weight; })))};
}

}  // namespace lamscope::test
