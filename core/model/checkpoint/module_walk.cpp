// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/module_walk.h"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "model/checkpoint/torch_object.h"

namespace lamscope::detail {

namespace {

constexpr std::size_t maxNameLength = 512;
constexpr std::size_t maxDepth = 64;

/// Buffers that a module does not save: set([names]) or a set.
std::set<std::string_view> transientBuffers(const Pickle& pickle, NodeId attributes) {
    std::set<std::string_view> names;
    const NodeId id = dictValue(pickle, attributes, "_non_persistent_buffers_set");
    if (id == noNode) {
        return names;
    }
    const Node* holder = &pickle[id];
    if (holder->kind == NodeKind::Object && !pickle[holder->items[1]].items.empty()) {
        holder = &pickle[pickle[holder->items[1]].items[0]];
    }
    if (holder->kind == NodeKind::Set || holder->kind == NodeKind::List) {
        for (const NodeId item : holder->items) {
            names.insert(pickle[item].text);
        }
    }
    return names;
}

}  // namespace

void WeightCollector::add(const std::string& name, NodeId tensor) {
    if (name.empty() || name.size() > maxNameLength || !isPlainText(name)) {
        throw FormatError(
            fmt::format("is damaged: '{}' cannot be the name of a tensor; use another copy", printable(name)));
    }
    const auto [place, inserted] = places_.emplace(name, tensors_.size());
    if (inserted) {
        constexpr std::size_t overhead = 256;
        budget_.charge(4 * name.size() + overhead);
        tensors_.emplace_back(name, tensor);
    } else {
        tensors_[place->second].second = tensor;
    }
}

/// Shared modules are visited as often as they are named: what that costs is bounded as memory is.
std::vector<DictEntry> WeightCollector::chargedEntries(NodeId dictionary) {
    std::vector<DictEntry> entries = dictEntries(pickle_, dictionary);
    budget_.charge(entries.size() * sizeof(DictEntry));
    return entries;
}

void WeightCollector::addAttributes(NodeId attributes, const std::string& prefix) {
    const std::set<std::string_view> transient = transientBuffers(pickle_, attributes);
    for (const std::string_view group : {"_parameters", "_buffers"}) {
        const NodeId dictionary = dictValue(pickle_, attributes, group);
        if (dictionary == noNode) {
            continue;
        }
        for (const DictEntry& entry : chargedEntries(dictionary)) {
            const Node& key = pickle_[entry.key];
            const bool saved = group == "_parameters" || !transient.contains(key.text);
            if (key.kind == NodeKind::Text && saved && tensorCall(pickle_, entry.value)) {
                add(prefix + std::string(key.text), entry.value);
            }
        }
    }
}

void WeightCollector::walk(NodeId module) {
    struct Visit {
        NodeId module;
        std::string prefix;
        std::size_t depth;
    };
    std::vector<Visit> pending{{module, "", 0}};
    while (!pending.empty()) {
        const Visit visit = std::move(pending.back());
        pending.pop_back();
        const NodeId attributes = attributesOf(pickle_, visit.module);
        if (visit.depth > maxDepth || visit.prefix.size() > maxNameLength) {
            throw FormatError("is damaged: its modules are nested without end; use another copy");
        }
        budget_.charge(pickle_[attributes].items.size() * sizeof(NodeId));
        addAttributes(attributes, visit.prefix);
        const auto first = static_cast<std::ptrdiff_t>(pending.size());
        for (const DictEntry& entry : chargedEntries(dictValue(pickle_, attributes, "_modules"))) {
            const Node& key = pickle_[entry.key];
            if (key.kind == NodeKind::Text && isModule(pickle_, entry.value)) {
                budget_.charge(sizeof(Visit) + visit.prefix.size() + key.text.size());
                pending.push_back({entry.value, visit.prefix + std::string(key.text) + ".", visit.depth + 1});
            }
        }
        std::reverse(pending.begin() + first, pending.end());  // the first submodule is visited next
    }
}

}  // namespace lamscope::detail
