// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/weight_set.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/checkpoint/module_walk.h"
#include "model/checkpoint/torch_object.h"
#include "model/checkpoint/weight_names.h"

namespace lamscope::detail {

namespace {

constexpr std::size_t maxNesting = 8;
constexpr std::size_t maxSets = 64;
constexpr std::size_t maxChildren = 64;

/// Collects the tensors of a state dictionary. A warning names the entries that are not tensors.
void collectDictionary(const Pickle& pickle, NodeId id, WeightCollector& collector, WeightSet& result) {
    constexpr std::size_t shown = 5;
    std::size_t count = 0;
    std::vector<std::string> ignored;
    forEachEntry(pickle, id, [&](const DictEntry& entry) {
        const Node& key = pickle[entry.key];
        if (key.kind == NodeKind::Text && tensorCall(pickle, entry.value)) {
            collector.add(std::string(key.text), entry.value);
        } else if (++count <= shown) {
            const std::string name = key.kind == NodeKind::Text ? printable(key.text) : describe(pickle, entry.key);
            ignored.push_back(fmt::format("{} ({})", name, describe(pickle, entry.value)));
        }
    });
    if (count > 0) {
        result.warnings.push_back(fmt::format("{} beside the weights {} no tensor and {} ignored: {}{}.",
                                              count == 1 ? "1 entry" : fmt::format("{} entries", count),
                                              count == 1 ? "is" : "are", count == 1 ? "was" : "were",
                                              fmt::join(ignored, ", "), count > shown ? ", ..." : ""));
    }
}

/// True for a single number. Training loops keep such numbers beside the weights ("best_score").
bool isScalar(const Pickle& pickle, NodeId tensor) {
    constexpr std::size_t sizes = 2;
    const auto call = tensorCall(pickle, tensor);
    const std::vector<NodeId>& items = pickle[call.value().arguments].items;
    return items.size() > sizes && pickle[items[sizes]].kind == NodeKind::Tuple && pickle[items[sizes]].items.empty();
}

/// Finds the weight sets in nested dictionaries.
class SetFinder {
public:
    SetFinder(const Pickle& pickle, Budget& budget)
        : pickle_(pickle)
        , budget_(budget)
        , known_(pickle.nodes.size(), Known::Unvisited)
        , found_(pickle.nodes.size(), false) {}

    std::vector<WeightSet> run() {
        visit(pickle_.root);
        return std::move(sets_);
    }

private:
    enum class Known : char { Unvisited, Empty, Weights };

    struct Child {
        std::string key;
        NodeId value = noNode;
    };

    /// Several dictionaries may share a long list of entries: the budget bounds the cost of the search.
    bool anyTextEntry(NodeId id, const std::function<bool(const DictEntry&)>& accept) const {
        budget_.charge(entryCount(pickle_, id));
        return anyEntry(pickle_, id, [&](const DictEntry& entry) {
            return pickle_[entry.key].kind == NodeKind::Text && accept(entry);
        });
    }

    [[nodiscard]] bool hasTensor(NodeId id) const {
        return anyTextEntry(id,
                            [this](const DictEntry& entry) { return tensorCall(pickle_, entry.value).has_value(); });
    }

    /// True if weights lie in the value `id`. Each value is examined once, so that shared and cyclic values cost
    /// nothing.
    bool holdsWeights(NodeId id, std::size_t depth) {
        if (known_[id] == Known::Unvisited) {
            known_[id] = Known::Empty;
            const bool found = isModule(pickle_, id) || hasTensor(id)
                               || (depth < maxNesting && anyTextEntry(id, [&](const DictEntry& entry) {
                                       return holdsWeights(entry.value, depth + 1);
                                   }));
            known_[id] = found ? Known::Weights : Known::Empty;
        }
        return known_[id] == Known::Weights;
    }

    /// The keys of a dictionary under which weights lie, each once. The last of equal keys counts.
    std::vector<Child> childrenOf(NodeId id) {
        std::vector<Child> children;
        anyTextEntry(id, [&](const DictEntry& entry) {
            const std::string_view key = pickle_[entry.key].text;
            if (!belongsToOptimiser(key) && holdsWeights(entry.value, nesting_.size())) {
                const std::string name = printable(key);
                const auto known = std::ranges::find(children, name, &Child::key);
                if (known == children.end()) {
                    children.push_back({name, entry.value});
                } else {
                    known->value = entry.value;
                }
            }
            return children.size() >= maxChildren;
        });
        return children;
    }

