// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/pt2/program.h"

namespace lamscope::pt2 {

/// What operators of the white list do; some groups have rules of their own when a program is loaded.
enum class OperatorGroup {
    Arithmetic,
    Compare,
    Reduce,
    Activation,
    Convolution,
    Norm,
    Pool,
    Resize,
    Shape,
    Scatter,
    Factory,
    Types,
    Fourier,
    Attention,
    Dropout,
    InPlace,
};

/// An operator that programs may use: an exact overload.
struct ListedOperator {
    std::string name;  ///< as registered: "aten::conv2d", "aten::add.Tensor"
    OperatorGroup group = OperatorGroup::Arithmetic;
};

/// The white list, sorted by name. None of its operators takes the name of a file, a pointer, a generator or a
/// callback; results are tensors. Operators outside of it are never called, with the exceptions of CallKind.
[[nodiscard]] std::span<const ListedOperator> listedOperators();

/// What is done with a node, by its target.
enum class CallKind {
    Operator,  ///< an operator of the white list is called
    Number,  ///< plain numbers: aten.sym_size.int, aten.sym_numel.default, `_operator.`, `torch.sym_`…, `math.trunc`
    Assertion,  ///< a check of the exporter's; not executed
    GradMode,   ///< higher_order.wrap_with_set_grad_enabled: a subgraph with gradients on or off
    Refused,    ///< see refusalOf()
};

[[nodiscard]] CallKind callKind(std::string_view target);

/// The name under which an operator is registered: "torch.ops.aten.add.Tensor" is "aten::add.Tensor",
/// "torch.ops.aten.relu.default" is "aten::relu". Any other target is returned as it is.
[[nodiscard]] std::string operatorName(std::string_view target);

/// The entry of the white list, by registered name; nullptr if it is not on the list.
[[nodiscard]] const ListedOperator* findListed(std::string_view name);

/// Why a target is refused, as the rest of "uses …": "aten::randn_like, which draws random numbers: …". Empty if it is
/// not refused.
[[nodiscard]] std::string refusalOf(std::string_view target);

/// An operator that keeps a program from running.
struct RefusedOperator {
    std::string target;
    std::string reason;  ///< refusalOf() the target
    std::string source;  ///< Node::source of the first node with it; may be empty
};

/// All refused operators of a program, each once, in the order of execution.
[[nodiscard]] std::vector<RefusedOperator> refusedOperators(const Program& program);

/// How often each target is called, subgraphs included.
[[nodiscard]] std::map<std::string, int> operatorCounts(const Program& program);

/// Throws UnsupportedProgram with the first refused operator, where the file's code calls it.
void checkOperators(const Program& program);

}  // namespace lamscope::pt2
