// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/types.h>

#include "model/pt2/archive.h"

namespace lamscope::pt2 {

/// The type of LibTorch.
[[nodiscard]] torch::ScalarType torchType(ScalarType type);

/// The format of LibTorch.
[[nodiscard]] torch::MemoryFormat torchFormat(MemoryFormat format);

/// A copy of the tensor on the CPU. Dense tensors keep their strides.
[[nodiscard]] torch::Tensor makeTensor(const StoredTensor& stored);

}  // namespace lamscope::pt2
