// SPDX-License-Identifier: GPL-3.0-or-later
// ATD: Zhang et al., "Transcending the Limit of Local Window: Advanced Super-Resolution Transformer with Adaptive Token
// Dictionary", CVPR 2024.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/symmetric_padding.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::atd {

namespace {

constexpr const char* firstDictionary = "layers.0.residual_group.td";
constexpr const char* firstTable = "layers.0.residual_group.layers.0.attn_win.relative_position_bias_table";
constexpr const char* firstQueries = "layers.0.residual_group.layers.0.attn_atd.wq.weight";

struct Shape {
    std::int64_t features = 0;
    std::int64_t heads = 0;
    std::int64_t window = 0;
    std::int64_t tokens = 0;        ///< of a dictionary
    std::int64_t categorySize = 0;  ///< pixels that attend to each other
};

/// Attention of the pixels to the tokens of a dictionary, by the cosine of their reduced features.
struct DictionaryAttention {
    Linear queries;
    Linear keys;
    Linear values;
    torch::Tensor scale;

    DictionaryAttention(LayerBuilder& layers, const std::string& prefix, const Shape& shape) {
        const auto reduced = layers.size(prefix + ".wq.weight", 0);
        queries = layers.linear(prefix + ".wq", shape.features, reduced);
        keys = layers.linear(prefix + ".wk", shape.features, reduced);
        values = layers.linear(prefix + ".wv", shape.features, shape.features);
        scale = layers.tensor(prefix + ".scale", {shape.tokens});
    }

    /// [n, pixels, c] and [n, tokens, c] -> the weights of the tokens, [n, pixels, tokens].
    [[nodiscard]] torch::Tensor weights(const torch::Tensor& x, const torch::Tensor& dictionary) const {
        const auto cosines = at::matmul(unitVectors(queries(x)), unitVectors(keys(dictionary)).transpose(-2, -1));
        const double most = std::log(static_cast<double>(scale.size(0)));
        return at::softmax(cosines * (1.0 + scale.clamp(0.0, 1.0) * most), -1);
    }
};

/// Self-attention of pixels that resemble the same tokens: pixels are sorted by the token that has the largest weight,
/// and cut into groups of one size.
struct CategoryAttention {
    torch::Tensor logitScale;
    Linear proj;

    CategoryAttention(LayerBuilder& layers, const std::string& prefix, const Shape& shape)
        : logitScale(layers.tensor(prefix + ".logit_scale", {1, 1}))
        , proj(layers.linear(prefix + ".proj", shape.features, shape.features)) {}

    /// [n, pixels, 3·c] and the weights of tokens, [n, pixels, tokens] -> [n, pixels, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& qkv, const torch::Tensor& weights,
                                           const Shape& shape) const {
        const auto images = qkv.size(0);
        const auto pixels = qkv.size(1);
        const auto order = weights.argmax(-1).argsort(/*stable=*/true, /*dim=*/-1, /*descending=*/false);
        const auto size = std::min(pixels, shape.categorySize);
        const auto groups = (pixels + size - 1) / size;
        // The last group is filled with the last pixels, backwards.
        const auto fill = groups * size - pixels;
        const auto places = at::cat({order, order.narrow(1, pixels - fill, fill).flip({1})}, 1);
        const auto parts = rowsAt(qkv, places)
                               .reshape({images * groups, size, 3, shape.heads, shape.features / shape.heads})
                               .permute({2, 0, 3, 1, 4});
        const auto factor = logitScale.clamp_max(std::log(100.0)).exp();
        const auto attended = at::scaled_dot_product_attention(parts[0] * factor, parts[1], parts[2], /*attn_mask=*/{},
                                                               /*dropout_p=*/0.0, /*is_causal=*/false, /*scale=*/1.0);
        const auto sorted = attended.transpose(1, 2).reshape({images, groups * size, shape.features});
        return proj(rowsAt(sorted.narrow(1, 0, pixels), order.argsort()));
    }

private:
    /// Rows of [n, pixels, c] by their numbers, [n, rows].
    [[nodiscard]] static torch::Tensor rowsAt(const torch::Tensor& x, const torch::Tensor& numbers) {
        return x.gather(1, numbers.unsqueeze(-1).expand({-1, -1, x.size(2)}));
    }
};

/// What a block makes of the dictionary for the next one.
struct DictionaryUpdate {
    torch::Tensor sigma;
    LayerNorm norm;  ///< over the pixels, with a weight for each token

    DictionaryUpdate(LayerBuilder& layers, const std::string& prefix, const Shape& shape)
        : sigma(layers.tensor(prefix + ".sigma", {shape.tokens, 1}))
        , norm(layers.layerNorm(prefix + ".norm3", shape.tokens)) {}

    /// [n, tokens, c], [n, pixels, tokens], [n, pixels, c] -> [n, tokens, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& dictionary, const torch::Tensor& weights,
                                           const torch::Tensor& x) const {
        const auto ofTokens = weights.transpose(1, 2);
        const auto normed = at::layer_norm(ofTokens, {ofTokens.size(2)}, {}, {}, norm.epsilon);
        const auto ofPixels = at::softmax(normed * norm.weight.unsqueeze(1) + norm.bias.unsqueeze(1), -1);
        const auto kept = at::sigmoid(sigma);
        return kept * dictionary + (1.0 - kept) * at::matmul(ofPixels, x);
    }
};

struct Block {
    LayerNorm norm1;
    Linear qkv;
    DictionaryAttention ofDictionary;
    CategoryAttention ofCategories;
    torch::Tensor table;
    Linear windowProj;
    LayerNorm norm2;
    ConvolutionalMlp mlp;
    std::optional<DictionaryUpdate> update;  ///< not of a group's last block
    bool shifted;

