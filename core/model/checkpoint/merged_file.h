// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// The parts of a sharded model as one file with one dictionary; they must outlive it. Throws FormatError where a name
/// stands in two parts, or a part holds several dictionaries.
[[nodiscard]] std::unique_ptr<TensorFile> merge(const std::vector<TensorFile*>& parts);

}  // namespace lamscope::detail
