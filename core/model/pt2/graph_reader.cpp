// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/graph_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lamscope::pt2 {

namespace {

using detail::printable;

constexpr std::size_t mostNodes = 50000;
constexpr std::size_t mostArguments = 64;
constexpr int deepestGraph = 8;

[[noreturn]] void refuseKind(const std::string& kind, std::string_view where) {
    throw UnsupportedProgram(fmt::format("has {} of the kind {}, which is not supported: export the network without it",
                                         where, printable(kind)));
}

/// A list of at most `mostItems` items, each converted.
template <typename Item, typename Convert>
std::vector<Item> listFrom(const Json& json, Convert convert) {
    if (!json.is_array() || json.size() > mostItems) {
        damagedJson(fmt::format("an argument in its program should be a list of at most {} items", mostItems));
    }
    std::vector<Item> items;
    items.reserve(json.size());
    for (const Json& item : json) {
        items.push_back(convert(item));
    }
    return items;
}

std::optional<TensorSlot> optionalTensor(const Json& json, const Scope& scope) {
    const auto [kind, content] = kindAndValue(json);
    if (kind == "as_none") {
        return std::nullopt;
    }
    if (kind != "as_tensor") {
        refuseKind(kind, "an optional tensor");
    }
    return scope.tensor(nameIn(content, "name"));
}

/// {as_name} or a literal: `as_int`, `as_float`, `as_bool`.
template <typename Number, typename Convert>
std::variant<Number, NumberSlot> symbolic(const Json& json, const char* literal, const Scope& scope, Convert convert) {
    const auto [kind, content] = kindAndValue(json);
    if (kind == "as_name") {
        return scope.number(nameFrom(content));
    }
    if (kind != literal) {
        refuseKind(kind, "a symbolic number");
    }
    return convert(content);
}

template <typename Number>
Argument flattened(const std::variant<Number, NumberSlot>& number) {
    return std::visit([](const auto& value) { return Argument(value); }, number);
}

Device deviceFrom(const Json& json) {
    const Json* index = json.is_object() ? memberIfAny(json, "index") : nullptr;
    return {.type = nameIn(json, "type"), .index = index != nullptr ? std::optional(wholeFrom(*index)) : std::nullopt};
}

std::optional<Value::Kind> numberKind(const std::string& kind) {
    return kind == "as_sym_int"     ? std::optional(Value::Kind::Int)
           : kind == "as_sym_float" ? std::optional(Value::Kind::Float)
           : kind == "as_sym_bool"  ? std::optional(Value::Kind::Bool)
                                    : std::nullopt;
}

Result resultFrom(const Json& json, Scope& scope) {
    const auto [kind, content] = kindAndValue(json);
    const auto makeTensor = [&](const Json& item) {
        return TensorSlot{scope.make(nameIn(item, "name"), Value::Kind::Tensor)};
    };
    if (kind == "as_tensor") {
        return makeTensor(content);
    }
    if (kind == "as_tensors") {
        return listFrom<TensorSlot>(content, makeTensor);
    }
    if (kind == "as_none") {
        return None{};
    }
    if (const auto number = numberKind(kind)) {
        return NumberSlot{scope.make(nameIn(content, "as_name"), *number)};
    }
    refuseKind(kind, "an operator with a result");
}

Result graphOutput(const Json& json, const Scope& scope) {
    const auto [kind, content] = kindAndValue(json);
    if (kind == "as_tensor") {
        return scope.tensor(nameIn(content, "name"));
    }
    if (kind == "as_none") {
        return None{};
    }
    if (numberKind(kind)) {
        return scope.number(nameIn(content, "as_name"));
    }
    refuseKind(kind, "an output");
}

/// Inputs that are plain literals.
bool isLiteral(const std::string& kind) {
    static constexpr std::array<std::string_view, 5> literals{"as_int", "as_float", "as_bool", "as_string", "as_none"};
    return std::ranges::find(literals, kind) != literals.end();
}

void makeInput(const Json& json, Graph& graph, Scope& scope) {
    const auto [kind, content] = kindAndValue(json);
    if (kind == "as_tensor") {
        graph.inputs.push_back(scope.make(nameIn(content, "name"), Value::Kind::Tensor));
    } else if (const auto number = numberKind(kind)) {
        graph.inputs.push_back(scope.make(nameIn(content, "as_name"), *number));
    } else if (!isLiteral(kind)) {
        refuseKind(kind, "an input");
    }
}

/// "net.py:12" of a frame's line `File "folder/net.py", line 12, in forward`; the line itself if it is written
/// otherwise.
std::string placeOf(std::string_view line) {
    constexpr std::string_view start = "File \"";
    constexpr std::string_view number = "\", line ";
    const auto middle = line.find(number);
    if (!line.starts_with(start) || middle == std::string_view::npos) {
        return printable(line, 200);
    }
    const auto path = line.substr(start.size(), middle - start.size());
    const auto digits = line.substr(middle + number.size());
    return printable(fmt::format("{}:{}", path.substr(path.find_last_of("/\\") + 1),
                                 digits.substr(0, digits.find_first_not_of("0123456789"))),
                     200);
}

/// What the file says about the tensors of a graph; whatever has no value in the graph is not looked at.
void describeTensors(const Json& json, Graph& graph) {
    const Json& described = member(json, "tensor_values");
    if (!described.is_object()) {
        damagedJson("\"tensor_values\" in its program is not an object");
    }
    for (Value& value : graph.values) {
        const auto found = value.kind == Value::Kind::Tensor ? described.find(value.name) : described.end();
        if (found == described.end()) {
            continue;
        }
        TensorFacts facts{.type = scalarTypeFrom(member(*found, "dtype")), .sizes = {}};
        for (const Json& size : listIn(*found, "sizes", mostItems)) {
            facts.sizes.push_back(extentFrom(size));
        }
        value.facts = std::move(facts);
    }
}

}  // namespace

