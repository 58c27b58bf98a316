// SPDX-License-Identifier: GPL-3.0-or-later
// Products, quotients and choices.
#include "base/error.h"
#include "model/secant/secant_kernels.h"
#include "model/secant/secant_rule.h"

namespace lamscope::secant {

namespace {

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

/// With two factors that depend on the path.
template <typename Function>
Tensor bilinear(const Tensor& x, const Tensor& y) {
    const auto xLeft = atLeftEnds(x);
    const auto yLeft = atLeftEnds(y);
    return Function::apply(x, y, xLeft, yLeft);
}

Tensor square(const Tensor& x) {
    return byRule(
        dependsOnPath(x), [&] { return at::square(x); }, [&] { return Square::apply(x, atLeftEnds(x)); });
}

Tensor product(const Tensor& x, const Tensor& y) {
    if (x.is_same(y)) {
        return secant::square(x);
    }
    return byRule(
        dependsOnPath(x) && dependsOnPath(y), [&] { return at::mul(x, y); }, [&] { return bilinear<Product>(x, y); });
}

Tensor silu(const Tensor& x) {
    return byRule(
        dependsOnPath(x), [&] { return at::silu(x); }, [&] { return secant::product(x, secant::sigmoid(x)); });
}

Tensor quotient(const Tensor& x, const Tensor& y) {
    if (!dependsOnPath(x) && dependsOnPath(y)) {
        throw Error(ErrorCode::ModelFailure, "there is no rule for a constant divided by features");
    }
    return byRule(
        dependsOnPath(y), [&] { return at::div(x, y); }, [&] { return bilinear<Quotient>(x, y); });
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
    const auto& features = dependsOnPath(x) ? x : y;
    const bool ofEachImage = condition.dim() >= features.dim() && condition.size(0) == features.size(0);
    return byRule((dependsOnPath(x) || dependsOnPath(y)) && ofEachImage, [&] { return at::where(condition, x, y); },
                  [&] {
                      const auto left = atLeftEnds(condition);
                      const auto type = features.scalar_type();
                      return Choice::apply(meanOf(left.to(type), condition.to(type)), condition, x, y);
                  });
}

}  // namespace

Tensor matrixProduct(const Tensor& x, const Tensor& y) {
    return byRule(
        dependsOnPath(x) && dependsOnPath(y), [&] { return at::matmul(x, y); },
        [&] { return bilinear<MatrixProduct>(x, y); });
}

void addProductRules(torch::Library& rules) {
    rules.impl("mul.Tensor", TORCH_FN(product));
    rules.impl("silu", TORCH_FN(silu));
    rules.impl("div.Tensor", TORCH_FN(quotient));
    rules.impl("square", TORCH_FN(square));
    rules.impl("matmul", TORCH_FN(matrixProduct));
    rules.impl("where.self", TORCH_FN(choice));
}

}  // namespace lamscope::secant
