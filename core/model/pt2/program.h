// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/checkpoint/format_error.h"

/// Programs of torch.export (`.pt2`): plain data, without LibTorch. A program is immutable once read; any number of
/// threads may use it.
namespace lamscope::pt2 {

using detail::FormatError;

/// A sound program that cannot be run here. `what()` is a predicate as in FormatError and says what to do.
class UnsupportedProgram : public FormatError {
public:
    using FormatError::FormatError;
};

/// The types of tensors, in the numbers of the file (torch._export.serde.schema.ScalarType), which are not c10's.
/// Unsigned types of 16 bits and more, and float8, are refused.
enum class ScalarType {
    Byte = 1,
    Char = 2,
    Short = 3,
    Int = 4,
    Long = 5,
    Half = 6,
    Float = 7,
    Double = 8,
    ComplexHalf = 9,
    ComplexFloat = 10,
    ComplexDouble = 11,
    Bool = 12,
    BFloat16 = 13,
};

/// Bytes per value.
[[nodiscard]] std::size_t itemSize(ScalarType type);

/// PyTorch's name, e.g. "float32".
[[nodiscard]] std::string_view nameOf(ScalarType type);

/// In the numbers of the file (torch._export.serde.schema.MemoryFormat).
enum class MemoryFormat { Contiguous = 1, ChannelsLast = 2, ChannelsLast3d = 3, Preserve = 4 };

/// The index of a value in Graph::values. Each graph has its own.
using Slot = std::uint32_t;

/// An argument that is not given, or a result that is not used.
struct None {
    bool operator==(const None&) const = default;
};

/// A value of kind Tensor.
struct TensorSlot {
    Slot slot = 0;
    bool operator==(const TensorSlot&) const = default;
};

/// A value of kind Int, Float or Bool, computed while the program runs.
struct NumberSlot {
    Slot slot = 0;
    bool operator==(const NumberSlot&) const = default;
};

struct Device {
    std::string type;  ///< "cpu", "cuda"…
    std::optional<std::int64_t> index;
    bool operator==(const Device&) const = default;
};

/// torch.strided; all other layouts are refused.
struct StridedLayout {
    bool operator==(const StridedLayout&) const = default;
};

struct Graph;

/// The operand of an operator of higher order.
struct Subgraph {
    std::string name;
    std::shared_ptr<const Graph> graph;  ///< never null
};

/// Numbers of which some are computed while the program runs.
using SymbolicInts = std::vector<std::variant<std::int64_t, NumberSlot>>;
using SymbolicFloats = std::vector<std::variant<double, NumberSlot>>;

/// All kinds of arguments that are not refused. `as_optional_tensor` is a TensorSlot or None; a symbolic number that is
/// a literal is an int64, double or bool.
using Argument =
    std::variant<None, TensorSlot, std::vector<TensorSlot>, std::vector<std::optional<TensorSlot>>, std::int64_t,
                 std::vector<std::int64_t>, double, std::vector<double>, bool, std::vector<bool>, std::string,
                 NumberSlot, SymbolicInts, SymbolicFloats, ScalarType, Device, StridedLayout, MemoryFormat, Subgraph>;

/// Results of a node. A list of tensors is one result.
using Result = std::variant<None, TensorSlot, NumberSlot, std::vector<TensorSlot>>;

struct NamedArgument {
    std::string name;  ///< the schema's; empty for operators of higher order, whose arguments go by position
    Argument value;
};

/// One call of an operator.
struct Node {
    std::string target;  ///< e.g. "torch.ops.aten.conv2d.default" or "_operator.mul"
    std::vector<NamedArgument> inputs;
    std::vector<Result> outputs;
    std::string source;  ///< where the network's code calls it, e.g. "net.py:12"; empty if the file does not say
};

/// A number of a shape, as the exporter knew it.
struct Extent {
    std::optional<std::int64_t> value;  ///< the number; of a symbolic one, its value in the exporter's example
    std::string expression;             ///< empty unless symbolic; "s53" for a symbol, else the file's text

    [[nodiscard]] bool isFixed() const noexcept { return expression.empty(); }
};

/// What the exporter recorded about a tensor.
struct TensorFacts {
    ScalarType type = ScalarType::Float;
    std::vector<Extent> sizes;
};

/// A value of a graph. It is made once, by an input or a node, before it is used.
struct Value {
    enum class Kind { Tensor, Int, Float, Bool };

    std::string name;
    Kind kind = Kind::Tensor;
    std::optional<TensorFacts> facts;  ///< of tensors that the file describes
};

/// Nodes in the order of execution.
struct Graph {
    std::vector<Value> values;  ///< by slot
    std::vector<Slot> inputs;   ///< in order; in a subgraph the operands after the graph are bound to them by position
    std::vector<Node> nodes;    ///
    std::vector<Result> outputs;  ///< in order; only None, TensorSlot and NumberSlot
};

/// An input of the graph that is a stored tensor: a parameter, buffer or constant.
struct BoundInput {
    Slot slot = 0;
    std::string tensor;  ///< its name in Pt2Archive::tensors, e.g. "body.0.weight"
};

/// Which numbers a symbol may stand for; both ends included, unset: no end.
struct SymbolRange {
    std::optional<std::int64_t> least;
    std::optional<std::int64_t> most;
};

/// A network as torch.export wrote it: [batch, channels, height, width] in, the same out.
struct Program {
    Graph graph;
    std::vector<BoundInput> bound;
    Slot input = 0;                                          ///< the user's tensor; of rank 4
    Slot output = 0;                                         ///< the tensor returned
    std::map<std::string, SymbolRange, std::less<>> ranges;  ///< range_constraints, by symbol
    std::optional<std::vector<std::string>> guards;  ///< guards_code; unset where the file has none (before 2.9)
    std::string torchVersion;                        ///< of the writer, e.g. "2.11.0+cpu"; may be empty
    std::int64_t schemaMinor = 0;                    ///< of schema 8

    /// The user's tensor: its name is the one in guards (`L['x']`), its facts are there and have four sizes.
    [[nodiscard]] const Value& inputValue() const { return graph.values[input]; }
};

/// Reads the JSON of a program (`models/NAME.json`). Throws FormatError if it is damaged or exceeds the bounds of the
/// format's reader, UnsupportedProgram for another schema than 8, unknown kinds, several inputs or outputs, and
/// programs that change their own state. What the operators are is not looked at.
[[nodiscard]] Program parseProgram(std::string_view json);

}  // namespace lamscope::pt2
