// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "model/checkpoint/tensor_file.h"

namespace lamscope::pt2 {

/// The tensors of an archive of torch.export for listing and comparing, also where readPt2() refuses the archive: the
/// program is not looked at. The weights are one dictionary, the constants another one under the key "constants".
/// Weights of torch 2.8 and older are pickled and read as a PyTorch file is. Throws FormatError and
/// UnsupportedProgram.
[[nodiscard]] std::unique_ptr<detail::TensorFile> openTensorRecords(const std::filesystem::path& file);

/// The same from memory, which must outlive the result.
[[nodiscard]] std::unique_ptr<detail::TensorFile> openTensorRecords(std::span<const std::byte> bytes);

}  // namespace lamscope::pt2
