// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/option_table.h"

namespace lamscope {

/// How a distribution is fitted to scores.
enum class SrgaPreset {
    /// As the code that the authors published: 300 components, |x| about the mean, β of a grid; no band.
    Official,
    /// |x| about zero, β by root finding, components by the number of patches, with bands and a floor.
    Exact,
};

struct SrgaOptions {
    SrgaPreset preset = SrgaPreset::Exact;
    int patches = 800;                ///< the most patches of a set
    int patch = 32;                   ///< side of a patch, LR pixels
    std::optional<int> components{};  ///< unset: see componentsOf()
    std::string tap = "deepest";      ///< of each network: "deepest" or a key
    int replicates = 200;             ///< half-samples of a band; 0: neither bands nor a floor
    int seed = 0;                     ///< of patches, noise and half-samples

    friend bool operator==(const SrgaOptions&, const SrgaOptions&) = default;
};

inline constexpr int srgaMostComponents = 300;
inline constexpr int srgaFewestPatches = 100;
inline constexpr int srgaAdvisedPatches = 300;

/// The option, or the preset's for so many patches: official 300, exact ⌊0.375·patches⌋ and at most 300.
[[nodiscard]] std::size_t componentsOf(const SrgaOptions& options, std::size_t patches);

/// Throws Error(InvalidArgument) for too few patches and for as many components as patches or more.
void checkSrgaPatches(const SrgaOptions& options, std::size_t patches);

[[nodiscard]] std::string_view toString(SrgaPreset preset);

/// The options in the order of --help and of JSON. Thread-safe.
[[nodiscard]] const std::vector<OptionRow<SrgaOptions>>& srgaOptionTable();

/// Throws Error(InvalidArgument) for a number out of its range and an empty tap.
void checkSrgaOptions(const SrgaOptions& options);

}  // namespace lamscope
