// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <optional>

#include "runtime/evaluation_stopped.h"
#include "runtime/torch_headers.h"

namespace lamscope {

/// EvaluationStopped on its way through autograd, which passes on nothing but the standard library's exceptions.
class StoppedInBackward : public std::exception {};

/// For operations of a backward pass that can be stopped: what leaves `work` as EvaluationStopped leaves gradientsOf()
/// as such.
template <typename Work>
auto passingStops(const Work& work) {
    try {
        return work();
    } catch (const EvaluationStopped&) {
        throw StoppedInBackward();
    }
}

/// torch::autograd::grad() with cotangents of one. May throw EvaluationStopped.
[[nodiscard]] torch::autograd::variable_list gradientsOf(const torch::autograd::variable_list& outputs,
                                                         const torch::autograd::variable_list& inputs,
                                                         std::optional<bool> keepGraph = std::nullopt,
                                                         bool mayBeUnused = false);

}  // namespace lamscope
