// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/checkpoint/torch_object.h"

namespace lamscope::detail {

/// Collects named tensors. A repeated name replaces the earlier tensor in its place, as in a Python dictionary.
class WeightCollector {
public:
    WeightCollector(const Pickle& pickle, Budget& budget)
        : pickle_(pickle)
        , budget_(budget) {}

    /// Adds the tensor of a node. Throws FormatError if `name` cannot be the name of a tensor.
    void add(const std::string& name, NodeId tensor);

    /// Adds what state_dict() of a pickled module would list: the module's parameters, its persistent buffers, then the
    /// parameters and buffers of its submodules.
    void walk(NodeId module);

    /// Adds the tensors among the attributes of an object of TorchScript, then those of the objects among them.
    void walkScript(NodeId object);

    [[nodiscard]] std::vector<std::pair<std::string, NodeId>> take() { return std::move(tensors_); }

private:
    void forEachTextEntry(NodeId dictionary, const std::function<void(std::string_view, NodeId)>& visit);
    [[nodiscard]] std::set<std::string_view> transientBuffers(NodeId attributes);
    void addAttributes(NodeId attributes, const std::string& prefix);
    void addTensors(NodeId dictionary, const std::string& prefix);

    /// Adds the attributes of a module by `addOwn`, then visits, deep before wide, the modules that are entries of the
    /// dictionary `childrenOf` finds in its attributes.
    struct Walk {
        void (WeightCollector::*addOwn)(NodeId attributes, const std::string& prefix);
        NodeId (*childrenOf)(const Pickle& pickle, NodeId attributes);
        bool (*isChild)(const Pickle& pickle, NodeId value);
    };
    void walkAs(const Walk& kind, NodeId module);

    const Pickle& pickle_;
    Budget& budget_;
    std::vector<std::pair<std::string, NodeId>> tensors_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace lamscope::detail
