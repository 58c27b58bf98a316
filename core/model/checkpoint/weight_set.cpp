// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/weight_set.h"

#include <algorithm>
#include <array>
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
constexpr std::array<std::string_view, 3> strippedPrefixes{"module.", "netG.", "_orig_mod."};
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
    [[nodiscard]] std::vector<DictEntry> entries(NodeId id) const {
        std::vector<DictEntry> found = dictEntries(pickle_, id);
        budget_.charge(found.size());
        return found;
    }

    [[nodiscard]] bool hasTensor(NodeId id) const {
        return std::ranges::any_of(entries(id), [this](const DictEntry& entry) {
            return pickle_[entry.key].kind == NodeKind::Text && tensorCall(pickle_, entry.value).has_value();
        });
    }

    /// True if weights can be found in that value: each is examined once, so that shared and cyclic ones cost nothing.
    bool holdsWeights(NodeId id, int depth = 0) {
        if (known_[id] == Known::Unvisited) {
            known_[id] = Known::Empty;
            const bool found =
                isModule(pickle_, id) || hasTensor(id)
                || (depth < maxNesting && std::ranges::any_of(entries(id), [&](const DictEntry& entry) {
                        return pickle_[entry.key].kind == NodeKind::Text && holdsWeights(entry.value, depth + 1);
                    }));
            known_[id] = found ? Known::Weights : Known::Empty;
        }
        return known_[id] == Known::Weights;
    }

    /// The keys of a dictionary under which weights lie, each once.
    std::vector<Choice> choicesIn(NodeId id) {
        std::vector<Choice> choices;
        for (const DictEntry& entry : entries(id)) {
            const Node& key = pickle_[entry.key];
            constexpr std::size_t maxChoices = 64;
            if (key.kind != NodeKind::Text || choices.size() >= maxChoices || !holdsWeights(entry.value)) {
                continue;
            }
            const std::string name = printable(key.text);
            const auto known = std::ranges::find(choices, name, &Choice::key);
            if (known == choices.end()) {
                choices.push_back({name, entry.value});
            } else {
                known->value = entry.value;
            }
        }
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
    std::vector<std::string> ignored;
    for (const DictEntry& entry : dictEntries(pickle, id)) {
        const Node& key = pickle[entry.key];
        if (key.kind == NodeKind::Text && tensorCall(pickle, entry.value)) {
            collector.add(std::string(key.text), entry.value);
        } else {
            const std::string name = key.kind == NodeKind::Text ? printable(key.text) : describe(pickle, entry.key);
            ignored.push_back(fmt::format("{} ({})", name, describe(pickle, entry.value)));
        }
    }
    if (constexpr std::size_t shown = 5; !ignored.empty()) {
        const std::size_t count = ignored.size();
        ignored.resize(std::min(count, shown));
        result.warnings.push_back(fmt::format("{} beside the weights {} no tensor and {} ignored: {}{}.",
                                              count == 1 ? "1 entry" : fmt::format("{} entries", count),
                                              count == 1 ? "is" : "are", count == 1 ? "was" : "were",
                                              fmt::join(ignored, ", "), count > shown ? ", ..." : ""));
    }
}

}  // namespace

std::string stripPrefix(std::vector<std::string>& names) {
    const auto isCommon = [&](std::string_view prefix) {
        return std::ranges::all_of(
            names, [&](const std::string& name) { return name.size() > prefix.size() && name.starts_with(prefix); });
    };
    std::string stripped;
    for (bool again = !names.empty(); again;) {
        again = false;
        for (const std::string_view prefix : strippedPrefixes) {
            if (isCommon(prefix)) {
                std::ranges::for_each(names, [&](std::string& name) { name.erase(0, prefix.size()); });
                stripped += prefix;
                again = true;
            }
        }
    }
    return stripped;
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
    std::vector<std::string> names;
    std::ranges::transform(result.tensors, std::back_inserter(names), [](const auto& entry) { return entry.first; });
    result.prefix = stripPrefix(names);
    for (std::size_t index = 0; index < names.size(); ++index) {
        result.tensors[index].first = std::move(names[index]);
    }
    return result;
}

}  // namespace lamscope::detail
