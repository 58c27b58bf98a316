// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/pt2/program.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "model/pt2/graph_reader.h"
#include "model/pt2/json_fields.h"

namespace lamscope::pt2 {

namespace {

using detail::printable;

constexpr std::size_t mostSpecs = 50000;
constexpr std::size_t mostGuards = 50000;
constexpr std::size_t longestGuard = 65536;
constexpr std::int64_t schemaMajor = 8;

std::int64_t checkedSchema(const Json& program) {
    const Json& version = member(program, "schema_version");
    const std::int64_t major = wholeFrom(member(version, "major"));
    const std::int64_t minor = wholeFrom(member(version, "minor"));
    if (major != schemaMajor) {
        throw UnsupportedProgram(fmt::format(
            "was written in schema {}.{} of torch.export, and only schema {} is read: {}", major, minor, schemaMajor,
            major < schemaMajor ? "export again with torch 2.9 or newer" : "export with an older torch, from 2.9 on"));
    }
    return minor;
}

/// The slots of graph inputs by name; each is given to one input specification.
class GraphInputs {
public:
    explicit GraphInputs(const Graph& graph) {
        for (const Slot slot : graph.inputs) {
            free_.emplace(graph.values[slot].name, slot);
        }
    }

    Slot take(const Graph& graph, const std::string& name) {
        const auto found = free_.find(name);
        if (found == free_.end()) {
            damagedJson(fmt::format("'{}' is not an input of the graph, or is bound twice", printable(name)));
        }
        const Slot slot = found->second;
        if (graph.values[slot].kind != Value::Kind::Tensor) {
            throw UnsupportedProgram(fmt::format(
                "takes the number '{}' beside a picture: export the network with the number fixed", printable(name)));
        }
        free_.erase(found);
        return slot;
    }

