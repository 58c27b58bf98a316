// SPDX-License-Identifier: GPL-3.0-or-later
// Networks that together are of every native family.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/checkpoint/checkpoint.h"

namespace lamscope::test {

/// Families that have no record, or whose record reaches too far to be evaluated beyond its reach in float64.
[[nodiscard]] const std::map<std::string, Checkpoint (*)()>& smallNetworks();

/// Published files, in the folder of weights, of families that have no record.
[[nodiscard]] const std::vector<std::string>& publishedFiles();

/// The names of both and of the records (see syntheticCheckpoint()): parameters of a test.
[[nodiscard]] std::vector<std::string> networksOfEveryFamily();

/// The same without the larger of several records of one family, and without records of which smallNetworks() has the
/// layers: in float64 each takes minutes.
[[nodiscard]] std::vector<std::string> networksToEvaluate();

}  // namespace lamscope::test
