// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/torch_object.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

namespace lamscope::detail {

namespace {

constexpr std::size_t firstEntry = 3;  // index in the items of an Object

const Node* tupleOf(const Pickle& pickle, NodeId id, std::size_t minimum) {
    const Node& node = pickle[id];
    return node.kind == NodeKind::Tuple && node.items.size() >= minimum ? &node : nullptr;
}

/// True for OrderedDict and dict. Python 2, or dict's own reduction, writes their first entries as arguments.
bool isDictionaryType(const Pickle& pickle, NodeId callable) {
    return pickle.isGlobal(callable, "collections", "OrderedDict") || pickle.isGlobal(callable, "builtins", "dict")
           || pickle.isGlobal(callable, "__builtin__", "dict");
}

/// The list of [key, value] pairs among the arguments of an OrderedDict or dict; empty if there is none.
std::span<const NodeId> argumentPairs(const Pickle& pickle, const Node& object) {
    const Node& arguments = pickle[object.items[1]];
    const bool given = isDictionaryType(pickle, object.items[0]) && !arguments.items.empty()
                       && pickle[arguments.items[0]].kind == NodeKind::List;
    return given ? std::span(pickle[arguments.items[0]].items) : std::span<const NodeId>{};
}

/// The entries of a dictionary as the pickle holds them: pairs given at the dictionary's creation, then keys and values
/// in turn.
struct RawEntries {
    std::span<const NodeId> pairs;
    std::span<const NodeId> items;
};

RawEntries rawEntries(const Pickle& pickle, NodeId id) {
    if (!isDictionary(pickle, id)) {
        return {};
    }
    const Node& node = pickle[id];
    const std::span<const NodeId> items(node.items);
    return node.kind == NodeKind::Object ? RawEntries{argumentPairs(pickle, node), items.subspan(firstEntry)}
                                         : RawEntries{{}, items};
}

/// The name of a function of torch._utils that rebuilds tensors; empty for anything else.
std::string_view rebuildFunction(const Pickle& pickle, NodeId callable) {
    const Node& node = pickle[callable];
    const bool isTorch = node.kind == NodeKind::Global && pickle[node.items[0]].text == "torch._utils";
    const std::string_view name = isTorch ? pickle[node.items[1]].text : std::string_view();
    return name.starts_with("_rebuild_") ? name : std::string_view();
}

std::string globalName(const Pickle& pickle, const Node& global) {
    return fmt::format("{}.{}", printable(pickle[global.items[0]].text), printable(pickle[global.items[1]].text));
}

}  // namespace

bool isDictionary(const Pickle& pickle, NodeId id) {
    const Node& node = pickle[id];
    return node.kind == NodeKind::Dict
           || (node.kind == NodeKind::Object
               && (node.items.size() > firstEntry || isDictionaryType(pickle, node.items[0])));
}

std::size_t entryCount(const Pickle& pickle, NodeId id) {
    const RawEntries raw = rawEntries(pickle, id);
    return raw.pairs.size() + raw.items.size() / 2;
}

bool anyEntry(const Pickle& pickle, NodeId id, const std::function<bool(const DictEntry&)>& accept) {
    const RawEntries raw = rawEntries(pickle, id);
    for (const NodeId item : raw.pairs) {
        const Node& pair = pickle[item];
        const bool sequence = pair.kind == NodeKind::List || pair.kind == NodeKind::Tuple;
        if (sequence && pair.items.size() == 2 && accept({pair.items[0], pair.items[1]})) {
            return true;
        }
    }
    for (std::size_t index = 0; index + 1 < raw.items.size(); index += 2) {
        if (accept({raw.items[index], raw.items[index + 1]})) {
            return true;
        }
    }
    return false;
}

void forEachEntry(const Pickle& pickle, NodeId id, const std::function<void(const DictEntry&)>& visit) {
    anyEntry(pickle, id, [&](const DictEntry& entry) {
        visit(entry);
        return false;
    });
}

NodeId dictValue(const Pickle& pickle, NodeId dictionary, std::string_view key) {
    NodeId value = noNode;
    forEachEntry(pickle, dictionary, [&](const DictEntry& entry) {
        const Node& node = pickle[entry.key];
        if (node.kind == NodeKind::Text && node.text == key) {
            value = entry.value;
        }
    });
    return value;
}

NodeId attributesOf(const Pickle& pickle, NodeId id) {
    const Node& node = pickle[id];
    if (node.kind != NodeKind::Object || node.items[2] == noNode) {
        return noNode;
    }
    NodeId state = node.items[2];
    if (const Node* pair = tupleOf(pickle, state, 2); pair != nullptr) {  // (dictionary, slots)
        state = pair->items[0];
    }
    constexpr std::size_t maxItems = 4096;  // bounds the search through attributes that many objects share
    const Node& attributes = pickle[state];
    return attributes.kind == NodeKind::Dict && attributes.items.size() <= maxItems ? state : noNode;
}

bool isModule(const Pickle& pickle, NodeId id) {
    const NodeId attributes = attributesOf(pickle, id);
    return attributes != noNode && dictValue(pickle, attributes, "_parameters") != noNode
           && dictValue(pickle, attributes, "_modules") != noNode;
}

std::optional<TensorCall> tensorCall(const Pickle& pickle, NodeId id) {
    constexpr int maxWrappers = 4;
    for (int depth = 0; depth < maxWrappers; ++depth) {
        const Node& node = pickle[id];
        if (node.kind != NodeKind::Object) {
            return std::nullopt;
        }
        NodeId callable = node.items[0];
        NodeId arguments = node.items[1];
        if (pickle.isGlobal(callable, "torch._tensor", "_rebuild_from_type_v2")) {
            const Node* parts = tupleOf(pickle, arguments, 3);  // function, type, arguments, state
            if (parts == nullptr || tupleOf(pickle, parts->items[2], 0) == nullptr) {
                return std::nullopt;
            }
            callable = parts->items[0];
            arguments = parts->items[2];
        }
        const bool wrapper = pickle.isGlobal(callable, "torch._utils", "_rebuild_parameter")
                             || pickle.isGlobal(callable, "torch._utils", "_rebuild_parameter_with_state")
                             || pickle.isGlobal(callable, "torch._utils", "_rebuild_device_tensor_from_cpu_tensor")
                             || pickle.isGlobal(callable, "torch.nn.parameter", "Parameter")
                             || pickle.isGlobal(callable, "torch.nn.parameter", "Buffer");
        if (const std::string_view function = rebuildFunction(pickle, callable); !wrapper && !function.empty()) {
            return tupleOf(pickle, arguments, 0) == nullptr ? std::nullopt
                                                            : std::optional(TensorCall{function, arguments});
        }
        const Node* parts = tupleOf(pickle, arguments, 1);
        if (!wrapper || parts == nullptr) {
            return std::nullopt;
        }
        id = parts->items[0];
    }
    return std::nullopt;
}

std::string describe(const Pickle& pickle, NodeId id) {
    const Node& node = pickle[id];
    switch (node.kind) {
        case NodeKind::None:
            return "None";
        case NodeKind::Bool:
            return "bool";
        case NodeKind::Int:
        case NodeKind::BigInt:
            return "int";
        case NodeKind::Float:
            return "float";
        case NodeKind::Text:
            return "str";
        case NodeKind::Tuple:
            return "tuple";
        case NodeKind::List:
            return "list";
        case NodeKind::Set:
            return "set";
        case NodeKind::Dict:
            return "dict";
        case NodeKind::Global:
            return globalName(pickle, node);
        case NodeKind::Persistent: {
            // ('module', class, source file, source text) stands for the class
            const Node* parts = tupleOf(pickle, node.items[0], 2);
            const bool global = parts != nullptr && pickle[parts->items[1]].kind == NodeKind::Global;
            return global ? globalName(pickle, pickle[parts->items[1]]) : "storage";
        }
        case NodeKind::Object: {
            const Node& callable = pickle[node.items[0]];
            const bool named = callable.kind == NodeKind::Global || callable.kind == NodeKind::Persistent;
            return named ? describe(pickle, node.items[0]) : "object";
        }
    }
    return "object";
}

}  // namespace lamscope::detail
