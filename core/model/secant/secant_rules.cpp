// SPDX-License-Identifier: GPL-3.0-or-later
// The rule of each operation, at the framework's dispatcher. In the comments Δ is the difference between the ends of a
// cell, x̄ the mean of the two ends, and g the gradient that arrives. Every rule is exact: with it, g·Δy = g′·Δx.
#include "model/secant/secant_rules.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "base/error.h"
#include "model/secant/secant_kernels.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope {

// Names of operations are common: the networks have some of their own.
namespace secant {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using Gradients = torch::autograd::variable_list;

/// Operations inside a rule go the usual way.
using Usual = c10::impl::ExcludeDispatchKeyGuard;

bool dependsOnPath(const Tensor& x) {
    return x.defined() && x.requires_grad() && at::GradMode::is_enabled();
}

Tensor atLeftEnds(const Tensor& x) {
    const Usual usual(secantKey);
    return SecantScope::current()->atLeftEnds(x);
}

Tensor meanOf(const Tensor& left, const Tensor& right) {
    return at::lerp(left, right, 0.5);  // in one pass
}

/// x / y, 0 where y is 0.
Tensor quotientOrZero(const Tensor& x, const Tensor& y) {
    return at::where(y != 0, x / at::where(y != 0, y, at::ones_like(y)), at::zeros_like(y));
}

// ---- gates -------------------------------------------------------------------------------------------------------

/// max(x, 0) + slope·min(x, 0).
class Gate : public torch::autograd::Function<Gate> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left, double slope) {
        context->save_for_backward({x, left});
        context->saved_data["slope"] = slope;
        return slope == 0.0 ? at::relu(x) : at::leaky_relu(x, slope);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {throughGate(gradients[0], saved[1], saved[0], context->saved_data["slope"].toDouble()), {}, {}};
    }
};

Tensor gate(const Tensor& x, double slope) {
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return Gate::apply(x, left, slope);
}

Tensor relu(const Tensor& x) {
    if (dependsOnPath(x)) {
        return gate(x, 0.0);
    }
    const Usual usual(secantKey);
    return at::relu(x);
}

Tensor leakyRelu(const Tensor& x, const at::Scalar& slope) {
    if (dependsOnPath(x)) {
        return gate(x, slope.toDouble());
    }
    const Usual usual(secantKey);
    return at::leaky_relu(x, slope);
}

/// max(x, least) = least + max(x − least, 0).
Tensor clampMin(const Tensor& x, const at::Scalar& least) {
    if (dependsOnPath(x)) {
        const auto above = gate(x - least, 0.0);
        const Usual usual(secantKey);
        return above + least;
    }
    const Usual usual(secantKey);
    return at::clamp_min(x, least);
}

class LearnedGate : public torch::autograd::Function<LearnedGate> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left, const Tensor& slope) {
        context->save_for_backward({x, left, slope});
        return at::prelu(x, slope);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        const auto open = throughGate(gradients[0], saved[1], saved[0], 0.0);
        auto slope = saved[2];
        if (slope.numel() > 1) {
            std::vector<std::int64_t> shape(static_cast<std::size_t>(open.dim()), 1);
            shape[1] = -1;
            slope = slope.view(shape);
        }
        return {open + slope * (gradients[0] - open), {}, {}};
    }
};

Tensor prelu(const Tensor& x, const Tensor& slope) {
    if (!dependsOnPath(x)) {
        const Usual usual(secantKey);
        return at::prelu(x, slope);
    }
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return LearnedGate::apply(x, left, slope);
}

// ---- smooth functions of one value -------------------------------------------------------------------------------

/// A function of one value whose rule is a kernel of the values at both ends.
template <Tensor (*function)(const Tensor& x),
          Tensor (*through)(const Tensor& gradient, const Tensor& left, const Tensor& right)>
class OfOneValue : public torch::autograd::Function<OfOneValue<function, through>> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left) {
        context->save_for_backward({x, left});
        return function(x);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {through(gradients[0], saved[1], saved[0]), {}};
    }
};

Tensor usualSigmoid(const Tensor& x) {
    return at::sigmoid(x);
}

Tensor usualGelu(const Tensor& x) {
    return at::gelu(x);
}

