// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/gradients.h"

namespace lamscope {

torch::autograd::variable_list gradientsOf(const torch::autograd::variable_list& outputs,
                                           const torch::autograd::variable_list& inputs, std::optional<bool> keepGraph,
                                           bool mayBeUnused) {
    try {
        return torch::autograd::grad(outputs, inputs, /*grad_outputs=*/{}, keepGraph, /*create_graph=*/false,
                                     mayBeUnused);
    } catch (const StoppedInBackward&) {
        throw EvaluationStopped();
    }
}

}  // namespace lamscope
