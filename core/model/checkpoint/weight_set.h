// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/checkpoint/pickle.h"

namespace lamscope::detail {

/// The weights found in a pickled object: names and the nodes of their tensors.
struct WeightSet {
    std::vector<std::string> nesting;
    std::vector<std::string> alternatives;
    std::string prefix;
    std::vector<std::pair<std::string, NodeId>> tensors;
    std::vector<std::string> warnings;
};

/// Unwraps the object of a PyTorch file and lists its weights, in the order of readCheckpoint(). Throws FormatError
/// where there are none, where the choice is unclear, or where `wanted` (if not empty) is absent.
[[nodiscard]] WeightSet selectWeights(const Pickle& pickle, const std::string& wanted, Budget& budget);

/// Takes off the prefixes of data-parallel and compiled networks that every name has, and returns them.
std::string stripPrefix(std::vector<std::string>& names);

}  // namespace lamscope::detail