/// Δσ = σ(b)·(1 − σ(a))·(1 − e^−Δ): no difference of close numbers.
using Sigmoid = OfOneValue<usualSigmoid, throughSigmoid>;
/// x·Φ(x), as a product: Φ̄ + x̄·ΔΦ/Δx.
using Gelu = OfOneValue<usualGelu, throughGelu>;

/// 1 / (√a + √b), 0 where both are 0.
class SquareRoot : public torch::autograd::Function<SquareRoot> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left) {
        auto root = at::sqrt(x);
        context->save_for_backward({root, left});
        return root;
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {quotientOrZero(gradients[0], saved[0] + at::sqrt(saved[1])), {}};
    }
};

template <typename Function, typename UsualWay>
Tensor elementwise(const Tensor& x, const UsualWay& usualWay) {
    if (!dependsOnPath(x)) {
        const Usual usual(secantKey);
        return usualWay(x);
    }
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return Function::apply(x, left);
}

Tensor sigmoid(const Tensor& x) {
    return elementwise<Sigmoid>(x, usualSigmoid);
}

Tensor squareRoot(const Tensor& x) {
    return elementwise<SquareRoot>(x, [](const Tensor& y) { return at::sqrt(y); });
}

Tensor gelu(const Tensor& x, c10::string_view approximate) {
    if (dependsOnPath(x) && approximate != "none") {
        throw Error(ErrorCode::ModelFailure, "there is no rule for gelu by tanh");
    }
    return elementwise<Gelu>(x, [&](const Tensor& y) { return at::gelu(y, approximate); });
}

// ---- products and quotients --------------------------------------------------------------------------------------

/// The gradient times the mean of a factor, in the shape of the other.
Tensor throughFactor(const Tensor& gradient, const Tensor& left, const Tensor& right, const Tensor& other) {
    constexpr double half = 0.5;
    const auto whole = right.sizes() == gradient.sizes() ? throughProduct(gradient, left, right, half)
                                                         : gradient * meanOf(left, right);
    return at::sum_to(whole, other.sizes());
}

/// Δ(xy) = ȳΔx + x̄Δy.
class Product : public torch::autograd::Function<Product> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& y, const Tensor& xLeft,
                          const Tensor& yLeft) {
        context->save_for_backward({x, y, xLeft, yLeft});
        return at::mul(x, y);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {throughFactor(gradients[0], saved[3], saved[1], saved[0]),
                throughFactor(gradients[0], saved[2], saved[0], saved[1]),
                {},
                {}};
    }
};

class Square : public torch::autograd::Function<Square> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left) {
        context->save_for_backward({x, left});
        return at::square(x);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {throughProduct(gradients[0], saved[1], saved[0], 1.0), {}};
    }
};

class MatrixProduct : public torch::autograd::Function<MatrixProduct> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& y, const Tensor& xLeft,
                          const Tensor& yLeft) {
        context->save_for_backward({x, y, xLeft, yLeft});
        return at::matmul(x, y);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {at::sum_to(at::matmul(gradients[0], meanOf(saved[3], saved[1]).transpose(-2, -1)), saved[0].sizes()),
                at::sum_to(at::matmul(meanOf(saved[2], saved[0]).transpose(-2, -1), gradients[0]), saved[1].sizes()),
                {},
                {}};
    }
};

/// Δ(1/y) = −Δy / (y_a·y_b), and the product of x and 1/y.
class Quotient : public torch::autograd::Function<Quotient> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& y, const Tensor& xLeft,
                          const Tensor& yLeft) {
        context->save_for_backward({x, y, xLeft, yLeft});
        return at::div(x, y);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        const auto ends = saved[1] * saved[3];
        return {at::sum_to(gradients[0] * (meanOf(saved[1], saved[3]) / ends), saved[0].sizes()),
                at::sum_to(-gradients[0] * (meanOf(saved[2], saved[0]) / ends), saved[1].sizes()),
                {},
                {}};
    }
};

Tensor square(const Tensor& x) {
    return elementwise<Square>(x, [](const Tensor& y) { return at::square(y); });
}

