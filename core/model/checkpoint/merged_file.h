// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// The parts of a sharded model as one file with one dictionary. The parts must outlive the result. Throws FormatError
/// if two parts hold tensors of one name, or if a part holds several dictionaries.
[[nodiscard]] std::unique_ptr<TensorFile> merge(const std::vector<TensorFile*>& parts);

}  // namespace lamscope::detail
