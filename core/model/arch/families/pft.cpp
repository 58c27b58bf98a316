// SPDX-License-Identifier: GPL-3.0-or-later
// PFT: Long et al., "Progressive Focused Transformer for Single Image Super-Resolution", CVPR 2025.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/assumed_numbers.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/restoration_transformer.h"
#include "model/arch/symmetric_padding.h"
#include "model/arch/window_attention.h"
#include "runtime/torch_headers.h"

namespace lamscope::pft {

namespace {

constexpr const char* firstLocal = "layers.0.residual_group.layers.0.v_LePE.depthwise_conv.0.weight";
constexpr const char* firstTable = "layers.0.residual_group.layers.0.attn_win.relative_position_bias_table";

struct Shape {
    std::int64_t features = 0;
    std::int64_t heads = 0;
    std::int64_t biases = 0;  ///< per offset: one a head, or one for all
    std::int64_t window = 0;
    std::vector<std::int64_t> kept;  ///< of each block, in order: the keys that the later ones still look at
};

/// What the attention of one kind of window hands to the next block that has such windows.
struct Focus {
    torch::Tensor weights;  ///< [windows, heads, queries, keys]; undefined before the first block
    torch::Tensor keys;     ///< their places in the window, of the same shape; undefined while these are all
};

/// Attention to the keys that the blocks before have left, weighted by what these gave them.
struct FocusedAttention {
    torch::Tensor table;
    Convolution local;
    Linear proj;
    std::int64_t kept;
    bool shifted;

    FocusedAttention(LayerBuilder& layers, const std::string& prefix, const Shape& shape, std::int64_t itsKept,
                     bool isShifted)
        : table(layers.tensor(prefix + ".attn_win.relative_position_bias_table",
                              {(2 * shape.window - 1) * (2 * shape.window - 1), shape.biases}))
        , local(depthwiseConvolution(layers, prefix + ".v_LePE.depthwise_conv.0", shape.features))
        , proj(layers.linear(prefix + ".attn_win.proj", shape.features, shape.features))
        , kept(itsKept)
        , shifted(isShifted) {}

    /// [n, h, w, 3·c] -> [n, h, w, c].
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& qkv, const WindowGrid& grid, std::int64_t heads,
                                           Focus& focus) const {
        const auto images = qkv.size(0);
        const auto features = qkv.size(3) / 3;
        const auto [tokens, bias] = grid.heads(table, shifted);
        const auto places = tokens.queries.flatten();
        const auto parts = qkv.flatten(1, 2)
                               .index_select(1, places)
                               .reshape({images * tokens.queries.size(0), tokens.queries.size(1), 3, heads, -1})
                               .permute({2, 0, 3, 1, 4});
        const double factor = 1.0 / std::sqrt(static_cast<double>(features / heads));
        auto scores = at::matmul(parts[0] * factor, parts[1].transpose(-2, -1)) + bias.transpose(1, 2);
        if (focus.keys.defined()) {
            scores = scores.gather(-1, focus.keys);
        } else if (tokens.queryAreas.defined()) {
            constexpr double maskedScore = -100.0;
            const auto apart = tokens.queryAreas.unsqueeze(2).ne(tokens.keyAreas.unsqueeze(1)).unsqueeze(1);
            scores = scores + apart.to(scores.scalar_type()).repeat({images, 1, 1, 1}) * maskedScore;
        }
        const auto weights = refocused(at::softmax(scores, -1), focus);
        const auto ofWindows = at::matmul(weights, parts[2]).transpose(1, 2).reshape({images, -1, features});
        const auto values = channelsFirst(qkv.narrow(3, 2 * features, features));
        const auto attended = ofWindows.index_select(1, places.argsort()).view({images, qkv.size(1), qkv.size(2), -1});
        return proj(attended + channelsLast(at::gelu(local(values))));
    }

private:
    /// Hands the weights on to `focus`; returns those of all keys of the window, 0 where they are not looked at.
    [[nodiscard]] torch::Tensor refocused(torch::Tensor weights, Focus& focus) const {
        if (focus.weights.defined()) {
            constexpr double least = 1e-20;
            const auto products = weights * focus.weights;
            weights = (products + least) / (products.sum(-1, /*keepdim=*/true) + least);
        }
        if (kept < weights.size(-1)) {
            const auto [largest, chosen] = at::topk(weights, kept, -1, /*largest=*/true, /*sorted=*/false);
            weights = largest;
            focus.keys = focus.keys.defined() ? focus.keys.gather(-1, chosen) : chosen;
        }
        focus.weights = weights;
        if (!focus.keys.defined()) {
            return weights;
        }
        const auto queries = weights.size(2);
        return at::zeros({weights.size(0), weights.size(1), queries, queries}, weights.options())
            .scatter(-1, focus.keys, weights);
    }
};

struct Block {
    LayerNorm norm1;
    Linear qkv;
    FocusedAttention attention;
    LayerNorm norm2;
    ConvolutionalMlp mlp;