template <typename Function>
Tensor bilinear(const Tensor& x, const Tensor& y) {
    const auto xLeft = atLeftEnds(x);
    const auto yLeft = atLeftEnds(y);
    const Usual usual(secantKey);
    return Function::apply(x, y, xLeft, yLeft);
}

Tensor product(const Tensor& x, const Tensor& y) {
    if (x.is_same(y)) {
        return secant::square(x);
    }
    if (dependsOnPath(x) && dependsOnPath(y)) {
        return bilinear<Product>(x, y);
    }
    const Usual usual(secantKey);
    return at::mul(x, y);
}

Tensor matrixProduct(const Tensor& x, const Tensor& y) {
    if (dependsOnPath(x) && dependsOnPath(y)) {
        return bilinear<MatrixProduct>(x, y);
    }
    const Usual usual(secantKey);
    return at::matmul(x, y);
}

Tensor silu(const Tensor& x) {
    if (dependsOnPath(x)) {
        return secant::product(x, secant::sigmoid(x));
    }
    const Usual usual(secantKey);
    return at::silu(x);
}

Tensor quotient(const Tensor& x, const Tensor& y) {
    if (dependsOnPath(x) && dependsOnPath(y)) {
        return bilinear<Quotient>(x, y);
    }
    if (dependsOnPath(y)) {
        throw Error(ErrorCode::ModelFailure, "there is no rule for a constant divided by features");
    }
    const Usual usual(secantKey);
    return at::div(x, y);
}

/// Where the condition is the same at both ends, a choice is linear. A switch within a cell counts half for each side;
/// exact only if the two sides agree where it happens.
class Choice : public torch::autograd::Function<Choice> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& share, const Tensor& condition, const Tensor& x,
                          const Tensor& y) {
        context->save_for_backward({share, x, y});
        return at::where(condition, x, y);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {{},
                {},
                at::sum_to(gradients[0] * saved[0], saved[1].sizes()),
                at::sum_to(gradients[0] * (1.0 - saved[0]), saved[2].sizes())};
    }
};

Tensor choice(const Tensor& condition, const Tensor& x, const Tensor& y) {
    if (!dependsOnPath(x) && !dependsOnPath(y)) {
        const Usual usual(secantKey);
        return at::where(condition, x, y);
    }
    const auto& features = dependsOnPath(x) ? x : y;
    if (condition.dim() < features.dim() || condition.size(0) != features.size(0)) {
        const Usual usual(secantKey);  // the same for all images
        return at::where(condition, x, y);
    }
    const auto left = atLeftEnds(condition);
    const Usual usual(secantKey);
    const auto type = dependsOnPath(x) ? x.scalar_type() : y.scalar_type();
    return Choice::apply(meanOf(left.to(type), condition.to(type)), condition, x, y);
}

// ---- normalisation -----------------------------------------------------------------------------------------------

// y = (x − mean) / √(variance + ε) is the product of x − mean and the reciprocal of a root of a mean of squares:
// Δ(1/r) = −Δr / (r_a·r_b), Δr = Δ(r²) / (r_a + r_b), Δ(mean of d²) = mean of 2·d̄·Δd.

/// What is missing of weight and bias, which scale nothing and add nothing.
Tensor orFilled(const std::optional<Tensor>& given, const Tensor& x, at::IntArrayRef shape, double value) {
    return given && given->defined() ? *given : at::full(shape, value, x.options());
}

class LayerNormalisation : public torch::autograd::Function<LayerNormalisation> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left, const Tensor& weight,
                          const Tensor& bias, at::IntArrayRef shape, double epsilon) {
        context->save_for_backward({x, left, weight});
        context->saved_data["epsilon"] = epsilon;
        context->saved_data["dimensions"] = std::ssize(shape);
        return at::layer_norm(x, shape, weight, bias, epsilon);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        const auto gradient = gradients[0] * saved[2];
        return {throughNormalisation(gradient, saved[1], saved[0], context->saved_data["dimensions"].toInt(),
                                     context->saved_data["epsilon"].toDouble()),
                {},
                {},
                {},
                {},
                {}};
    }
};

