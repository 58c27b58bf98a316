// SPDX-License-Identifier: GPL-3.0-or-later
// MPRNet: Zamir et al., "Multi-Stage Progressive Image Restoration", CVPR 2021. The first of its three outputs, that of
// the last stage.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::mprnet {

namespace {

constexpr std::size_t levels = 3;
/// The first stage halves the image, and its levels halve the halves twice.
constexpr int sizeMultiple = 8;

/// Features at each level of the U-nets and of the last stage.
struct Shape {
    std::array<std::int64_t, levels> features{};
    std::int64_t atFullSize = 0;
};

Convolution convolution(LayerBuilder& layers, const std::string& prefix, std::int64_t in, std::int64_t out,
                        std::int64_t kernel = 3) {
    return layers.convolution(prefix, {.in = in, .out = out, .kernel = kernel, .bias = false});
}

/// The one slope of all activations. The file has it under the name of each activation; read in their order, as the
/// authors' class is, the last name counts.
struct SharedSlope {
    std::string key;
    Prelu prelu;

    explicit SharedSlope(LayerBuilder& layers)
        : key(
            fmt::format("stage3_orsnet.orb3.body.{}.body.1.weight", layers.countAfter("stage3_orsnet.orb3.body.") - 2))
        , prelu{layers.tensor(key, {1})} {}

    /// Accounts for one of the names.
    void take(LayerBuilder& layers, const std::string& name) const {
        if (name != key) {
            static_cast<void>(layers.buffer(name, {1}));
        }
    }
};

/// Two convolutions, channel attention, plus the input.
struct Block {
    Convolution first;
    Prelu activation;
    Convolution second;
    ChannelAttention attention;

    Block(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const SharedSlope& slope)
        : first(convolution(layers, prefix + ".body.0", features, features))
        , activation(slope.prelu)
        , second(convolution(layers, prefix + ".body.2", features, features)) {
        slope.take(layers, prefix + ".body.1.weight");
        const auto reduced = layers.size(prefix + ".CA.conv_du.0.weight", 0);
        attention.squeeze = convolution(layers, prefix + ".CA.conv_du.0", features, reduced, 1);
        attention.excite = convolution(layers, prefix + ".CA.conv_du.2", reduced, features, 1);
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return attention(second(activation(first(x)))) + x;
    }
};

using Blocks = std::vector<NamedBlock<Block>>;

Blocks blocksUnder(LayerBuilder& layers, const std::string& prefix, int count, std::int64_t features,
                   const SharedSlope& slope) {
    Blocks blocks;
    for (int i = 0; i < count; ++i) {
        blocks.emplace_back(layers, fmt::format("{}.{}", prefix, i), features, slope);
    }
    return blocks;
}

torch::Tensor applied(const Blocks& blocks, torch::Tensor x) {
    for (const auto& block : blocks) {
        x = block(x);
    }
    return x;
}

torch::Tensor halved(const torch::Tensor& x) {
    return resizeBilinear(x, x.size(2) / 2, x.size(3) / 2);
}

/// A convolution and a block: what each stage makes of its part of the image.
struct Entrance {
    Convolution first;
    NamedBlock<Block> block;

    Entrance(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const SharedSlope& slope)
        : first(convolution(layers, prefix + ".0", 3, features))
        , block(layers, prefix + ".1", features, slope) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& image) const { return block(first(image)); }
};

/// Features of the levels, from the finest.
using Pyramid = std::array<torch::Tensor, levels>;

/// The way down of a U-net. That of the second stage is fed with the features of the first.
struct Encoder {
    std::array<Blocks, levels> blocks;
    std::vector<Convolution> down;
    std::vector<Convolution> ofEncoder;  ///< empty in the first stage
    std::vector<Convolution> ofDecoder;

    Encoder(LayerBuilder& layers, const std::string& prefix, const Shape& shape, const SharedSlope& slope, bool isFed) {
        for (std::size_t l = 0; l < levels; ++l) {
            const auto level = fmt::format("{}.encoder_level{}", prefix, l + 1);
            const auto features = shape.features[l];
            blocks[l] = blocksUnder(layers, level, layers.countAfter(level + "."), features, slope);
            if (l + 1 < levels) {
                const auto name = fmt::format("{}.down{}{}.down.1", prefix, l + 1, l + 2);
                down.push_back(convolution(layers, name, features, shape.features[l + 1], 1));
            }
            if (isFed) {
                ofEncoder.push_back(
                    convolution(layers, fmt::format("{}.csff_enc{}", prefix, l + 1), features, features, 1));
                ofDecoder.push_back(
                    convolution(layers, fmt::format("{}.csff_dec{}", prefix, l + 1), features, features, 1));
            }
        }
    }