    Block(LayerBuilder& layers, const std::string& prefix, const Shape& shape, std::int64_t kept, bool isShifted)
        : norm1(layers.layerNorm(prefix + ".norm1", shape.features))
        , qkv(layers.linear(prefix + ".wqkv", shape.features, 3 * shape.features))
        , attention(layers, prefix, shape, kept, isShifted)
        , norm2(layers.layerNorm(prefix + ".norm2", shape.features))
        , mlp(layers, prefix + ".convffn", shape.features) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x, const WindowGrid& grid, std::int64_t heads,
                                           Focus& focus) const {
        const auto y = x + attention(qkv(norm1(x)), grid, heads, focus);
        return y + mlp(norm2(y));
    }
};

struct Group {
    std::string name;
    std::vector<Block> blocks;
    GroupConvolution last;
};

class Pft final : public RestorationTransformer {
public:
    Pft(LayerBuilder& layers, const std::vector<int>& depths, const Shape& shape)
        : RestorationTransformer(layers, "patch_embed.norm")
        , window_(shape.window)
        , heads_(shape.heads) {
        auto kept = shape.kept.begin();
        for (std::size_t l = 0; l < depths.size(); ++l) {
            auto& group = groups_.emplace_back();
            group.name = fmt::format("layers.{}", l);
            for (int d = 0; d < depths[l]; ++d) {
                group.blocks.emplace_back(layers, fmt::format("{}.residual_group.layers.{}", group.name, d), shape,
                                          *kept++, d % 2 == 1);
            }
            group.last = GroupConvolution(layers, group.name + ".conv", shape.features);
        }
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        return beginMirrored(lr, window_,
                             [this](const torch::Tensor& padded) { return RestorationTransformer::begin(padded); });
    }

    [[nodiscard]] bool hasSecantRules() const override { return false; }

private:
    [[nodiscard]] torch::Tensor body(torch::Tensor tokens) const override {
        const WindowGrid grid({tokens.size(1), tokens.size(2)}, {window_, window_}, tokens.device());
        std::array<Focus, 2> focus;  // of windows in place and of shifted ones, through all groups
        for (const auto& [name, blocks, last] : groups_) {
            auto y = tokens;
            for (const auto& block : blocks) {
                y = block(y, grid, heads_, focus[block.attention.shifted ? 1U : 0U]);
            }
            y = channelsLast(last(channelsFirst(y))) + tokens;
            reportFeatures(Tap::Kind::Block, name, tokens, y);
            tokens = y;
        }
        return tokens;
    }

    std::int64_t window_;
    std::int64_t heads_;
    std::vector<Group> groups_;
};

