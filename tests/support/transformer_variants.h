// SPDX-License-Identifier: GPL-3.0-or-later
// Small transformers, whose tails are added by the tests.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtime/torch_headers.h"
#include "support/network_variants.h"

namespace lamscope::test {

inline constexpr std::int64_t smallEmbedding = 8;

inline void addLinear(CheckpointMaker& maker, const std::string& prefix, std::int64_t in, std::int64_t out) {
    maker.tensor(prefix + ".weight", {out, in}).tensor(prefix + ".bias", {out});
}

/// A normalisation with weights about 1.
inline void addNorm(CheckpointMaker& maker, const std::string& prefix, std::int64_t features) {
    std::vector<float> weights;
    for (std::int64_t i = 0; i < features; ++i) {
        weights.push_back(1.0F + 0.1F * static_cast<float>(i % 3));
    }
    maker.tensor(prefix + ".weight", {features}, std::move(weights)).tensor(prefix + ".bias", {features});
}

inline void addTensor(CheckpointMaker& maker, const std::string& key, const torch::Tensor& tensor) {
    const auto values = tensor.to(torch::kFloat32).contiguous();
    const auto* begin = values.const_data_ptr<float>();
    maker.tensor(key, values.sizes().vec(), std::vector<float>(begin, begin + values.numel()));
}

/// The convolutions around the blocks, and the norms; `embeddingNorm` is the first norm's prefix.
inline CheckpointMaker transformerFrame(const std::string& embeddingNorm, int groups, std::int64_t channels = 3) {
    CheckpointMaker maker;
    maker.convolution("conv_first", channels, smallEmbedding)
        .convolution("conv_after_body", smallEmbedding, smallEmbedding);
    addNorm(maker, embeddingNorm, smallEmbedding);
    addNorm(maker, "norm", smallEmbedding);
    for (int l = 0; l < groups; ++l) {
        maker.convolution(fmt::format("layers.{}.conv", l), smallEmbedding, smallEmbedding);
    }
    return maker;
}

/// A "pixelshuffle" tail.
inline void addShuffleTail(CheckpointMaker& maker, int scale) {
    constexpr std::int64_t features = 6;
    maker.convolution("conv_before_upsample.0", smallEmbedding, features).convolution("conv_last", features, 3);
    if (scale == 3) {
        maker.convolution("upsample.0", features, 9 * features);
        return;
    }
    for (int step = 0; 1 << (step + 1) <= scale; ++step) {
        maker.convolution(fmt::format("upsample.{}", 2 * step), features, 4 * features);
    }
}

inline std::string hyperparameter(const RecognisedNetwork& network, const std::string& name) {
    for (const auto& [key, value] : network.card.hyperparameters) {
        if (key == name) {
            return value;
        }
    }
    return "";
}

/// Two different pictures at once give what each of them gives.
inline void expectIndependentImages(const RecognisedNetwork& network, std::int64_t height, std::int64_t width) {
    const auto first = picture(height, width);
    const auto second = first.flip({2, 3});
    const auto both = network(torch::cat({first, second}));
    EXPECT_LT(distance(both.narrow(0, 0, 1), network(first)), 1e-12);
    EXPECT_LT(distance(both.narrow(0, 1, 1), network(second)), 1e-12);
}

/// The checkpoint with the values of some tensors changed.
template <typename Predicate, typename Change>
Checkpoint changed(Checkpoint checkpoint, const Predicate& concerns, const Change& change) {
    for (auto& [key, data] : checkpoint.tensors) {
        if (concerns(key)) {
            for (auto& value : data.values) {
                value = change(value);
            }
        }
    }
    return checkpoint;
}

}  // namespace lamscope::test
