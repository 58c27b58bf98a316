// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/pickle.h"

namespace lamscope::detail {

/// A dictionary or a whole module of a pickled object that holds tensors: their names and nodes.
struct WeightSet {
    std::vector<std::string> nesting;  ///< the keys that lead to the set, outermost first
    std::vector<std::pair<std::string, NodeId>> tensors;
    std::vector<std::string> warnings;  ///< about entries that are not tensors
};

/// All weight sets, each once, an outer set before the sets inside it. States of optimisers are left out. Throws
/// FormatError if there are no weight sets.
[[nodiscard]] std::vector<WeightSet> findWeightSets(const Pickle& pickle, Budget& budget);

/// The parameters and buffers of the module of a TorchScript archive (its data.pkl), as one set; none if it has none.
[[nodiscard]] std::vector<WeightSet> findScriptWeights(const Pickle& pickle, Budget& budget);

/// The tensors that the code of a TorchScript archive refers to (its constants.pkl), named as the code names them: c0,
/// c1… under "CONSTANTS". One set, or none.
[[nodiscard]] std::vector<WeightSet> findScriptConstants(const Pickle& pickle, Budget& budget);

}  // namespace lamscope::detail
