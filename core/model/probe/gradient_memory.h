// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include <torch/types.h>

#include "model/sr_model.h"

namespace lamscope {

/// The memory that gradients of one network take. Two small pictures are evaluated for it, once a network. Thread-safe.
///
/// Activations take as much for each pixel; where every pixel attends to all others, tables grow with the square of
/// their number. The two measurements tell how much of each there is.
class GradientMemory {
public:
    /// Bytes of tensors in memory, at the peak, for the gradient of one image of `pixels` LR pixels; nullopt where
    /// nothing smaller can tell: on a GPU, and for networks of a fixed size or with guards. An estimate from above for
    /// networks that pad small pictures. Throws as SrModel::Implementation::forward().
    /// @param ofCell  a gradient by the secant rule, which holds what the network reads at two ends; for networks with
    ///                secant rules only.
    [[nodiscard]] std::optional<double> bytes(const SrModel::Implementation& model, bool ofCell,
                                              std::int64_t pixels) const;

private:
    [[nodiscard]] double measured(const SrModel::Implementation& model, bool ofCell, std::int64_t side) const;

    mutable std::mutex mutex_;
    mutable std::map<std::tuple<torch::ScalarType, bool, std::int64_t>, double> measured_;  // by the picture's side
};

}  // namespace lamscope
