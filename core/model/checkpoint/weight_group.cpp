// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/weight_group.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>
#include <string_view>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/checkpoint/weight_names.h"

namespace lamscope::detail {

namespace {

/// Parts of a dictionary with fewer tensors are not taken for networks; SRCNN has six tensors.
constexpr std::size_t fewestTensors = 4;
constexpr std::size_t deepestPart = 6;
constexpr std::size_t mostGroups = 4096;

using Names = std::vector<std::string_view>;  ///< sorted, so that names of one prefix lie together

Names sortedNames(const TensorDictionary& dictionary) {
    Names names(dictionary.names.begin(), dictionary.names.end());
    std::ranges::sort(names);
    return names;
}

/// The segment behind `prefix`, dot included, if all names share it; else empty.
std::string_view sharedSegment(std::span<const std::string_view> names, std::size_t prefix) {
    const std::string_view first = names.front().substr(prefix);
    const std::size_t dot = first.find('.');
    if (dot == std::string_view::npos || dot == 0) {
        return {};
    }
    const std::string_view segment = first.substr(0, dot + 1);
    const std::string_view last = names.back();  // sorted: all names share what the first and the last share
    return last.size() > prefix + segment.size() && last.substr(prefix).starts_with(segment) ? segment
                                                                                             : std::string_view();
}

/// Calls `visit` with each run of names that share their next segment behind `prefix`.
void forEachPart(std::span<const std::string_view> names, std::size_t prefix,
                 const std::function<void(std::span<const std::string_view>, std::string_view segment)>& visit) {
    for (std::size_t begin = 0; begin < names.size();) {
        const std::string_view rest = names[begin].substr(prefix);
        const std::size_t dot = rest.find('.');
        const std::string_view segment = dot == std::string_view::npos ? rest : rest.substr(0, dot + 1);
        std::size_t end = begin + 1;
        while (end < names.size() && dot != std::string_view::npos && names[end].substr(prefix).starts_with(segment)) {
            ++end;
        }
        visit(names.subspan(begin, end - begin), segment);
        begin = end;
    }
}

/// The keys that lead to the names with `prefix`. A key with dots gives several parts.
std::vector<std::string> pathOf(const TensorDictionary& dictionary, std::string_view prefix) {
    std::vector<std::string> path;
    for (const std::string& key : dictionary.nesting) {
        std::ranges::move(segmentsOf(key), std::back_inserter(path));
    }
    if (!prefix.empty()) {
        std::ranges::move(segmentsOf(prefix.substr(0, prefix.size() - 1)), std::back_inserter(path));
    }
    return path;
}

/// The number of names without the parts that are averages or companions.
std::size_t countWithoutCompanions(const Names& names, std::size_t prefix) {
    std::size_t kept = 0;
    forEachPart(names, prefix, [&](std::span<const std::string_view> part, std::string_view segment) {
        kept += segment.ends_with('.') && roleOf(segment) != WeightRole::Network ? 0 : part.size();
    });
    return kept;
}

/// The keys that lead to a network whose layers lie at the level of `prefix` itself; "network" at the top of a file,
/// where there is no key.
std::vector<std::string> pathOfLayers(const TensorDictionary& dictionary, std::string_view prefix) {
    std::vector<std::string> path = pathOf(dictionary, prefix);
    return path.empty() ? std::vector<std::string>{"network"} : path;
}

/// Finds the groups of one dictionary.
class Grouping {
public:
    Grouping(const TensorDictionary& dictionary, std::size_t place, Budget& budget, std::vector<WeightGroup>& groups)
        : dictionary_(dictionary)
        , place_(place)
        , budget_(budget)
        , groups_(groups) {}

    void run() {
        budget_.checkSingle(dictionary_.names.size() * sizeof(std::string_view));
        budget_.charge(dictionary_.names.size() * sizeof(std::string_view));
        const Names names = sortedNames(dictionary_);
        const std::string usual = commonPrefix(names);
        std::size_t length = 0;
        add(usual, names.size(), 0);
        for (;;) {
            const std::string prefix(names.front().substr(0, length));
            if (prefix != usual) {
                add(prefix, names.size(), 0);
            }
            const std::string_view shared = sharedSegment(names, length);
            if (shared.empty()) {
                break;
            }
            length += shared.size();
        }
        addWithoutCompanions(names, length);
        addParts(names, length, 1);
    }

private:
    void add(const std::string& prefix, std::size_t tensors, std::size_t depth, bool withoutCompanions = false) {
        if (groups_.size() >= mostGroups) {
            return;
        }
        constexpr std::size_t overhead = 64;
        std::vector<std::string> path =
            withoutCompanions ? pathOfLayers(dictionary_, prefix) : pathOf(dictionary_, depth == 0 ? "" : prefix);
        budget_.charge(2 * sizeof(WeightGroup) + prefix.size() + path.size() * overhead);
        groups_.push_back({.dictionary = place_,
                           .nesting = dictionary_.nesting,
                           .prefix = prefix,
                           .withoutCompanions = withoutCompanions,
                           .path = std::move(path),
                           .depth = depth,
                           .tensors = tensors});
    }

