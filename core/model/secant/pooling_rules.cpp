// SPDX-License-Identifier: GPL-3.0-or-later
// Pooling by the maximum.
#include <cstddef>
#include <tuple>

#include "model/secant/secant_rule.h"

namespace lamscope::secant {

namespace {

/// How much of the gradient goes to the winner at the left end: with i the winner at a and j at b, u = a_i − a_j,
/// v = b_j − b_i, the share of i is u / (u + v), a half where both are 0.
/// @param left, right  [n, c, h, w]; the winners are indices into h·w, [n, c, h', w'].
Tensor shareOfLeftWinner(const Tensor& left, const Tensor& right, const Tensor& leftWinner, const Tensor& rightWinner) {
    const auto at = [](const Tensor& x, const Tensor& winner) {
        return x.flatten(2).gather(2, winner.flatten(2)).view(winner.sizes());
    };
    const auto u = at(left, leftWinner) - at(left, rightWinner);
    const auto v = at(right, rightWinner) - at(right, leftWinner);
    const auto sum = u + v;
    return at::where(sum > 0, u / at::where(sum > 0, sum, at::ones_like(sum)), at::full_like(sum, 0.5));
}

/// Gradients of winners at their places, added up.
Tensor scattered(const Tensor& gradient, const Tensor& winner, const Tensor& like) {
    return at::zeros({like.size(0), like.size(1), like.size(2) * like.size(3)}, gradient.options())
        .scatter_add_(2, winner.flatten(2), gradient.flatten(2))
        .view(like.sizes());
}

Gradients throughPooling(AutogradContext* context, const Tensor& gradient, std::size_t arguments) {
    const auto saved = context->get_saved_variables();
    const auto share = shareOfLeftWinner(saved[1], saved[0], saved[3], saved[2]);
    Gradients result(arguments);
    result[0] =
        scattered(gradient * share, saved[3], saved[0]) + scattered(gradient * (1.0 - share), saved[2], saved[0]);
    return result;
}

class MaxPool : public torch::autograd::Function<MaxPool> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left, at::IntArrayRef kernel,
                          at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, bool ceil) {
        auto [values, winner] = at::max_pool2d_with_indices(x, kernel, stride, padding, dilation, ceil);
        const auto leftWinner = std::get<1>(at::max_pool2d_with_indices(left, kernel, stride, padding, dilation, ceil));
        context->save_for_backward({x, left, winner, leftWinner});
        return values;
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        return throughPooling(context, gradients[0], 7);
    }
};

Tensor maxPool(const Tensor& x, at::IntArrayRef kernel, at::IntArrayRef stride, at::IntArrayRef padding,
               at::IntArrayRef dilation, bool ceil) {
    return byRule(
        dependsOnPath(x), [&] { return at::max_pool2d(x, kernel, stride, padding, dilation, ceil); },
        [&] { return MaxPool::apply(x, atLeftEnds(x), kernel, stride, padding, dilation, ceil); });
}

class AdaptiveMaxPool : public torch::autograd::Function<AdaptiveMaxPool> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left, at::IntArrayRef size) {
        auto [values, winner] = at::adaptive_max_pool2d(x, size);
        context->save_for_backward({x, left, winner, std::get<1>(at::adaptive_max_pool2d(left, size))});
        return values;
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        return throughPooling(context, gradients[0], 3);
    }
};

/// The places of the winners are those of the right end.
std::tuple<Tensor, Tensor> adaptiveMaxPool(const Tensor& x, at::IntArrayRef size) {
    return byRule(
        dependsOnPath(x), [&] { return at::adaptive_max_pool2d(x, size); },
        [&] { return std::tuple(Tensor(AdaptiveMaxPool::apply(x, atLeftEnds(x), size)), Tensor()); });
}

}  // namespace

void addPoolingRules(torch::Library& rules) {
    rules.impl("max_pool2d", TORCH_FN(maxPool));
    rules.impl("adaptive_max_pool2d", TORCH_FN(adaptiveMaxPool));
}

}  // namespace lamscope::secant
