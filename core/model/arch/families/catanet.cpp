// SPDX-License-Identifier: GPL-3.0-or-later
// CATANet: Liu et al., "CATANet: Efficient Content-Aware Token Aggregation for Lightweight Image Super-Resolution",
// CVPR 2025.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "model/arch/architecture.h"
#include "model/arch/assumed_numbers.h"
#include "model/arch/attention.h"
#include "model/arch/convolutional_mlp.h"
#include "model/arch/restoration_transformer.h"
#include "runtime/torch_headers.h"

namespace lamscope::catanet {

namespace {

/// That of the largest patches.
constexpr int smallestSide = 28;

/// What no shape tells. Groups and patches of block i are those of number i, counted round and round.
struct Constants {
    std::int64_t heads = 0;
    std::vector<std::int64_t> groupSizes;
    std::vector<std::int64_t> patchSides;
};

struct Projections {
    Linear query;
    Linear key;
    Linear value;
    Linear proj;

    Projections(LayerBuilder& layers, const std::string& prefix, std::int64_t features)
        : query(layers.linear(prefix + ".to_q", features, layers.size(prefix + ".to_q.weight", 0), /*bias=*/false))
        , key(layers.linear(prefix + ".to_k", features, layers.size(prefix + ".to_q.weight", 0), /*bias=*/false))
        , value(layers.linear(prefix + ".to_v", features, features, /*bias=*/false))
        , proj(layers.linear(prefix + ".proj", features, features, /*bias=*/false)) {}
};

/// The last `count` tokens, backwards, behind the others.
torch::Tensor filled(const torch::Tensor& tokens, std::int64_t count) {
    return at::cat({tokens, tokens.narrow(1, tokens.size(1) - count, count).flip({1})}, 1);
}

/// Attention of each token to those that are most like the same centre, and to the centres.
struct TokenAggregation {
    LayerNorm norm;
    torch::Tensor centres;  ///< [centres, features]
    Linear centreKey;
    Linear centreValue;
    Projections projections;
    Convolution last;
    LayerNorm mlpNorm;
    ConvolutionalMlp mlp;
    std::int64_t heads;
    std::int64_t groupSize;

    TokenAggregation(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const Constants& constants,
                     std::size_t number)
        : norm(layers.layerNorm(prefix + ".norm", features))
        , centres(layers.buffer(prefix + ".means", {layers.size(prefix + ".means", 0), features}))
        , centreKey(layers.linear(prefix + ".irca_attn.to_k", features,
                                  layers.size(prefix + ".iasa_attn.to_q.weight", 0), /*bias=*/false))
        , centreValue(layers.linear(prefix + ".irca_attn.to_v", features, features, /*bias=*/false))
        , projections(layers, prefix + ".iasa_attn", features)
        , last(layers.convolution(prefix + ".conv1x1", {.in = features, .out = features, .kernel = 1, .bias = false}))
        , mlpNorm(layers.layerNorm(prefix + ".mlp.norm", features))
        , mlp(layers, prefix + ".mlp.fn", features)
        , heads(constants.heads)
        , groupSize(constants.groupSizes[number % constants.groupSizes.size()]) {
        const auto initted = layers.values(prefix + ".initted");
        static_cast<void>(layers.buffer(prefix + ".initted", {}));
        if (initted.size() == 1 && initted.front() == 0.0F) {
            throw Error(ErrorCode::UnsupportedModel,
                        fmt::format("the token centres {}.means have never been trained ({}.initted is false): save "
                                    "the network again after its training has begun",
                                    prefix, prefix));
        }
    }

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& image) const {
        const auto y = image + aggregate(image);
        return y + mlp(mlpNorm(y));
    }

private:
    [[nodiscard]] torch::Tensor aggregate(const torch::Tensor& image) const {
        const auto tokens = norm(image).flatten(1, 2);
        const auto order = orderOf(tokens.detach());
        const auto sorted = [&](const torch::Tensor& x) { return x.gather(1, order.unsqueeze(2).expand_as(x)); };
        const auto queries = sorted(projections.query(tokens));
        const auto near = attendInGroups(queries, sorted(projections.key(tokens)), sorted(projections.value(tokens)));
        const auto toAll = [&](const torch::Tensor& x) { return x.unsqueeze(0).expand({tokens.size(0), -1, -1}); };
        const auto far = attendByHeads(queries, toAll(centreKey(centres)), toAll(centreValue(centres)), heads);
        const auto joined = near + far;
        const auto back = joined.gather(1, order.argsort().unsqueeze(2).expand_as(joined));
        return channelsLast(last(channelsFirst(projections.proj(back).view(image.sizes()))));
    }