Slot Scope::make(std::string name, Value::Kind kind) {
    const auto slot = static_cast<Slot>(graph_.values.size());
    if (!slots_.emplace(name, slot).second) {
        damagedJson(fmt::format("its program makes the value '{}' twice", printable(name)));
    }
    graph_.values.push_back({.name = std::move(name), .kind = kind, .facts = std::nullopt});
    return slot;
}

TensorSlot Scope::tensor(const std::string& name) const {
    return {find(name, true)};
}

NumberSlot Scope::number(const std::string& name) const {
    return {find(name, false)};
}

Slot Scope::find(const std::string& name, bool isTensor) const {
    const auto found = slots_.find(name);
    if (found == slots_.end()) {
        damagedJson(fmt::format("its program uses the value '{}' before it is made", printable(name)));
    }
    if ((graph_.values[found->second].kind == Value::Kind::Tensor) != isTensor) {
        damagedJson(fmt::format("its program uses the value '{}' as {}", printable(name),
                                isTensor ? "a tensor, but it is a number" : "a number, but it is a tensor"));
    }
    return found->second;
}

std::string sourceOf(const Json& node) {
    const Json* metadata = memberIfAny(node, "metadata");
    const Json* trace = metadata != nullptr && metadata->is_object() ? memberIfAny(*metadata, "stack_trace") : nullptr;
    if (trace == nullptr || !trace->is_string()) {
        return "";
    }
    std::string_view rest = trace->get_ref<const std::string&>();
    bool foreign = false;  // the line of code below a frame of PyTorch's belongs to it
    while (!rest.empty()) {
        auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
        const bool isFrame = line.starts_with("File \"");
        if (isFrame) {
            foreign = line.find("-packages/torch/") != std::string_view::npos
                      || line.find("-packages\\torch\\") != std::string_view::npos;
        }
        if (!line.empty() && !foreign) {
            return placeOf(line);
        }
    }
    return "";
}