    void add(NodeId object) {
        WeightSet set{.nesting = nesting_, .tensors = {}, .warnings = {}};
        WeightCollector collector(pickle_, budget_);
        if (isModule(pickle_, object)) {
            collector.walk(object);
        } else {
            collectDictionary(pickle_, object, collector, set);
        }
        set.tensors = collector.take();
        const auto isNumber = [this](const auto& entry) { return isScalar(pickle_, entry.second); };
        if (nesting_.empty() ? !set.tensors.empty() : !std::ranges::all_of(set.tensors, isNumber)) {
            sets_.push_back(std::move(set));
        }
    }

    /// Each dictionary is visited once, under the first name that leads to it.
    void visit(NodeId id) {
        if (found_[id] || sets_.size() >= maxSets) {
            return;
        }
        found_[id] = true;
        if (isModule(pickle_, id)) {
            add(id);
            return;
        }
        if (hasTensor(id)) {
            add(id);
        }
        if (nesting_.size() >= maxNesting) {
            return;
        }
        for (const Child& child : childrenOf(id)) {
            nesting_.push_back(child.key);
            visit(child.value);
            nesting_.pop_back();
        }
    }

    const Pickle& pickle_;
    Budget& budget_;
    std::vector<Known> known_;
    std::vector<bool> found_;
    std::vector<std::string> nesting_;
    std::vector<WeightSet> sets_;
};

/// True if averaged weights are a list in the order of the network's parameters: torch_ema and diffusers write such
/// lists.
bool hasNamelessAverage(const Pickle& pickle, Budget& budget) {
    for (NodeId id = 0; id < pickle.nodes.size(); ++id) {
        budget.charge(entryCount(pickle, id));
        const NodeId list = isDictionary(pickle, id) ? dictValue(pickle, id, "shadow_params") : noNode;
        if (list != noNode && pickle[list].kind == NodeKind::List && !pickle[list].items.empty()
            && tensorCall(pickle, pickle[list].items.front())) {
            return true;
        }
    }
    return false;
}

/// The collected tensors as one set; no set if there are none.
std::vector<WeightSet> setOf(std::vector<std::string> nesting, WeightCollector& collector) {
    WeightSet set{.nesting = std::move(nesting), .tensors = collector.take(), .warnings = {}};
    std::vector<WeightSet> sets;
    if (!set.tensors.empty()) {
        sets.push_back(std::move(set));
    }
    return sets;
}

}  // namespace

std::vector<WeightSet> findWeightSets(const Pickle& pickle, Budget& budget) {
    std::vector<WeightSet> sets = SetFinder(pickle, budget).run();
    if (hasNamelessAverage(pickle, budget)) {
        for (WeightSet& set : sets) {
            set.warnings.emplace_back(
                "The file's averaged weights (shadow_params) are a list without names and were left out.");
        }
    }
    if (sets.empty()) {
        throw FormatError(
            fmt::format("holds no weights but a Python object of type {}: save the network's state_dict() instead",
                        tensorCall(pickle, pickle.root) ? std::string("torch.Tensor") : describe(pickle, pickle.root)));
    }
    return sets;
}

std::vector<WeightSet> findScriptWeights(const Pickle& pickle, Budget& budget) {
    WeightCollector collector(pickle, budget);
    collector.walkScript(pickle.root);
    return setOf({}, collector);
}

std::vector<WeightSet> findScriptConstants(const Pickle& pickle, Budget& budget) {
    WeightCollector collector(pickle, budget);
    const Node& constants = pickle.top();
    if (constants.kind == NodeKind::Tuple) {
        for (std::size_t i = 0; i < constants.items.size(); ++i) {
            if (tensorCall(pickle, constants.items[i])) {
                collector.add(fmt::format("c{}", i), constants.items[i]);
            }
        }
    }
    return setOf({"CONSTANTS"}, collector);
}

}  // namespace lamscope::detail
