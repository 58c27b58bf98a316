// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "model/checkpoint/checkpoint_file.h"
#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// All groups of tensors that may be one network's, the likeliest first: averaged weights before others, companions of
/// a training last; a whole dictionary before its parts with a common prefix.
[[nodiscard]] std::vector<WeightGroup> weightGroups(const std::vector<TensorDictionary>& dictionaries, Budget& budget);

/// The groups that the setting `wanted` names: the set with the shortest path that ends in `wanted`, and the groups
/// inside that set; if there is none, all groups whose paths contain `wanted`. Throws FormatError if there are none.
[[nodiscard]] std::vector<WeightGroup> groupsNamed(const std::vector<WeightGroup>& groups, const std::string& wanted,
                                                   const std::vector<TensorDictionary>& dictionaries);

/// A weight set of a file that the user can choose.
struct WeightSetName {
    std::string name;         ///< for `weightSet`; empty if there is nothing to choose from
    std::size_t tensors = 0;  ///< number of tensors in the set
    bool chosen = false;
};

/// The sets from which the user can choose, `chosen` included: the other dictionaries, and the other parts of its own
/// dictionary.
[[nodiscard]] std::vector<WeightSetName> weightSets(const std::vector<TensorDictionary>& dictionaries,
                                                    const WeightGroup& chosen);

/// True if the tensor `name` of the dictionary belongs to the group.
[[nodiscard]] bool contains(const WeightGroup& group, const std::string& name);

}  // namespace lamscope::detail
