// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/weight_set.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/checkpoint/module_walk.h"
#include "model/checkpoint/torch_object.h"

namespace lamscope::detail {

namespace {

constexpr std::array<std::string_view, 8> wrapperKeys{"model_state_dict", "state_dict", "params_ema", "params-ema",
                                                      "params",           "model",      "net",        "generator"};

struct WrappingPrefix {
    std::string_view text;
    bool beforeNumbers;  ///< taken off before a number too
};

constexpr std::array<WrappingPrefix, 7> wrappingPrefixes{{{"module.", true},
                                                          {"_orig_mod.", true},
                                                          {"netG.", true},
                                                          {"net_g.", false},
                                                          {"generator.", false},
                                                          {"model.", false},
                                                          {"net.", false}}};
constexpr int maxNesting = 8;

/// Finds the dictionary or module that holds the weights.
class Unwrapper {
public:
    Unwrapper(const Pickle& pickle, std::string wanted, Budget& budget)
        : pickle_(pickle)
        , budget_(budget)
        , wanted_(std::move(wanted))
        , known_(pickle.nodes.size(), Known::Unvisited) {}

    NodeId run(WeightSet& result) {
        NodeId current = pickle_.root;
        for (int depth = 0; depth < maxNesting && !isModule(pickle_, current); ++depth) {
            const std::vector<Choice> choices = choicesIn(current);
            const std::optional<Choice> choice = choose(choices, current);
            for (const Choice& other : choices) {
                if (!choice || other.key != choice->key) {
                    result.alternatives.push_back(other.key);
                }
            }
            if (!choice) {
                break;
            }
            result.nesting.push_back(choice->key);
            current = choice->value;
        }
        if (!wanted_.empty()) {
            throw FormatError(fmt::format("has no weight set called '{}': {}", printable(wanted_), offer(result)));
        }
        return current;
    }

private:
    enum class Known : char { Unvisited, Empty, Weights };

    struct Choice {
        std::string key;
        NodeId value = noNode;
    };

    static std::string offer(const WeightSet& result) {
        std::vector<std::string> all = result.nesting;
        all.insert(all.end(), result.alternatives.begin(), result.alternatives.end());
        return all.empty() ? "it holds a single set without a name, so do not ask for one"
                           : fmt::format("choose one of {}, or none", fmt::join(all, ", "));
    }

    /// Several dictionaries may share a long list of entries: what the search costs is bounded as memory is.
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

    /// True if weights can be found in that value: each is examined once, so that shared and cyclic ones cost nothing.
    bool holdsWeights(NodeId id, int depth = 0) {
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

    /// The keys of a dictionary under which weights lie, each once.
    std::vector<Choice> choicesIn(NodeId id) {
        std::vector<Choice> choices;
        anyTextEntry(id, [&](const DictEntry& entry) {
            constexpr std::size_t maxChoices = 64;
            if (holdsWeights(entry.value)) {
                const std::string name = printable(pickle_[entry.key].text);
                const auto known = std::ranges::find(choices, name, &Choice::key);
                if (known == choices.end()) {
                    choices.push_back({name, entry.value});
                } else {
                    known->value = entry.value;
                }
            }
            return choices.size() >= maxChoices;
        });
        return choices;
    }

    std::optional<Choice> choose(const std::vector<Choice>& choices, NodeId current) {
        const auto named = [&](std::string_view key) { return std::ranges::find(choices, key, &Choice::key); };
        if (const auto found = named(wanted_); !wanted_.empty() && found != choices.end()) {
            wanted_.clear();
            return *found;
        }
        for (const std::string_view key : wrapperKeys) {
            if (const auto found = named(key); found != choices.end()) {
                return *found;
            }
        }
        if (hasTensor(current) || choices.empty()) {
            return std::nullopt;
        }
        if (choices.size() > 1 && wanted_.empty()) {
            std::vector<std::string> keys;
            std::ranges::transform(choices, std::back_inserter(keys), &Choice::key);
            throw FormatError(
                fmt::format("holds several weight sets ({}): say which one to use", fmt::join(keys, ", ")));
        }
        return choices.front();
    }

    const Pickle& pickle_;
    Budget& budget_;
    std::string wanted_;
    std::vector<Known> known_;
};

/// The tensors of a state dictionary; what else is in it is named in a warning.
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

}  // namespace

std::string commonPrefix(const std::vector<std::string_view>& names) {
    std::string common;
    const auto isCommon = [&](const WrappingPrefix& prefix) {
        return std::ranges::all_of(names, [&](std::string_view name) {
            name.remove_prefix(common.size());
            const std::size_t length = prefix.text.size();
            return name.size() > length && name.starts_with(prefix.text)
                   && (prefix.beforeNumbers || name[length] < '0' || name[length] > '9');
        });
    };
    for (bool again = !names.empty(); again;) {
        const auto* const found = std::ranges::find_if(wrappingPrefixes, isCommon);
        again = found != wrappingPrefixes.end();
        common += again ? found->text : "";
    }
    return common;
}

WeightSet selectWeights(const Pickle& pickle, const std::string& wanted, Budget& budget) {
    WeightSet result;
    const NodeId object = Unwrapper(pickle, wanted, budget).run(result);
    WeightCollector collector(pickle, budget);
    if (isModule(pickle, object)) {
        collector.walk(object);
    } else {
        collectDictionary(pickle, object, collector, result);
    }
    result.tensors = collector.take();
    if (result.tensors.empty()) {
        throw FormatError(
            fmt::format("holds no weights but a Python object of type {}: save the network's state_dict() instead",
                        tensorCall(pickle, object) ? std::string("torch.Tensor") : describe(pickle, object)));
    }
    std::vector<std::string_view> names;
    budget.reserve(names, result.tensors.size());
    std::ranges::transform(result.tensors, std::back_inserter(names),
                           [](const auto& entry) { return std::string_view(entry.first); });
    result.prefix = commonPrefix(names);
    std::ranges::for_each(result.tensors, [&](auto& entry) { entry.first.erase(0, result.prefix.size()); });
    return result;
}

}  // namespace lamscope::detail
