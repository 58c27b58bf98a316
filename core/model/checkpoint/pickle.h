// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/checkpoint/format_error.h"

namespace lamscope::detail {

/// The index of a node in its Pickle.
using NodeId = std::uint32_t;
inline constexpr NodeId noNode = std::numeric_limits<NodeId>::max();

enum class NodeKind : std::uint8_t {
    None,
    Bool,        ///< `integer`
    Int,         ///< `integer`
    BigInt,      ///< `text`: more than 8 bytes, little-endian two's complement
    Float,       ///< the value is not kept: no weight is stored in this way
    Text,        ///< `text`: str, str of Python 2, bytes or bytearray
    Tuple,       ///< `items`
    List,        ///< `items`
    Set,         ///< `items`
    Dict,        ///< `items`: key, value, key, value…
    Global,      ///< `items`: the module's name, the name in the module; a reference to code, which is never followed
    Object,      ///< `items`: callable, arguments, state or noNode, then key, value… of items set on the object
    Persistent,  ///< `items`: the persistent id, by which PyTorch refers to storages and classes
};

/// One inert value of a pickle. `text` lies in the pickle's own bytes.
struct Node {
    NodeKind kind = NodeKind::None;
    std::int64_t integer = 0;
    std::string_view text;
    std::vector<NodeId> items;
};

/// A decoded pickle. All values lie in one arena, so that cycles and deep nesting need no care in destruction. The
/// arena grows in small pieces: values of one byte each would otherwise need one allocation far larger than the file.
struct Pickle {
    std::deque<Node> nodes;
    NodeId root = noNode;
    std::size_t length = 0;  ///< bytes of the pickle, including its STOP

    [[nodiscard]] const Node& operator[](NodeId id) const { return nodes[id]; }
    [[nodiscard]] const Node& top() const { return nodes[root]; }

    /// True if `id` is a reference to `name` in the Python module `module`.
    [[nodiscard]] bool isGlobal(NodeId id, std::string_view module, std::string_view name) const;
};

/// Decodes the pickle at the start of `data`: protocols 2 to 5, with the opcodes that PyTorch's files use. Executes
/// nothing. `data` must outlive the result. Throws FormatError on other opcodes, on damage, and beyond `budget`.
[[nodiscard]] Pickle readPickle(std::span<const std::byte> data, Budget& budget);

}  // namespace lamscope::detail