    /// The tokens by the number of the centre whose direction is the nearest to theirs.
    [[nodiscard]] torch::Tensor orderOf(const torch::Tensor& tokens) const {
        const auto direction = [](const torch::Tensor& x) {
            constexpr double shortest = 1e-12;
            return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(shortest);
        };
        const auto nearest = at::matmul(direction(tokens), direction(centres).t()).argmax(-1);
        return at::argsort(nearest, /*stable=*/true, -1, /*descending=*/false);
    }

    /// Each group attends to itself and the next one.
    [[nodiscard]] torch::Tensor attendInGroups(const torch::Tensor& queries, const torch::Tensor& keys,
                                               const torch::Tensor& values) const {
        const auto count = queries.size(1);
        const auto size = std::min(count, groupSize);
        const auto missing = (size - count % size) % size;
        const auto groups = [&](const torch::Tensor& x, std::int64_t length) {
            return x.unfold(1, length, size).transpose(2, 3).flatten(0, 1);
        };
        const auto ofNeighbours = [&](const torch::Tensor& x) { return groups(filled(x, missing + size), 2 * size); };
        const auto y =
            attendByHeads(groups(filled(queries, missing), size), ofNeighbours(keys), ofNeighbours(values), heads);
        return y.reshape({queries.size(0), -1, y.size(2)}).narrow(1, 0, count);
    }
};

/// Where patches begin along a side; they overlap by two pixels, the last one is pushed back inside.
struct PatchRow {
    std::vector<std::int64_t> begins;
    torch::Tensor shares;  ///< [side]: what sums of patches are multiplied by

    PatchRow(std::int64_t side, std::int64_t patch, const torch::TensorOptions& options)
        : shares(at::ones({side}, options)) {
        constexpr std::int64_t overlap = 2;
        constexpr double half = 0.5;
        const auto step = patch - overlap;
        for (std::int64_t i = 0; i < side - overlap; i += step) {
            begins.push_back(std::min(i, side - patch));
            if (i > 0) {
                shares.narrow(0, begins.back(), i + overlap - begins.back()).mul_(half);
            }
        }
    }
};

/// Attention within overlapping patches.
struct LocalAttention {
    LayerNorm norm;
    Projections projections;
    LayerNorm mlpNorm;
    ConvolutionalMlp mlp;
    std::int64_t heads;
    std::int64_t patch;

    LocalAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const Constants& constants,
                   std::size_t number)
        : norm(layers.layerNorm(prefix + ".layer.0.norm", features))
        , projections(layers, prefix + ".layer.0.fn", features)
        , mlpNorm(layers.layerNorm(prefix + ".layer.1.norm", features))
        , mlp(layers, prefix + ".layer.1.fn", features)
        , heads(constants.heads)
        , patch(constants.patchSides[number % constants.patchSides.size()]) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& image) const {
        const PatchRow rows(image.size(1), patch, image.options().requires_grad(false));
        const PatchRow columns(image.size(2), patch, image.options().requires_grad(false));
        const auto numbers = pixelNumbers(rows, columns, image);
        const auto tokens = image.flatten(1, 2);
        const auto patches = tokens.index_select(1, numbers).reshape({-1, patch * patch, image.size(3)});
        const auto normed = norm(patches);
        const auto attended = projections.proj(
            attendByHeads(projections.query(normed), projections.key(normed), projections.value(normed), heads));
        const auto sum = at::zeros_like(tokens).index_add(
            1, numbers, (patches + attended).reshape({image.size(0), -1, image.size(3)}));
        const auto y = sum.view(image.sizes()) * (rows.shares.unsqueeze(1) * columns.shares).unsqueeze(2);
        return y + mlp(mlpNorm(y));
    }

private:
    /// The numbers of the pixels of all patches, one patch after the other.
    [[nodiscard]] torch::Tensor pixelNumbers(const PatchRow& rows, const PatchRow& columns,
                                             const torch::Tensor& image) const {
        const auto all =
            at::arange(image.size(1) * image.size(2), image.options().requires_grad(false).dtype(torch::kLong))
                .view({image.size(1), image.size(2)});
        std::vector<torch::Tensor> numbers;
        for (const auto top : rows.begins) {
            for (const auto left : columns.begins) {
                numbers.push_back(all.narrow(0, top, patch).narrow(1, left, patch).flatten());
            }
        }
        return at::cat(numbers);
    }
};

struct AggregationBlock {
    TokenAggregation aggregation;
    LocalAttention local;

