// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "model/checkpoint/tensor_file.h"

namespace lamscope::detail {

/// True if `head` begins like a safetensors file: with the length of a JSON header, and an opening brace.
[[nodiscard]] bool isSafetensors(std::span<const std::byte> head);

/// Opens a safetensors file, whose bytes must outlive the result. Throws FormatError.
[[nodiscard]] std::unique_ptr<TensorFile> openSafetensors(std::span<const std::byte> data);

}  // namespace lamscope::detail
