// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "model/checkpoint/checkpoint.h"

namespace lamscope::detail {

/// True if `head` begins like a safetensors file: the length of a JSON header, and its brace.
[[nodiscard]] bool isSafetensors(std::span<const std::byte> head);

/// Reads a whole safetensors file. Throws FormatError.
[[nodiscard]] Checkpoint readSafetensors(std::span<const std::byte> data);

}  // namespace lamscope::detail
