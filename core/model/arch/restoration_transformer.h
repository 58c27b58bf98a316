// SPDX-License-Identifier: GPL-3.0-or-later
// The frame of SwinIR (Liang et al., ICCVW 2021), in which HAT and DAT hang other blocks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <torch/types.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"

namespace lamscope {

/// Image with the channels last, as attention wants it, and back.
[[nodiscard]] torch::Tensor channelsLast(const torch::Tensor& image);
[[nodiscard]] torch::Tensor channelsFirst(const torch::Tensor& tokens);

/// The convolution that ends a group of blocks: one 3x3, or three (3x3, 1x1, 3x3) on a quarter of the features with
/// leaky ReLUs of slope 0.2 between them.
struct GroupConvolution {
    std::vector<Convolution> chain;

    GroupConvolution() = default;
    GroupConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t features);

    [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const;
};

/// What makes the SR of the features. Told apart by the keys.
class TransformerTail {
public:
    TransformerTail(LayerBuilder& layers, std::int64_t features, int channels);

    [[nodiscard]] int scale() const { return scale_; }
    /// The authors' name of it; "none" where the network only restores.
    [[nodiscard]] std::string name() const;
    /// The end of Network::begin(); `input` is what the network was given. This object must outlive the trunk.
    [[nodiscard]] std::unique_ptr<Trunk> operator()(const torch::Tensor& features, const torch::Tensor& input) const;

private:
    enum class Kind { None, Direct, Shuffle, Nearest };

    [[nodiscard]] torch::Tensor enlarge(torch::Tensor x) const;

    Kind kind_ = Kind::None;
    int scale_ = 1;
    std::optional<Convolution> before_;   ///< Shuffle, Nearest
    ShuffleUpsampler shuffle_;            ///< Shuffle
    std::vector<Convolution> enlarging_;  ///< Nearest: one after each enlargement by 2
    std::optional<Convolution> fine_;     ///< Nearest: at the size of the SR
    Convolution last_;
};

/// Minus the mean, times the range of values inside; a convolution; normalised tokens through the blocks; a
/// normalisation and a convolution; plus the first features; the tail; all the way back.
class RestorationTransformer : public NativeNetwork {
public:
    [[nodiscard]] InputShape inputShape() const override { return {.channels = channels_}; }
    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override;
    [[nodiscard]] const TransformerTail& tail() const { return tail_; }

protected:
    /// `embeddingNorm` is the prefix of the first normalisation.
    RestorationTransformer(LayerBuilder& layers, const std::string& embeddingNorm, double innerRange = 1.0);

    [[nodiscard]] std::int64_t features() const { return features_; }
    /// The groups of blocks, [n, h, w, features] -> the same.
    [[nodiscard]] virtual torch::Tensor body(torch::Tensor tokens) const = 0;

private:
    std::int64_t features_;
    int channels_;
    double innerRange_;
    torch::Tensor mean_;
    Convolution first_;
    LayerNorm embeddingNorm_;
    LayerNorm norm_;
    GroupConvolution last_;
    TransformerTail tail_;
};

/// What is true of all of them: features, depths, scale, range and mean. A network of one channel has no mean.
[[nodiscard]] BuiltNetwork describeTransformer(std::unique_ptr<RestorationTransformer> network, std::string name,
                                               const LayerBuilder& layers, const std::vector<int>& depths);

/// The number of blocks of each group; the keys of the blocks of group l begin with "layers.<l>.`blocks`.".
[[nodiscard]] std::vector<int> depthsOfGroups(const LayerBuilder& layers, const std::string& blocks);

}  // namespace lamscope
