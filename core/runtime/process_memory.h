// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace lamscope {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;  ///< bytes

/// Prepares the process for large evaluations, once: the C library keeps up to 512 MiB of freed memory for the next
/// one, and what the machine has left becomes a limit, so that an image that is too large ends in an Error(OutOfMemory)
/// and not in the kernel killing the process.
void prepareMemory();

/// Memory that the machine can still give without swapping, bytes; 0 where that is not known.
[[nodiscard]] std::int64_t availableMemory();

/// All memory of the machine, bytes; 0 where that is not known.
[[nodiscard]] std::int64_t physicalMemory();

/// Memory of this process that is in RAM now, bytes; 0 where that is not known.
[[nodiscard]] std::int64_t residentMemory();

}  // namespace lamscope
