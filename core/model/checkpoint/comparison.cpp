// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/checkpoint/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "model/checkpoint/checkpoint_file.h"

namespace lamscope {

namespace {

/// More groups than files of trainings have; those that come first are the likeliest.
constexpr std::size_t mostGroups = 64;

/// A group with its names, for the choice of a pair.
struct NamedGroup {
    WeightGroup group;
    std::vector<std::string> names;
    std::size_t whole = 0;  ///< tensors of the largest group of its dictionary
};

std::vector<NamedGroup> namedGroups(const CheckpointFile& file, const std::string& weightSet) {
    auto groups = file.groups(weightSet);
    groups.resize(std::min(groups.size(), mostGroups));
    std::vector<NamedGroup> named;
    for (WeightGroup& group : groups) {
        auto names = file.names(group);
        named.push_back({.group = std::move(group), .names = std::move(names)});
    }
    for (NamedGroup& one : named) {
        for (const NamedGroup& other : named) {
            const bool beside = other.group.dictionary == one.group.dictionary;
            one.whole = std::max(one.whole, beside ? other.names.size() : 0);
        }
    }
    return named;
}

/// Which pairs of groups are tried: at least one is a whole dictionary, or both are parts.
enum class Pairs { WithAWhole, OfParts };

/// Blocks of two networks can have more names in common than the networks have: parts of dictionaries are compared only
/// if they share half of the tensors of one.
bool mayBePair(const NamedGroup& a, const NamedGroup& b, std::size_t common, Pairs pairs) {
    const auto parts = static_cast<int>(a.group.depth > 0) + static_cast<int>(b.group.depth > 0);
    return common > 0 && (parts == 2) == (pairs == Pairs::OfParts)
           && (parts == 0 || 2 * common >= std::min(a.whole, b.whole));
}

/// The pair of groups with the most names in common, as compareCheckpoints() says.
std::pair<WeightGroup, WeightGroup> closestGroups(const std::vector<NamedGroup>& first,
                                                  const std::vector<NamedGroup>& second) {
    std::pair<WeightGroup, WeightGroup> closest{first.front().group, second.front().group};
    std::size_t mostCommon = 0;
    std::size_t fewestOthers = std::numeric_limits<std::size_t>::max();
    for (const Pairs pairs : {Pairs::WithAWhole, Pairs::OfParts}) {
        if (mostCommon > 0) {
            break;
        }
        for (const NamedGroup& a : first) {
            const std::unordered_set<std::string_view> known(a.names.begin(), a.names.end());
            for (const NamedGroup& b : second) {
                const auto common = static_cast<std::size_t>(
                    std::ranges::count_if(b.names, [&](const std::string& name) { return known.contains(name); }));
                const std::size_t others = a.names.size() + b.names.size() - 2 * common;
                if (mayBePair(a, b, common, pairs)
                    && std::tuple(common, fewestOthers) > std::tuple(mostCommon, others)) {
                    mostCommon = common;
                    fewestOthers = others;
                    closest = {a.group, b.group};
                }
            }
        }
    }
    return closest;
}

Checkpoint contentOf(CheckpointFile& file, const WeightGroup& group, ComparedSet& set) {
    auto [checkpoint, refusal] = file.read(group);
    set.file = file.path();
    if (!refusal.empty()) {
        throw Error(ErrorCode::BadFile, fmt::format("The file '{}' {}.", set.file.string(), refusal));
    }
    set.nesting = checkpoint.nesting;
    set.prefix = checkpoint.prefix;
    set.tensors = checkpoint.tensors.size();
    set.warnings = checkpoint.warnings;
    return std::move(checkpoint);
}

bool isSame(float a, float b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

/// Sums for a distance.
class DistanceSums {
public:
    void add(const std::vector<float>& first, const std::vector<float>& second) {
        for (std::size_t i = 0; i < first.size(); ++i) {
            const auto a = static_cast<double>(first[i]);
            squares_ += a * a;
            if (isSame(first[i], second[i])) {
                continue;
            }
            const double apart = std::abs(a - static_cast<double>(second[i]));
            largest_ = std::isfinite(apart) ? std::max(largest_, apart) : std::numeric_limits<double>::infinity();
            difference_ += apart * apart;
        }
    }

    [[nodiscard]] Distance distance() const {
        if (difference_ == 0.0) {
            return {};
        }
        const double relative = std::sqrt(difference_ / squares_);
        return {.largest = largest_, .relative = std::isfinite(relative) ? std::optional(relative) : std::nullopt};
    }

private:
    double squares_ = 0.0;
    double difference_ = 0.0;
    double largest_ = 0.0;
};

using Tensors = std::unordered_map<std::string_view, const TensorData*>;

Tensors byName(const Checkpoint& checkpoint) {
    Tensors tensors;
    for (const auto& [name, data] : checkpoint.tensors) {
        tensors.emplace(name, &data);
    }
    return tensors;
}

std::vector<StoredTensor> absentFrom(const Tensors& others, const Checkpoint& checkpoint) {
    std::vector<StoredTensor> absent;
    for (const auto& [name, data] : checkpoint.tensors) {
        if (!others.contains(name)) {
            absent.push_back({.name = name, .shape = data.shape, .dtype = data.dtype});
        }
    }
    return absent;
}

bool isFloating(const TensorData& data) {
    return data.dtype.find("float") != std::string::npos;
}

}  // namespace

bool CheckpointComparison::isEqual() const noexcept {
    return missing.empty() && extra.empty() && otherShapes.empty() && otherTypes.empty()
           && std::ranges::all_of(distances,
                                  [](const TensorDistance& tensor) { return tensor.distance.largest == 0.0; });
}

CheckpointComparison compareCheckpoints(CheckpointFile& first, const std::string& firstSet, CheckpointFile& second,
                                        const std::string& secondSet) {
    const auto [firstGroup, secondGroup] = closestGroups(namedGroups(first, firstSet), namedGroups(second, secondSet));
    CheckpointComparison result;
    const Checkpoint a = contentOf(first, firstGroup, result.first);
    const Checkpoint b = contentOf(second, secondGroup, result.second);
    const Tensors inSecond = byName(b);
    result.missing = absentFrom(inSecond, a);
    result.extra = absentFrom(byName(a), b);
    DistanceSums all;
    for (const auto& [name, data] : a.tensors) {
        const auto found = inSecond.find(name);
        if (found == inSecond.end()) {
            continue;
        }
        const TensorData& other = *found->second;
        if (other.dtype != data.dtype) {
            result.otherTypes.push_back({.name = name, .first = data.dtype, .second = other.dtype});
        }
        if (other.shape != data.shape) {
            result.otherShapes.push_back({.name = name, .first = data.shape, .second = other.shape});
            continue;
        }
        DistanceSums sums;
        sums.add(data.values, other.values);
        const bool isCounter = !isFloating(data) || !isFloating(other);
        if (!isCounter) {
            all.add(data.values, other.values);
        }
        result.distances.push_back(
            {.name = name, .shape = data.shape, .isCounter = isCounter, .distance = sums.distance()});
    }
    result.all = all.distance();
    std::ranges::stable_sort(result.distances, {}, [](const TensorDistance& tensor) {
        const auto& [largest, relative] = tensor.distance;
        const double beyondAll = std::numeric_limits<double>::infinity();
        return std::tuple(tensor.isCounter, -relative.value_or(beyondAll), -largest);
    });
    return result;
}

}  // namespace lamscope