    /// Throws if an input of the graph is neither stored nor given by the user.
    void requireNoneLeft() const {
        if (!free_.empty()) {
            damagedJson(
                fmt::format("nothing is bound to the input '{}' of its graph", printable(free_.begin()->first)));
        }
    }

private:
    std::map<std::string, Slot, std::less<>> free_;
};

/// The user's input; throws where it is no tensor.
std::string userTensor(const Json& spec) {
    const auto [kind, content] = kindAndValue(member(spec, "arg"));
    if (kind != "as_tensor") {
        throw UnsupportedProgram(
            fmt::format("takes an input of the kind {} beside a picture: wrap the network in a module whose forward() "
                        "takes the picture alone, and export that",
                        printable(kind)));
    }
    return nameIn(content, "name");
}

void bindInputs(const Json& specs, Program& program) {
    GraphInputs inputs(program.graph);
    std::vector<std::string> user;
    for (const Json& item : specs) {
        const auto [kind, spec] = kindAndValue(item);
        const auto bind = [&, &spec = spec](const char* nameKey) {
            program.bound.push_back({.slot = inputs.take(program.graph, nameIn(member(spec, "arg"), "name")),
                                     .tensor = nameIn(spec, nameKey)});
        };
        if (kind == "parameter") {
            bind("parameter_name");
        } else if (kind == "buffer") {
            bind("buffer_name");
        } else if (kind == "tensor_constant") {
            bind("tensor_constant_name");
        } else if (kind == "user_input") {
            user.push_back(userTensor(spec));
        } else if (kind != "constant_input") {  // a literal, which has no slot: using it would be an unknown name
            throw UnsupportedProgram(fmt::format(
                "has an input of the kind {}, which is not supported: export the network without it", printable(kind)));
        }
    }
    if (user.size() != 1) {
        throw UnsupportedProgram(
            fmt::format("takes {} tensors: wrap the network in a module whose forward() takes the picture alone, and "
                        "export that",
                        user.size()));
    }
    program.input = inputs.take(program.graph, user.front());
    inputs.requireNoneLeft();
}

void bindOutput(const Json& specs, Program& program) {
    static const std::set<std::string, std::less<>> mutations{"buffer_mutation", "parameter_mutation",
                                                              "user_input_mutation", "token"};
    std::size_t returned = 0;
    for (const Json& item : specs) {
        const auto [kind, spec] = kindAndValue(item);
        if (mutations.contains(kind)) {
            throw UnsupportedProgram(
                fmt::format("changes its own state ({}): export the network in eval mode", printable(kind)));
        }
        if (kind != "user_output") {
            throw UnsupportedProgram(
                fmt::format("has an output of the kind {}: export the network itself, not a step of its training",
                            printable(kind)));
        }
        ++returned;
    }
    if (returned != 1) {
        throw UnsupportedProgram(
            fmt::format("returns {} tensors: wrap the network in a module whose forward() returns the picture alone, "
                        "and export that",
                        returned));
    }
    const auto [kind, content] = kindAndValue(member(specs.front().front(), "arg"));
    if (kind != "as_tensor") {
        throw UnsupportedProgram(
            fmt::format("returns something of the kind {}: wrap the network in a module whose forward() returns the "
                        "picture alone, and export that",
                        printable(kind)));
    }
    const auto* output =
        program.graph.outputs.size() == 1 ? std::get_if<TensorSlot>(&program.graph.outputs.front()) : nullptr;
    if (output == nullptr || program.graph.values[output->slot].name != nameIn(content, "name")) {
        damagedJson("its program and its graph say different outputs");
    }
    program.output = output->slot;
}

void checkInput(const Program& program) {
    const Value& input = program.inputValue();
    if (!input.facts) {
        damagedJson(fmt::format("its program does not describe its input '{}'", printable(input.name)));
    }
    const auto rank = input.facts->sizes.size();
    if (rank != 4) {
        throw UnsupportedProgram(fmt::format(
            "takes a tensor of {} dimensions, and pictures have 4 (batch, channels, height, width): wrap the "
            "network in a module that takes such a tensor, and export that",
            rank));
    }
}

void readRanges(const Json& json, Program& program) {
    if (!json.is_object()) {
        damagedJson("\"range_constraints\" in its program is not an object");
    }
    for (const auto& [symbol, range] : json.items()) {
        const auto bound = [&, &range = range](const char* key) {
            const Json* value = range.is_object() ? memberIfAny(range, key) : nullptr;
            return value != nullptr ? std::optional(wholeFrom(*value)) : std::nullopt;
        };
        program.ranges.emplace(symbol, SymbolRange{.least = bound("min_val"), .most = bound("max_val")});
    }
}

std::vector<std::string> guardsFrom(const Json& json) {
    if (!json.is_array() || json.size() > mostGuards) {
        damagedJson(fmt::format("\"guards_code\" in its program is not a list of at most {} texts", mostGuards));
    }
    std::vector<std::string> guards;
    for (const Json& guard : json) {
        if (!guard.is_string() || guard.get_ref<const std::string&>().size() > longestGuard) {
            damagedJson(fmt::format("a guard in its program is not a text of at most {} bytes", longestGuard));
        }
        guards.push_back(guard.get<std::string>());
    }
    return guards;
}

}  // namespace

Program parseProgram(std::string_view json) {
    const Json parsed = parseJson(json, "its program");
    Program program;
    program.schemaMinor = checkedSchema(parsed);
    const Json& graphModule = member(parsed, "graph_module");
    const Json& signature = member(graphModule, "signature");
    program.graph = GraphReader().read(member(graphModule, "graph"));
    bindInputs(listIn(signature, "input_specs", mostSpecs), program);
    bindOutput(listIn(signature, "output_specs", mostSpecs), program);
    checkInput(program);
    readRanges(member(parsed, "range_constraints"), program);
    if (const Json* guards = memberIfAny(parsed, "guards_code")) {
        program.guards = guardsFrom(*guards);
    }
    if (const Json* version = memberIfAny(parsed, "torch_version")) {
        program.torchVersion = nameFrom(*version);
    }
    return program;
}

}  // namespace lamscope::pt2
