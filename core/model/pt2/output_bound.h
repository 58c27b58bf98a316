// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/core/function_schema.h>
#include <ATen/core/stack.h>

namespace lamscope::pt2 {

/// The most values that a tensor may have.
constexpr std::int64_t mostElements = std::int64_t{1} << 31;
/// The largest number that a file may write out as the size of a tensor.
constexpr std::int64_t largestLiteralSize = 65536;

/// How large the result of an operator gets whose arguments say it (zeros, expand, pad, upsample…): it is asked before
/// the memory is.
class OutputBound {
public:
    /// nullopt for operators whose results are about as large as their inputs.
    static std::optional<OutputBound> of(const c10::FunctionSchema& schema);

    /// The index of the argument that holds sizes.
    [[nodiscard]] std::size_t sizes() const { return sizes_; }

    /// The number of values of the result, rounded. 0 where the arguments make no sense: the operator will say so.
    [[nodiscard]] double elements(const torch::jit::Stack& arguments) const;

private:
    enum class Rule { Sizes, Multiples, Padding, Resize, Range };

    OutputBound(Rule rule, std::size_t sizes, std::optional<std::size_t> second)
        : rule_(rule)
        , sizes_(sizes)
        , second_(second) {}

    Rule rule_;
    std::size_t sizes_;
    std::optional<std::size_t> second_;  ///< another argument: factors of a resize, the step of a range, columns
};

}  // namespace lamscope::pt2
