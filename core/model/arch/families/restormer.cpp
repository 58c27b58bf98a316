// SPDX-License-Identifier: GPL-3.0-or-later
// Restormer: Zamir et al., "Restormer: Efficient Transformer for High-Resolution Image Restoration", CVPR 2022.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/arch/architecture.h"
#include "model/arch/channel_self_attention.h"
#include "model/arch/feature_modulation.h"
#include "model/arch/gated_convolutions.h"
#include "runtime/torch_headers.h"

namespace lamscope::restormer {

namespace {

constexpr const char* firstTemperature = "encoder_level1.0.attn.temperature";
/// Each level but the last halves the image on its way down.
constexpr std::size_t levels = 4;
constexpr int sizeMultiple = 1 << (levels - 1);
/// The blocks of each level on the way down, and on the way up.
constexpr std::array<std::string_view, levels> downwards{"encoder_level1", "encoder_level2", "encoder_level3",
                                                         "latent"};
constexpr std::array<std::string_view, levels - 1> upwards{"decoder_level1", "decoder_level2", "decoder_level3"};

/// Normalisation of the channels of each pixel. Without a bias, the mean is not subtracted: a pixel is only divided by
/// the deviation of its channels from their mean.
struct PixelNorm {
    LayerNorm norm;
    bool isBiasFree;

