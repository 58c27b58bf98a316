// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/group_reading.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/checkpoint/split_weights.h"
#include "model/checkpoint/tensor_copy.h"
#include "model/checkpoint/weight_group.h"
#include "model/checkpoint/weight_names.h"

namespace lamscope::detail {

namespace {

/// Tied weights are stored once under several names, so that tensors may hold more values than the file: up to twice as
/// many, plus a small number in any case.
constexpr std::uint64_t tiedFactor = 2;
constexpr std::uint64_t tiedSlack = std::uint64_t{1} << 18U;

constexpr std::size_t namesShown = 5;

/// True for the counters that FLOP counters (thop and its descendants) leave in every layer.
bool isOperationCounter(std::string_view name) {
    const std::string_view last = name.substr(name.rfind('.') + 1);
    return last == "total_ops" || last == "total_params";
}

/// True for weights of 8-bit integers: a library other than PyTorch quantised them, with scales in tensors beside them.
bool isQuantised(std::string_view name, const TensorData& data) {
    return (data.dtype == "int8" || data.dtype == "uint8") && data.shape.size() > 1 && name.ends_with("weight");
}

/// The count with the noun, e.g. "3 tensors".
std::string counted(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string_view wasOrWere(std::size_t count) {
    return count == 1 ? "was" : "were";
}

/// Counts names by their first segments, in the order of first appearance.
class Tally {
public:
    void add(const std::string& key) {
        const auto known = std::ranges::find(counts_, key, &std::pair<std::string, std::size_t>::first);
        if (known != counts_.end()) {
            ++known->second;
        } else if (counts_.size() < namesShown) {
            counts_.emplace_back(key, 1);
        } else {
            more_ = true;
        }
        ++total_;
    }

    [[nodiscard]] std::size_t total() const { return total_; }

    [[nodiscard]] std::string text() const {
        std::vector<std::string> items;
        for (const auto& [key, count] : counts_) {
            items.push_back(count == 1 ? key : fmt::format("{} ({})", key, count));
        }
        return fmt::format("{}{}", fmt::join(items, ", "), more_ ? ", ..." : "");
    }

private:
    std::vector<std::pair<std::string, std::size_t>> counts_;
    std::size_t total_ = 0;
    bool more_ = false;
};

/// The short form of a name outside of the group: up to the first segment that differs from the group's prefix.
std::string outsideName(const WeightGroup& group, const std::string& name) {
    std::size_t begin = 0;
    for (;;) {
        const std::size_t dot = name.find('.', begin);
        if (dot == std::string::npos
            || group.prefix.compare(begin, dot + 1 - begin, name, begin, dot + 1 - begin) != 0) {
            return printable(name.substr(0, dot));
        }
        begin = dot + 1;
    }
}

/// Tensors that were left out while a group was read.
struct LeftOut {
    std::size_t counters = 0;
    Tally complex;
    Tally outside;
};

void describe(Checkpoint& checkpoint, const LeftOut& left) {
    auto& warnings = checkpoint.warnings;
    if (left.counters > 0) {
        warnings.push_back(fmt::format("{} of a FLOP counter (total_ops, total_params) {} left out.",
                                       counted(left.counters, "tensor"), wasOrWere(left.counters)));
    }
    if (const std::size_t count = left.complex.total(); count > 0) {
        warnings.push_back(fmt::format("{} of complex numbers {} left out: {}.", counted(count, "tensor"),
                                       wasOrWere(count), left.complex.text()));
    }
    if (const std::size_t count = left.outside.total(); count > 0) {
        warnings.push_back(fmt::format("{} beside the network's {} left out: {}.", counted(count, "tensor"),
                                       wasOrWere(count), left.outside.text()));
    }
}

/// Adds a sentence that says which of several sets was taken and how to choose another.
void describeChoice(Checkpoint& checkpoint, const std::vector<WeightSetName>& sets) {
    constexpr std::size_t most = 16;
    std::string taken;
    std::vector<std::string> others;
    for (const WeightSetName& set : sets) {
        const std::string tensors = counted(set.tensors, "tensor");
        if (set.chosen) {
            taken = fmt::format("{} ({})", set.name.empty() ? "the one without a name" : printable(set.name), tensors);
        } else if (!set.name.empty()) {
            checkpoint.alternatives.push_back(set.name);
            if (others.size() < most) {
                others.push_back(fmt::format("weights={} ({})", printable(set.name), tensors));
            }
        }
    }
    if (!others.empty()) {
        const std::size_t count = checkpoint.alternatives.size();
        checkpoint.warnings.insert(checkpoint.warnings.begin(),
                                   fmt::format("Of the file's {} weight sets {} was taken; {}{} {} another.", count + 1,
                                               taken, fmt::join(others, ", "), count > others.size() ? ", ..." : "",
                                               count == 1 ? "chooses" : "choose"));
    }
}

}  // namespace

GroupContent readGroup(TensorFile& file, const WeightGroup& group) {
    const TensorDictionary& dictionary = file.dictionaries().at(group.dictionary);
    GroupContent content;
    Checkpoint& checkpoint = content.checkpoint;
    checkpoint.container = file.container();
    checkpoint.nesting = group.nesting;
    checkpoint.prefix = group.prefix;
    checkpoint.warnings = dictionary.warnings;
    LeftOut left;
    std::uint64_t most = tiedFactor * file.storedValues() + tiedSlack;
    file.budget().checkSingle(group.tensors * sizeof(checkpoint.tensors.front()));
    checkpoint.tensors.reserve(group.tensors);
    for (std::size_t i = 0; i < dictionary.names.size(); ++i) {
        const std::string& name = dictionary.names[i];
        if (isOperationCounter(name)) {
            ++left.counters;
            continue;
        }
        if (!contains(group, name)) {
            left.outside.add(outsideName(group, name));
            continue;
        }
        try {
            TensorData data = file.load(group.dictionary, i);
            if (data.values.size() > most) {
                throw FormatError(
                    "names the same stored values far more often than networks do: it is damaged or not an honest "
                    "model file, so use another copy");
            }
            most -= data.values.size();
            if (isQuantised(name, data)) {
                throw UnsupportedTensor(
                    UnsupportedTensor::Kind::Refused,
                    fmt::format("stores weights as {}, quantised: save the state_dict() of the network in floating "
                                "point, from before its quantisation",
                                data.dtype));
            }
            checkpoint.tensors.emplace_back(name.substr(group.prefix.size()), std::move(data));
        } catch (const UnsupportedTensor& error) {
            if (error.kind() == UnsupportedTensor::Kind::Complex) {
                left.complex.add(printable(name));
            } else if (content.refusal.empty()) {
                content.refusal = fmt::format("{} (tensor '{}')", error.what(), printable(name));
            }
        } catch (const FormatError& error) {
            throw FormatError(fmt::format("{} (tensor '{}')", error.what(), printable(name)));
        }
    }
    describeChoice(checkpoint, weightSets(file.dictionaries(), group));
    describe(checkpoint, left);
    std::ranges::move(combineSplitWeights(checkpoint.tensors), std::back_inserter(checkpoint.warnings));
    std::ranges::move(conversionWarnings(checkpoint), std::back_inserter(checkpoint.warnings));
    return content;
}

const WeightGroup& usualGroup(const std::vector<WeightGroup>& groups, const std::string& named) {
    const auto sameRank = [](const WeightGroup& a, const WeightGroup& b) {
        return a.dictionary != b.dictionary && roleOf(a.path) == roleOf(b.path) && a.nesting.size() == b.nesting.size()
               && !isWrapperKey(a.nesting.empty() ? "" : a.nesting.back());
    };
    if (!named.empty()) {
        return groups.front();
    }
    const auto whole = std::ranges::find(groups, std::size_t{0}, &WeightGroup::depth);
    std::vector<std::string> names;
    for (const WeightGroup& group : groups) {
        if (group.depth == 0 && sameRank(*whole, group)
            && (names.empty() || names.back() != printable(group.nesting.back()))) {
            names.push_back(printable(group.nesting.back()));
        }
    }
    if (!names.empty()) {
        throw FormatError(fmt::format("holds several weight sets ({}, {}): say which one to use",
                                      printable(whole->nesting.back()), fmt::join(names, ", ")));
    }
    return *whole;
}

}  // namespace lamscope::detail
