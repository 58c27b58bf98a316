// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// All groups of tensors that may be one network's, the likeliest first: averaged weights before others, companions of
/// a training last; a whole dictionary before the parts of it whose names begin alike.
[[nodiscard]] std::vector<WeightGroup> weightGroups(const std::vector<TensorDictionary>& dictionaries, Budget& budget);

/// Those of them that the setting `wanted` names: the set with the shortest path that ends so and what lies in it, else
/// all whose paths hold it. Throws FormatError where there are none.
[[nodiscard]] std::vector<WeightGroup> groupsNamed(const std::vector<WeightGroup>& groups, const std::string& wanted,
                                                   const std::vector<TensorDictionary>& dictionaries);

/// A weight set of a file that the user can choose.
struct WeightSetName {
    std::string name;         ///< for `weightSet`; empty where there is nothing to choose from
    std::size_t tensors = 0;  ///< how many
    bool chosen = false;
};

/// What the user can choose from where `chosen` is one of it: the other dictionaries, and the other parts of its own.
[[nodiscard]] std::vector<WeightSetName> weightSets(const std::vector<TensorDictionary>& dictionaries,
                                                    const WeightGroup& chosen);

/// Whether that name of the dictionary belongs to the group.
[[nodiscard]] bool contains(const WeightGroup& group, const std::string& name);

}  // namespace lamscope::detail
