// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include <torch/types.h>

namespace lamscope {

/// A point of a path, or a gradient: tensors of any shape, so that the same code serves paths through images and
/// through weights.
using TensorList = std::vector<torch::Tensor>;

/// A curve γ: [0, 1] -> lists of tensors. Thread-safe.
class Path {
public:
    Path() = default;
    Path(const Path&) = delete;
    Path& operator=(const Path&) = delete;
    virtual ~Path() = default;

    /// The points at n values of α, as tensors [n, …] of float64 on the CPU.
    [[nodiscard]] virtual TensorList at(std::span<const double> alpha) const = 0;

    /// γ(end) − γ(begin), in the shape of one point, float64 on the CPU. A straight path needs no points for that.
    [[nodiscard]] virtual TensorList increment(double begin, double end) const;
};

}  // namespace lamscope