    AggregationBlock(LayerBuilder& layers, const std::string& prefix, std::int64_t features, const Constants& constants,
                     std::size_t number)
        : aggregation(layers, prefix + ".0", features, constants, number)
        , local(layers, prefix + ".1", features, constants, number) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& image) const {
        return channelsFirst(local(aggregation(channelsLast(image))));
    }
};

class CataNet final : public NativeNetwork {
public:
    CataNet(LayerBuilder& layers, std::int64_t features, int blocks, const Constants& constants)
        : first_(layers.convolution("first_conv", {.in = 3, .out = features})) {
        for (int i = 0; i < blocks; ++i) {
            blocks_.emplace_back(layers, fmt::format("blocks.{}", i), features, constants, static_cast<std::size_t>(i));
            after_.push_back(layers.convolution(fmt::format("mid_convs.{}", i), {.in = features, .out = features}));
        }
        for (const std::string name : {"upconv", "upconv1", "upconv2"}) {
            if (layers.has(name + ".weight")) {
                const auto out = layers.size(name + ".weight", 0);
                const auto ratio = static_cast<double>(out) / static_cast<double>(std::max<std::int64_t>(features, 1));
                const int factor = std::clamp(static_cast<int>(std::lround(std::sqrt(ratio))), 1, 4);
                enlarging_.push_back(
                    {layers.convolution(name, {.in = features, .out = features * factor * factor}), factor});
            }
        }
        last_ = layers.convolution("last_conv", {.in = features, .out = 3});
    }

    [[nodiscard]] bool hasSecantRules() const override { return false; }

    [[nodiscard]] int scale() const {
        int scale = 1;
        for (const auto& [convolution, factor] : enlarging_) {
            scale *= factor;
        }
        return scale;
    }

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        const auto first = first_(lr);
        auto x = first;
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            x = x + after_[i](blocks_[i](x));
        }
        x = x + first;
        return makeTrunk(x, [this, x, lr](const Crop& crop) {
            constexpr double slope = 0.1;
            auto y = crop(x);
            for (const auto& [convolution, factor] : enlarging_) {
                y = leakyRelu(at::pixel_shuffle(convolution(y), factor), slope);
            }
            return last_(y) + enlargeBilinear(crop(lr), scale());
        });
    }

private:
    struct Step {
        Convolution convolution;
        int factor;
    };

    Convolution first_;
    std::vector<NamedBlock<AggregationBlock>> blocks_;
    std::vector<Convolution> after_;
    std::vector<Step> enlarging_;
    Convolution last_;
};

/// Whole numbers from `least` to `largest`.
std::vector<std::int64_t> assumedNumbers(LayerBuilder& layers, const std::string& name,
                                         const std::vector<double>& published, int least, int largest) {
    std::vector<std::int64_t> numbers;
    for (const double value : layers.assumed(name, published)) {
        if (!(value >= least && value <= largest && value == std::floor(value))) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{}={}: a CATANet takes whole numbers from {} to {}", name, value, least, largest));
        }
        numbers.push_back(static_cast<std::int64_t>(value));
    }
    return numbers;
}

bool matches(const LayerBuilder& layers) {
    return layers.has("blocks.0.0.irca_attn.to_k.weight");
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("first_conv.weight", 0);
    const int blocks = layers.countAfter("blocks.");
    Constants constants;
    constexpr int largestGroup = smallestSide * smallestSide / 2;  // a group and the next one are within an image
    constexpr int smallestPatch = 3;
    constants.groupSizes = assumedNumbers(layers, "group_size", {256.0, 128.0, 64.0, 32.0}, 1, largestGroup);
    constants.patchSides = assumedNumbers(layers, "patch_size", {16.0, 20.0, 24.0, 28.0}, smallestPatch, smallestSide);
    const auto reduced = layers.size("blocks.0.0.iasa_attn.to_q.weight", 0);
    constants.heads = assumedHeads(layers, 4, std::gcd(features, reduced));
    auto network = std::make_unique<CataNet>(layers, features, blocks, constants);
    BuiltNetwork result;
    result.name = "CATANet";
    result.hyperparameters = {{"features", std::to_string(features)},
                              {"blocks", std::to_string(blocks)},
                              {"centres of the first block", std::to_string(layers.size("blocks.0.0.means", 0))}};
    result.scales = {network->scale()};
    result.defaultRange = 1.0;
    result.minimumSide = smallestSide;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: tokens of the whole image are sorted"};
    result.routing = "tokens attend within groups of a sorting by their nearest centres, an arg max";
    result.network = std::move(network);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"catanet", matches, build};
}

}  // namespace lamscope::catanet
