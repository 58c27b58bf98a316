// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/module_walk.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

#include "model/checkpoint/torch_object.h"

namespace lamscope::detail {

namespace {

constexpr std::size_t maxDepth = 64;

NodeId submodules(const Pickle& pickle, NodeId attributes) {
    return dictValue(pickle, attributes, "_modules");
}

/// Objects of TorchScript hold everything, submodules included, in one dictionary.
NodeId allAttributes(const Pickle& /*pickle*/, NodeId attributes) {
    return attributes;
}

bool isScriptObject(const Pickle& pickle, NodeId id) {
    return attributesOf(pickle, id) != noNode && !tensorCall(pickle, id);
}

}  // namespace

void WeightCollector::add(const std::string& name, NodeId tensor) {
    if (name.empty() || name.size() > maxTensorNameLength || !isPlainText(name)) {
        throw FormatError(
            fmt::format("is damaged: '{}' cannot be the name of a tensor; use another copy", printable(name)));
    }
    const auto [place, inserted] = places_.emplace(name, tensors_.size());
    if (inserted) {
        constexpr std::size_t overhead = 256;
        budget_.charge(4 * name.size() + overhead);
        budget_.reserve(tensors_, tensors_.size() + 1);
        tensors_.emplace_back(name, tensor);
    } else {
        tensors_[place->second].second = tensor;
    }
}

/// A module under several names is visited once for each name. The budget bounds the cost of that.
void WeightCollector::forEachTextEntry(NodeId dictionary, const std::function<void(std::string_view, NodeId)>& visit) {
    budget_.charge(entryCount(pickle_, dictionary) * sizeof(DictEntry));
    forEachEntry(pickle_, dictionary, [&](const DictEntry& entry) {
        if (const Node& key = pickle_[entry.key]; key.kind == NodeKind::Text) {
            visit(key.text, entry.value);
        }
    });
}

/// The names of the buffers that a module does not save. The pickle holds them as set([names]) or as a set.
std::set<std::string_view> WeightCollector::transientBuffers(NodeId attributes) {
    std::set<std::string_view> names;
    const NodeId id = dictValue(pickle_, attributes, "_non_persistent_buffers_set");
    if (id == noNode) {
        return names;
    }
    const Node* holder = &pickle_[id];
    if (holder->kind == NodeKind::Object && !pickle_[holder->items[1]].items.empty()) {
        holder = &pickle_[pickle_[holder->items[1]].items[0]];
    }
    if (holder->kind == NodeKind::Set || holder->kind == NodeKind::List) {
        constexpr std::size_t overhead = 64;
        budget_.charge(holder->items.size() * overhead);
        for (const NodeId item : holder->items) {
            names.insert(pickle_[item].text);
        }
    }
    return names;
}

void WeightCollector::addAttributes(NodeId attributes, const std::string& prefix) {
    const std::set<std::string_view> transient = transientBuffers(attributes);
    for (const std::string_view group : {"_parameters", "_buffers"}) {
        const NodeId dictionary = dictValue(pickle_, attributes, group);
        if (dictionary == noNode) {
            continue;
        }
        forEachTextEntry(dictionary, [&](std::string_view key, NodeId value) {
            const bool saved = group == "_parameters" || !transient.contains(key);
            if (saved && tensorCall(pickle_, value)) {
                add(prefix + std::string(key), value);
            }
        });
    }
}

void WeightCollector::addTensors(NodeId dictionary, const std::string& prefix) {
    forEachTextEntry(dictionary, [&](std::string_view key, NodeId value) {
        if (tensorCall(pickle_, value)) {
            add(prefix + std::string(key), value);
        }
    });
}

void WeightCollector::walk(NodeId module) {
    walkAs({.addOwn = &WeightCollector::addAttributes, .childrenOf = submodules, .isChild = isModule}, module);
}

void WeightCollector::walkScript(NodeId object) {
    if (!isScriptObject(pickle_, object)) {
        throw FormatError("is damaged: its data.pkl holds no module of TorchScript; use another copy");
    }
    walkAs({.addOwn = &WeightCollector::addTensors, .childrenOf = allAttributes, .isChild = isScriptObject}, object);
}

void WeightCollector::walkAs(const Walk& kind, NodeId module) {
    struct Visit {
        NodeId module;
        std::string prefix;
        std::size_t depth;
    };
    std::deque<Visit> pending{{module, "", 0}};
    while (!pending.empty()) {
        const Visit visit = std::move(pending.back());
        pending.pop_back();
        const NodeId attributes = attributesOf(pickle_, visit.module);
        if (visit.depth > maxDepth || visit.prefix.size() > maxTensorNameLength) {
            throw FormatError("is damaged: its modules are nested without end; use another copy");
        }
        (this->*kind.addOwn)(attributes, visit.prefix);
        const auto first = static_cast<std::ptrdiff_t>(pending.size());
        forEachTextEntry(kind.childrenOf(pickle_, attributes), [&](std::string_view key, NodeId value) {
            if (const NodeId state = attributesOf(pickle_, value); state != noNode) {
                budget_.charge(pickle_[state].items.size() * sizeof(NodeId));
            }
            if (kind.isChild(pickle_, value)) {
                budget_.charge(sizeof(Visit) + visit.prefix.size() + key.size());
                pending.push_back({value, visit.prefix + std::string(key) + ".", visit.depth + 1});
            }
        });
        std::reverse(pending.begin() + first, pending.end());  // the first submodule is visited next
    }
}

}  // namespace lamscope::detail
