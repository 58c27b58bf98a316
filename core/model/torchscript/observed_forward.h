// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/types.h>

namespace lamscope {

/// The forward() of a TorchScript module, reporting to the calling thread's FeatureSink. Its code, with all calls
/// written out, gets an operator behind each convolution and each linear layer that hands their features over; the
/// operators that compute, and so the results, are the same.
///
/// A layer is reported under the path of its weight in the module, as in the state dictionary. Not reported: layers
/// whose weight has no such name (constants of a frozen archive), or is computed before it is used (weight
/// normalisation); linear layers that the archive writes as a matrix product; what lies behind an interface, whose code
/// is not known before the call; blocks, since nothing in the code tells where one ends.
class ObservedForward {
public:
    explicit ObservedForward(const torch::jit::Module& module);

    /// [n, c, h, w] -> what the module's forward() gives. Safe to call from several threads at once.
    [[nodiscard]] c10::IValue operator()(const torch::Tensor& lr) const;

private:
    torch::jit::Module module_;
    torch::jit::GraphExecutor executor_;
};

}  // namespace lamscope
