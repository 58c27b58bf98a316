// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <torch/types.h>

#include "model/pt2/program.h"

namespace lamscope::pt2 {

/// The values of a running graph, by slot; none before they are made and after their last reader.
using Frame = std::vector<c10::IValue>;

/// What the device and the type of most weights, where a program writes them out, become in an evaluation.
struct Computation {
    torch::Device device = torch::kCPU;
    torch::ScalarType type = torch::kFloat32;
};

/// A value of the graph. Numbers become what the schema asks for.
struct FromSlot {
    enum class As { Itself, Int, Double, Tensor };
    Slot slot = 0;
    As as = As::Itself;
};

/// A list of values of the graph; `mayLack` is Tensor?[].
struct TensorList {
    std::vector<std::optional<Slot>> slots;
    bool mayLack = false;
};

/// A number that the file states where the schema has a tensor. The tensor is made anew for each call: operators in
/// place may write to it.
struct LiteralTensor {
    c10::IValue number;
};

/// The type of the computation.
struct ComputationType {};

/// The device of the computation.
struct ComputationDevice {};

/// How one argument of a call is made. A constant may be used by several threads at once.
using Operand = std::variant<c10::IValue, FromSlot, LiteralTensor, TensorList, SymbolicInts, SymbolicFloats,
                             ComputationType, ComputationDevice>;

/// The operand that gives the schema's argument what the file says, converted as PyTorch's Python does: a number for a
/// Tensor, an integer for a float, one number for a list of N, any empty list for a list.
/// @param weightType  the type in the file that stands for the type of the computation.
/// nullopt where the schema asks for something else.
[[nodiscard]] std::optional<Operand> makeOperand(const c10::Argument& wanted, const Argument& given, const Graph& graph,
                                                 ScalarType weightType);

/// The argument itself.
[[nodiscard]] c10::IValue valueOf(const Operand& operand, const Frame& frame, const Computation& computation);

}  // namespace lamscope::pt2