Tensor layerNorm(const Tensor& x, at::IntArrayRef shape, const std::optional<Tensor>& weight,
                 const std::optional<Tensor>& bias, double epsilon, bool useCudnn) {
    if (!dependsOnPath(x)) {
        const Usual usual(secantKey);
        return at::layer_norm(x, shape, weight, bias, epsilon, useCudnn);
    }
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return LayerNormalisation::apply(x, left, orFilled(weight, x, shape, 1.0), orFilled(bias, x, shape, 0.0), shape,
                                     epsilon);
}

class GroupNormalisation : public torch::autograd::Function<GroupNormalisation> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left, const Tensor& weight,
                          const Tensor& bias, std::int64_t groups, double epsilon) {
        context->save_for_backward({x, left, weight});
        context->saved_data["epsilon"] = epsilon;
        context->saved_data["groups"] = groups;
        return at::group_norm(x, groups, weight, bias, epsilon);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        const auto& x = saved[0];
        const auto groups = context->saved_data["groups"].toInt();
        const auto grouped = [&](const Tensor& y) { return y.reshape({x.size(0), groups, -1}); };
        std::vector<std::int64_t> channels(static_cast<std::size_t>(x.dim()), 1);
        channels[1] = -1;
        const auto gradient = gradients[0] * saved[2].view(channels);
        return {throughNormalisation(grouped(gradient), grouped(saved[1]), grouped(x), 1,
                                     context->saved_data["epsilon"].toDouble())
                    .view(x.sizes()),
                {},
                {},
                {},
                {},
                {}};
    }
};

Tensor groupNorm(const Tensor& x, std::int64_t groups, const std::optional<Tensor>& weight,
                 const std::optional<Tensor>& bias, double epsilon, bool useCudnn) {
    if (!dependsOnPath(x)) {
        const Usual usual(secantKey);
        return at::group_norm(x, groups, weight, bias, epsilon, useCudnn);
    }
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return GroupNormalisation::apply(x, left, orFilled(weight, x, {x.size(1)}, 1.0),
                                     orFilled(bias, x, {x.size(1)}, 0.0), groups, epsilon);
}

/// Δ√(Σx²) = Σ(x_a + x_b)Δx / (r_a + r_b).
class EuclideanNorm : public torch::autograd::Function<EuclideanNorm> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& left, at::IntArrayRef dims) {
        context->save_for_backward({x, left});
        context->saved_data["dims"] = dims.vec();
        return at::linalg_vector_norm(x, 2, dims, /*keepdim=*/true);
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        const auto dims = context->saved_data["dims"].toIntVector();
        const auto norm = [&](const Tensor& x) { return at::linalg_vector_norm(x, 2, dims, true); };
        return {(saved[0] + saved[1]) * quotientOrZero(gradients[0], norm(saved[0]) + norm(saved[1])), {}, {}};
    }
};

Tensor vectorNorm(const Tensor& x, const at::Scalar& order, at::OptionalIntArrayRef dims, bool keepDims,
                  std::optional<at::ScalarType> type) {
    if (!dependsOnPath(x)) {
        const Usual usual(secantKey);
        return at::linalg_vector_norm(x, order, dims, keepDims, type);
    }
    if (order.toDouble() != 2.0 || !dims || type || !keepDims) {
        throw Error(ErrorCode::ModelFailure, "there is a rule for Euclidean norms that keep their dimensions only");
    }
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return EuclideanNorm::apply(x, left, *dims);
}

// ---- softmax and attention ---------------------------------------------------------------------------------------

/// With the weights y = e^(x − l), l = ln Σe^x, and their logarithmic means L: Δy = L·(Δx − Δl), and because the
/// weights add up to 1 at both ends, Δl = ΣLΔx / ΣL. The ordinary rule with L / ΣL in place of y in the sum.
class Softmax : public torch::autograd::Function<Softmax> {
public:
    static Tensor forward(AutogradContext* context, const Tensor& x, std::int64_t dim) {
        const auto logarithms = at::log_softmax(x, dim);
        context->save_for_backward({logarithms, SecantScope::current()->atLeftEnds(logarithms)});
        context->saved_data["dim"] = dim;
        return logarithms.exp();
    }
    static Gradients backward(AutogradContext* context, const Gradients& gradients) {
        const auto saved = context->get_saved_variables();
        return {throughSoftmax(gradients[0], saved[1], saved[0], context->saved_data["dim"].toInt()), {}};
    }
};