    /// Adds a network whose layers lie beside loss networks and metrics of its training class, or beside its own
    /// average.
    void addWithoutCompanions(const Names& names, std::size_t length) {
        const std::size_t kept = countWithoutCompanions(names, length);
        if (kept < names.size() && kept >= fewestTensors) {
            add(std::string(names.front().substr(0, length)), kept, 1, true);
        }
    }

    void addParts(std::span<const std::string_view> names, std::size_t length, std::size_t depth) {
        forEachPart(names, length, [&](std::span<const std::string_view> part, std::string_view segment) {
            if (part.size() < fewestTensors || !segment.ends_with('.') || depth > deepestPart) {
                return;
            }
            std::size_t end = length + segment.size();
            add(std::string(part.front().substr(0, end)), part.size(), depth);
            for (std::string_view shared = sharedSegment(part, end); !shared.empty();
                 shared = sharedSegment(part, end)) {
                end += shared.size();
                add(std::string(part.front().substr(0, end)), part.size(), depth);
            }
            addParts(part, end, depth + 1);
        });
    }

    const TensorDictionary& dictionary_;
    std::size_t place_;
    Budget& budget_;
    std::vector<WeightGroup>& groups_;
};

std::size_t wrapperOrder(const WeightGroup& group) {
    return orderOfWrapperKey(group.nesting.empty() ? "" : group.nesting.back());
}

auto rankOf(const WeightGroup& group) {
    return std::tuple(roleOf(group.path), wrapperOrder(group), group.nesting.size(), group.dictionary, group.depth);
}

std::string joined(const std::vector<std::string>& path) {
    return fmt::format("{}", fmt::join(path, "."));
}

/// True if the dictionary looks like that of a training class, which holds more than one network.
bool holdsSeveral(const Names& names, std::size_t prefix) {
    bool several = false;
    forEachPart(names, prefix, [&](std::span<const std::string_view> part, std::string_view segment) {
        several = several
                  || (part.size() >= fewestTensors && segment.ends_with('.') && roleOf(segment) != WeightRole::Network);
    });
    return several;
}

std::size_t sharedPrefix(const Names& names) {
    std::size_t length = 0;
    for (std::string_view shared = sharedSegment(names, length); !shared.empty();
         shared = sharedSegment(names, length)) {
        length += shared.size();
    }
    return length;
}

/// The first name of a layer in the group, without the prefix that all names of the group share.
std::string firstLayer(const TensorDictionary& dictionary, const WeightGroup& group) {
    Names names = sortedNames(dictionary);
    std::erase_if(names, [&](std::string_view name) { return !contains(group, std::string(name)); });
    if (names.empty()) {
        return "";
    }
    const std::size_t shared = sharedPrefix(names);
    const auto found = std::ranges::find_if(
        names, [&](std::string_view name) { return name.find('.', shared) != std::string_view::npos; });
    return std::string((found == names.end() ? names.front() : *found).substr(shared));
}

/// Removes from the paths the keys with which all of them begin.
void shorten(std::vector<std::vector<std::string>>& paths) {
    const auto allBeginAlike = [&] {
        return paths.size() > 1 && std::ranges::all_of(paths, [&](const auto& path) {
                   return path.size() > 1 && path.front() == paths.front().front();
               });
    };
    while (allBeginAlike()) {
        std::ranges::for_each(paths, [](auto& path) { path.erase(path.begin()); });
    }
}

}  // namespace

bool contains(const WeightGroup& group, const std::string& name) {
    if (name.size() <= group.prefix.size() || !name.starts_with(group.prefix)) {
        return false;
    }
    const std::size_t dot = name.find('.', group.prefix.size());
    return !group.withoutCompanions || dot == std::string::npos
           || roleOf(std::string_view(name).substr(group.prefix.size(), dot - group.prefix.size()))
                  == WeightRole::Network;
}

std::vector<WeightGroup> weightGroups(const std::vector<TensorDictionary>& dictionaries, Budget& budget) {
    std::vector<WeightGroup> groups;
    for (std::size_t place = 0; place < dictionaries.size(); ++place) {
        Grouping(dictionaries[place], place, budget, groups).run();
    }
    std::ranges::stable_sort(groups, {}, rankOf);
    return groups;
}

std::vector<WeightGroup> groupsNamed(const std::vector<WeightGroup>& groups, const std::string& wanted,
                                     const std::vector<TensorDictionary>& dictionaries) {
    const std::vector<std::string> path = segmentsOf(wanted);
    std::vector<WeightGroup> found;
    std::ranges::copy_if(groups, std::back_inserter(found), [&](const WeightGroup& group) {
        return std::search(group.path.begin(), group.path.end(), path.begin(), path.end()) != group.path.end();
    });
    const auto endsThere = [&](const WeightGroup& group) {
        return std::ranges::equal(std::span(group.path).last(std::min(path.size(), group.path.size())), path);
    };
    const auto others = std::stable_partition(found.begin(), found.end(), endsThere);
    if (others != found.begin()) {
        // The name "net" means the set "net" rather than "ema.net": names on the card leave out the keys that all paths
        // share.
        std::stable_sort(found.begin(), others,
                         [](const WeightGroup& a, const WeightGroup& b) { return a.path.size() < b.path.size(); });
        const std::vector<std::string> named = found.front().path;
        std::erase_if(found, [&](const WeightGroup& group) {
            return group.path.size() < named.size()
                   || !std::ranges::equal(std::span(group.path).first(named.size()), named);
        });
    }
    if (found.empty()) {
        std::vector<std::string> names;
        for (const WeightSetName& set : weightSets(dictionaries, groups.front())) {
            names.push_back(set.name);
        }
        std::erase(names, "");
        throw FormatError(fmt::format("has no weight set called '{}': {}", printable(wanted),
                                      names.empty()
                                          ? "it holds a single set without a name, so do not ask for one"
                                          : fmt::format("choose one of {}, or none", fmt::join(names, ", "))));
    }
    return found;
}

std::vector<WeightSetName> weightSets(const std::vector<TensorDictionary>& dictionaries, const WeightGroup& chosen) {
    const std::string layer = firstLayer(dictionaries.at(chosen.dictionary), chosen);
    std::vector<WeightSetName> sets;
    std::vector<std::vector<std::string>> paths;
    const auto add = [&](std::vector<std::string> path, std::size_t tensors, bool isChosen) {
        paths.push_back(std::move(path));
        sets.push_back({.name = "", .tensors = tensors, .chosen = isChosen});
    };
    add(chosen.path, chosen.tensors, true);
    for (std::size_t place = 0; place < dictionaries.size(); ++place) {
        const TensorDictionary& dictionary = dictionaries[place];
        const bool isChosen = place == chosen.dictionary;
        const Names names = sortedNames(dictionary);
        const std::size_t shared = sharedPrefix(names);
        if (isChosen ? chosen.depth == 0 : !holdsSeveral(names, shared)) {
            if (!isChosen) {
                add(pathOf(dictionary, ""), names.size(), false);
            }
            continue;
        }
        const std::string_view level = names.front().substr(0, shared);
        const std::string atThisLevel = std::string(level) + layer;
        const std::size_t kept = countWithoutCompanions(names, shared);
        const bool isWithoutCompanions = isChosen && chosen.withoutCompanions;
        // If layers of the chosen network also lie at this level, the parts here are layers of one network and not
        // sets.
        const bool holdsLayers = isWithoutCompanions
                                 || (kept < names.size() && kept >= fewestTensors
                                     && std::ranges::binary_search(names, std::string_view(atThisLevel)));
        if (holdsLayers && !isWithoutCompanions) {
            add(pathOfLayers(dictionary, level), kept, false);
        }
        forEachPart(names, shared, [&](std::span<const std::string_view> part, std::string_view segment) {
            const auto prefix = part.front().substr(0, shared + segment.size());
            const bool holdsChosen = isChosen && chosen.prefix.starts_with(prefix) && !isWithoutCompanions;
            const bool stays = holdsLayers && roleOf(segment) == WeightRole::Network;
            if (part.size() >= fewestTensors && segment.ends_with('.') && !holdsChosen && !stays) {
                add(pathOf(dictionary, prefix), part.size(), false);
            }
        });
    }
    shorten(paths);
    for (std::size_t i = 0; i < sets.size(); ++i) {
        sets[i].name = joined(paths[i]);
    }
    return sets;
}

}  // namespace lamscope::detail
