// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/arch/attention.h"

#include <algorithm>
#include <cmath>

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/secant/secant_rules.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {

EnhancedSpatialAttention makeSpatialAttention(LayerBuilder& layers, const std::string& prefix, std::int64_t features,
                                              const std::vector<std::string>& pooledNames) {
    const auto reduced = layers.size(prefix + ".conv1.weight", 0);
    EnhancedSpatialAttention attention;
    attention.activation = [](const torch::Tensor& x) { return at::relu(x); };
    attention.conv1 = layers.convolution(prefix + ".conv1", {.in = features, .out = reduced, .kernel = 1});
    attention.convF = layers.convolution(prefix + ".conv_f", {.in = reduced, .out = reduced, .kernel = 1});
    attention.conv2 = {
        layers.convolution(prefix + ".conv2", {.in = reduced, .out = reduced, .stride = 2, .padding = 0})};
    for (const auto& name : pooledNames) {
        attention.pooled.push_back(
            {layers.convolution(fmt::format("{}.{}", prefix, name), {.in = reduced, .out = reduced})});
    }
    attention.conv4 = layers.convolution(prefix + ".conv4", {.in = reduced, .out = features, .kernel = 1});
    return attention;
}

torch::Tensor EnhancedSpatialAttention::operator()(const torch::Tensor& x) const {
    const auto reduced = conv1(x);
    auto y = at::max_pool2d(applyChain(conv2, reduced), {7, 7}, {3, 3});
    for (std::size_t i = 0; i < pooled.size(); ++i) {
        y = applyChain(pooled[i], y);
        if (activation != nullptr && i + 1 < pooled.size()) {
            y = activation(y);
        }
    }
    y = resizeBilinear(y, x.size(2), x.size(3));
    return x * at::sigmoid(conv4(y + convF(reduced)));
}

ContrastChannelAttention::ContrastChannelAttention(LayerBuilder& layers, const std::string& prefix,
                                                   std::int64_t features) {
    const auto reduced = layers.size(prefix + ".0.weight", 0);
    squeeze = layers.convolution(prefix + ".0", {.in = features, .out = reduced, .kernel = 1});
    excite = layers.convolution(prefix + ".2", {.in = reduced, .out = features, .kernel = 1});
}

namespace {

/// Standard deviation plus mean of every channel, [n, c, h, w] -> [n, c, 1, 1], with a gradient of one pass over the
/// features where the framework's own would take six. The root has an infinite slope at zero: a constant channel would
/// turn every gradient into NaN. Such a channel gets the subgradient 0.
class Contrast : public torch::autograd::Function<Contrast> {
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
        const auto mean = x.mean({2, 3}, /*keepdim=*/true);
        const auto difference = x - mean;
        const auto deviation = difference.square().mean({2, 3}, /*keepdim=*/true).sqrt();
        context->save_for_backward({difference, deviation});
        return deviation + mean;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto& difference = saved[0];
        const auto& deviation = saved[1];
        // ∂mean/∂x_i = 1/N, ∂deviation/∂x_i = (x_i − mean) / (N·deviation)
        const auto ofMean = gradients[0] / static_cast<double>(difference.size(2) * difference.size(3));
        const auto ofDifference = at::where(deviation > 0, ofMean / deviation, at::zeros_like(deviation));
        return {at::addcmul(ofMean, difference, ofDifference)};
    }
};

/// The same over a cell of a path, see SecantScope, in two passes. With the differences d from the mean at the two ends
/// a and b: Δdeviation = mean((d_a + d_b)·Δx) / (deviation_a + deviation_b).
class ContrastOverCell : public torch::autograd::Function<ContrastOverCell> {
public:
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
        const auto mean = x.mean({2, 3}, /*keepdim=*/true);
        const auto difference = x - mean;
        const auto deviation = difference.square().mean({2, 3}, /*keepdim=*/true).sqrt();
        auto& scope = *SecantScope::current();
        context->save_for_backward({difference, scope.atLeftEnds(difference), deviation + scope.atLeftEnds(deviation)});
        return deviation + mean;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   const torch::autograd::variable_list& gradients) {
        const auto saved = context->get_saved_variables();
        const auto& deviations = saved[2];
        const auto ofMean = gradients[0] / static_cast<double>(saved[0].size(2) * saved[0].size(3));
        const auto ofDifferences = at::where(deviations > 0, ofMean / deviations, at::zeros_like(deviations));
        return {at::addcmul(ofMean, saved[0], ofDifferences).addcmul_(saved[1], ofDifferences)};
    }
};

torch::Tensor contrast(const torch::Tensor& x) {
    if (!secantScopeIsOpen()) {
        return Contrast::apply(x);
    }
    const c10::impl::ExcludeDispatchKeyGuard ownRule(secantKey);
    return ContrastOverCell::apply(x);
}

}  // namespace

torch::Tensor ContrastChannelAttention::operator()(const torch::Tensor& x) const {
    return x * at::sigmoid(excite(relu(squeeze(contrast(x)))));
}

torch::Tensor unitVectors(const torch::Tensor& x) {
    constexpr double shortest = 1e-12;
    return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(shortest);
}

torch::Tensor attendToPixels(const torch::Tensor& queries, const torch::Tensor& keys, const torch::Tensor& values) {
    const auto channels = values.size(1);
    // The fused kernels, which never hold all weights at once, want the channels side by side and of one count: zeros
    // add nothing to the products, and come out of the values as channels that are cut off.
    const auto width = std::max(channels, queries.size(1));
    const auto tokens = [&](const torch::Tensor& x) {
        const auto rows = x.flatten(2).transpose(1, 2).unsqueeze(1).contiguous();
        return x.size(1) == width ? rows : at::constant_pad_nd(rows, {0, width - x.size(1)});
    };
    const auto y = at::scaled_dot_product_attention(tokens(queries), tokens(keys), tokens(values), /*attn_mask=*/{},
                                                    /*dropout_p=*/0.0, /*is_causal=*/false, /*scale=*/1.0);
    return y.squeeze(1)
        .narrow(2, 0, channels)
        .transpose(1, 2)
        .reshape({queries.size(0), channels, queries.size(2), queries.size(3)});
}

torch::Tensor attendByHeads(const torch::Tensor& queries, const torch::Tensor& keys, const torch::Tensor& values,
                            std::int64_t heads) {
    const double scale = 1.0 / std::sqrt(static_cast<double>(queries.size(2) / heads));
    // The fused kernels, which never hold all weights at once, want one number of channels: zeros change no product.
    const auto width = std::max(queries.size(2), values.size(2)) / heads;
    const auto byHeads = [&](const torch::Tensor& x) {
        const auto parts = x.reshape({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
        return at::constant_pad_nd(parts, {0, width - parts.size(3)});
    };
    const auto y = at::scaled_dot_product_attention(byHeads(queries), byHeads(keys), byHeads(values), /*attn_mask=*/{},
                                                    /*dropout_p=*/0.0, /*is_causal=*/false, scale);
    return y.narrow(3, 0, values.size(2) / heads).transpose(1, 2).reshape({queries.size(0), queries.size(1), -1});
}

}  // namespace lamscope