    /// `encoded` and `decoded` are those of the stage before, if this one is fed with them.
    [[nodiscard]] Pyramid operator()(torch::Tensor x, const Pyramid& encoded = {}, const Pyramid& decoded = {}) const {
        Pyramid result;
        for (std::size_t l = 0; l < levels; ++l) {
            x = applied(blocks[l], x);
            if (!ofEncoder.empty()) {
                x = x + ofEncoder[l](encoded[l]) + ofDecoder[l](decoded[l]);
            }
            result[l] = x;
            if (l < down.size()) {
                x = down[l](halved(x));
            }
        }
        return result;
    }
};

/// The way up of a U-net.
struct Decoder {
    std::array<Blocks, levels> blocks;
    std::vector<Convolution> up;           ///< to the level of the same index
    std::vector<NamedBlock<Block>> skips;  ///< of the level of the same index

    Decoder(LayerBuilder& layers, const std::string& prefix, const Shape& shape, const SharedSlope& slope) {
        for (std::size_t l = 0; l < levels; ++l) {
            const auto level = fmt::format("{}.decoder_level{}", prefix, l + 1);
            blocks[l] = blocksUnder(layers, level, layers.countAfter(level + "."), shape.features[l], slope);
            if (l + 1 < levels) {
                const auto name = fmt::format("{}.up{}{}.up.1", prefix, l + 2, l + 1);
                up.push_back(convolution(layers, name, shape.features[l + 1], shape.features[l], 1));
                skips.emplace_back(layers, fmt::format("{}.skip_attn{}", prefix, l + 1), shape.features[l], slope);
            }
        }
    }

    [[nodiscard]] Pyramid operator()(const Pyramid& encoded) const {
        Pyramid result;
        result.back() = applied(blocks.back(), encoded.back());
        for (std::size_t l = levels - 1; l-- > 0;) {
            result[l] = applied(blocks[l], up[l](enlargeBilinear(result[l + 1], 2)) + skips[l](encoded[l]));
        }
        return result;
    }
};

/// Gates features by the image that they make.
struct SupervisedAttention {
    Convolution conv1;
    Convolution conv2;
    Convolution conv3;

    SupervisedAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : conv1(convolution(layers, prefix + ".conv1", features, features, 1))
        , conv2(convolution(layers, prefix + ".conv2", features, 3, 1))
        , conv3(convolution(layers, prefix + ".conv3", 3, features, 1)) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const torch::Tensor& image) const {
        return conv1(x) * at::sigmoid(conv3(conv2(x) + image)) + x;
    }
};

/// The last stage, at the size of the image; each of its groups is fed with a level of the second stage.
struct FullSizeStage {
    struct Group {
        Blocks blocks;
        Convolution last;

        Group(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const SharedSlope& slope)
            : blocks(blocksUnder(layers, prefix + ".body", layers.countAfter(prefix + ".body.") - 1, features, slope))
            , last(convolution(layers, fmt::format("{}.body.{}", prefix, blocks.size()), features, features)) {}

        [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return last(applied(blocks, x)) + x; }
    };
    /// What enlarges a level to the image's size, and a convolution.
    struct Feed {
        std::vector<Convolution> up;
        Convolution last;

        [[nodiscard]] torch::Tensor operator()(torch::Tensor x) const {
            for (const auto& step : up) {
                x = step(enlargeBilinear(x, 2));
            }
            return last(x);
        }
    };
    std::vector<NamedBlock<Group>> groups;
    std::vector<Feed> ofEncoder;
    std::vector<Feed> ofDecoder;

    FullSizeStage(LayerBuilder& layers, const std::string& prefix, const Shape& shape, const SharedSlope& slope) {
        const auto feed = [&](const char* kind, std::size_t level) {
            Feed result;
            for (auto from = level; from > 0; --from) {
                // Steps of one enlargement have no number.
                const auto step = level == 1 ? "" : fmt::format("{}.", level - from);
                result.up.push_back(convolution(layers, fmt::format("{}.up_{}{}.{}up.1", prefix, kind, level, step),
                                                shape.features[from], shape.features[from - 1], 1));
            }
            result.last = convolution(layers, fmt::format("{}.conv_{}{}", prefix, kind, level + 1),
                                      shape.features.front(), shape.atFullSize, 1);
            return result;
        };
        for (std::size_t l = 0; l < levels; ++l) {
            groups.emplace_back(layers, fmt::format("{}.orb{}", prefix, l + 1), shape.atFullSize, slope);
            ofEncoder.push_back(feed("enc", l));
            ofDecoder.push_back(feed("dec", l));
        }
    }