Graph GraphReader::read(const Json& json) {
    if (++depth_ > deepestGraph) {
        damagedJson(fmt::format("graphs in its program are nested more than {} deep", deepestGraph));
    }
    Graph graph;
    Scope scope(graph);
    for (const Json& input : listIn(json, "inputs", mostNodes)) {
        makeInput(input, graph, scope);
    }
    const Json& nodes = listIn(json, "nodes", mostNodes - std::min(nodes_, mostNodes));
    nodes_ += nodes.size();
    graph.nodes.reserve(nodes.size());
    for (const Json& item : nodes) {
        graph.nodes.push_back(node(item, scope));
    }
    for (const Json& output : listIn(json, "outputs", mostNodes)) {
        graph.outputs.push_back(graphOutput(output, scope));
    }
    describeTensors(json, graph);
    --depth_;
    return graph;
}

Node GraphReader::node(const Json& json, Scope& scope) {
    Node result{.target = nameIn(json, "target"), .inputs = {}, .outputs = {}, .source = sourceOf(json)};
    for (const Json& input : listIn(json, "inputs", mostArguments)) {
        result.inputs.push_back({.name = nameIn(input, "name"), .value = argument(member(input, "arg"), scope)});
    }
    for (const Json& output : listIn(json, "outputs", mostItems)) {
        result.outputs.push_back(resultFrom(output, scope));
    }
    return result;
}

Argument GraphReader::argument(const Json& json, const Scope& scope) {
    const auto [kind, content] = kindAndValue(json);
    const auto tensor = [&](const Json& item) { return scope.tensor(nameIn(item, "name")); };
    const auto symbolicInt = [&](const Json& item) { return symbolic<std::int64_t>(item, "as_int", scope, wholeFrom); };
    const auto symbolicFloat = [&](const Json& item) { return symbolic<double>(item, "as_float", scope, numberFrom); };
    if (kind == "as_tensor") {
        return tensor(content);
    }
    if (kind == "as_tensors") {
        return listFrom<TensorSlot>(content, tensor);
    }
    if (kind == "as_optional_tensor") {
        const auto given = optionalTensor(content, scope);
        return given ? Argument(*given) : Argument(None{});
    }
    if (kind == "as_optional_tensors") {
        return listFrom<std::optional<TensorSlot>>(content,
                                                   [&](const Json& item) { return optionalTensor(item, scope); });
    }
    if (kind == "as_int") {
        return wholeFrom(content);
    }
    if (kind == "as_ints") {
        return listFrom<std::int64_t>(content, wholeFrom);
    }
    if (kind == "as_float") {
        return numberFrom(content);
    }
    if (kind == "as_floats") {
        return listFrom<double>(content, numberFrom);
    }
    if (kind == "as_bool") {
        return truthFrom(content);
    }
    if (kind == "as_bools") {
        return listFrom<bool>(content, truthFrom);
    }
    if (kind == "as_string") {
        return nameFrom(content);
    }
    if (kind == "as_none") {
        return None{};
    }
    if (kind == "as_sym_int") {
        return flattened(symbolicInt(content));
    }
    if (kind == "as_sym_float") {
        return flattened(symbolicFloat(content));
    }
    if (kind == "as_sym_bool") {
        return flattened(symbolic<bool>(content, "as_bool", scope, truthFrom));
    }
    if (kind == "as_sym_ints") {
        return listFrom<SymbolicInts::value_type>(content, symbolicInt);
    }
    if (kind == "as_sym_floats") {
        return listFrom<SymbolicFloats::value_type>(content, symbolicFloat);
    }
    if (kind == "as_scalar_type") {
        return scalarTypeFrom(content);
    }
    if (kind == "as_device") {
        return deviceFrom(content);
    }
    if (kind == "as_layout") {
        checkLayout(content);
        return StridedLayout{};
    }
    if (kind == "as_memory_format") {
        return memoryFormatFrom(content);
    }
    if (kind == "as_graph") {
        return subgraph(content);
    }
    refuseKind(kind, "an argument");
}

Subgraph GraphReader::subgraph(const Json& json) {
    return {.name = nameIn(json, "name"), .graph = std::make_shared<const Graph>(read(member(json, "graph")))};
}

}  // namespace lamscope::pt2
