// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
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

/// The prefixes that every name has because the network was saved inside something else: data-parallel ("module."),
/// compiled ("_orig_mod."), or an attribute of a training class ("netG.", "net_g.", "generator.", "model.", "net.").
/// The last four are kept before a number: "model.0.weight" is how some networks name their own layers.
[[nodiscard]] std::string commonPrefix(const std::vector<std::string_view>& names);

}  // namespace lamscope::detail