Tensor softmaxOf(const Tensor& x, std::int64_t dim, std::optional<at::ScalarType> type) {
    if (dependsOnPath(x) && type) {
        throw Error(ErrorCode::ModelFailure, "there is no secant rule for a softmax of another type");
    }
    const Usual usual(secantKey);
    if (!dependsOnPath(x)) {
        return at::softmax(x, dim, type);
    }
    return Softmax::apply(x, dim);
}

/// As its parts, each by its rule. It holds the table of all pairs that the fused kernels avoid.
Tensor attention(const Tensor& queries, const Tensor& keys, const Tensor& values, const std::optional<Tensor>& mask,
                 double dropout, bool isCausal, std::optional<double> scale, bool groupedQueries) {
    if (!dependsOnPath(queries) && !dependsOnPath(keys) && !dependsOnPath(values)) {
        const Usual usual(secantKey);
        return at::scaled_dot_product_attention(queries, keys, values, mask, dropout, isCausal, scale, groupedQueries);
    }
    if (dropout != 0.0 || isCausal || groupedQueries || (mask && mask->scalar_type() == torch::kBool)) {
        throw Error(ErrorCode::ModelFailure, "there is no secant rule for causal, grouped or masked attention");
    }
    const double factor = scale.value_or(1.0 / std::sqrt(static_cast<double>(queries.size(-1))));
    auto scores = matrixProduct(queries * factor, keys.transpose(-2, -1));
    if (mask) {
        scores = scores + *mask;
    }
    return matrixProduct(softmaxOf(scores, -1, std::nullopt), values);
}

// ---- pooling -----------------------------------------------------------------------------------------------------

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
    if (!dependsOnPath(x)) {
        const Usual usual(secantKey);
        return at::max_pool2d(x, kernel, stride, padding, dilation, ceil);
    }
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return MaxPool::apply(x, left, kernel, stride, padding, dilation, ceil);
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
    if (!dependsOnPath(x)) {
        const Usual usual(secantKey);
        return at::adaptive_max_pool2d(x, size);
    }
    const auto left = atLeftEnds(x);
    const Usual usual(secantKey);
    return {AdaptiveMaxPool::apply(x, left, size), Tensor()};
}

// ---- everything else ---------------------------------------------------------------------------------------------

/// Linear in the arguments that depend on the path, or of no slope.
const std::unordered_set<std::string>& linearOperations() {
    static const std::unordered_set<std::string> names{"aten::_to_copy",
                                                       "aten::_unsafe_view",
                                                       "aten::add",
                                                       "aten::adaptive_avg_pool2d",
                                                       "aten::alias",
                                                       "aten::avg_pool2d",
                                                       "aten::cat",
                                                       "aten::chunk",
                                                       "aten::clone",
                                                       "aten::col2im",
                                                       "aten::concat",
                                                       "aten::constant_pad_nd",
                                                       "aten::contiguous",
                                                       "aten::conv2d",
                                                       "aten::conv_transpose2d",
                                                       "aten::convolution",
                                                       "aten::detach",
                                                       "aten::diagonal",
                                                       "aten::empty_like",
                                                       "aten::eq",
                                                       "aten::expand",
                                                       "aten::expand_as",
                                                       "aten::flatten",
                                                       "aten::flip",
                                                       "aten::ge",
                                                       "aten::gt",
                                                       "aten::im2col",
                                                       "aten::index",
                                                       "aten::index_select",
                                                       "aten::le",
                                                       "aten::linear",
                                                       "aten::lt",
                                                       "aten::mean",
                                                       "aten::movedim",
                                                       "aten::narrow",
                                                       "aten::ne",
                                                       "aten::neg",
                                                       "aten::new_zeros",
                                                       "aten::ones_like",
                                                       "aten::pad",
                                                       "aten::permute",
                                                       "aten::pixel_shuffle",
                                                       "aten::pixel_unshuffle",
                                                       "aten::reflection_pad2d",
                                                       "aten::repeat",
                                                       "aten::repeat_interleave",
                                                       "aten::replication_pad2d",
                                                       "aten::reshape",
                                                       "aten::roll",
                                                       "aten::rsub",
                                                       "aten::select",
                                                       "aten::slice",
                                                       "aten::split",
                                                       "aten::split_with_sizes",
                                                       "aten::squeeze",
                                                       "aten::stack",
                                                       "aten::sub",
                                                       "aten::sum",
                                                       "aten::t",
                                                       "aten::tensor_split",
                                                       "aten::to",
                                                       "aten::transpose",
                                                       "aten::type_as",
                                                       "aten::unbind",
                                                       "aten::unflatten",
                                                       "aten::unfold",
                                                       "aten::unsqueeze",
                                                       "aten::upsample_bicubic2d",
                                                       "aten::upsample_bilinear2d",
                                                       "aten::upsample_nearest2d",
                                                       "aten::view",
                                                       "aten::view_as",
                                                       "aten::zeros_like"};
    return names;
}