/// How many keys the published networks keep in each group; blocks of further groups keep as many as those of the last.
std::vector<double> publishedKept(const std::vector<int>& depths) {
    constexpr std::array ofGroups{1024.0, 256.0, 128.0, 64.0, 32.0, 16.0};
    std::vector<double> kept;
    for (std::size_t l = 0; l < depths.size(); ++l) {
        kept.insert(kept.end(), static_cast<std::size_t>(depths[l]), ofGroups[std::min(l, ofGroups.size() - 1)]);
    }
    return kept;
}

std::vector<std::int64_t> keptKeys(LayerBuilder& layers, const std::vector<int>& depths) {
    std::vector<std::int64_t> kept;
    for (const double number : layers.assumed("top_k", publishedKept(depths))) {
        if (!(number >= 1.0) || number != std::floor(number)) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("top_k={}: a number of keys is whole and at least 1", number));
        }
        kept.push_back(static_cast<std::int64_t>(number));
    }
    return kept;
}

/// Files of few features hold one bias for all heads, and nothing tells how many these are.
std::int64_t countHeads(LayerBuilder& layers, std::int64_t features, std::int64_t biases) {
    constexpr std::int64_t mostFeaturesOfOneBias = 100;
    if (biases != 1 || features > mostFeaturesOfOneBias) {
        return biases > 0 && features % biases == 0 ? biases : 1;
    }
    return assumedHeads(layers, 4, features);
}

/// How far to one side a row of blocks can see: looking back, each window is seen to its end, and each convolution
/// steps across. Windows begin at multiples of `window`, shifted ones `shift` later.
int reachToOneSide(const std::vector<int>& depths, int window, int shift, int convolution, int groupEnd) {
    int largest = 0;
    for (int start = 0; start < window; ++start) {
        int at = start;
        for (auto depth = depths.rbegin(); depth != depths.rend(); ++depth) {
            at += groupEnd;
            for (int d = *depth - 1; d >= 0; --d) {
                at += convolution;
                const int begin = d % 2 == 1 ? shift : 0;
                const int edge = (at - begin + window) / window * window + begin - 1;
                at = std::max(edge, at + convolution);
            }
        }
        largest = std::max(largest, at - start);
    }
    return largest;
}

bool matches(const LayerBuilder& layers) {
    return layers.has(firstLocal);
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    Shape shape;
    shape.features = layers.size("conv_first.weight", 0);
    shape.biases = layers.size(firstTable, 1);
    shape.window = std::max<std::int64_t>(windowOfTable(layers, firstTable), 1);
    const auto depths = depthsOfGroups(layers, "residual_group.layers");
    shape.kept = keptKeys(layers, depths);
    shape.heads = countHeads(layers, shape.features, shape.biases);
    layers.ignore([](const std::string& key) { return key == "relative_position_index_SA" || key == "attn_mask"; });
    auto result = describeTransformer(std::make_unique<Pft>(layers, depths, shape), "PFT", layers, depths);
    result.hyperparameters.emplace_back("heads", std::to_string(shape.heads));
    result.hyperparameters.emplace_back("window", std::to_string(shape.window));
    const auto window = static_cast<int>(shape.window);
    result.minimumSide = smallestMirroredSide(window);
    // Of the values and of the MLPs; the same everywhere.
    const auto kernel = static_cast<int>(std::min(layers.size(firstLocal, 2), largestWindow));
    const int groupEnd = layers.has("conv_after_body.weight") ? 1 : 2;
    constexpr int ends = 1 + 3;  // first convolution and tail
    const auto reach = [&](int shift) { return reachToOneSide(depths, window, shift, kernel / 2, groupEnd); };
    result.receptiveField = {.global = false,
                             .radius = ends + groupEnd + std::max(reach(window / 2), reach(window - window / 2)),
                             .evidence = "analytic (upper bound)"};
    result.cropping.multiple = window;
    result.routing = "each block keeps the keys of the largest weights, and later ones look at no others";
    return result;
}

}  // namespace

Architecture architecture() {
    return {"pft", matches, build};
}

}  // namespace lamscope::pft