    [[nodiscard]] torch::Tensor operator()(torch::Tensor x, const Pyramid& encoded, const Pyramid& decoded) const {
        for (std::size_t l = 0; l < levels; ++l) {
            x = groups[l](x) + ofEncoder[l](encoded[l]) + ofDecoder[l](decoded[l]);
        }
        return x;
    }
};

/// Level by level beside or below one another.
Pyramid joined(const Pyramid& first, const Pyramid& second, std::int64_t axis) {
    Pyramid result;
    for (std::size_t l = 0; l < levels; ++l) {
        result[l] = at::cat({first[l], second[l]}, axis);
    }
    return result;
}

class MprNet final : public NativeNetwork {
public:
    MprNet(LayerBuilder& layers, const Shape& shape)
        : slope_(layers)
        , entrance1_(layers, "shallow_feat1", shape.features.front(), slope_)
        , entrance2_(layers, "shallow_feat2", shape.features.front(), slope_)
        , entrance3_(layers, "shallow_feat3", shape.features.front(), slope_)
        , encoder1_(layers, "stage1_encoder", shape, slope_, false)
        , decoder1_(layers, "stage1_decoder", shape, slope_)
        , encoder2_(layers, "stage2_encoder", shape, slope_, true)
        , decoder2_(layers, "stage2_decoder", shape, slope_)
        , stage3_(layers, "stage3_orsnet", shape, slope_)
        , attention12_(layers, "sam12", shape.features.front())
        , attention23_(layers, "sam23", shape.features.front())
        , merge12_(convolution(layers, "concat12", 2 * shape.features.front(), shape.features.front()))
        , merge23_(convolution(layers, "concat23", 2 * shape.features.front(), shape.atFullSize))
        , last_(convolution(layers, "tail", shape.atFullSize, 3)) {}

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto halves = lr.chunk(2, 2);
        const auto upper = throughTwoStages(halves[0]);
        const auto lower = throughTwoStages(halves[1]);
        const auto encoded = joined(upper, lower, 2);
        const auto decoded = decoder2_(encoded);
        const auto attended = attention23_(decoded.front(), lr);
        const auto x = stage3_(merge23_(at::cat({entrance3_(lr), attended}, 1)), encoded, decoded);
        return makeTrunk(x, [this, x, lr](const Crop& crop) { return last_(crop(x)) + crop(lr); });
    }

private:
    /// The features of the second stage's encoder for one half of the image, which the first stage sees as two
    /// quarters.
    [[nodiscard]] Pyramid throughTwoStages(const torch::Tensor& half) const {
        const auto quarters = half.chunk(2, 3);
        const auto left = encoder1_(entrance1_(quarters[0]));
        const auto encoded = joined(left, encoder1_(entrance1_(quarters[1])), 3);
        const auto decoded = decoder1_(encoded);
        const auto attended = attention12_(decoded.front(), half);
        return encoder2_(merge12_(at::cat({entrance2_(half), attended}, 1)), encoded, decoded);
    }

    SharedSlope slope_;
    Entrance entrance1_;
    Entrance entrance2_;
    Entrance entrance3_;
    Encoder encoder1_;
    Decoder decoder1_;
    Encoder encoder2_;
    Decoder decoder2_;
    FullSizeStage stage3_;
    SupervisedAttention attention12_;
    SupervisedAttention attention23_;
    Convolution merge12_;
    Convolution merge23_;
    Convolution last_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("shallow_feat1.0.weight") && layers.has("stage3_orsnet.orb1.body.0.body.0.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = {layers.size("shallow_feat1.0.weight", 0), layers.size("stage1_encoder.down12.down.1.weight", 0),
                      layers.size("stage1_encoder.down23.down.1.weight", 0)};
    shape.atFullSize = layers.size("concat23.weight", 0);
    const auto reduced = layers.size("shallow_feat1.1.CA.conv_du.0.weight", 0);
    BuiltNetwork result;
    result.name = "MPRNet";
    result.hyperparameters = {
        {"features", fmt::format("{} {} {}", shape.features[0], shape.features[1], shape.features[2])},
        {"features at full size", std::to_string(shape.atFullSize)},
        {"blocks at full size", std::to_string(layers.countAfter("stage3_orsnet.orb1.body.") - 1)},
        {"reduction", std::to_string(reduced > 0 ? shape.features.front() / reduced : 0)},
        {"output", "the last stage's"}};
    result.scales = {1};
    result.defaultRange = 1.0;
    result.sizeMultiple = sizeMultiple;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: channel attention spans the image"};
    result.network = std::make_unique<MprNet>(layers, shape);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"mprnet", matches, build};
}

}  // namespace lamscope::mprnet