bool isLinear(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
    if (linearOperations().contains(schema.name())) {
        return true;
    }
    const auto argument = [&](const char* name) -> const c10::IValue& {
        const auto index = schema.argumentIndexWithName(name);
        return stack.at(stack.size() - schema.arguments().size() + static_cast<std::size_t>(index.value()));
    };
    // By a number; of tensors there are rules.
    if (schema.name() == "aten::mul" || schema.name() == "aten::div") {
        return schema.overload_name() == "Scalar";
    }
    // With statistics that training has left.
    return schema.name() == "aten::batch_norm" && !argument("training").toBool();
}

void passOrRefuse(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
    const auto& schema = operation.schema();
    const auto arguments = torch::jit::last(*stack, schema.arguments().size());
    const bool depends = std::ranges::any_of(arguments, [](const c10::IValue& value) {
        return value.isTensor() ? dependsOnPath(value.toTensor())
                                : value.isTensorList() && std::ranges::any_of(value.toTensorVector(), dependsOnPath);
    });
    if (depends && !isLinear(schema, *stack)) {
        throw Error(ErrorCode::ModelFailure,
                    fmt::format("there is no secant rule for the operation {}", schema.name()));
    }
    const Usual usual(secantKey);
    operation.callBoxed(stack);
}

}  // namespace
}  // namespace secant

void registerSecantRules() {
    static const auto registered = [] {
        torch::Library any(torch::Library::IMPL, "_", secantKey, __FILE__, __LINE__);
        any.fallback(torch::CppFunction::makeFromBoxedFunction<&secant::passOrRefuse>());
        torch::Library rules(torch::Library::IMPL, "aten", secantKey, __FILE__, __LINE__);
        rules.impl("relu", TORCH_FN(secant::relu));
        rules.impl("leaky_relu", TORCH_FN(secant::leakyRelu));
        rules.impl("clamp_min", TORCH_FN(secant::clampMin));
        rules.impl("prelu", TORCH_FN(secant::prelu));
        rules.impl("sigmoid", TORCH_FN(secant::sigmoid));
        rules.impl("silu", TORCH_FN(secant::silu));
        rules.impl("gelu", TORCH_FN(secant::gelu));
        rules.impl("sqrt", TORCH_FN(secant::squareRoot));
        rules.impl("mul.Tensor", TORCH_FN(secant::product));
        rules.impl("div.Tensor", TORCH_FN(secant::quotient));
        rules.impl("square", TORCH_FN(secant::square));
        rules.impl("matmul", TORCH_FN(secant::matrixProduct));
        rules.impl("where.self", TORCH_FN(secant::choice));
        rules.impl("layer_norm", TORCH_FN(secant::layerNorm));
        rules.impl("group_norm", TORCH_FN(secant::groupNorm));
        rules.impl("linalg_vector_norm", TORCH_FN(secant::vectorNorm));
        rules.impl("softmax.int", TORCH_FN(secant::softmaxOf));
        rules.impl("scaled_dot_product_attention", TORCH_FN(secant::attention));
        rules.impl("max_pool2d", TORCH_FN(secant::maxPool));
        rules.impl("adaptive_max_pool2d", TORCH_FN(secant::adaptiveMaxPool));
        return std::pair(std::move(any), std::move(rules));
    }();
}

}  // namespace lamscope
