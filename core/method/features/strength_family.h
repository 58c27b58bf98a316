// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "method/features/feature_set.h"

namespace lamscope {

/// Sets whose recipes are one step alone and differ in its strength.
struct StrengthFamily {
    enum class Step { Blur, Noise, Jpeg };

    struct Member {
        std::size_t set = 0;    ///< index of the set
        double strength = 0.0;  ///< σ in HR pixels, σ in levels of 0…255, or the quality of JPEG
    };

    Step step = Step::Blur;
    std::vector<Member> members{};  ///< from weak to strong: rising σ, falling quality
};

/// The families among the sets that recipes made, with at least two members each; a recipe that draws its strength is
/// in none. Thread-safe.
[[nodiscard]] std::vector<StrengthFamily> strengthFamilies(std::span<const FeatureSet> sets);

}  // namespace lamscope
