// SPDX-License-Identifier: GPL-3.0-or-later
// CSNLN: Mei et al., "Image Super-Resolution with Cross-Scale Non-Local Attention and Exhaustive Self-Exemplars
// Mining", CVPR 2020.
#include <algorithm>

#include <fmt/format.h>

#include "model/arch/architecture.h"
#include "model/arch/attention.h"
#include "model/arch/residual_blocks.h"
#include "runtime/torch_headers.h"

namespace lamscope::csnln {

namespace {

constexpr auto projectionPrefix = "SEM.multi_source_projection";
constexpr auto secondProjectionPrefix = "SEM.multi_source_projection_2";

/// A layer `prefix`.0 and the PReLU `prefix`.1, whose one slope all channels share.
template <typename Layer>
struct Activated {
    Layer layer;
    Prelu activation;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const { return activation(layer(x)); }
};

Prelu sharedSlope(LayerBuilder& layers, const std::string& prefix) {
    return {layers.tensor(prefix + ".weight", {1})};
}

Activated<Convolution> convolution(LayerBuilder& layers, const std::string& prefix, const ConvolutionShape& shape) {
    return {layers.convolution(prefix + ".0", shape), sharedSlope(layers, prefix + ".1")};
}

/// The kernels that change the resolution by a factor.
struct Resampling {
    std::int64_t kernel = 6;
    std::int64_t factor = 2;
    std::int64_t padding = 2;
};

Resampling resamplingBy(int factor) {
    switch (factor) {
        case 3:
            return {.kernel = 9, .factor = 3, .padding = 3};
        case 4:
            return {.kernel = 8, .factor = 4, .padding = 2};
        default:
            return {.kernel = 6, .factor = 2, .padding = 2};
    }
}

Activated<Convolution> reduction(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int factor) {
    const auto [kernel, stride, padding] = resamplingBy(factor);
    return convolution(layers, prefix,
                       {.in = features, .out = features, .kernel = kernel, .stride = stride, .padding = padding});
}

Activated<TransposedConvolution> enlargement(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                                             int factor) {
    const auto [kernel, stride, padding] = resamplingBy(factor);
    return {
        layers.transposedConvolution(
            prefix + ".0", {.in = features, .out = features, .kernel = kernel, .stride = stride, .padding = padding}),
        sharedSlope(layers, prefix + ".1")};
}

/// Queries, keys and values of an attention: 1x1 convolutions.
struct Embeddings {
    Activated<Convolution> queries;
    Activated<Convolution> keys;
    Activated<Convolution> values;

    /// `match` is the stem of the two matching convolutions' names.
    Embeddings(LayerBuilder& layers, const std::string& prefix, const std::string& match, std::int64_t features) {
        const auto inner = layers.size(fmt::format("{}.{}1.0.weight", prefix, match), 0);
        const ConvolutionShape matching{.in = features, .out = inner, .kernel = 1};
        queries = convolution(layers, fmt::format("{}.{}1", prefix, match), matching);
        keys = convolution(layers, fmt::format("{}.{}2", prefix, match), matching);
        values = convolution(layers, prefix + ".conv_assembly", {.in = features, .out = features, .kernel = 1});
    }
};

struct InScaleAttention {
    Embeddings embed;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        return attendToPixels(embed.queries(x), embed.keys(x), embed.values(x));
    }
};

/// Enlarges by a factor s: around every pixel, 3x3 neighbourhoods are compared with those of the image reduced by s,
/// and replaced by the mean of the corresponding 3s x 3s patches of the image itself, weighted by the likeness.
struct CrossScaleAttention {
    Embeddings embed;
    std::int64_t factor;

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        constexpr std::int64_t side = 3;
        constexpr double sharpness = 10.0;
        constexpr double smallestNorm = 1e-4;  // the buffer escape_NaN of the authors' class
        constexpr double overlap = 6.0;        // of the patches, in the authors' class: really 9 of them meet
        const auto height = x.size(2);
        const auto width = x.size(3);
        const auto neighbourhoods = [](const torch::Tensor& y) {
            return at::im2col(y, {side, side}, /*dilation=*/{1, 1}, /*padding=*/{1, 1}, /*stride=*/{1, 1});
        };
        const auto keys = neighbourhoods(embed.keys(resizeBilinear(x, height / factor, width / factor)));
        // The bound acts inside the root, whose slope is infinite at zero.
        const auto norms =
            keys.square().sum(1, /*keepdim=*/true).clamp_min(smallestNorm * smallestNorm).sqrt() / sharpness;
        const auto logits = at::matmul(neighbourhoods(embed.queries(x)).transpose(1, 2), keys / norms);
        const auto patch = side * factor;
        const auto patches = at::im2col(embed.values(x), {patch, patch}, {1, 1}, {factor, factor}, {factor, factor});
        const auto mixed = at::matmul(patches, at::softmax(logits, -1).transpose(1, 2));
        return at::col2im(mixed, {height * factor, width * factor}, {patch, patch}, {1, 1}, {factor, factor},
                          {factor, factor})
               / overlap;
    }
};

/// Multi-source projection: what the cross-scale attention adds to the enlarged in-scale attention is refined.
struct MultiSourceProjection {
    InScaleAttention inScale;
    Activated<TransposedConvolution> enlarge;
    CrossScaleAttention crossScale;
    Convolution refineFirst;
    Prelu refineActivation;
    Convolution refineSecond;

