// SPDX-License-Identifier: GPL-3.0-or-later
// The hyperbolic tangent, and Mish, which is made of it.
#include "model/secant/secant_kernels.h"
#include "model/secant/secant_rule.h"

namespace lamscope::secant {

namespace {

Tensor usualTanh(const Tensor& x) {
    return at::tanh(x);
}

/// tanh x = 2·σ(2x) − 1.
Tensor throughTanh(const Tensor& gradient, const Tensor& left, const Tensor& right) {
    return throughSigmoid(gradient * 4.0, left * 2.0, right * 2.0);
}

Tensor usualMish(const Tensor& x) {
    return at::mish(x);
}

Tensor tanh(const Tensor& x) {
    return elementwise<OfOneValue<usualTanh, throughTanh>>(x, usualTanh);
}

Tensor mish(const Tensor& x) {
    return elementwise<OfOneValue<usualMish, throughMish>>(x, usualMish);
}

}  // namespace

void addHyperbolicRules(torch::Library& rules) {
    rules.impl("tanh", TORCH_FN(tanh));
    rules.impl("mish", TORCH_FN(mish));
}

}  // namespace lamscope::secant
