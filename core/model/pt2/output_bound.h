// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <ATen/core/function_schema.h>
#include <ATen/core/stack.h>

#include "model/pt2/operators.h"

namespace lamscope::pt2 {

/// The most values that a tensor may have.
constexpr std::int64_t mostElements = std::int64_t{1} << 31;
/// The largest number that a file may write out as the size of a tensor, a padding, a stride…
constexpr std::int64_t largestLiteralSize = 65536;

/// How large the result of an operator gets that can be much larger than what goes in (zeros, expand, pad, upsample,
/// outer products…): it is asked before the memory is.
class OutputBound {
public:
    /// nullopt for operators whose results are about as large as their inputs.
    static std::optional<OutputBound> of(const c10::FunctionSchema& schema, OperatorGroup group);

    /// A number of values that the result does not exceed, rounded, of `arguments` in the schema's order. 0 where they
    /// make no sense: the operator will say so.
    [[nodiscard]] double elements(const torch::jit::Stack& arguments) const;

private:
    using Rule = double (*)(const torch::jit::Stack& arguments, std::size_t sizes, std::optional<std::size_t> more);

    OutputBound(Rule rule, std::size_t sizes, std::optional<std::size_t> more)
        : rule_(rule)
        , sizes_(sizes)
        , more_(more) {}

    Rule rule_;
    std::size_t sizes_;                ///< the argument that holds sizes
    std::optional<std::size_t> more_;  ///< another argument that the rule reads
};

/// Whether an argument of this name holds sizes, which a file may write out up to largestLiteralSize.
[[nodiscard]] bool holdsSizes(const c10::FunctionSchema& schema, const c10::Argument& argument);

/// How many tensors an operator gives that cuts one into a list; nullopt for all others.
[[nodiscard]] std::optional<std::int64_t> partsOf(const c10::FunctionSchema& schema,
                                                  const torch::jit::Stack& arguments);

}  // namespace lamscope::pt2
