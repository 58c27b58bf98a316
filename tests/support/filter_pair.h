// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/safetensors_writer.h"
#include "model/model_spec.h"

namespace lamscope::test {

/// The files of a baseline and a target.
struct FilterPairFiles {
    std::filesystem::path baseline;
    std::filesystem::path target;
};

/// Writes a small MSRResNet x2 and its fine-tuned target. The target adds next to nothing to the bilinearly enlarged
/// image, the baseline adds noise: so the target is the better one on any image. The same numbers on every machine.
/// @param features  of both; a pair of others does not fit.
inline FilterPairFiles writeFilterPair(const std::filesystem::path& folder, int features = 4, int blocks = 2,
                                       const std::string& name = "pair") {
    std::mt19937 random(11);
    const auto uniform = [&random](double width) {
        return static_cast<float>((static_cast<double>(random()) / 4294967295.0 - 0.5) * 2.0 * width);
    };
    using Tensors = std::vector<std::pair<std::string, TensorData>>;
    Tensors baseline;
    Tensors target;
    const auto convolution = [&](const std::string& key, std::int64_t in, std::int64_t out, double change) {
        constexpr std::int64_t side = 3;
        const auto add = [&](const std::string& each, const std::vector<std::int64_t>& shape, double width) {
            std::int64_t count = 1;
            for (const auto extent : shape) {
                count *= extent;
            }
            TensorData plain{.shape = shape, .values = {}, .dtype = "float32"};
            TensorData tuned = plain;
            for (std::int64_t i = 0; i < count; ++i) {
                plain.values.push_back(uniform(width));
                tuned.values.push_back(plain.values.back() * static_cast<float>(1.0 - change) + uniform(0.05 * width));
            }
            baseline.emplace_back(each, std::move(plain));
            target.emplace_back(each, std::move(tuned));
        };
        add(key + ".weight", {out, in, side, side}, 0.5);
        add(key + ".bias", {out}, 0.05);
    };
    constexpr double little = 0.1;
    const std::int64_t width = features;
    convolution("conv_first", 3, width, little);
    for (int block = 0; block < blocks; ++block) {
        convolution("body." + std::to_string(block) + ".conv1", width, width, little);
        convolution("body." + std::to_string(block) + ".conv2", width, width, little);
    }
    convolution("upconv1", width, 4 * width, little);
    convolution("conv_hr", width, width, little);
    convolution("conv_last", width, 3, 0.98);  // what the target hardly uses any more
    FilterPairFiles files{folder / (name + "-baseline.safetensors"), folder / (name + "-target.safetensors")};
    writeSafetensors(files.baseline, baseline);
    writeSafetensors(files.target, target);
    return files;
}

}  // namespace lamscope::test
