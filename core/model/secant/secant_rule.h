// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of rules share. In their comments Δ is the difference between the ends of a cell, x̄ the mean of the
// two ends, and g the gradient that arrives. Every rule is exact: with it, g·Δy = g′·Δx.
#pragma once

#include <string>

#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "model/secant/secant_rules.h"
#include "model/secant/secant_scope.h"
#include "runtime/torch_headers.h"

namespace lamscope::secant {

using torch::Tensor;
using torch::autograd::AutogradContext;
using Gradients = torch::autograd::variable_list;

/// Operations inside a rule go the usual way.
using Usual = c10::impl::ExcludeDispatchKeyGuard;

inline bool dependsOnPath(const Tensor& x) {
    return x.defined() && x.requires_grad() && at::GradMode::is_enabled();
}

/// SecantScope::atLeftEnds() of the open scope.
inline Tensor atLeftEnds(const Tensor& x) {
    const Usual usual(secantKey);
    return SecantScope::current()->atLeftEnds(x);
}

/// Throws Error(ModelFailure) where the weights of an operation depend on the path: to its rule they are constants.
void checkWeights(const Tensor& weights, const std::string& operation);

/// What an operation gives: `usualWay()`, or `rule()` where its arguments depend on the path.
template <typename UsualWay, typename Rule>
auto byRule(bool depends, const UsualWay& usualWay, const Rule& rule) {
    const Usual usual(secantKey);
    return depends ? rule() : usualWay();
}

inline Tensor meanOf(const Tensor& left, const Tensor& right) {
    return at::lerp(left, right, 0.5);  // in one pass
}

/// x / y, 0 where y is 0.
inline Tensor quotientOrZero(const Tensor& x, const Tensor& y) {
    return at::where(y != 0, x / at::where(y != 0, y, at::ones_like(y)), at::zeros_like(y));
}

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

/// The function the usual way, or by `Function`, made of a value and the one at the left end.
template <typename Function, typename UsualWay>
Tensor elementwise(const Tensor& x, const UsualWay& usualWay) {
    return byRule(
        dependsOnPath(x), [&] { return usualWay(x); }, [&] { return Function::apply(x, atLeftEnds(x)); });
}

/// Operations of which the rules of others are made.
[[nodiscard]] Tensor sigmoid(const Tensor& x);
[[nodiscard]] Tensor matrixProduct(const Tensor& x, const Tensor& y);

/// Each file hands its rules to the dispatcher.
void addElementwiseRules(torch::Library& rules);
void addHyperbolicRules(torch::Library& rules);
void addProductRules(torch::Library& rules);
void addNormalisationRules(torch::Library& rules);
void addPoolingRules(torch::Library& rules);

}  // namespace lamscope::secant
