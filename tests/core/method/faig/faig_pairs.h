// SPDX-License-Identifier: GPL-3.0-or-later
// Pairs of small networks for tests of FAIG.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "method/faig/faig_integral.h"
#include "runtime/torch_headers.h"
#include "support/synthetic_checkpoint.h"

namespace lamscope::faig_test {

/// MSRResNet x2 in the order of its file, filled by the rule of the networks' records.
inline Checkpoint msrResNet(std::int64_t features, int blocks, double gain, const std::string& keyPrefix = "") {
    Checkpoint checkpoint;
    const auto add = [&](const std::string& key, std::vector<std::int64_t> shape) {
        TensorData data{.shape = std::move(shape), .values = {}, .dtype = "float32"};
        std::int64_t count = 1;
        for (const auto side : data.shape) {
            count *= side;
        }
        data.values.resize(static_cast<std::size_t>(count));
        test::fillPortably(keyPrefix + key, gain, data);
        checkpoint.tensors.emplace_back(key, std::move(data));
    };
    const auto convolution = [&](const std::string& prefix, std::int64_t in, std::int64_t out) {
        add(prefix + ".weight", {out, in, 3, 3});
        add(prefix + ".bias", {out});
    };
    convolution("conv_first", 3, features);
    for (int i = 0; i < blocks; ++i) {
        convolution(fmt::format("body.{}.conv1", i), features, features);
        convolution(fmt::format("body.{}.conv2", i), features, features);
    }
    convolution("upconv1", features, 4 * features);
    convolution("conv_hr", features, features);
    convolution("conv_last", features, 3);
    return checkpoint;
}

/// float32(target + 0.5·fill), as the golden pair is made.
inline Checkpoint baselineOf(Checkpoint target, double gain) {
    for (auto& [key, data] : target.tensors) {
        auto other = data;
        test::fillPortably("baseline." + key, gain, other);
        for (std::size_t i = 0; i < data.values.size(); ++i) {
            data.values[i] =
                static_cast<float>(static_cast<double>(data.values[i]) + 0.5 * static_cast<double>(other.values[i]));
        }
    }
    return target;
}

inline TensorData& tensorIn(Checkpoint& checkpoint, const std::string& key) {
    return std::ranges::find(checkpoint.tensors, key, [](const auto& entry) { return entry.first; })->second;
}

inline ModelSettings named(const std::string& name) {
    ModelSettings settings;
    settings.name = name;
    return settings;
}

}  // namespace lamscope::faig_test