    MultiSourceProjection(LayerBuilder& layers, const std::string& prefix, std::int64_t features, int factor)
        : inScale{.embed = {layers, prefix + ".down_attention", "conv_match", features}}
        , enlarge(enlargement(layers, prefix + ".upsample", features, factor))
        , crossScale{.embed = {layers, prefix + ".up_attention", "conv_match_", features}, .factor = factor}
        , refineFirst(layers.convolution(prefix + ".encoder.body.0", {.in = features, .out = features}))
        , refineActivation(sharedSlope(layers, prefix + ".encoder.body.1"))
        , refineSecond(layers.convolution(prefix + ".encoder.body.2", {.in = features, .out = features})) {}

    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& x) const {
        const auto across = crossScale(x);
        return across + refineSecond(refineActivation(refineFirst(across - enlarge(inScale(x)))));
    }
};

/// A projection to a finer grid, corrected by what it misses of the input when it is reduced again.
struct CorrectedProjection {
    MultiSourceProjection project;
    Activated<Convolution> reduce;
    Activated<TransposedConvolution> enlargeError;

    /// `input` is on the LR grid; what is projected, the input itself or something made of it, may be finer.
    [[nodiscard]] torch::Tensor operator()(const torch::Tensor& projected, const torch::Tensor& input) const {
        const auto y = project(projected);
        return y + enlargeError(input - reduce(y));
    }
};

/// Self-exemplars mining cell: one step of the recurrence.
struct MiningCell {
    std::vector<CorrectedProjection> steps;
    Activated<Convolution> reduce;
    Activated<Convolution> last;

    MiningCell(LayerBuilder& layers, std::int64_t features, int scale)
        : last(convolution(layers, "SEM.post_conv", {.in = features, .out = features})) {
        const int factor = scale == 4 ? 2 : scale;
        steps.push_back({.project = {layers, projectionPrefix, features, factor},
                         .reduce = reduction(layers, "SEM.down_sample_1", features, factor),
                         .enlargeError = enlargement(layers, "SEM.error_encode", features, factor)});
        if (scale == 4) {
            steps.push_back({.project = {layers, secondProjectionPrefix, features, factor},
                             .reduce = reduction(layers, "SEM.down_sample_3", features, scale),
                             .enlargeError = enlargement(layers, "SEM.error_encode_2", features, scale)});
        }
        reduce = reduction(layers, scale == 4 ? "SEM.down_sample_4" : "SEM.down_sample_2", features, scale);
    }

    /// On the SR grid.
    [[nodiscard]] torch::Tensor enlarge(const torch::Tensor& x) const {
        auto y = x;
        for (const auto& step : steps) {
            y = step(y, x);
        }
        return y;
    }

    /// The input of the next step of the recurrence, from this one's enlarge().
    [[nodiscard]] torch::Tensor next(const torch::Tensor& enlarged) const { return last(reduce(enlarged)); }
};

class Csnln final : public NativeNetwork {
public:
    Csnln(LayerBuilder& layers, std::int64_t features, std::int64_t depth, int scale)
        : subtractMean_(makeMeanShift(layers, "sub_mean"))
        , addMean_(makeMeanShift(layers, "add_mean"))
        , head1_(convolution(layers, "head.0", {.in = 3, .out = features}))
        , head2_(convolution(layers, "head.1", {.in = features, .out = features}))
        , cell_(layers, features, scale)
        , tail_(layers.convolution("tail.0", {.in = depth * features, .out = 3}))
        , depth_(depth)
        , scale_(scale) {}

    [[nodiscard]] std::unique_ptr<Trunk> begin(const torch::Tensor& lr) const override {
        auto x = head2_(head1_(subtractMean_(lr)));
        std::vector<torch::Tensor> enlarged;
        for (std::int64_t i = 0; i < depth_; ++i) {
            if (i > 0) {
                x = cell_.next(enlarged.back());
            }
            enlarged.push_back(cell_.enlarge(x));
        }
        const auto features = at::cat(enlarged, 1);
        const auto tail = [this, features](const Crop& crop) { return addMean_(tail_(crop(features))); };
        return makeTrunk(features, tail, {.finer = scale_, .reach = 1});
    }

private:
    Convolution subtractMean_;
    Convolution addMean_;
    Activated<Convolution> head1_;
    Activated<Convolution> head2_;
    MiningCell cell_;
    Convolution tail_;
    std::int64_t depth_;
    int scale_;
};

bool matches(const LayerBuilder& layers) {
    return layers.has("SEM.multi_source_projection.up_attention.conv_match_1.0.weight");
}

int scaleOf(const LayerBuilder& layers) {
    if (layers.has(fmt::format("{}.upsample.0.weight", secondProjectionPrefix))) {
        return 4;
    }
    return layers.size(fmt::format("{}.upsample.0.weight", projectionPrefix), 2) == resamplingBy(3).kernel ? 3 : 2;
}

BuiltNetwork build(LayerBuilder& layers, int /*scale*/) {
    const auto features = layers.size("head.0.0.weight", 0);
    const auto depth = layers.size("tail.0.weight", 1) / std::max<std::int64_t>(features, 1);
    const int scale = scaleOf(layers);
    layers.ignore([](const std::string& key) { return key.ends_with(".escape_NaN"); });
    BuiltNetwork result;
    result.name = "CSNLN";
    result.hyperparameters = {{"features", std::to_string(features)}, {"depth", std::to_string(depth)}};
    result.scales = {scale};
    result.defaultRange = 1.0;
    result.mean = meanOfShift(layers, "sub_mean.bias", 1.0);
    result.sizeMultiple = scale == 3 ? 3 : 2;
    result.receptiveField = {
        .global = true, .radius = std::nullopt, .evidence = "analytic: non-local attention over the whole image"};
    result.network = std::make_unique<Csnln>(layers, features, depth, scale);
    return result;
}

}  // namespace

Architecture architecture() {
    return {"csnln", matches, build};
}

}  // namespace lamscope::csnln
