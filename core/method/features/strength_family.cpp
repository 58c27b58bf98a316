// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/strength_family.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "image/degradation.h"

namespace lamscope {

namespace {

std::optional<double> fixedNumber(const RecipeNumber& number) {
    return number.low == number.high ? std::optional(number.low) : std::nullopt;
}

/// The one step of a recipe with its strength.
std::optional<std::pair<StrengthFamily::Step, double>> onlyStep(const Degradation& degradation) {
    const int steps = (degradation.blur ? 1 : 0) + (degradation.noise ? 1 : 0) + (degradation.jpeg ? 1 : 0);
    if (steps != 1 || degradation.rain) {
        return std::nullopt;
    }
    const auto& number = degradation.blur    ? degradation.blur->sigma
                         : degradation.noise ? *degradation.noise
                                             : *degradation.jpeg;
    const auto step = degradation.blur    ? StrengthFamily::Step::Blur
                      : degradation.noise ? StrengthFamily::Step::Noise
                                          : StrengthFamily::Step::Jpeg;
    const auto strength = fixedNumber(number);
    return strength ? std::optional(std::pair(step, *strength)) : std::nullopt;
}

}  // namespace

std::vector<StrengthFamily> strengthFamilies(std::span<const FeatureSet> sets) {
    std::map<StrengthFamily::Step, StrengthFamily> found;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if (!sets[i].recipe) {
            continue;
        }
        if (const auto step = onlyStep(degradationFromString(*sets[i].recipe))) {
            auto& family = found[step->first];
            family.step = step->first;
            family.members.push_back({i, step->second});
        }
    }
    std::vector<StrengthFamily> families;
    for (auto& [step, family] : found) {
        std::ranges::stable_sort(family.members, {}, &StrengthFamily::Member::strength);
        if (step == StrengthFamily::Step::Jpeg) {
            std::ranges::reverse(family.members);
        }
        const auto equal = [](const auto& a, const auto& b) { return a.strength == b.strength; };
        const auto repeated = std::ranges::unique(family.members, equal);
        family.members.erase(repeated.begin(), repeated.end());
        if (family.members.size() > 1) {
            families.push_back(std::move(family));
        }
    }
    return families;
}

}  // namespace lamscope
