// SPDX-License-Identifier: GPL-3.0-or-later
// Gates and smooth functions of one value.
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "model/secant/secant_kernels.h"
#include "model/secant/secant_rule.h"

namespace lamscope::secant {

namespace {

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
    return Gate::apply(x, atLeftEnds(x), slope);
}

Tensor relu(const Tensor& x) {
    return byRule(
        dependsOnPath(x), [&] { return at::relu(x); }, [&] { return gate(x, 0.0); });
}

Tensor leakyRelu(const Tensor& x, const at::Scalar& slope) {
    return byRule(
        dependsOnPath(x), [&] { return at::leaky_relu(x, slope); }, [&] { return gate(x, slope.toDouble()); });
}

/// max(x, least) = least + max(x − least, 0).
Tensor clampMin(const Tensor& x, const at::Scalar& least) {
    return byRule(
        dependsOnPath(x), [&] { return at::clamp_min(x, least); }, [&] { return gate(x - least, 0.0) + least; });
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
    checkWeights(slope, "aten::prelu");
    return byRule(
        dependsOnPath(x), [&] { return at::prelu(x, slope); },
        [&] { return LearnedGate::apply(x, atLeftEnds(x), slope); });
}

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

Tensor squareRoot(const Tensor& x) {
    return elementwise<SquareRoot>(x, [](const Tensor& y) { return at::sqrt(y); });
}

Tensor gelu(const Tensor& x, c10::string_view approximate) {
    if (dependsOnPath(x) && approximate != "none") {
        throw Error(ErrorCode::ModelFailure, "there is no rule for gelu by tanh");
    }
    return elementwise<Gelu>(x, [&](const Tensor& y) { return at::gelu(y, approximate); });
}

}  // namespace

Tensor sigmoid(const Tensor& x) {
    return elementwise<Sigmoid>(x, usualSigmoid);
}

void addElementwiseRules(torch::Library& rules) {
    rules.impl("relu", TORCH_FN(relu));
    rules.impl("leaky_relu", TORCH_FN(leakyRelu));
    rules.impl("clamp_min", TORCH_FN(clampMin));
    rules.impl("prelu", TORCH_FN(prelu));
    rules.impl("sigmoid", TORCH_FN(sigmoid));
    rules.impl("gelu", TORCH_FN(gelu));
    rules.impl("sqrt", TORCH_FN(squareRoot));
}

}  // namespace lamscope::secant