    PixelNorm(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : isBiasFree(!layers.has(prefix + ".body.bias")) {
        norm.weight = layers.tensor(prefix + ".body.weight", {features});
        if (!isBiasFree) {
            norm.bias = layers.tensor(prefix + ".body.bias", {features});
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        if (!isBiasFree) {
            return normalisePixels(norm, x);
        }
        const auto variance = (x - x.mean(1, /*keepdim=*/true)).square().mean(1, /*keepdim=*/true);
        return x / (variance + norm.epsilon).sqrt() * norm.weight.view({1, -1, 1, 1});
    }
};

/// Attention of channels to channels, over all pixels of the image.
struct ChannelAttentionLayers {
    torch::Tensor temperature;
    Convolution qkv;
    Convolution local;
    Convolution project;

    ChannelAttentionLayers(LayerBuilder& layers, const std::string& prefix, std::int64_t features) {
        const auto heads = layers.size(prefix + ".temperature", 0);
        // A number of heads that does not divide the features fits no file.
        temperature = layers.tensor(prefix + ".temperature", {heads > 0 && features % heads == 0 ? heads : 0, 1, 1});
        qkv = convolutionAsStored(layers, prefix + ".qkv", {.in = features, .out = 3 * features, .kernel = 1});
        local = depthwiseAsStored(layers, prefix + ".qkv_dwconv", 3 * features);
        project = convolutionAsStored(layers, prefix + ".project_out", {.in = features, .out = features, .kernel = 1});
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto ofHeads = [&](const torch::Tensor& part) {
            return part.reshape({x.size(0), temperature.size(0), -1, x.size(2) * x.size(3)});
        };
        const auto parts = local(qkv(x)).chunk(3, 1);
        return project(
            attendToChannels(ofHeads(parts[0]), ofHeads(parts[1]), ofHeads(parts[2]), temperature).reshape(x.sizes()));
    }
};

struct Block {
    PixelNorm norm1;
    ChannelAttentionLayers attention;
    PixelNorm norm2;
    GatedConvolutions feedForward;

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : norm1(layers, prefix + ".norm1", features)
        , attention(layers, prefix + ".attn", features)
        , norm2(layers, prefix + ".norm2", features)
        , feedForward(layers, prefix + ".ffn", features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto y = x + attention(norm1(x));
        return y + feedForward(norm2(y));
    }
};

/// Blocks one after the other, under the keys "`name`.<i>.".
struct Blocks {
    std::vector<NamedBlock<Block>> blocks;

    Blocks() = default;
    Blocks(LayerBuilder& layers, std::string_view name, std::int64_t features) {
        const int count = layers.countAfter(fmt::format("{}.", name));
        for (int i = 0; i < count; ++i) {
            blocks.emplace_back(layers, fmt::format("{}.{}", name, i), features);
        }
    }

    [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const {
        for (const auto& block : blocks) {
            x = block(x);
        }
        return x;
    }
};

/// What the first and the last layer tell.
struct Frame {
    std::int64_t features = 0;
    int channels = 3;
    int views = 1;  ///< images that are read side by side: two of a dual-pixel camera

    explicit Frame(const LayerBuilder& layers)
        : features(layers.size("patch_embed.proj.weight", 0))
        , channels(layers.size("output.weight", 0) == 1 ? 1 : 3)
        , views(layers.has("skip_conv.weight") ? 2 : 1) {}
};

class Restormer final : public NativeNetwork {
public:
    Restormer(LayerBuilder& layers, const Frame& frame)
        : frame_(frame)
        , first_(convolutionAsStored(layers, "patch_embed.proj",
                                     {.in = std::int64_t{frame.channels} * frame.views, .out = frame.features})) {
        auto features = frame.features;
        for (std::size_t l = 0; l < levels; ++l, features *= 2) {
            down_.push_back({Blocks(layers, downwards[l], features), {}});
            if (l + 1 < levels) {
                down_.back().resize = convolutionAsStored(layers, fmt::format("down{}_{}.body.0", l + 1, l + 2),
                                                          {.in = features, .out = features / 2});
            }
        }
        for (std::size_t l = levels - 1; l > 0; --l) {
            features /= 2;  // of the level below
            UpStep step;
            step.resize = convolutionAsStored(layers, fmt::format("up{}_{}.body.0", l + 1, l),
                                              {.in = features, .out = 2 * features});
            if (l > 1) {
                step.reduce = convolutionAsStored(layers, fmt::format("reduce_chan_level{}", l),
                                                  {.in = features, .out = features / 2, .kernel = 1});
            }
            // The first level keeps the features of the level below and of its own.
            step.blocks = Blocks(layers, upwards[l - 1], l > 1 ? features / 2 : features);
            up_.push_back(std::move(step));
        }
        refinement_ = Blocks(layers, "refinement", 2 * frame.features);
        if (frame.views > 1) {
            skip_ = convolutionAsStored(layers, "skip_conv",
                                        {.in = frame.features, .out = 2 * frame.features, .kernel = 1});
        }
        last_ = convolutionAsStored(layers, "output", {.in = 2 * frame.features, .out = frame.channels});
    }

    [[nodiscard]] InputShape inputShape() const override { return {.channels = frame_.channels}; }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(frame_.views == 1 ? lr : at::cat({lr, lr}, 1));
        auto x = first;
        std::vector<torch::Tensor> skips;
        for (const auto& [blocks, resize] : down_) {
            x = blocks(x);
            if (resize) {
                skips.push_back(x);
                x = at::pixel_unshuffle((*resize)(x), 2);
            }
        }
        for (const auto& [resize, reduce, blocks] : up_) {
            x = at::cat({at::pixel_shuffle(resize(x), 2), skips.back()}, 1);
            skips.pop_back();
            x = blocks(reduce ? (*reduce)(x) : x);
        }
        x = refinement_(x);
        if (skip_) {
            x = x + (*skip_)(first);
        }
        return makeTrunk(x, [this, x, lr](const Crop& crop) {
            auto restored = last_(crop(x));
            return skip_ ? restored : restored + crop(lr);
        });
    }

private:
    struct DownStep {
        Blocks blocks;
        std::optional<Convolution> resize;
    };
    struct UpStep {
        Convolution resize;
        std::optional<Convolution> reduce;
        Blocks blocks;
    };

    Frame frame_;
    Convolution first_;
    std::vector<DownStep> down_;
    std::vector<UpStep> up_;
    Blocks refinement_;
    std::optional<Convolution> skip_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstTemperature) && layers.has("patch_embed.proj.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const Frame frame(layers);
    std::vector<int> depths;
    std::vector<std::int64_t> heads;
    for (const auto level : downwards) {
        depths.push_back(layers.countAfter(fmt::format("{}.", level)));
        heads.push_back(layers.size(fmt::format("{}.0.attn.temperature", level), 0));
    }
    BuiltNetwork result;
    result.name = "Restormer";
    result.hyperparameters = {
        {"features", std::to_string(frame.features)},
        {"blocks", fmt::format("{}", fmt::join(depths, " "))},
        {"refinement blocks", std::to_string(layers.countAfter("refinement."))},
        {"heads", fmt::format("{}", fmt::join(heads, " "))},
        {"normalisation", layers.has("encoder_level1.0.norm1.body.bias") ? "with bias" : "bias-free"}};
    if (frame.views > 1) {
        result.hyperparameters.emplace_back("views", "2 of a dual-pixel camera; here the image is given as both");
    }
    result.scales = {1};
    result.defaultRange = 1.0;
    result.sizeMultiple = sizeMultiple;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: channel attention spans the image"};
    result.network = std::make_unique<Restormer>(layers, frame);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"restormer", matches, build};
}

}  // namespace lamscope::restormer
