// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/pickle.h"

namespace lamscope::detail {

/// A dictionary or whole module of a pickled object that holds tensors: their names and nodes.
struct WeightSet {
    std::vector<std::string> nesting;  ///< the keys that lead to it, outermost first
    std::vector<std::pair<std::string, NodeId>> tensors;
    std::vector<std::string> warnings;  ///< about entries that are no tensors
};

/// All of them, each once, the outer before the inner; states of optimisers are passed over. Throws FormatError where
/// there are none.
[[nodiscard]] std::vector<WeightSet> findWeightSets(const Pickle& pickle, Budget& budget);

}  // namespace lamscope::detail
