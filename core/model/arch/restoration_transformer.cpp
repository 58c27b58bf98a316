// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/restoration_transformer.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/div2k_mean.h"
#include "runtime/torch_headers.h"

namespace lamscope {

torch::Tensor channelsLast(const torch::Tensor& image) {
    return image.permute({0, 2, 3, 1});
}

torch::Tensor channelsFirst(const torch::Tensor& tokens) {
    return tokens.permute({0, 3, 1, 2});
}

GroupConvolution::GroupConvolution(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
    if (!layers.has(prefix + ".0.weight")) {
        chain.push_back(layers.convolution(prefix, {.in = features, .out = features}));
        return;
    }
    const auto reduced = features / 4;
    chain.push_back(layers.convolution(prefix + ".0", {.in = features, .out = reduced}));
    chain.push_back(layers.convolution(prefix + ".2", {.in = reduced, .out = reduced, .kernel = 1}));
    chain.push_back(layers.convolution(prefix + ".4", {.in = reduced, .out = features}));
}

torch::Tensor GroupConvolution::operator()(torch::Tensor x) const {
    x = chain.front()(x);
    for (std::size_t i = 1; i < chain.size(); ++i) {
        x = chain[i](leakyRelu(std::move(x), 0.2));
    }
    return x;
}

TransformerTail::TransformerTail(LayerBuilder& layers, std::int64_t features, int channels) {
    auto inLast = features;
    if (layers.has("conv_before_upsample.0.weight")) {
        inLast = layers.size("conv_before_upsample.0.weight", 0);
        before_ = layers.convolution("conv_before_upsample.0", {.in = features, .out = inLast});
    }
    if (layers.has("conv_up1.weight")) {
        kind_ = Kind::Nearest;
        constexpr int most = 3;  // x8
        for (int i = 1; i <= most && layers.has(fmt::format("conv_up{}.weight", i)); ++i) {
            enlarging_.push_back(layers.convolution(fmt::format("conv_up{}", i), {.in = inLast, .out = inLast}));
            scale_ *= 2;
        }
        fine_ = layers.convolution("conv_hr", {.in = inLast, .out = inLast});
    } else if (before_) {
        kind_ = Kind::Shuffle;
        shuffle_ = ShuffleUpsampler(layers, "upsample", inLast);
        scale_ = shuffle_.scale();
    } else if (layers.has("upsample.0.weight")) {
        kind_ = Kind::Direct;
        scale_ = scaleOfPixelShuffle(layers, "upsample.0.weight");
        const std::int64_t out = std::int64_t{channels} * scale_ * scale_;
        last_ = layers.convolution("upsample.0", {.in = features, .out = out});
        return;
    }
    last_ = layers.convolution("conv_last", {.in = inLast, .out = channels});
}

std::string TransformerTail::name() const {
    switch (kind_) {
        case Kind::None:
            return "none";
        case Kind::Direct:
            return "pixelshuffledirect";
        case Kind::Shuffle:
            return "pixelshuffle";
        case Kind::Nearest:
            return "nearest+conv";
    }
    return {};
}

torch::Tensor TransformerTail::enlarge(torch::Tensor x) const {
    if (kind_ == Kind::Shuffle) {
        return shuffle_(std::move(x));
    }
    for (const auto& convolution : enlarging_) {
        x = leakyRelu(convolution(enlargeNearest(x, 2)), 0.2);
    }
    return fine_ ? leakyRelu((*fine_)(x), 0.2) : x;
}

std::unique_ptr<Trunk> TransformerTail::operator()(const torch::Tensor& features, const torch::Tensor& input) const {
    // Evaluated for the whole image: with it, the rest would reach further than tailReach.
    const auto x = before_ ? leakyRelu((*before_)(features), 0.01) : features;
    return makeTrunk(x, [this, x, input](const Crop& crop) {
        const auto sr = last_(enlarge(crop(x)));
        if (kind_ == Kind::Direct) {
            return at::pixel_shuffle(sr, scale_);
        }
        return kind_ == Kind::None ? crop(input) + sr : sr;
    });
}

RestorationTransformer::RestorationTransformer(LayerBuilder& layers, const std::string& embeddingNorm,
                                               double innerRange)
    : features_(layers.size("conv_first.weight", 0))
    , channels_(layers.size("conv_first.weight", 1) == 1 ? 1 : 3)
    , innerRange_(innerRange)
    , mean_(channels_ == 3 ? layers.constant(div2kShift(), {1, 3, 1, 1}) : layers.constant({0.0F}, {1, 1, 1, 1}))
    , first_(layers.convolution("conv_first", {.in = channels_, .out = features_}))
    , embeddingNorm_(layers.layerNorm(embeddingNorm, features_))
    , norm_(layers.layerNorm("norm", features_))
    , last_(layers, "conv_after_body", features_)
    , tail_(layers, features_, channels_) {}

namespace {

/// Takes the SR of a trunk from the range of values inside a network to that outside.
class OutwardTrunk final : public Trunk {
public:
    OutwardTrunk(std::unique_ptr<Trunk> trunk, double innerRange, torch::Tensor mean)
        : trunk_(std::move(trunk))
        , innerRange_(innerRange)
        , mean_(std::move(mean)) {}

    [[nodiscard]] torch::Tensor finish(const std::optional<Rect>& region) const override {
        return trunk_->finish(region) / innerRange_ + mean_;
    }

private:
    std::unique_ptr<Trunk> trunk_;
    double innerRange_;
    torch::Tensor mean_;
};

}  // namespace

std::unique_ptr<Trunk> RestorationTransformer::begin(const torch::Tensor& lr) const {
    const auto input = (lr - mean_) * innerRange_;
    const auto first = first_(input);
    const auto features = last_(channelsFirst(norm_(body(embeddingNorm_(channelsLast(first)))))) + first;
    return std::make_unique<OutwardTrunk>(tail_(features, input), innerRange_, mean_);
}

BuiltNetwork describeTransformer(std::unique_ptr<RestorationTransformer> network, std::string name,
                                 const LayerBuilder& layers, const std::vector<int>& depths) {
    BuiltNetwork result;
    result.name = std::move(name);
    result.hyperparameters = {{"embedding", std::to_string(layers.size("conv_first.weight", 0))},
                              {"depths", fmt::format("{}", fmt::join(depths, " "))},
                              {"residual connection", layers.has("conv_after_body.weight") ? "1conv" : "3conv"},
                              {"upsampler", network->tail().name()}};
    result.scales = {network->tail().scale()};
    result.defaultRange = 1.0;
    if (network->inputShape().channels == 3) {
        result.mean.assign(div2kMean.begin(), div2kMean.end());
    }
    result.network = std::move(network);
    return result;
}

std::vector<int> depthsOfGroups(const LayerBuilder& layers, const std::string& blocks) {
    std::vector<int> depths;
    const int groups = layers.countAfter("layers.");
    depths.reserve(static_cast<std::size_t>(groups));
    for (int l = 0; l < groups; ++l) {
        depths.push_back(layers.countAfter(fmt::format("layers.{}.{}.", l, blocks)));
    }
    return depths;
}

}  // namespace lamscope