    Block(LayerBuilder& layers, const std::string& prefix, const Shape& shape, bool isShifted, bool isLast)
        : norm1(layers.layerNorm(prefix + ".norm1", shape.features))
        , qkv(layers.linear(prefix + ".wqkv", shape.features, 3 * shape.features))
        , ofDictionary(layers, prefix + ".attn_atd", shape)
        , ofCategories(layers, prefix + ".attn_aca", shape)
        , table(layers.tensor(prefix + ".attn_win.relative_position_bias_table",
                              {(2 * shape.window - 1) * (2 * shape.window - 1), shape.heads}))
        , windowProj(layers.linear(prefix + ".attn_win.proj", shape.features, shape.features))
        , norm2(layers.layerNorm(prefix + ".norm2", shape.features))
        , mlp(layers, prefix + ".convffn", shape.features)
        , shifted(isShifted) {
        if (!isLast) {
            update.emplace(layers, prefix, shape);
        }
    }

    /// [n, h, w, c] and [n, tokens, c] -> the same.
    [[nodiscard]] std::pair<torch::Tensor, torch::Tensor> operator()(const torch::Tensor& x,
                                                                     const torch::Tensor& dictionary,
                                                                     const WindowGrid& grid, const Shape& shape) const {
        const auto normed = norm1(x);
        const auto queriesKeysValues = qkv(normed);
        const auto weights = ofDictionary.weights(normed.flatten(1, 2), dictionary);
        const auto ofTokens = at::matmul(weights, ofDictionary.values(dictionary));
        const auto ofPixels = ofCategories(queriesKeysValues.flatten(1, 2), weights, shape);
        const auto ofWindows = windowProj(attendInWindows(queriesKeysValues, {grid.heads(table, shifted)}));
        auto y = x + ofWindows + (ofTokens + ofPixels).view(x.sizes());
        y = y + mlp(norm2(y));
        return {y, update ? (*update)(dictionary, weights, y.flatten(1, 2)) : dictionary};
    }
};

struct Group {
    std::string name;
    torch::Tensor dictionary;  ///< [tokens, c]
    std::vector<Block> blocks;
    GroupConvolution last;
};

class Atd final : public RestorationTransformer {
public:
    Atd(LayerBuilder& layers, const std::vector<int>& depths, const Shape& shape)
        : RestorationTransformer(layers, "patch_embed.norm")
        , shape_(shape) {
        for (std::size_t l = 0; l < depths.size(); ++l) {
            auto& group = groups_.emplace_back();
            group.name = fmt::format("layers.{}", l);
            const auto prefix = group.name + ".residual_group";
            group.dictionary = layers.tensor(prefix + ".td", {shape.tokens, shape.features});
            for (int d = 0; d < depths[l]; ++d) {
                group.blocks.emplace_back(layers, fmt::format("{}.layers.{}", prefix, d), shape, d % 2 == 1,
                                          d + 1 == depths[l]);
            }
            group.last = GroupConvolution(layers, group.name + ".conv", shape.features);
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        return beginMirrored(lr, shape_.window,
                             [this](const torch::Tensor& padded) { return RestorationTransformer::begin(padded); });
    }

    [[nodiscard]] bool hasSecantRules() const override { return false; }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const WindowGrid grid({tokens.size(1), tokens.size(2)}, {shape_.window, shape_.window}, tokens.device());
        for (const auto& [name, ownDictionary, blocks, last] : groups_) {
            auto y = tokens;
            auto dictionary = ownDictionary.expand({tokens.size(0), -1, -1});
            for (const auto& block : blocks) {
                std::tie(y, dictionary) = block(y, dictionary, grid, shape_);
            }
            y = channelsLast(last(channelsFirst(y))) + tokens;
            reportFeatures(Tap::Kind::Block, name, tokens, y);
            tokens = y;
        }
        return tokens;
    }

    Shape shape_;
    std::vector<Group> groups_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has(firstDictionary);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = layers.size("conv_first.weight", 0);
    const auto heads = layers.size(firstTable, 1);
    // A number of heads that does not divide the features fits no table.
    shape.heads = heads > 0 && shape.features % heads == 0 ? heads : 1;
    shape.window = std::max<std::int64_t>(windowOfTable(layers, firstTable), 1);
    shape.tokens = layers.size(firstDictionary, 0);
    const bool isLight = !layers.has("conv_before_upsample.0.weight");
    const double categorySize = layers.assumed("category_size", isLight ? 128.0 : 256.0);
    if (!(categorySize >= 1.0) || categorySize != std::floor(categorySize)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("category_size={}: a number of pixels is whole and at least 1", categorySize));
    }
    shape.categorySize = static_cast<std::int64_t>(categorySize);
    const auto depths = depthsOfGroups(layers, "residual_group.layers");
    layers.ignore([](const std::string& key) { return key == "relative_position_index_SA" || key == "attn_mask"; });
    auto result = describeTransformer(std::make_unique<Atd>(layers, depths, shape), "ATD", layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(shape.heads));
    result.hyperparameters.emplace_back("window", std::to_string(shape.window));
    result.hyperparameters.emplace_back("tokens", std::to_string(shape.tokens));
    result.hyperparameters.emplace_back("reduced dimension", std::to_string(layers.size(firstQueries, 0)));
    result.minimumSide = smallestMirroredSide(static_cast<int>(shape.window));
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: dictionaries are refined by all pixels"};
    result.routing =
        "pixels are sorted by the dictionary token that resembles them most, and attend in groups of that "
        "order";
    return result;
}

}  // namespace

Architecture architecture() {
    return {"atd", matches, build};
}

}  // namespace lamscope::atd
