// SPDX-License-Identifier: GPL-3.0-or-later
// A graph made ready to run: schemas found, arguments in their order, values dropped after their last reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <ATen/core/dispatch/Dispatcher.h>

#include "model/feature_sink.h"
#include "model/pt2/operand.h"
#include "model/pt2/output_bound.h"
#include "model/pt2/program.h"
#include "model/pt2/symbolic_numbers.h"

namespace lamscope::pt2 {

struct Plan;

/// A layer whose weight is a stored tensor.
struct Layer {
    Tap tap;
    Slot input = 0;  ///< what it is computed of
};

/// A call of a listed operator.
struct CallOperator {
    c10::OperatorHandle op;
    std::vector<Operand> operands;     ///< as many as the schema's arguments
    std::vector<std::size_t> written;  ///< those that the operator writes to
    std::optional<OutputBound> bound;
    std::optional<Layer> layer;
};

/// aten::copy, whose derivative LibTorch lacks: `source` with the type and the sizes of `target`.
struct CopyValues {
    Slot target = 0;
    Slot source = 0;
};

/// What does nothing in evaluation: dropout.
struct PassOn {
    Slot slot = 0;
};

/// A size of a tensor, or without `dimension` the number of its values.
struct TakeSize {
    Slot tensor = 0;
    std::optional<std::int64_t> dimension;
};

struct ComputeNumber {
    const NumberOperator* function = nullptr;
    std::vector<std::variant<PlainNumber, Slot>> operands;
};

/// A subgraph with gradients on or off, as torch.no_grad() in the network's code left it.
struct RunSubgraph {
    bool gradients = false;
    std::shared_ptr<const Plan> plan;
    std::vector<Slot> operands;
};

struct Step {
    std::variant<CallOperator, CopyValues, PassOn, TakeSize, ComputeNumber, RunSubgraph> action;
    std::vector<Result> results;
    std::vector<Slot> released;  ///< that nobody reads later
    std::string name;            ///< of the operator, for messages
    std::string source;          ///< as Node::source
};

/// Immutable; any number of threads may run it.
struct Plan {
    std::size_t values = 0;
    std::vector<Slot> inputs;
    std::vector<Step> steps;
    std::vector<Slot> outputs;
    bool writes = false;  ///< whether operators in place are among the steps
};

/// "aten::relu_ (net.py:12)"
[[nodiscard]] std::string inWords(const Step& step);

/// Names of stored tensors by the slot that holds them.
using StoredNames = std::map<Slot, std::string>;

/// @param weightType  the type that stands for the type of the computation, see makeOperand().
/// Throws UnsupportedProgram where an operator is not listed or not to be used so, FormatError where arguments or
/// results are not those of its schema.
[[nodiscard]] Plan makePlan(const Graph& graph, const StoredNames& stored, ScalarType weightType);

}  // namespace lamscope::pt2
