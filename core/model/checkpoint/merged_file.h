// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// The parts of a sharded model as one file with one dictionary. The parts must outlive the result. Throws FormatError
/// if two parts hold tensors of one name, or if a part holds several dictionaries.
[[nodiscard]] std::unique_ptr<TensorFile> merge(const std::vector<TensorFile*>& parts);

/// The parts of an archive, at least one, as one file with the dictionaries of all. Throws FormatError if they hold no
/// tensors.
[[nodiscard]] std::unique_ptr<TensorFile> join(Container container, std::vector<std::unique_ptr<TensorFile>> parts);

}  // namespace lamscope::detail
