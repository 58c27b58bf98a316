// SPDX-License-Identifier: GPL-3.0-or-later
// Norms, normalisations, softmax and attention.
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include "base/error.h"
#include "model/secant/secant_kernels.h"
#include "model/secant/secant_rule.h"

namespace lamscope::secant {

namespace {

// y = (x − mean) / √(variance + ε) is the product of x − mean and the reciprocal of a root of a mean of squares:
// Δ(1/r) = −Δr / (r_a·r_b), Δr = Δ(r²) / (r_a + r_b), Δ(mean of d²) = mean of 2·d̄·Δd.

/// What is missing of weight and bias, which scale nothing and add nothing.
Tensor orFilled(const std::optional<Tensor>& given, const Tensor& x, at::IntArrayRef shape, double value) {
    checkWeights(given.value_or(Tensor()), "a normalisation");
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
    return byRule(
        dependsOnPath(x), [&] { return at::layer_norm(x, shape, weight, bias, epsilon, useCudnn); },
        [&] {
            return LayerNormalisation::apply(x, atLeftEnds(x), orFilled(weight, x, shape, 1.0),
                                             orFilled(bias, x, shape, 0.0), shape, epsilon);
        });
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
    return byRule(
        dependsOnPath(x), [&] { return at::group_norm(x, groups, weight, bias, epsilon, useCudnn); },
        [&] {
            return GroupNormalisation::apply(x, atLeftEnds(x), orFilled(weight, x, {x.size(1)}, 1.0),
                                             orFilled(bias, x, {x.size(1)}, 0.0), groups, epsilon);
        });
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
    if (dependsOnPath(x) && (order.toDouble() != 2.0 || !dims || type || !keepDims)) {
        throw Error(ErrorCode::ModelFailure, "there is a rule for Euclidean norms that keep their dimensions only");
    }
    return byRule(
        dependsOnPath(x), [&] { return at::linalg_vector_norm(x, order, dims, keepDims, type); },
        [&] { return EuclideanNorm::apply(x, atLeftEnds(x), *dims); });
}

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
    return byRule(
        dependsOnPath(x), [&] { return at::softmax(x, dim, type); }, [&] { return Softmax::apply(x, dim); });
}

/// As its parts, each by its rule. It holds the table of all pairs that the fused kernels avoid.
Tensor attention(const Tensor& queries, const Tensor& keys, const Tensor& values, const std::optional<Tensor>& mask,
                 double dropout, bool isCausal, std::optional<double> scale, bool groupedQueries) {
    const bool depends = dependsOnPath(queries) || dependsOnPath(keys) || dependsOnPath(values);
    if (depends && (dropout != 0.0 || isCausal || groupedQueries || (mask && mask->scalar_type() == torch::kBool))) {
        throw Error(ErrorCode::ModelFailure, "there is no secant rule for causal, grouped or masked attention");
    }
    return byRule(
        depends,
        [&] {
            return at::scaled_dot_product_attention(queries, keys, values, mask, dropout, isCausal, scale,
                                                    groupedQueries);
        },
        [&] {
            const double factor = scale.value_or(1.0 / std::sqrt(static_cast<double>(queries.size(-1))));
            auto scores = matrixProduct(queries * factor, keys.transpose(-2, -1));
            if (mask) {
                scores = scores + *mask;
            }
            return matrixProduct(softmaxOf(scores, -1, std::nullopt), values);
        });
}

}  // namespace

void addNormalisationRules(torch::Library& rules) {
    rules.impl("layer_norm", TORCH_FN(layerNorm));
    rules.impl("group_norm", TORCH_FN(groupNorm));
    rules.impl("linalg_vector_norm", TORCH_FN(vectorNorm));
    rules.impl("softmax.int", TORCH_FN(softmaxOf));
    rules.impl("scaled_dot_product_attention", TORCH_FN(attention));
}

}  // namespace lamscope::secant
