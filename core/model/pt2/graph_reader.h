// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/pt2/json_fields.h"
#include "model/pt2/program.h"

namespace lamscope::pt2 {

/// The values of a graph by name, while it is read.
class Scope {
public:
    explicit Scope(Graph& graph)
        : graph_(graph) {}

    /// A new value. Throws FormatError if there is one of that name.
    Slot make(std::string name, Value::Kind kind);

    /// A value that exists. Throws FormatError if it was not made yet, or is a tensor where a number is asked for (or
    /// the other way round).
    [[nodiscard]] TensorSlot tensor(const std::string& name) const;
    [[nodiscard]] NumberSlot number(const std::string& name) const;

private:
    [[nodiscard]] Slot find(const std::string& name, bool isTensor) const;

    Graph& graph_;
    std::map<std::string, Slot, std::less<>> slots_;
};

/// Where the network's code calls a node, by its stack trace: the first place that is not in PyTorch's own code, e.g.
/// "net.py:12"; empty if the file does not say.
[[nodiscard]] std::string sourceOf(const Json& node);

/// Reads graphs from JSON. Bounds hold for all graphs that one reader reads.
class GraphReader {
public:
    /// Throws FormatError and UnsupportedProgram. Inputs that are literals have no slot: nothing can use them.
    [[nodiscard]] Graph read(const Json& json);

private:
    [[nodiscard]] Node node(const Json& json, Scope& scope);
    [[nodiscard]] Argument argument(const Json& json, const Scope& scope);
    [[nodiscard]] Subgraph subgraph(const Json& json);

    std::size_t nodes_ = 0;
    int depth_ = 0;
};

}  // namespace lamscope::pt2
